"""Weights of an ONNX graph in blocks of 4 or 8 bits: matrices for `MatMulNBits`, tables for `GatherBlockQuantized`.

A block is 32 values of a row that share a scale, as in llama.cpp's Q4_0 and Q8_0. Formats: onnxruntime
`docs/ContribOperators.md`. Nothing is calibrated: the scale of each block is the one of a few that errs least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edgekit.core.errors import ModelFormatError
from edgekit.core.events import Progress, Reporter, silent
from exporters.onnx_graph import MICROSOFT
from exporters.quantize.onnx_weights import (
    Floats,
    Use,
    Weights,
    attributes,
    drop_dead_transposes,
    graphs_of,
    import_microsoft,
    replace_node,
)

STEP = "quantize"
BLOCK = 32
# Fewer values are no memory worth a loss: norms, projections to a few classes.
FEWEST = 4096
# `MatMulNBits` brings its input into blocks of 8 bits: what processors multiply fast, and no saturation anywhere, for
# it adds up in int32.
_INT8 = 4
# Of the largest value's scale; the refit below moves each again. At 4 bits the best of these errs 10 % less in squares
# on normal weights than the first alone.
_TRIED = (1.0, 0.95, 0.9, 0.85, 1.06)
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class OnnxQuantized:
    """types: of every constant with two axes or more.  changed: how many nodes take fewer bits now.  notes: what stayed
    as it was, and why, a line each."""

    types: Mapping[str, str]
    changed: int
    notes: Sequence[str]


def quantize_blocks(
    model: onnx.ModelProto, bits: int, *, products: bool = True, report: Reporter = silent
) -> OnnxQuantized:
    """Change the model in place.  bits: 4 or 8.  products: whether matrices change too, and not only tables.

    Raises UnsupportedModelError where weights lie in other files, ModelFormatError for damaged constants and for
    weights that are no numbers.
    """
    if bits not in (4, 8):
        raise ValueError(f"{bits} bits")
    weights, notes, changed = Weights(model), [], 0
    uses = [*(weights.products() if products else ()), *weights.tables()]
    for number, use in enumerate(uses, 1):
        looked_up = use.node.op_type == "Gather"
        if prod(use.shape) < FEWEST:
            continue
        if looked_up and use.shape[1] % BLOCK:
            notes.append(f"`{use.name}` stays as it is: its rows of {use.shape[1]} values are no blocks of {BLOCK}")
            continue
        quants, scales = blocks_of(weights.matrix(use), bits)
        if looked_up:
            _look_up(weights, use, quants, scales, bits)
        else:
            _multiply(weights, use, quants, scales, bits)
        changed += 1
        report(Progress(STEP, number, len(uses), "tensors"))
    import_microsoft(model)
    drop_dead_transposes(model)
    weights.drop_unused()
    return OnnxQuantized(_types(weights, bits), changed, notes)


def blocks_of(matrix: Floats, bits: int) -> tuple[NDArray[np.uint8], Floats]:
    """(rows, blocks, 32) values of bits bits around 2^(bits - 1), not packed, and (rows, blocks) scales.

    The last block of a row is filled up with zeros.
    """
    rows, columns = matrix.shape
    count = -(-columns // BLOCK)
    quants = np.empty((rows, count, BLOCK), np.uint8)
    scales = np.empty((rows, count), np.float32)
    for begin in range(0, rows, _ROWS_AT_ONCE):
        part = np.zeros((min(_ROWS_AT_ONCE, rows - begin), count * BLOCK), np.float32)
        part[:, :columns] = matrix[begin : begin + len(part)]
        here = slice(begin, begin + len(part))
        quants[here], scales[here] = _blocks(part.reshape(len(part), count, BLOCK), bits)
    return quants, scales


def in_floats(model: onnx.ModelProto) -> int:
    """The opposite, in place: blocks of 4 or 8 bits become the float32 numbers that they stand for; at how many nodes.

    Raises ModelFormatError for blocks whose parts do not fit together.
    """
    weights, changed = Weights(model), 0
    for graph in graphs_of(model.graph):
        for node in list(graph.node):
            if node.domain != MICROSOFT or node.op_type not in ("MatMulNBits", "GatherBlockQuantized"):
                continue
            looked_up = node.op_type == "GatherBlockQuantized"
            matrix = _numbers(weights, node)
            if matrix is None:
                continue
            name = weights.add(f"{node.input[0 if looked_up else 1]}.numbers", matrix if looked_up else matrix.T)
            inputs = [name, node.input[1]] if looked_up else [node.input[0], name]
            made = helper.make_node("Gather" if looked_up else "MatMul", inputs, list(node.output), name=node.name)
            replace_node(graph, node, [made])
            changed += 1
    weights.drop_unused()
    return changed


def _blocks(values: Floats, bits: int) -> tuple[NDArray[np.uint8], Floats]:
    middle = 1 << (bits - 1)
    at = np.abs(values).argmax(axis=-1, keepdims=True)
    extreme = np.take_along_axis(values, at, axis=-1)  # with its sign: it gets the number that has no opposite
    best = np.full((*values.shape[:-1], 1), np.inf, np.float32)
    quants = np.full(values.shape, middle, np.uint8)
    scales = np.zeros(best.shape, np.float32)
    for share in _TRIED if bits == 4 else _TRIED[:1]:
        scale = extreme * np.float32(-share / middle)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            whole = np.nan_to_num(np.rint(values / scale), nan=0.0, posinf=0.0, neginf=0.0)
        whole = np.clip(whole, -middle, middle - 1)
        # The scale that errs least with these whole numbers.
        squares = np.square(whole).sum(axis=-1, keepdims=True)
        scale = (values * whole).sum(axis=-1, keepdims=True) / np.where(squares > 0, squares, 1)
        error = np.square(values - whole * scale).sum(axis=-1, keepdims=True)
        better = error < best
        best = np.where(better, error, best)
        scales = np.where(better, scale, scales)
        np.copyto(quants, (whole + middle).astype(np.uint8), where=better)
    return quants, scales[..., 0].astype(np.float32)


def _packed(quants: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Two values of 4 bits a byte, the first in the low bits."""
    return quants if bits == 8 else np.asarray(quants[..., ::2] | quants[..., 1::2] << 4, np.uint8)


