"""Graphs as files, written piece by piece: no more of a model is in memory than one of its tensors.

Format: onnx.proto3, `ModelProto.graph` = 7, `GraphProto.initializer` = 5, `TensorProto.raw_data` = 9; weights beside a
graph are what its `external_data` says of place and length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import onnx

from edgekit.core.atomic import replacing, write_bytes
from edgekit.core.events import Progress, Reporter
from exporters.onnx_graph import Deferred, Graph

GRAPH = "model.onnx"
DATA = "model.onnx_data"
# A protobuf message ends at 2 GB; beyond half of that the weights lie beside it.
MOST_BYTES = 1 << 30
# Smaller ones stay in the graph, where shapes have to be.
_LEAST_OUTSIDE = 1024
_ALIGNMENT = 64

_MODEL_GRAPH, _GRAPH_INITIALIZER, _TENSOR_RAW_DATA = 7, 5, 9
_LENGTH_DELIMITED = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A graph whose large constants are not made yet.  deferred: those, by name, in the order of the file."""

    model: onnx.ModelProto
    deferred: Mapping[str, Deferred]

    @classmethod
    def of(cls, g: Graph, name: str, metadata: dict[str, str], documentation: str) -> Draft:
        """The whole of a graph that was written as expressions."""
        return cls(g.model(name, metadata, documentation), g.deferred)

    def sizes(self) -> Mapping[str, int]:
        """Bytes of every constant by its name."""
        made = {one.name: len(one.raw_data) for one in self.model.graph.initializer}
        return made | {name: one.size_bytes for name, one in self.deferred.items()}

    def size_bytes(self, *, most: int = MOST_BYTES) -> int:
        """Size of the files that `save` writes, exact."""
        outside = self._outside(most)
        if not outside:
            return sum(map(len, self._heads())) + sum(one.size_bytes for one in self.deferred.values())
        places = _places(outside)
        size = max(offset + outside[name].size_bytes for name, offset in places.items())
        return size + self._beside(places).ByteSize()

    def save(self, folder: Path, report: Reporter, *, most: int = MOST_BYTES) -> int:
        """Write the model, and where it is larger than most its weights beside it, each file all or nothing.

        Gives the bytes written; reports the step `convert` in bytes.
        """
        total = sum(one.size_bytes for one in self.deferred.values())
        done = 0

        def write(stream: BinaryIO, value: Deferred) -> None:
            nonlocal done
            begin = stream.tell()
            for piece in value.pieces():
                done += stream.write(piece.astype(value.dtype, copy=False).tobytes())
                report(Progress("convert", done, total, "bytes"))
            if stream.tell() - begin != value.size_bytes:
                raise ValueError(f"{stream.tell() - begin} bytes instead of {value.size_bytes}")

        outside = self._outside(most)
        if outside:
            places = _places(outside)
            with replacing(folder / DATA) as stream:
                for name, offset in places.items():
                    stream.write(bytes(offset - stream.tell()))
                    write(stream, outside[name])
                size = stream.tell()
            beside = self._beside(places).SerializeToString()
            write_bytes(folder / GRAPH, beside)
            return size + len(beside)
        with replacing(folder / GRAPH) as stream:
            heads = self._heads()
            stream.write(next(heads))
            for head, value in zip(heads, self.deferred.values(), strict=True):
                stream.write(head)
                write(stream, value)
            return stream.tell()

    def _outside(self, most: int) -> Mapping[str, Deferred]:
        """What lies beside the graph; nothing where all of it fits into one file."""
        if sum(one.size_bytes for one in self.deferred.values()) <= most:
            return {}
        return {name: one for name, one in self.deferred.items() if one.size_bytes >= _LEAST_OUTSIDE}

    def _heads(self) -> Iterator[bytes]:
        """The bytes in front of each deferred constant's numbers: first the whole graph without them, then their own.

        Fields of a message may stand in any order and an initializer is one of many, so they all come last.
        """
        without, rest = onnx.GraphProto(), onnx.ModelProto()
        without.CopyFrom(self.model.graph)
        rest.CopyFrom(self.model)
        rest.ClearField("graph")
        own = [one for one in without.initializer if one.name not in self.deferred]
        heads = []
        for tensor in without.initializer:
            if tensor.name in self.deferred:
                size = self.deferred[tensor.name].size_bytes
                head = tensor.SerializeToString() + _field(_TENSOR_RAW_DATA, size)
                heads.append((_field(_GRAPH_INITIALIZER, len(head) + size) + head, size))
        del without.initializer[:]
        without.initializer.extend(own)
        graph = without.SerializeToString()
        length = len(graph) + sum(len(head) + size for head, size in heads)
        yield rest.SerializeToString() + _field(_MODEL_GRAPH, length) + graph
        yield from (head for head, _ in heads)

    def _beside(self, places: Mapping[str, int]) -> onnx.ModelProto:
        """The graph that says where its constants are; small ones are in it."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        for tensor in model.graph.initializer:
            value = self.deferred.get(tensor.name)
            if value is None:
                continue
            if tensor.name not in places:
                tensor.raw_data = b"".join(piece.astype(value.dtype).tobytes() for piece in value.pieces())
                continue
            tensor.data_location = onnx.TensorProto.EXTERNAL
            stated = {"location": DATA, "offset": places[tensor.name], "length": value.size_bytes}
            for key, text in stated.items():
                tensor.external_data.add(key=key, value=str(text))
        return model


def _places(outside: Mapping[str, Deferred]) -> dict[str, int]:
    """Where each begins, aligned for mapping."""
    places, end = {}, 0
    for name, value in outside.items():
        places[name] = end + -end % _ALIGNMENT
        end = places[name] + value.size_bytes
    return places


def _field(number: int, length: int) -> bytes:
    """What stands in front of a field of so many bytes."""
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(length)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
