"""An ONNX graph with its subgraphs as one net: which value a name means, who makes it and who uses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto

from edgekit.core.errors import ModelFormatError, UnsupportedModelError

MICROSOFT = "com.microsoft"
_MOST_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Value:
    """A name in the graph that defines it; scope 0 is the main graph."""

    scope: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A node and where it stands. inputs and outputs: None where the node leaves one out."""

    proto: NodeProto
    scope: int
    inputs: tuple[Value | None, ...]
    outputs: tuple[Value | None, ...]

    @property
    def operator(self) -> str:
        """The operator, with its domain unless that is ONNX's own."""
        domain = self.proto.domain
        return self.proto.op_type if domain in ("", "ai.onnx") else f"{domain}.{self.proto.op_type}"

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"`{(self.proto.name or next(iter(self.proto.output), '?'))[:120]}` ({self.operator[:80]})"

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute's value."""
        for attribute in self.proto.attribute:
            if attribute.name == name:
                return onnx.helper.get_attribute_value(attribute)
        return default


@dataclass(frozen=True, slots=True)
class Use:
    """One input of one node."""

    node: Node
    index: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One output of a subgraph, and the node that the subgraph belongs to."""

    node: Node
    attribute: str
    index: int


class Scopes:
    """See the module; constants are initializers and the tensors of `Constant` nodes."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graphs: list[GraphProto] = []
        self.nodes: list[Node] = []
        self.constants: dict[Value, TensorProto] = {}
        self.makers: dict[Value, Node] = {}
        self.uses: dict[Value, list[Use]] = defaultdict(list)
        self.branches: dict[Value, list[Branch]] = defaultdict(list)
        self.bodies: dict[tuple[int, str], int] = {}
        self._parents: list[int] = []
        self._names: list[set[str]] = []
        self._enter(model.graph, -1, 0)

    def _enter(self, graph: GraphProto, parent: int, depth: int) -> int:
        if depth > _MOST_DEPTH:
            raise UnsupportedModelError(f"its subgraphs are nested more than {_MOST_DEPTH} deep")
        scope = len(self.graphs)
        self.graphs.append(graph)
        self._parents.append(parent)
        names = {port.name for port in graph.input}
        self._names.append(names)
        for tensor in graph.initializer:
            names.add(tensor.name)
            self.constants[Value(scope, tensor.name)] = tensor
        for proto in graph.node:
            self._node(proto, scope, depth)
        return scope

    def _node(self, proto: NodeProto, scope: int, depth: int) -> None:
        inputs = tuple(self.find(scope, name) if name else None for name in proto.input)
        node = Node(proto, scope, inputs, tuple(Value(scope, name) if name else None for name in proto.output))
        self.nodes.append(node)
        for index, value in enumerate(inputs):
            if value is not None:
                self.uses[value].append(Use(node, index))
        for attribute in proto.attribute:
            if attribute.type == AttributeProto.GRAPH:
                body = self._enter(attribute.g, scope, depth + 1)
                self.bodies[id(node), attribute.name] = body
                for index, port in enumerate(attribute.g.output):
                    self.branches[self.find(body, port.name)].append(Branch(node, attribute.name, index))
            elif attribute.type == AttributeProto.GRAPHS:
                raise UnsupportedModelError(f"{node.title} has a list of subgraphs")
        for value in node.outputs:
            if value is None:
                continue
            if value.name in self._names[scope]:
                raise ModelFormatError(f"the value `{value.name[:120]}` is made twice")
            self._names[scope].add(value.name)
            self.makers[value] = node
            if node.operator == "Constant" and proto.attribute and proto.attribute[0].HasField("t"):
                self.constants[value] = proto.attribute[0].t

    def find(self, scope: int, name: str) -> Value:
        """The value that a name means inside a graph. Raises ModelFormatError where there is none."""
        at = scope
        while at >= 0:
            if name in self._names[at]:
                return Value(at, name)
            at = self._parents[at]
        raise ModelFormatError(f"the value `{name[:120]}` is used before anything makes it")

    def new_name(self, stem: str) -> str:
        """A name that no graph has."""
        name, number = stem, 1
        while any(name in names for names in self._names):
            name, number = f"{stem}_{number}", number + 1
        self._names[0].add(name)
        return name

    def ports(self) -> Iterator[tuple[Value, onnx.ValueInfoProto]]:
        """Every declaration of a value's shape."""
        for scope, graph in enumerate(self.graphs):
            for port in (*graph.input, *graph.output, *graph.value_info):
                if port.name in self._names[scope]:
                    yield Value(scope, port.name), port


def shape_of(port: onnx.ValueInfoProto) -> list[int | None] | None:
    """A declared shape with None for what is open, or None where even the rank is."""
    if not port.type.HasField("tensor_type") or not port.type.tensor_type.HasField("shape"):
        return None
    return [size.dim_value if size.HasField("dim_value") else None for size in port.type.tensor_type.shape.dim]
