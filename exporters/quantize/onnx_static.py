"""Matrices of an ONNX graph in 8 bits with inputs in 8 bits of a range that was measured once: static QDQ.

Each product gets `QuantizeLinear` and `DequantizeLinear` before its input, and a `DequantizeLinear` with a scale for
each output behind its weights; runtimes that know the pattern multiply whole numbers, others get the same values.

Processors with AVX2 and no VNNI add pairs of products of unsigned and signed bytes in 16 bits, which saturate: 2 x 255
x 127 is 64,770. With weights of 7 bits it is 2 x 255 x 63 = 32,130, below 32,767, whatever the input. Emulated as a
Haswell, onnxruntime 1.32 is 44 % (uint8 inputs) and 94 % (int8) off with 8 bits where all values are large, and 0.1 %
with 7; blocks of 4 and 8 bits are right everywhere. multilingual-e5-small's vectors turn by a cosine of .9966 with 7
bits and .9969 with 8 on news, uint8 inputs, and .990 with int8 ones; one core computes 2.5 times as fast as in float32
with any of them, 1.2 and 1.3 times with blocks of 4 and 8 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from edgekit.core.errors import ModelFormatError
from edgekit.core.events import Progress, Reporter, silent
from edgekit.pipeline.requests import RunGraph
from exporters.quantize.onnx_blocks import FEWEST, STEP, OnnxQuantized, quantize_blocks
from exporters.quantize.onnx_weights import Floats, Use, Weights, drop_dead_transposes, replace_node

Feed: TypeAlias = Mapping[str, NDArray[Any]]
Activation: TypeAlias = Literal["uint8", "int8"]


@dataclass(frozen=True, slots=True)
class Range:
    """What a value was seen to be between; zero is always inside, for padding."""

    least: float
    most: float


def calibrate(model: onnx.ModelProto, feeds: Iterable[Feed], run: RunGraph) -> Mapping[str, Range]:
    """The range of the input of each product of the outermost graph, over all feeds; the model stays as it is.

    run: who runs it, is handed in.
    Raises ModelFormatError where an input is no number.
    """
    names = sorted({use.node.input[0] for use in _products(Weights(model), model)})
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    there = {port.name for port in watched.graph.output}
    watched.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names if name not in there)
    least, most = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for values in run(watched.SerializeToString(), feeds, names):
        for name, value in zip(names, values, strict=True):
            low, high = float(value.min(initial=0.0)), float(value.max(initial=0.0))
            if not np.isfinite([low, high]).all():
                raise ModelFormatError("the model cannot be calibrated", reasons=[f"`{name}` is no number"])
            least[name], most[name] = min(least[name], low), max(most[name], high)
    return {name: Range(least[name], most[name]) for name in names}


def quantize_static(
    model: onnx.ModelProto,
    ranges: Mapping[str, Range],
    *,
    activation: Activation = "uint8",
    weight_bits: int = 7,
    report: Reporter = silent,
) -> OnnxQuantized:
    """Change the model in place; tables of words get blocks of 8 bits.

    ranges: see `calibrate`; a product without one stays as it is.  activation: `uint8` is what x86 multiplies fast,
    `int8` what Arm does as well.  weight_bits: 8 only where every processor has VNNI or is no x86.

    Raises UnsupportedModelError, ModelFormatError as `quantize_blocks` does.
    """
    if weight_bits not in (7, 8):
        raise ValueError(f"{weight_bits} bits")
    weights = Weights(model)
    uses, types, notes = _products(weights, model), {}, []
    rounded: dict[str, str] = {}
    for number, use in enumerate(uses, 1):
        entered = use.node.input[0]
        if entered not in ranges:
            notes.append(f"`{use.name}` stays as it is: its input was not calibrated")
            continue
        before: list[onnx.NodeProto] = []
        if entered not in rounded:
            rounded[entered] = f"{entered}.rounded"
            before = _rounding(weights, entered, ranges[entered], activation)
        before.append(_unpacking(weights, use, weight_bits))
        node = onnx.NodeProto()
        node.CopyFrom(use.node)
        node.input[0], node.input[1] = rounded[entered], before[-1].output[0]
        if node.op_type == "Gemm":
            del node.attribute[:]
        replace_node(use.graph, use.node, [*before, node])
        types[use.name] = f"INT{weight_bits}, a scale for each output"
        report(Progress(STEP, number, len(uses), "tensors"))
    drop_dead_transposes(model)
    weights.drop_unused()
    tables = quantize_blocks(model, 8, products=False, report=report)
    return OnnxQuantized({**tables.types, **types}, len(types) + tables.changed, [*notes, *tables.notes])


def whole_numbers(matrix: Floats, bits: int) -> tuple[NDArray[np.int8], Floats]:
    """(outputs, inputs) in bits bits around zero, and (outputs,) scales."""
    most = (1 << (bits - 1)) - 1
    scales = np.abs(matrix).max(axis=1, initial=0.0) / most
    scales = np.where(scales > 0, scales, 1.0).astype(np.float32)
    return np.clip(np.rint(matrix / scales[:, None]), -most, most).astype(np.int8), scales


def _products(weights: Weights, model: onnx.ModelProto) -> list[Use]:
    """Those of the outermost graph, where a calibration sees their inputs."""
    return [use for use in weights.products() if use.graph is model.graph and prod(use.shape) >= FEWEST]


def _rounding(weights: Weights, name: str, seen: Range, activation: Activation) -> list[onnx.NodeProto]:
    if activation == "uint8":
        scale = (seen.most - seen.least) / 255 or 1.0
        zero: NDArray[Any] = np.array(np.clip(round(-seen.least / scale), 0, 255), np.uint8)
    else:
        scale = max(seen.most, -seen.least) / 127 or 1.0
        zero = np.array(0, np.int8)
    constants = [weights.add(f"{name}.scale", np.array(scale, np.float32)), weights.add(f"{name}.zero", zero)]
    return [
        helper.make_node("QuantizeLinear", [name, *constants], [f"{name}.whole"]),
        helper.make_node("DequantizeLinear", [f"{name}.whole", *constants], [f"{name}.rounded"]),
    ]


def _unpacking(weights: Weights, use: Use, bits: int) -> onnx.NodeProto:
    """(inputs, outputs) of whole numbers, each output with its own scale."""
    whole, scales = whole_numbers(weights.matrix(use), bits)
    turned = ".turned" if use.turned else ""
    inputs = [
        weights.add(f"{use.name}{turned}.whole", whole.T),
        weights.add(f"{use.name}{turned}.scales", scales),
        weights.add(f"{use.name}{turned}.zeros", np.zeros(len(scales), np.int8)),
    ]
    return helper.make_node("DequantizeLinear", inputs, [f"{use.node.output[0]}.weights"], axis=1)
