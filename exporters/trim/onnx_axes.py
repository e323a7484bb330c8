"""What the operators that move axes do to a value that has an entry for each token.

Source: onnx `docs/Operators.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from exporters.trim.onnx_flow import Flow, Rows, ShapeConstant
from exporters.trim.onnx_scopes import Use


def _transpose(flow: Flow, use: Use, rows: Rows) -> None:
    node = use.node
    order, rank = node.attribute("perm"), flow.rank(node.inputs[0])
    if order is None and rank is not None:
        order = list(range(rank))[::-1]
    if order is None or len(order) < -rows.axis or sorted(order) != list(range(len(order))):
        flow.refuse(node, "the order of its axes is not known")
    flow.mark(node.outputs[0], rows.along(order.index(len(order) + rows.axis) - len(order)))


def _split(flow: Flow, use: Use, rows: Rows) -> None:
    """Equal parts of a vocabulary, of whatever size it will be."""
    node = use.node
    parts = node.attribute("num_outputs")
    if use.index or node.input(1) is not None or parts != len(node.outputs) or rows.parts != 1:
        flow.refuse(node, "how it takes the vocabulary apart is not known")
    if flow.axis(node.inputs[0], node.attribute("axis", 0)) != rows.axis:
        flow.refuse(node, "it takes apart something else than the vocabulary")
    # So many that the last part is not empty.
    flow.fewest = max(flow.fewest, parts * parts)
    for value in node.outputs:
        flow.mark(value, replace(rows, parts=parts))


def _slice(flow: Flow, use: Use, rows: Rows) -> None:
    """A cut along another axis, or one that only takes padding off the end: too far an end means all there is."""
    node, value = use.node, use.node.inputs[0]
    starts, ends, steps = (flow.integers(node.input(at)) for at in (1, 2, 4))
    axes = flow.integers(node.input(3))
    rank = flow.rank(value)
    if axes is None and node.input(3) is None and starts is not None and rank is not None:
        axes = np.arange(starts.size) - rank
    if use.index or axes is None:
        flow.refuse(node, "which axes it cuts is not known")
    for at, axis in enumerate(axes.reshape(-1).tolist()):
        place = flow.axis(value, axis)
        if place is None:
            flow.refuse(node, "which axes it cuts is not known")
        if place != rows.axis:
            continue
        step = 1 if node.input(4) is None else None if steps is None else int(steps.reshape(-1)[at])
        if starts is None or ends is None or int(starts.reshape(-1)[at]) or step != 1:
            flow.refuse(node, "it takes a part of the vocabulary")
        end = int(ends.reshape(-1)[at])
        if end < flow.tokens:
            flow.refuse(node, f"it takes {end:,} of {flow.tokens:,} tokens")
        rows = Rows(rows.axis, min(end, rows.count))
    flow.mark(node.outputs[0], rows)


def _reshape(flow: Flow, use: Use, rows: Rows) -> None:
    """Only the axes before the vocabulary may change, and the shape must say so: its last entry is the vocabulary's."""
    node, target = use.node, use.node.input(1)
    if use.index or rows.axis != -1:
        flow.refuse(node, "it changes the vocabulary's axis")
    maker = flow.scopes.makers.get(target) if target is not None else None
    shape = flow.integers(target)
    index = 1
    if shape is None and maker is not None and maker.operator == "Concat":
        node, index = maker, len(maker.inputs) - 1
        target = maker.inputs[index]
        shape = flow.integers(target)
    if target is None or shape is None or not shape.size or shape.reshape(-1)[-1] != rows.count:
        flow.refuse(use.node, "its new shape does not end with the vocabulary")
    flow.shapes.append(ShapeConstant(node, index, flow.scopes.constants[target], shape.size - 1))
    flow.mark(use.node.outputs[0], rows)


def _unsqueeze(flow: Flow, use: Use, rows: Rows) -> None:
    """New axes of length 1 before the vocabulary."""
    node, value = use.node, use.node.inputs[0]
    axes = flow.integers(node.input(1))
    rank = flow.rank(value)
    if use.index or axes is None or rank is None:
        flow.refuse(node, "which axes it adds is not known")
    places = {axis % (rank + axes.size) for axis in axes.reshape(-1).tolist()}
    others = [at for at in range(rank + axes.size) if at not in places]
    if len(others) != rank:
        flow.refuse(node, "which axes it adds is not known")
    flow.mark(node.outputs[0], Rows(others[rows.axis] - rank - axes.size, rows.count))


def _concat(flow: Flow, use: Use, rows: Rows) -> None:
    node, value = use.node, use.node.inputs[use.index]
    axis = flow.axis(value, node.attribute("axis", 0))
    if axis is None or axis == rows.axis:
        flow.refuse(node, "it may add entries to the vocabulary")
    for at in range(len(node.inputs)):
        flow.checks.append(partial(flow.must_have_rows, node, at))
    flow.mark(node.outputs[0], rows)


def _reduction(flow: Flow, use: Use, rows: Rows) -> None:
    node, value = use.node, use.node.inputs[0]
    if use.index:
        flow.refuse(node, "its axes are an entry for each token")
    axes = flow.integers(node.input(1))
    listed = node.attribute("axes") if axes is None else axes.reshape(-1).tolist()
    places = [flow.axis(value, axis) for axis in listed or ()]
    if None in places or (not places and node.input(1) is not None):
        flow.refuse(node, "which axes it sums over is not known")
    if places and rows.axis not in places:
        if not node.attribute("keepdims", 1):
            flow.refuse(node, "it takes axes away from what has an entry for each token")
        flow.mark(node.outputs[0], rows)


def _best(flow: Flow, use: Use, rows: Rows) -> None:
    """`ArgMax` and `TopK` over the vocabulary give token ids."""
    node = use.node
    top = node.operator == "TopK"
    if use.index or flow.axis(node.inputs[0], node.attribute("axis", -1 if top else 0)) != rows.axis:
        flow.refuse(node, "it looks for the best along another axis than the vocabulary's")
    if rows.parts != 1 and not flow.is_own:
        flow.refuse(node, "it looks for the best of a part of the vocabulary")
    # The best of a part is its place there; `Add` puts what comes before the part in front of it.
    flow.mark_ids(node.outputs[int(top)])


def _loop(flow: Flow, use: Use, rows: Rows) -> None:
    if use.index < 2:
        flow.refuse(use.node, "it counts with a value that has an entry for each token")
    flow.mark(flow.body_input(use.node, use.index), rows)
    flow.mark(use.node.outputs[use.index - 2] if use.index - 2 < len(use.node.outputs) else None, rows)


AXIS_RULES: dict[str, Callable[[Flow, Use, Rows], None]] = {
    "Transpose": _transpose,
    "Split": _split,
    "Slice": _slice,
    "Reshape": _reshape,
    "Unsqueeze": _unsqueeze,
    "Concat": _concat,
    **dict.fromkeys(("ReduceMax", "ReduceMin", "ReduceSum", "ReduceLogSumExp"), _reduction),
    "ArgMax": _best,
    "TopK": _best,
    "Loop": _loop,
}
