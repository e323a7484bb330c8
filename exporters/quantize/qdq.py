"""Static quantisation for NPUs: every value between two nodes as uint16, weights as int8, written as Q and DQ nodes.

Where each value lies is measured by running the graph on text (`measure`), with `onnx.reference`, which needs no
runtime. 16 bits, because 8 lose too much where no training prepared a model for them: on random input 8 bits put the
memory of a Firefox encoder off by 15 to 30 % (root mean square), 16 bits on text by 0.5 %, and the processors that want
integers (Hexagon from V68) multiply uint16 by int8 in hardware.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgekit.core.errors import UnsupportedModelError

# QuantizeLinear knows uint16 from opset 21 on, which onnxruntime reads from 1.20 on.
OPSET = 21
IR_VERSION = 10
TOP = 2**16 - 1
# Text that was not measured goes further than what was; a fifth of the range costs a third of one bit of 16.
MARGIN = 1.2
# What is added to scores to hide them need only be far below every score: e^-60 is 10^-26. The mask itself would leave
# the scores one step in 2^16 of its 10,000.
HIDDEN = 60.0
# How far from a level, in steps, a weight may lie that was int8: float32 rounds each to 10^-7 of itself.
_ON_LEVEL = 1e-3

Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Grid:
    """real = (stored - zero) * step."""

    step: np.float32
    zero: np.uint16


def measure(model: onnx.ModelProto, feeds: Iterable[Mapping[str, NDArray[Any]]], known: Ranges) -> Ranges:
    """Smallest and largest of every float value of the graph over all feeds, and over those of `known`."""
    from onnx.reference import ReferenceEvaluator

    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    given = {port.name for port in probe.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name not in given:
                probe.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    evaluator = ReferenceEvaluator(probe)
    found = dict(known)
    for feed in feeds:
        for name, value in [*zip(evaluator.output_names, evaluator.run(None, dict(feed)), strict=True), *feed.items()]:
            low, high = found.get(name, (0.0, 0.0))
            found[name] = (min(low, float(value.min())), max(high, float(value.max())))
    return found


def quantised(model: onnx.ModelProto, ranges: Ranges, *, mask: str) -> onnx.ModelProto:
    """The float graph with its values on grids.

    ranges: of every value between nodes, as `measure` gives them.  mask: the input that is added to scores to hide
    some; its grid ends where a score is hidden for certain. Inputs and outputs stay float32.
    Raises UnsupportedModelError where a value was not measured.
    """
    return _Quantising(model, ranges, mask).model()


class _Quantising:
    def __init__(self, model: onnx.ModelProto, ranges: Ranges, mask: str) -> None:
        self._model = model
        self._weights = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
        self._ranges = {name: (MARGIN * low, MARGIN * high) for name, (low, high) in ranges.items()}
        values = [*(port.name for port in model.graph.input), *(name for n in model.graph.node for name in n.output)]
        missing = [name for name in values if name not in ranges]
        if missing:
            raise UnsupportedModelError("a value was never measured", reasons=[f"`{name}`" for name in missing[:20]])
        self._hide(mask)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def _hide(self, mask: str) -> None:
        """Narrow the mask's grid to what hides a score, and that of the sums accordingly."""
        adding = [node for node in self._model.graph.node if mask in node.input]
        scores = {node.output[0]: next(name for name in node.input if name != mask) for node in adding}
        low, high = (pick(self._ranges[name][at] for name in scores.values()) for at, pick in ((0, min), (1, max)))
        deepest = low - high - HIDDEN
        self._ranges[mask] = (deepest, 0.0)
        for total, score in scores.items():
            self._ranges[total] = (self._ranges[score][0] + deepest, self._ranges[score][1])

    def model(self) -> onnx.ModelProto:
        graph = self._model.graph
        outputs = {port.name for port in graph.output}
        for port in graph.input:
            self._quantise(port.name)
        for node in graph.node:
            if node.op_type == "Identity" and node.output[0] in outputs:
                self._dequantise(node.input[0], node.output[0])
                continue
            read = [self._read(node, name) for name in node.input]
            # The processors know `Add`; `Sum` keeps onnxruntime's CPU from a slow fusion (`layer_norm`).
            kind = "Add" if node.op_type == "Sum" and len(read) == 2 else node.op_type
            copy = helper.make_node(kind, read, list(node.output), name=node.name)
            copy.attribute.extend(node.attribute)
            self._nodes.append(copy)
            for name in node.output:
                self._quantise(name)
        made = helper.make_model(
            helper.make_graph(self._nodes, graph.name, graph.input, graph.output, list(self._constants.values())),
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="edgekit",
            doc_string=self._model.doc_string,
        )
        made.metadata_props.extend(self._model.metadata_props)
        return made

    def _constant(self, name: str, value: Any) -> str:
        self._constants.setdefault(name, numpy_helper.from_array(np.asarray(value), name))
        return name

    def _grid(self, name: str) -> tuple[str, str]:
        grid = _grid(*self._ranges[name])
        return self._constant(f"{name}_step", grid.step), self._constant(f"{name}_zero", grid.zero)

    def _quantise(self, name: str) -> None:
        step, zero = self._grid(name)
        stored = f"{name}_stored"
        self._nodes.append(helper.make_node("QuantizeLinear", [name, step, zero], [stored], name=stored))
        self._dequantise(name, f"{name}_real")

    def _dequantise(self, name: str, out: str) -> None:
        step, zero = self._grid(name)
        self._nodes.append(helper.make_node("DequantizeLinear", [f"{name}_stored", step, zero], [out], name=out))

    def _read(self, node: onnx.NodeProto, name: str) -> str:
        weight = self._weights.get(name)
        if weight is None:
            return f"{name}_real"
        if weight.dtype != np.float32:
            return self._constant(name, weight)
        # One matrix may be a weight here and a summand there.
        as_matrix = node.op_type == "MatMul"
        stored, real = (f"{name}_{'matrix' if as_matrix else 'vector'}_{end}" for end in ("stored", "real"))
        if stored not in self._constants:
            step, zero, values = _matrix(weight) if as_matrix else _vector(weight)
            self._constant(stored, values)
            ports = [stored, self._constant(f"{stored}_step", step), self._constant(f"{stored}_zero", zero)]
            self._nodes.append(helper.make_node("DequantizeLinear", ports, [real], name=real))
        return real


