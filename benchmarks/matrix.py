"""The int8 matrix rate of one core, in onnxruntime: what the machine gives, and what its best shape gives.

    python benchmarks/matrix.py [--core 0] [--shape 1024x1024x1024 ...]

Prints JSON: shape -> multiply-accumulates a second, u8 times s8, weights packed beforehand, output float32. Seconds are
those of the processor, so that a core that others use as well gives nearly the same figure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Shape = tuple[int, int, int]

# A rate is sustained when it holds for a quarter of a second; the best of six, because others use the caches too.
SECONDS = 0.25
REPEATS = 6
SQUARE: Shape = (1024, 1024, 1024)


def name(shape: Shape) -> str:
    """`rows x inner x columns` of a product."""
    return "x".join(map(str, shape))


def shapes_of(width: int, inner: int, rows: Sequence[int]) -> list[Shape]:
    """The products of a model of these widths, for so many rows of activations each."""
    sides = [(width, width), (width, inner), (inner, width)]
    return [(count, *side) for count in rows for side in sides]


def measure(shape: Shape, seconds: float = SECONDS, repeats: int = REPEATS) -> float:
    """Multiply-accumulates a second of one product, the best of `repeats` stretches of `seconds`."""
    rows, inner, columns = shape
    session, binding = _bound(rows, inner, columns)
    for _ in range(3):
        session.run_with_iobinding(binding)
    # So many calls between two looks at the clock that looking costs nothing.
    calls = max(1, int(2e8 / (rows * inner * columns)))
    best = 0.0
    for _ in range(repeats):
        done = 0
        begin = now = time.process_time()
        while now - begin < seconds:
            for _ in range(calls):
                session.run_with_iobinding(binding)
            done += calls
            now = time.process_time()
        best = max(best, done / (now - begin))
    return best * rows * inner * columns


def _bound(rows: int, inner: int, columns: int) -> tuple[Any, Any]:
    """A session of one product on one thread, its input and output in place."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from edgekit.engine.runtime import load_onnxruntime

    onnxruntime = load_onnxruntime()
    generator = np.random.default_rng(0)
    weights = generator.integers(-127, 128, (inner, columns), dtype=np.int8)
    constants: dict[str, np.ndarray[Any, np.dtype[Any]]] = {
        "b": weights,
        "a_scale": np.array(0.01, np.float32),
        "b_scale": np.array(0.01, np.float32),
        "a_zero": np.array(128, np.uint8),
        "b_zero": np.array(0, np.int8),
    }
    node = helper.make_node("MatMulIntegerToFloat", ["a", *constants], ["y"], domain="com.microsoft")
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [rows, inner])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [rows, columns])],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=imports, ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    activations = generator.integers(0, 256, (rows, inner), dtype=np.uint8)
    binding = session.io_binding()
    binding.bind_ortvalue_input("a", onnxruntime.OrtValue.ortvalue_from_numpy(activations))
    result = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((rows, columns), np.float32))
    binding.bind_ortvalue_output("y", result)
    return session, binding


def in_a_process(core: int | None, shapes: Sequence[Shape]) -> dict[Shape, float]:
    """Measure shapes in a process of its own on a core; multiply-accumulates a second by shape."""
    command = [sys.executable, str(Path(__file__)), "--shape", *map(name, shapes)]
    if core is not None:
        command += ["--core", str(core)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return {shape: found[name(shape)] for shape in shapes}


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--core", type=int)
    parser.add_argument("--shape", nargs="+", default=[name(SQUARE)], metavar="MxKxN")
    options = parser.parse_args()
    if options.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [options.core])
    found = {}
    for text in options.shape:
        rows, inner, columns = map(int, text.split("x"))
        found[text] = round(measure((rows, inner, columns)))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