def _multiply(weights: Weights, use: Use, quants: NDArray[np.uint8], scales: Floats, bits: int) -> None:
    rows, columns = use.shape
    # A table that is the head as well may be multiplied with both ways round.
    turned = ".turned" if use.turned else ""
    node = use.node
    biased = node.op_type == "Gemm" and len(node.input) > 2 and node.input[2]
    result = f"{node.output[0]}.product" if biased else node.output[0]
    made = [
        helper.make_node(
            "MatMulNBits",
            [
                node.input[0],
                weights.add(f"{use.name}{turned}.blocks", _packed(quants, bits)),
                weights.add(f"{use.name}{turned}.block_scales", scales),
            ],
            [result],
            name=node.name,
            domain=MICROSOFT,
            K=columns,
            N=rows,
            bits=bits,
            block_size=BLOCK,
            accuracy_level=_INT8,
        )
    ]
    if biased:
        made.append(helper.make_node("Add", [result, node.input[2]], list(node.output)))
    replace_node(use.graph, node, made)


def _look_up(weights: Weights, use: Use, quants: NDArray[np.uint8], scales: Floats, bits: int) -> None:
    node = use.node
    packed = _packed(quants, bits).reshape(len(quants), -1)
    made = helper.make_node(
        "GatherBlockQuantized",
        [
            weights.add(f"{use.name}.rows", packed),
            node.input[1],
            weights.add(f"{use.name}.row_scales", scales),
        ],
        list(node.output),
        name=node.name,
        domain=MICROSOFT,
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
        bits=bits,
    )
    replace_node(use.graph, node, [made])


def _numbers(weights: Weights, node: onnx.NodeProto) -> Floats | None:
    """(rows, columns) of a node's blocks; None where they are no constants."""
    looked_up = node.op_type == "GatherBlockQuantized"
    settings = attributes(node)
    data, scale = (node.input[at] for at in ((0, 2) if looked_up else (1, 2)))
    raw = weights.array(data, (TensorProto.UINT8,))
    scales = weights.array(scale)
    if raw is None or scales is None or (len(node.input) > 3 and node.input[3]):
        return None
    bits, block = int(settings.get("bits", 4)), int(settings.get("block_size", 128))
    rows = len(raw)
    if bits not in (4, 8) or block < 16 or rows == 0 or prod(raw.shape) * 8 // bits != scales.size * block:
        raise ModelFormatError(f"the blocks of `{data}` do not fit their scales")
    values = raw.reshape(rows, -1)
    if bits == 4:
        values = np.stack([values & 15, values >> 4], axis=-1).reshape(rows, -1)
    numbers = (values.astype(np.float32) - (1 << (bits - 1))).reshape(rows, -1, block)
    numbers *= scales.reshape(rows, -1, 1)
    columns = scales.size // rows * block if looked_up else int(settings.get("K", 0))
    if not 0 < columns <= numbers.shape[1] * block:
        raise ModelFormatError(f"the blocks of `{data}` are not of rows of {columns} values")
    return np.ascontiguousarray(numbers.reshape(rows, -1)[:, :columns])


def _types(weights: Weights, bits: int) -> dict[str, str]:
    endings = (".blocks", ".rows")
    return {
        name: f"INT{bits} in blocks of {BLOCK}" if kind == "UINT8" and name.endswith(endings) else kind
        for name, kind in weights.types().items()
    }
