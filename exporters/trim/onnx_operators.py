"""What each ONNX operator does to token ids, and to a value that has an entry for each token.

Sources: onnx `docs/Operators.md`, onnxruntime `docs/ContribOperators.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from onnx import TensorProto

from exporters.trim.onnx_axes import AXIS_RULES
from exporters.trim.onnx_flow import Flow, IdConstant, Rows
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
# What parts of a head go through.
_OF_PARTS = frozenset({"Transpose", "TopK", "ReduceSum", "Shape"} | _UNARY | _ELEMENTWISE | _PRODUCTS.keys())


def follow_ids(flow: Flow, use: Use) -> None:
    """What one use of token ids makes of them."""
    node, operator, index = use.node, use.node.operator, use.index
    if operator in ("Gather", "com.microsoft.GatherBlockQuantized") and index == 1:
        _look_up(flow, node)
    elif operator == "com.microsoft.EmbedLayerNormalization" and index == 0:
        if not flow.seed(node.input(2), -2):
            flow.refuse(node, f"its table is no constant of at least {flow.tokens:,} rows")
    elif operator in _MOVES and index == 0:
        flow.mark_ids(node.outputs[0])
    elif operator == "Concat" or (operator == "Where" and index):
        for at, value in enumerate(node.inputs):
            if operator == "Concat" or at:
                _join(flow, node, at, value)
        flow.mark_ids(node.outputs[0])
    elif operator == "Equal":
        _join(flow, node, 1 - index, node.input(1 - index))
    elif operator == "Add" and flow.is_own:
        # The place within a part and the number of tokens before it: see `exporters.families.onnx.head`.
        flow.mark_ids(node.outputs[0])
    elif operator == "Min" and flow.is_own:
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
    if rows.parts != 1 and operator not in _OF_PARTS:
        flow.refuse(node, "it is given a part of the vocabulary")
    if operator in AXIS_RULES:
        AXIS_RULES[operator](flow, use, rows)
    elif operator in ("Gather", "com.microsoft.GatherBlockQuantized"):
        _gather(flow, use, rows)
    elif operator in ("DequantizeLinear", "QuantizeLinear"):
        _scaled(flow, use, rows)
    elif operator in _PRODUCTS:
        _product(flow, use, rows)
    elif operator in _UNARY and index == 0:
        flow.mark(node.outputs[0], rows)
    elif operator in _ELEMENTWISE:
        _elementwise(flow, node, rows)
    elif operator == "com.microsoft.EmbedLayerNormalization" and index == 2:
        flow.checks.append(lambda: flow.must_be_ids(node, 0))
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
            flow.seed(node.input(weight), _columns(flow, node, weight))
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
        best = ("ArgMax", "TopK", "Add") if flow.is_own else ("ArgMax", "TopK")
        if maker is not None and maker.operator in best:
            # The best of all tokens, where the head is followed to; the other way round would be a number of something.
            flow.checks.append(partial(flow.must_be_ids, node, index))
            continue
        if maker is None or maker.operator not in _MOVES | {"Concat", "Where", "ConstantOfShape"}:
            flow.refuse(node, f"`{value.name}` meets token ids, and nothing tells what it is")
        flow.mark_ids(value)
        if maker.operator == "ConstantOfShape":
            tensor = maker.attribute("value")
            if not isinstance(tensor, TensorProto) or len(tensor.dims) > 1:
                flow.refuse(maker, "it makes token ids of nothing")
            flow.id_constants.append(IdConstant(maker, None, tensor))
        elif maker.operator in ("Concat", "Where"):
            first = int(maker.operator == "Where")
            waiting += [(maker, at, one) for at, one in enumerate(maker.inputs) if at >= first]
        else:
            waiting.append((maker, 0, maker.input(0)))


def _gather(flow: Flow, use: Use, rows: Rows) -> None:
    """`Gather`, `GatherBlockQuantized`: rows taken by token id end here; taken along another axis they go on."""
    node, data = use.node, use.node.inputs[0]
    blocks = node.operator != "Gather"
    axis = flow.axis(data, node.attribute("gather_axis" if blocks else "axis", 0))
    if axis is None:
        flow.refuse(node, "the rank of what it takes from is not known")
    if axis == rows.axis and use.index != 1:
        flow.checks.append(lambda: flow.must_be_ids(node, 1))
        if blocks:
            if flow.axis(data, node.attribute("quantize_axis", 1)) == axis:
                flow.refuse(node, "its blocks run along the vocabulary")
            _companions(flow, node, (0, 2, 3), rows)
        return
    indices = flow.rank(node.input(1))
    if use.index or blocks or (indices is None and axis > rows.axis):
        flow.refuse(node, "it takes something else than tokens out of what has an entry for each token")
    shift = 0 if axis < rows.axis else (indices or 0) - 1
    flow.mark(node.outputs[0], Rows(rows.axis - shift, rows.count))


def _product(flow: Flow, use: Use, rows: Rows) -> None:
    node, index = use.node, use.index
    weight, beside = _PRODUCTS[node.operator]
    if index in beside:
        # Scales, zero points, biases: the weight leads here; one that comes alone is a use of its own.
        flow.checks.append(lambda: flow.must_have_rows(node, weight))
        return
    if index == weight:
        if rows.axis != _columns(flow, node, weight):
            flow.refuse(node, "it sums over the vocabulary")
        _companions(flow, node, beside, rows.along(-1))
        if node.operator.endswith("MatMulNBits"):
            if node.attribute("N") != rows.count:
                flow.refuse(node, f"its `N` is {node.attribute('N')}, its weight has {rows.count:,} rows")
            flow.counts.append(node.proto)
        flow.mark(node.outputs[0], rows.along(-1))
    elif index == 0 and node.operator == "MatMul" and rows.axis == -2:
        flow.mark(node.outputs[0], rows)
    else:
        flow.refuse(node, "it is given a value that has an entry for each token")


def _columns(flow: Flow, node: Node, weight: int) -> int:
    """The axis (negative) of a product's weight that becomes its columns."""
    if node.operator.endswith("MatMulNBits"):
        return -(flow.rank(node.input(weight)) or 3)
    return -2 if node.attribute("transB", 0) else -1


def _companions(flow: Flow, node: Node, indices: Sequence[int], rows: Rows) -> None:
    """Scales, zero points and biases that have an entry for each row, or for each block of each row, go with them."""
    for index in indices:
        value = node.input(index)
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
        flow.checks.append(lambda: flow.must_have_rows(node, 0))
        return
    axis = flow.axis(value, node.attribute("axis", 1))
    scaled_by = node.input(1)
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
