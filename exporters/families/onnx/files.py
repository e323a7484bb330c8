"""Graphs as files, and how large they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from pathlib import Path

import onnx

from edgekit.core.atomic import replacing, write_bytes
from exporters.families.onnx.weights import BLOCK

GRAPH = "model.onnx"
DATA = "model.onnx_data"
# A protobuf message ends at 2 GB; beyond half of that the weights lie beside it.
_MOST_BYTES = 1 << 30
# Smaller ones stay in the graph, where shapes have to be.
_LEAST_OUTSIDE = 1024
_ALIGNMENT = 64

_BYTES = {"f32": 4.0, "int8": 1.0, "q8_0": 1 + 4 / BLOCK, "q4_0": 0.5 + 4 / BLOCK}


def estimated_bytes(shapes: Iterable[Sequence[int]], precision: str) -> int:
    """Size of a graph with these tensors, before it is built; matrices alone are stored in fewer bytes."""
    size = 0.0
    for shape in shapes:
        size += prod(shape) * (_BYTES[precision] if len(shape) == 2 else 4)
        size += 4 * shape[0] if precision == "int8" and len(shape) == 2 else 0
    return int(size)


def save(model: onnx.ModelProto, folder: Path, *, most: int = _MOST_BYTES) -> int:
    """Write the model, and where it is large its weights beside it; all or nothing. Gives the bytes written.

    The weights of model are gone afterwards.
    """
    size = 0
    if sum(len(tensor.raw_data) for tensor in model.graph.initializer) > most:
        with replacing(folder / DATA) as stream:
            for tensor in model.graph.initializer:
                if len(tensor.raw_data) < _LEAST_OUTSIDE:
                    continue
                stream.write(bytes(-stream.tell() % _ALIGNMENT))
                offset = stream.tell()
                data, length = tensor.raw_data, len(tensor.raw_data)
                stream.write(data)
                tensor.ClearField("raw_data")
                tensor.data_location = onnx.TensorProto.EXTERNAL
                for key, value in (("location", DATA), ("offset", offset), ("length", length)):
                    tensor.external_data.add(key=key, value=str(value))
            size = stream.tell()
    data = model.SerializeToString()
    write_bytes(folder / GRAPH, data)
    return size + len(data)
