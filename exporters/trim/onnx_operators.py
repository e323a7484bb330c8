"""What each ONNX operator does to token ids, and to a value that has an entry for each token.

Sources: onnx `docs/Operators.md`, onnxruntime `docs/ContribOperators.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from exporters.trim.onnx_flow import Flow, IdConstant, Rows, ShapeConstant
from exporters.trim.onnx_scopes import Node, Use, Value

# Give back some of the values of their first input, as they are.
_MOVES = frozenset(
    {
        "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Slice", "Transpose", "Expand", "Flatten", "Tile",
        "GatherND", "GatherElements", "Gather",
    }
)  # fmt: skip
_UNARY = frozenset(
    {"Identity", "Cast", "CastLike", "Neg", "Abs", "Tanh", "Exp", "Log", "Sqrt", "Relu", "Sigmoid", "Clip"}
    | {"Softmax", "LogSoftmax"}
)
_ELEMENTWISE = frozenset({"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Where"})
_REDUCTIONS = frozenset({"ReduceMax", "ReduceMin", "ReduceSum", "ReduceLogSumExp"})
# Operator -> the input that is its weight [K, N], and those that have one entry a column or one for all.
_PRODUCTS: dict[str, tuple[int, tuple[int, ...]]] = {
    "MatMul": (1, ()),
    "MatMulInteger": (1, (3,)),
    "QLinearMatMul": (3, (4, 5)),
    "com.microsoft.DynamicQuantizeMatMul": (1, (2, 3, 4)),
    "com.microsoft.MatMulIntegerToFloat": (1, (3, 5, 6)),
    "com.microsoft.FusedMatMul": (1, ()),
    "Gemm": (1, (2,)),
    # B is [N, blocks, bytes]: a row a token, whatever the quantisation.
    "com.microsoft.MatMulNBits": (1, (2, 3, 5)),
}


def follow_ids(flow: Flow, use: Use) -> None:
    """What one use of token ids makes of them."""
    node, operator, index = use.node, use.node.operator, use.index
    if operator in ("Gather", "com.microsoft.GatherBlockQuantized") and index == 1:
        _look_up(flow, node)
    elif operator == "com.microsoft.EmbedLayerNormalization" and index == 0:
        if not flow.seed(_input(node, 2), -2):
            flow.refuse(node, f"its table is no constant of at least {flow.tokens:,} rows")
    elif operator in _MOVES and index == 0:
        flow.mark_ids(node.outputs[0])
    elif operator == "Concat" or (operator == "Where" and index):
        for at, value in enumerate(node.inputs):
            if operator == "Concat" or at:
                _join(flow, node, at, value)
        flow.mark_ids(node.outputs[0])
    elif operator == "Equal":
        _join(flow, node, 1 - index, _input(node, 1 - index))
    elif operator == "Min" and _is_own(flow):
        # Whether a row goes on: the smaller of 1 and the token is 0 at the end mark alone, which stays token 0.
        pass
    elif operator == "Loop" and index >= 2:
        flow.mark_ids(flow.body_input(node, index))
        flow.mark_ids(node.outputs[index - 2] if index - 2 < len(node.outputs) else None)
    elif operator not in ("Shape", "Size"):
        flow.refuse(node, "it computes with token ids")


def follow_rows(flow: Flow, use: Use, rows: Rows) -> None:
    """What one use of a value that has an entry for each token makes of it."""
    node, operator, index = use.node, use.node.operator, use.index
    if operator in _RULES:
        _RULES[operator](flow, use, rows)
    elif operator in _PRODUCTS:
        _product(flow, use, rows)
    elif operator in _UNARY and index == 0:
        flow.mark(node.outputs[0], rows)
    elif operator in _ELEMENTWISE:
        _elementwise(flow, node, rows)
    elif operator in _REDUCTIONS and index == 0:
        _reduction(flow, node, rows)
    elif operator == "com.microsoft.EmbedLayerNormalization" and index == 2:
        flow.checks.append(lambda: _must_be_ids(flow, node, 0))
    elif operator not in ("Shape", "Size"):
        flow.refuse(node, "it is given a value that has an entry for each token")


def seed_head(flow: Flow, value: Value) -> None:
    """Go back from an output to the products that it is the sum of, and mark their weights."""
    waiting, seen = [value], {value}
    while waiting:
        value = waiting.pop()
        found: list[Value | None] = []
        node = flow.scopes.makers.get(value)
        if node is None:
            continue
        if node.operator in _PRODUCTS:
            weight = _PRODUCTS[node.operator][0]
            flow.seed(_input(node, weight), _columns(flow, node, weight))
        elif node.operator in _UNARY | _ELEMENTWISE | {"Slice", "Reshape"}:
            found = list(node.inputs)
        elif node.operator == "If":
            bodies = [flow.scopes.bodies.get((id(node), name)) for name in ("then_branch", "else_branch")]
            at = node.outputs.index(value)
            for body in bodies:
                ports = [] if body is None else flow.scopes.graphs[body].output
                found += [flow.scopes.find(body, ports[at].name)] if body is not None and at < len(ports) else []
        for one in found:
            if one is not None and one not in seen:
                seen.add(one)
                waiting.append(one)


def _look_up(flow: Flow, node: Node) -> None:
    data = node.inputs[0]
    name = "axis" if node.operator == "Gather" else "gather_axis"
    axis = flow.axis(data, node.attribute(name, 0))
    if data in flow.ids:
        flow.refuse(node, "it takes token ids by token ids")
    if axis is None or not flow.seed(data, axis):
        flow.refuse(node, f"what it takes by token id is no constant of at least {flow.tokens:,} rows")


def _join(flow: Flow, node: Node, index: int, value: Value | None) -> None:
    """Everything that a value comes from holds token ids as well."""
    waiting: list[tuple[Node, int, Value | None]] = [(node, index, value)]
    while waiting:
        node, index, value = waiting.pop()
        if value is None or value in flow.ids:
            continue
        tensor, maker = flow.scopes.constants.get(value), flow.scopes.makers.get(value)
        if tensor is not None:
            if flow.integers(value) is None:
                flow.refuse(node, f"`{value.name}` meets token ids and is none")
            flow.id_constants.append(IdConstant(node, index, tensor))
            continue
        if maker is None or maker.operator not in _MOVES | {"Concat", "Where", "ConstantOfShape"}:
            flow.refuse(node, f"`{value.name}` meets token ids, and nothing tells what it is")
        flow.mark_ids(value)
        if maker.operator == "ConstantOfShape":
            tensor = maker.attribute("value")
            if tensor is None or len(tensor.dims) > 1:
                flow.refuse(maker, "it makes token ids of nothing")
            flow.id_constants.append(IdConstant(maker, None, tensor))
        elif maker.operator in ("Concat", "Where"):
            first = int(maker.operator == "Where")
            waiting += [(maker, at, one) for at, one in enumerate(maker.inputs) if at >= first]
        else:
            waiting.append((maker, 0, _input(maker, 0)))


def _gather(flow: Flow, use: Use, rows: Rows) -> None:
    """`Gather`, `GatherBlockQuantized`: rows taken by token id end here; taken along another axis they go on."""
    node, data = use.node, use.node.inputs[0]
    blocks = node.operator != "Gather"
    axis = flow.axis(data, node.attribute("gather_axis" if blocks else "axis", 0))
    if axis is None:
        flow.refuse(node, "the rank of what it takes from is not known")
    if axis == rows.axis and use.index != 1:
        flow.checks.append(lambda: _must_be_ids(flow, node, 1))
        if blocks:
            if flow.axis(data, node.attribute("quantize_axis", 1)) == axis:
                flow.refuse(node, "its blocks run along the vocabulary")
            _companions(flow, node, (0, 2, 3), rows)
        return
    indices = flow.rank(_input(node, 1))
    if use.index or blocks or (indices is None and axis > rows.axis):
        flow.refuse(node, "it takes something else than tokens out of what has an entry for each token")
    shift = 0 if axis < rows.axis else (indices or 0) - 1
    flow.mark(node.outputs[0], Rows(rows.axis - shift, rows.count))


def _must_be_ids(flow: Flow, node: Node, index: int) -> None:
    if _input(node, index) not in flow.ids:
        flow.refuse(node, "it takes entries of the vocabulary by something that is no token id")


def _product(flow: Flow, use: Use, rows: Rows) -> None:
    node, index = use.node, use.index
    weight, beside = _PRODUCTS[node.operator]
    if index in beside:
        # Scales, zero points, biases: the weight leads here; one that comes alone is a use of its own.
        flow.checks.append(lambda: _must_have_rows(flow, node, weight))
        return
    if index == weight:
        if rows.axis != _columns(flow, node, weight):
            flow.refuse(node, "it sums over the vocabulary")
        _companions(flow, node, beside, Rows(-1, rows.count))
        if node.operator.endswith("MatMulNBits"):
            if node.attribute("N") != rows.count:
                flow.refuse(node, f"its `N` is {node.attribute('N')}, its weight has {rows.count:,} rows")
            flow.counts.append(node.proto)
        flow.mark(node.outputs[0], Rows(-1, rows.count))
    elif index == 0 and node.operator == "MatMul" and rows.axis == -2:
        flow.mark(node.outputs[0], rows)
    else:
        flow.refuse(node, "it is given a value that has an entry for each token")


def _columns(flow: Flow, node: Node, weight: int) -> int:
    """The axis (negative) of a product's weight that becomes its columns."""
    if node.operator.endswith("MatMulNBits"):
        return -(flow.rank(_input(node, weight)) or 3)
    return -2 if node.attribute("transB", 0) else -1


