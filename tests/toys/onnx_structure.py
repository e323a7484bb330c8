"""The structure of an ONNX graph as a digest: operators, attributes and ports, without names and weights."""

from __future__ import annotations

import hashlib

import onnx


def structure_digest(graph: onnx.GraphProto) -> str:
    """16 digits that any change of the structure changes."""
    return hashlib.sha256("\n".join(_lines(graph)).encode()).hexdigest()[:16]


def _lines(graph: onnx.GraphProto) -> list[str]:
    lines = []
    for port in (*graph.input, *graph.output):
        shape = [size.dim_param or size.dim_value for size in port.type.tensor_type.shape.dim]
        lines.append(f"port {port.type.tensor_type.elem_type} {shape}")
    for node in graph.node:
        lines.append(f"{node.domain}:{node.op_type} {len(node.input)} {len(node.output)}")
        for attribute in sorted(node.attribute, key=lambda one: one.name):
            if attribute.type == onnx.AttributeProto.GRAPH:
                lines += [f"{attribute.name} {{", *_lines(attribute.g), "}"]
            else:
                value = onnx.helper.get_attribute_value(attribute)
                lines.append(f"  {attribute.name} = {round(value, 9) if isinstance(value, float) else value}")
    return lines
