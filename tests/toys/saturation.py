"""Prints how far onnxruntime is from the exact product where all weights and inputs are large, by form, as JSON."""

from __future__ import annotations

import json

import numpy as np
import onnx
import onnxruntime

from exporters.onnx_graph import Graph
from exporters.quantize.onnx_blocks import quantize_blocks
from exporters.quantize.onnx_static import Range, quantize_static

WIDTH, OUTPUTS = 256, 64


def main() -> None:
    """One product of each form; errors as a share of the largest output."""
    random = np.random.default_rng(0)
    matrix = random.uniform(0.9, 1, (WIDTH, OUTPUTS)).astype(np.float32)
    inputs = random.uniform(0.9, 1, (4, WIDTH)).astype(np.float32)
    exact = inputs @ matrix
    found = {}
    for name in ("float", "int4", "int8", "uint8 7", "uint8 8", "int8 7", "int8 8"):
        model = product(matrix)
        activation, _, bits = name.partition(" ")
        if bits and activation == "uint8":
            quantize_static(model, {"x": Range(0.0, 1.0)}, activation="uint8", weight_bits=int(bits))
        elif bits:
            quantize_static(model, {"x": Range(0.0, 1.0)}, activation="int8", weight_bits=int(bits))
        elif name != "float":
            quantize_blocks(model, int(name.removeprefix("int")))
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        found[name] = float(np.abs(session.run(None, {"x": inputs})[0] - exact).max() / exact.max())
    print(json.dumps(found))  # noqa: T201


def product(matrix: np.ndarray) -> onnx.ModelProto:
    """`x` (B, WIDTH) times matrix."""
    g = Graph()
    x = g.input("x", np.float32, ("B", WIDTH))
    g.output("y", g("MatMul", x, g.constant(matrix, name="matrix")), np.float32, ("B", OUTPUTS))
    return g.model("product", {}, "")


if __name__ == "__main__":
    main()
