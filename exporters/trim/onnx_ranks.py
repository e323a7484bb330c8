"""How many axes the values of a graph have, as far as declarations and a few operators tell."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.trim.onnx_scopes import Node, Scopes, Value, shape_of

# As many as their first input, or as the one with most (numpy's broadcasting).
_SAME = frozenset(
    {"Identity", "Cast", "CastLike", "Neg", "Abs", "Tanh", "Exp", "Log", "Sqrt", "Relu", "Sigmoid", "Erf", "Clip"}
    | {"Softmax", "LogSoftmax", "DequantizeLinear", "QuantizeLinear", "DynamicQuantizeLinear", "Slice", "Concat"}
    | {"Transpose", "LayerNormalization", "SimplifiedLayerNormalization", "com.microsoft.MatMulNBits", "CumSum"}
    | {"com.microsoft.Gelu", "com.microsoft.FastGelu", "com.microsoft.BiasGelu", "com.microsoft.QuickGelu"}
    | {"com.microsoft.SkipLayerNormalization", "com.microsoft.DynamicQuantizeMatMul"}
    | {"com.microsoft.MatMulIntegerToFloat", "com.microsoft.Attention"}
)
_BROADCAST = frozenset({"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Where", "Equal", "And", "Or"})
_PRODUCTS = frozenset({"MatMul", "MatMulInteger", "com.microsoft.FusedMatMul"})


def infer_ranks(scopes: Scopes) -> dict[Value, int]:
    """The rank of every value that is declared, constant, or made by an operator whose result tells."""
    ranks = {value: len(tensor.dims) for value, tensor in scopes.constants.items()}
    for value, port in scopes.ports():
        shape = shape_of(port)
        if shape is not None:
            ranks.setdefault(value, len(shape))
    # Nodes inside a subgraph come after the nodes outside that they read.
    for node in scopes.nodes:
        if not node.outputs or node.outputs[0] is None or node.outputs[0] in ranks:
            continue
        known = [ranks.get(value) if value is not None else None for value in node.inputs]
        rank = _rank(node, known, scopes)
        if rank is not None:
            ranks[node.outputs[0]] = rank
    return ranks


def _rank(node: Node, known: Sequence[int | None], scopes: Scopes) -> int | None:
    operator = node.operator
    complete = [rank for rank in known if rank is not None]
    first = known[0] if known else None
    if operator in _SAME:
        return first
    if operator in _BROADCAST and len(complete) == len(known):
        return max(complete, default=None)
    if operator in _PRODUCTS and len(known) > 1 and first is not None and known[1] is not None:
        return max(first, known[1]) if min(first, known[1]) > 1 else None
    if operator in ("Gather", "com.microsoft.GatherBlockQuantized") and len(known) > 1:
        return None if first is None or known[1] is None else first + known[1] - 1
    if operator == "Gemm":
        return 2
    target = node.inputs[1] if operator == "Reshape" and len(node.inputs) > 1 else None
    shape = scopes.constants.get(target) if target is not None else None
    return shape.dims[0] if shape is not None and len(shape.dims) == 1 else None
