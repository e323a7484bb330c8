"""Follows the vocabulary through an ONNX graph: which values hold token ids, which have an entry for each token.

It starts at the inputs that carry ids, at the tables these look up, at every constant of a table's length, and at the
products that outputs come from; from there every use is followed until it ends. What each operator does to the
vocabulary is said in `exporters.trim.onnx_operators`; a use that is not said there refuses the file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.trim.onnx_ranks import infer_ranks
from exporters.trim.onnx_scopes import Branch, Node, Scopes, Value, shape_of
from exporters.trim.onnx_tensors import Cut, DataFiles, bytes_of, form_of

# Inputs that carry token ids: optimum's and transformers', and those of our own translation graphs.
ID_INPUTS = frozenset({"input_ids", "decoder_input_ids", "source_ids", "candidates", "token", "forced"})
# The input that says how long the result is, of operators that make one out of nothing.
_SHAPED = {"Expand": 1, "ConstantOfShape": 0, "Range": 1, "OneHot": 1}
_INTEGERS: dict[int, str] = {TensorProto.INT32: "<i4", TensorProto.INT64: "<i8"}


@dataclass(frozen=True, slots=True)
class Rows:
    """A value has an entry for each token along an axis (negative, from the end); count: how many.

    parts: it is one of so many equal parts, made by `Split`; `count` is that of all.
    """

    axis: int
    count: int
    parts: int = 1

    def along(self, axis: int) -> Rows:
        """The same along another axis."""
        return replace(self, axis=axis)


@dataclass(frozen=True, slots=True)
class IdConstant:
    """A constant of token ids at one input of a node, or in its attribute `value` where index is None."""

    node: Node
    index: int | None
    tensor: TensorProto


@dataclass(frozen=True, slots=True)
class ShapeConstant:
    """A constant shape at one input of a node, whose entry at `place` is the number of rows."""

    node: Node
    index: int
    tensor: TensorProto
    place: int


class Flow:
    """The vocabulary's way through one model of `tokens` tokens.

    sizes: lengths that the tables of the model's other files have (more than tokens, where padding follows them).

    After `run`: cuts by constant, rows by value, id_constants, shapes, and counts (nodes whose attribute `N` is the
    number of rows), fewest (as many tokens must stay).
    """

    def __init__(
        self, model: onnx.ModelProto, files: DataFiles, tokens: int, sizes: frozenset[int] = frozenset()
    ) -> None:
        self.model = model
        self.files = files
        self.tokens = tokens
        self.sizes = {tokens, *sizes}
        self.scopes = Scopes(model)
        self.cuts: dict[Value, Cut] = {}
        self.rows: dict[Value, Rows] = {}
        self.ids: set[Value] = set()
        self.id_constants: list[IdConstant] = []
        self.shapes: list[ShapeConstant] = []
        self.counts: list[NodeProto] = []
        self.fewest = 1
        self.checks: list[Callable[[], None]] = []
        self._waiting: deque[Value] = deque()
        for tensor in self.scopes.constants.values():
            form_of(tensor)
        self.ranks = infer_ranks(self.scopes)

    def run(self) -> None:
        """Follow everything. Raises UnsupportedModelError, ModelFormatError."""
        for port in self.model.graph.input:
            if port.name in ID_INPUTS:
                default = self.scopes.constants.get(Value(0, port.name))
                if default is not None and 0 not in default.dims:
                    self.refuse(None, f"the input `{port.name}` has token ids as its default")
                self.mark_ids(Value(0, port.name))
        self._settle()
        self.sizes |= {cut.rows for cut in self.cuts.values()}
        self._seed_by_size()
        self._seed_by_outputs()
        for check in self.checks:
            check()
        self._check_ends()

    def mark_ids(self, value: Value | None) -> None:
        """A value holds token ids."""
        if value is None or value in self.ids:
            return
        if value in self.rows:
            self.refuse(self.scopes.makers.get(value), f"`{value.name}` holds ids and has an entry for each token")
        self.ids.add(value)
        self._waiting.append(value)

    def mark(self, value: Value | None, rows: Rows) -> None:
        """A value has an entry for each token."""
        if value is None:
            return
        known = self.rows.get(value)
        if known == rows:
            return
        maker = self.scopes.makers.get(value)
        if known is not None or value in self.ids:
            self.refuse(maker, f"`{value.name}` would have an entry for each token along two axes")
        if rows.count < self.tokens:
            raise ModelFormatError(
                "the tables do not fit the vocabulary",
                reasons=[f"`{value.name}` has {rows.count:,} rows, the tokenizer {self.tokens:,} tokens"],
            )
        self.rows[value] = rows
        tensor = self.scopes.constants.get(value)
        if tensor is not None:
            dims = list(tensor.dims)
            at = len(dims) + rows.axis
            if not 0 <= at < len(dims) or dims[at] % rows.count or not dims[at]:
                self.refuse(maker, f"`{value.name}` of shape {dims} has no entry for each of {rows.count:,} rows")
            self.cuts[value] = Cut(at, rows.count)
        elif value.scope == 0 and maker is None:
            self.refuse(None, f"the input `{value.name}` has an entry for each token")
        self._waiting.append(value)

    def seed(self, value: Value | None, axis: int) -> bool:
        """Mark the constant that value comes from, if it is one with an entry for each token along axis (negative)."""
        while value is not None:
            tensor = self.scopes.constants.get(value)
            if tensor is not None:
                if len(tensor.dims) < -axis or tensor.dims[len(tensor.dims) + axis] < self.tokens:
                    return False
                self.mark(value, Rows(axis, tensor.dims[len(tensor.dims) + axis]))
                return True
            maker = self.scopes.makers.get(value)
            if maker is None or maker.operator not in ("Identity", "Cast", "Transpose", "DequantizeLinear"):
                return False
            if maker.operator == "Transpose":
                order = maker.attribute("perm")
                if order is None or not 0 < -axis <= len(order) or sorted(order) != list(range(len(order))):
                    return False
                axis = order[axis] - len(order)
            value = maker.inputs[0] if maker.inputs else None
        return False

    def integers(self, value: Value | None) -> NDArray[np.int64] | None:
        """A constant of integers, or None where value is no such thing."""
        tensor = self.scopes.constants.get(value) if value is not None else None
        if tensor is None or tensor.data_type not in _INTEGERS:
            return None
        stored = np.frombuffer(bytes_of(tensor, self.files), _INTEGERS[tensor.data_type])
        return stored.astype(np.int64).reshape(tuple(tensor.dims))

    def rank(self, value: Value | None) -> int | None:
        """How many axes a value has, or None where nothing says so."""
        return self.ranks.get(value) if value is not None else None

    def axis(self, value: Value | None, axis: int) -> int | None:
        """An axis counted from the end, or None where it counts from the start and the rank is not known."""
        if axis < 0:
            return axis
        rank = self.rank(value)
        return None if rank is None or axis >= rank else axis - rank

    @property
    def is_own(self) -> bool:
        """Whether edgekit wrote the graph."""
        return self.model.producer_name == "edgekit"

    def must_be_ids(self, node: Node, index: int) -> None:
        """Refuse a node that takes entries of the vocabulary by an input that holds no token ids."""
        if node.input(index) not in self.ids:
            self.refuse(node, "it takes entries of the vocabulary by something that is no token id")

    def must_have_rows(self, node: Node, index: int) -> None:
        """Refuse a node one of whose inputs has an entry for each token, and this one, which belongs to it, has not."""
        if node.input(index) not in self.rows:
            self.refuse(node, "what belongs together does not all have an entry for each token")

    def refuse(self, node: Node | None, why: str) -> NoReturn:
        """Refuse the model for what one of its nodes does."""
        where = "" if node is None else f"{node.title}: "
        raise UnsupportedModelError("a use of the vocabulary is not understood", reasons=[f"{where}{why}"])

    def _settle(self) -> None:
        from exporters.trim.onnx_operators import follow_ids, follow_rows

        while self._waiting:
            value = self._waiting.popleft()
            holds_ids = value in self.ids
            for use in self.scopes.uses.get(value, ()):
                if holds_ids:
                    follow_ids(self, use)
                else:
                    follow_rows(self, use, self.rows[value])
            for branch in self.scopes.branches.get(value, ()):
                self._leave(branch, value)

    def _leave(self, branch: Branch, value: Value) -> None:
        """Out of a subgraph: `If` gives its branches' outputs, `Loop` its states, then what it collects."""
        node, index = branch.node, branch.index
        targets: list[Value | None] = []
        if node.operator == "If":
            targets = [node.outputs[index]] if index < len(node.outputs) else []
        elif node.operator == "Loop" and index:
            targets = [node.outputs[index - 1]] if index - 1 < len(node.outputs) else []
            if index <= len(node.inputs) - 2:
                targets.append(self.body_input(node, index + 1))
        else:
            self.refuse(node, "the vocabulary leaves its subgraph")
        for target in targets:
            if value in self.ids:
                self.mark_ids(target)
            else:
                self.mark(target, self.rows[value])

    def body_input(self, node: Node, index: int) -> Value:
        """The input of a loop's body; index: as in the body (iteration, condition, states)."""
        scope = self.scopes.bodies.get((id(node), "body"))
        if scope is None or index >= len(self.scopes.graphs[scope].input):
            self.refuse(node, "its body does not take what it is given")
        return Value(scope, self.scopes.graphs[scope].input[index].name)

    def _seed_by_size(self) -> None:
        """Constants of a table's length that nothing has led to: heads and their biases, matrices before vectors."""
        sizes = self.sizes
        for value, tensor in sorted(self.scopes.constants.items(), key=lambda one: -len(one[1].dims)):
            places = [at for at, size in enumerate(tensor.dims) if size in sizes]
            if value in self.cuts or not places or not self.scopes.uses.get(value):
                continue
            if len(places) > 1:
                user = self.scopes.uses[value][0].node
                self.refuse(user, f"`{value.name}` of shape {list(tensor.dims)} has two axes as long as the vocabulary")
            self.mark(value, Rows(places[0] - len(tensor.dims), tensor.dims[places[0]]))
            self._settle()
        for graph in self.scopes.graphs:
            if any(set(sparse.dims) & sizes for sparse in graph.sparse_initializer):
                self.refuse(None, "a sparse constant has an axis as long as the vocabulary")

    def _seed_by_outputs(self) -> None:
        """Heads of another length than the tables, padded and cut again, say."""
        from exporters.trim.onnx_operators import seed_head

        for port in self.model.graph.output:
            value = self.scopes.find(0, port.name)
            shape = shape_of(port)
            if value in self.rows or value in self.ids:
                continue
            seed_head(self, value)
            self._settle()
            if value not in self.rows and shape and shape[-1] in self.sizes:
                self.refuse(
                    self.scopes.makers.get(value), f"nothing tells how `{port.name}` comes to {shape[-1]:,} columns"
                )

    def _check_ends(self) -> None:
        """What the graph is given has no entry for each token, and what branches give they give all."""
        for port in self.model.graph.input:
            value = Value(0, port.name)
            if value not in self.scopes.constants and self.sizes.intersection(shape_of(port) or ()):
                self.refuse(None, f"the input `{port.name}` has an entry for each token")
        for node in self.scopes.nodes:
            shape = self.integers(node.input(_SHAPED[node.operator])) if node.operator in _SHAPED else None
            if shape is not None and self.sizes.intersection(shape.reshape(-1).tolist()):
                self.refuse(node, "it makes a value as long as the vocabulary")
            if node.operator != "If":
                continue
            for index, output in enumerate(node.outputs):
                if output not in self.rows:
                    continue
                for name in ("then_branch", "else_branch"):
                    body = self.scopes.bodies.get((id(node), name))
                    ports = [] if body is None else self.scopes.graphs[body].output
                    if body is None or index >= len(ports):
                        self.refuse(node, "its branches do not give the same")
                    if self.rows.get(self.scopes.find(body, ports[index].name)) != self.rows[output]:
                        self.refuse(node, f"only one of its branches gives `{output.name}` an entry for each token")