def _grid(low: float, high: float) -> _Grid:
    """The grid from low to high, both around 0, which lies on it."""
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UnsupportedModelError("a value is not finite on this text", reasons=[f"it spans {low} to {high}"])
    step = np.float32(max(high - low, 1e-6) / TOP)
    return _Grid(step, np.uint16(np.clip(round(-low / float(step)), 0, TOP)))


def _matrix(weight: NDArray[np.float32]) -> tuple[np.float32, np.int8, NDArray[np.int8]]:
    """Weights of a product, one step for all; weights that were int8 before come out as they were."""
    largest = max(float(np.abs(weight).max(initial=0.0)), 1e-12)
    step = np.float32(largest / 127)
    levels = np.unique(np.abs(weight))
    if 1 < len(levels) <= 128:
        # As int8 they lie on 128 levels; of a large matrix two neighbours are one step apart.
        before = largest / max(1, round(largest / float(np.diff(levels).min())))
        if largest <= 127.5 * before and np.abs(levels / before - np.rint(levels / before)).max() < _ON_LEVEL:
            step = np.float32(before)
    return step, np.int8(0), np.clip(np.rint(weight / step), -127, 127).astype(np.int8)


def _vector(weight: NDArray[np.float32]) -> tuple[np.float32, np.uint16, NDArray[np.uint16]]:
    grid = _grid(min(float(weight.min(initial=0.0)), 0.0), max(float(weight.max(initial=0.0)), 0.0))
    stored = np.clip(np.rint(weight / grid.step) + int(grid.zero), 0, TOP).astype(np.uint16)
    return grid.step, grid.zero, stored