def _companions(flow: Flow, node: Node, indices: Sequence[int], rows: Rows) -> None:
    """Scales, zero points and biases that have an entry for each row, or for each block of each row, go with them."""
    for index in indices:
        value = _input(node, index)
        tensor = flow.scopes.constants.get(value) if value is not None else None
        if tensor is None or value in flow.rows:
            continue
        dims = list(tensor.dims)
        axis = rows.axis
        if node.operator.endswith("MatMulNBits"):
            # [N, blocks], or all of it in one axis.
            axis = -len(dims)
        if len(dims) < -axis or dims[axis] == 1:
            continue
        if dims[axis] % rows.count:
            flow.refuse(node, f"`{tensor.name}` of shape {dims} does not fit {rows.count:,} rows")
        flow.mark(value, Rows(axis, rows.count))


def _must_have_rows(flow: Flow, node: Node, index: int) -> None:
    if _input(node, index) not in flow.rows:
        flow.refuse(node, "what belongs to its weight has an entry for each token, the weight has not")


def _elementwise(flow: Flow, node: Node, rows: Rows) -> None:
    for value in node.inputs:
        tensor = flow.scopes.constants.get(value) if value is not None else None
        if tensor is None or len(tensor.dims) < -rows.axis or tensor.dims[rows.axis] == 1:
            continue
        if tensor.dims[rows.axis] != rows.count:
            flow.refuse(node, f"`{tensor.name}` of shape {list(tensor.dims)} does not fit {rows.count:,} rows")
        flow.mark(value, rows)
    flow.mark(node.outputs[0], rows)


def _scaled(flow: Flow, use: Use, rows: Rows) -> None:
    """`DequantizeLinear` and `QuantizeLinear`: one scale for all, one for each entry of an axis, or one a block."""
    node = use.node
    value = node.inputs[0]
    if use.index:
        flow.checks.append(lambda: _must_have_rows(flow, node, 0))
        return
    axis = flow.axis(value, node.attribute("axis", 1))
    scaled_by = _input(node, 1)
    scale = flow.scopes.constants.get(scaled_by) if scaled_by is not None else None
    if scale is None or (scale.dims and axis is None and list(scale.dims) != [1]):
        flow.refuse(node, "its scale is no constant, or its axis not known")
    if node.attribute("block_size", 0):
        if axis == rows.axis:
            flow.refuse(node, "its blocks run along the vocabulary")
        _companions(flow, node, (1, 2), rows)
    elif axis == rows.axis:
        _companions(flow, node, (1, 2), Rows(-1, rows.count))
    flow.mark(node.outputs[0], rows)


def _transpose(flow: Flow, use: Use, rows: Rows) -> None:
    node = use.node
    order, rank = node.attribute("perm"), flow.rank(node.inputs[0])
    if order is None and rank is not None:
        order = list(range(rank))[::-1]
    if order is None or len(order) < -rows.axis or sorted(order) != list(range(len(order))):
        flow.refuse(node, "the order of its axes is not known")
    flow.mark(node.outputs[0], Rows(order.index(len(order) + rows.axis) - len(order), rows.count))


def _slice(flow: Flow, use: Use, rows: Rows) -> None:
    """A cut along another axis, or one that only takes padding off the end: too far an end means all there is."""
    node, value = use.node, use.node.inputs[0]
    starts, ends, steps = (flow.integers(_input(node, at)) for at in (1, 2, 4))
    axes = flow.integers(_input(node, 3))
    rank = flow.rank(value)
    if axes is None and _input(node, 3) is None and starts is not None and rank is not None:
        axes = np.arange(starts.size) - rank
    if use.index or axes is None:
        flow.refuse(node, "which axes it cuts is not known")
    for at, axis in enumerate(axes.reshape(-1).tolist()):
        place = flow.axis(value, axis)
        if place is None:
            flow.refuse(node, "which axes it cuts is not known")
        if place != rows.axis:
            continue
        step = 1 if _input(node, 4) is None else None if steps is None else int(steps.reshape(-1)[at])
        if starts is None or ends is None or int(starts.reshape(-1)[at]) or step != 1:
            flow.refuse(node, "it takes a part of the vocabulary")
        end = int(ends.reshape(-1)[at])
        if end < flow.tokens:
            flow.refuse(node, f"it takes {end:,} of {flow.tokens:,} tokens")
        rows = Rows(rows.axis, min(end, rows.count))
    flow.mark(node.outputs[0], rows)


def _reshape(flow: Flow, use: Use, rows: Rows) -> None:
    """Only the axes before the vocabulary may change, and the shape must say so: its last entry is the vocabulary's."""
    node, target = use.node, _input(use.node, 1)
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
    axes = flow.integers(_input(node, 1))
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
        flow.checks.append(partial(_must_have_rows, flow, node, at))
    flow.mark(node.outputs[0], rows)


def _reduction(flow: Flow, node: Node, rows: Rows) -> None:
    value = node.inputs[0]
    axes = flow.integers(_input(node, 1))
    listed = node.attribute("axes") if axes is None else axes.reshape(-1).tolist()
    places = [flow.axis(value, axis) for axis in listed or ()]
    if None in places or (not places and _input(node, 1) is not None):
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
    flow.mark_ids(node.outputs[int(top)])


def _loop(flow: Flow, use: Use, rows: Rows) -> None:
    if use.index < 2:
        flow.refuse(use.node, "it counts with a value that has an entry for each token")
    flow.mark(flow.body_input(use.node, use.index), rows)
    flow.mark(use.node.outputs[use.index - 2] if use.index - 2 < len(use.node.outputs) else None, rows)


_RULES: dict[str, Callable[[Flow, Use, Rows], None]] = {
    "Gather": _gather,
    "com.microsoft.GatherBlockQuantized": _gather,
    "DequantizeLinear": _scaled,
    "QuantizeLinear": _scaled,
    "Transpose": _transpose,
    "Slice": _slice,
    "Reshape": _reshape,
    "Unsqueeze": _unsqueeze,
    "Concat": _concat,
    "ArgMax": _best,
    "TopK": _best,
    "Loop": _loop,
}


def _input(node: Node, index: int) -> Value | None:
    return node.inputs[index] if index < len(node.inputs) else None


def _is_own(flow: Flow) -> bool:
    return flow.model.producer_name == "edgekit"
