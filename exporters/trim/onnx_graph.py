"""One ONNX file, opened for trimming: what goes of it, and the file again without that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from exporters.trim.base import Ids
from exporters.trim.onnx_flow import Flow
from exporters.trim.onnx_scopes import Node
from exporters.trim.onnx_tensors import (
    Cut,
    DataFiles,
    External,
    bytes_of,
    cut_bytes,
    cut_dims,
    cut_size,
    external_of,
    size_of,
    tensors_of,
)

# What onnxruntime's readers expect to map: an offset that was a multiple of this stays one.
_PAGE = 4096
# What a damaged description of a graph makes the analysis stumble over.
_DAMAGED = (IndexError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Table:
    """A constant with rows to lose.  name: for people; rows: now; size_bytes: now; place: None inside the file."""

    name: str
    kind: str
    rows: int
    size_bytes: int
    place: External | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a data file that a tensor fills; cut and dims: None and empty where it stays whole."""

    place: External
    tensor: TensorProto
    cut: Cut | None

    def size(self, count: int) -> int:
        """Bytes when count tokens stay."""
        return self.place.length if self.cut is None else cut_size(self.tensor, self.cut, count)

    def read(self, kept: Ids, data: memoryview) -> Iterator[memoryview]:
        """The bytes that stay, a part at a time; data: the whole file."""
        mine = data[self.place.offset : self.place.offset + self.place.length]
        return iter([mine]) if self.cut is None else cut_bytes(self.tensor, self.cut, kept, mine)


class OnnxFile:
    """A graph with its way of the vocabulary followed; name: its path inside the model's folder.

    Raises ModelFormatError for a damaged file, UnsupportedModelError for a use of the vocabulary that nobody knows.
    """

    def __init__(self, folder: Path, name: str, tokens: int, sizes: frozenset[int] = frozenset()) -> None:
        self.path, self.name = folder / name, name
        self.files = DataFiles(self.path.parent)
        try:
            self.size_bytes = self.path.stat().st_size
            self.model = onnx.load_model(self.path, load_external_data=False)
        except OSError as error:
            raise ModelFormatError(f"`{name}` cannot be read", reasons=[error.strerror or str(error)]) from error
        except DecodeError as error:
            raise ModelFormatError(f"`{name}` is no ONNX file", reasons=[str(error)[:200]]) from error
        try:
            self.flow = Flow(self.model, self.files, tokens, sizes)
            self.flow.run()
            self.stretches = self._stretches()
        except (ModelFormatError, UnsupportedModelError) as error:
            raise type(error)(f"`{name}`: {error.message}", reasons=error.reasons) from error
        except _DAMAGED as error:
            reason = f"a node has other inputs or attributes than its operator: {str(error)[:200]}"
            raise ModelFormatError(f"`{name}` is damaged", reasons=[reason]) from error

    @property
    def tables(self) -> list[Table]:
        """The constants that lose rows, each once."""
        return [
            Table(
                value.name,
                TensorProto.DataType.Name(self.flow.scopes.constants[value].data_type).lower(),
                cut.rows,
                size_of(self.flow.scopes.constants[value]),
                external_of(self.flow.scopes.constants[value], self.files),
            )
            for value, cut in self.flow.cuts.items()
        ]

    def trimmed_size(self, count: int) -> int:
        """Bytes of the file with count tokens, within some hundred: shorter numbers take fewer bytes."""
        gone = 0
        for value, cut in self.flow.cuts.items():
            tensor = self.flow.scopes.constants[value]
            if tensor.data_location != TensorProto.EXTERNAL:
                gone += size_of(tensor) - cut_size(tensor, cut, count)
        return self.size_bytes - gone

    def _stretches(self) -> list[Stretch]:
        """What the file has in data files; a stretch that several tensors share is one of their table or of none."""
        cut_at: dict[External, Stretch] = {}
        shared: Counter[External] = Counter()
        for value, cut in self.flow.cuts.items():
            tensor = self.flow.scopes.constants[value]
            place = external_of(tensor, self.files)
            if place is not None:
                stretch = cut_at.setdefault(place, Stretch(place, tensor, cut))
                check_same(stretch, Stretch(place, tensor, cut))
                shared[place] += 1
        whole: dict[External, Stretch] = {}
        for tensor in tensors_of(self.model):
            place = external_of(tensor, self.files)
            if place is not None:
                shared[place] -= 1
                whole.setdefault(place, Stretch(place, tensor, None))
        for place in cut_at:
            if shared[place]:
                raise UnsupportedModelError(f"`{cut_at[place].tensor.name}` shares its data with what is no table")
        return list({**whole, **cut_at}.values())

    def trimmed(self, kept: Ids, layout: Mapping[External, External]) -> bytes:
        """The file with the kept tokens alone; layout: where the tensors in data files lie afterwards.

        Raises UsageError where the graph names a token that goes. The object is of no use afterwards.
        """
        flow, count = self.flow, len(kept)
        self._change_ids(kept)
        for value, cut in flow.cuts.items():
            tensor = flow.scopes.constants[value]
            if tensor.data_location != TensorProto.EXTERNAL:
                data = b"".join(cut_bytes(tensor, cut, kept, bytes_of(tensor, self.files)))
                for field in ("float_data", "int32_data", "int64_data", "double_data", "uint64_data"):
                    tensor.ClearField(field)
                tensor.raw_data = data
        self._move(layout)
        for value, cut in flow.cuts.items():
            tensor = flow.scopes.constants[value]
            tensor.dims[:] = cut_dims(tensor, cut, count)
        for proto in flow.counts:
            for attribute in proto.attribute:
                if attribute.name == "N":
                    attribute.i = count
        for value, port in flow.scopes.ports():
            rows = flow.rows.get(value)
            dims = port.type.tensor_type.shape.dim
            if rows is not None and len(dims) >= -rows.axis and dims[rows.axis].HasField("dim_value"):
                dims[rows.axis].dim_value = dims[rows.axis].dim_value // rows.count * count
        for constant in flow.shapes:
            shape = _values(constant.tensor, self.files)
            shape.reshape(-1)[constant.place] = count
            self._replace(constant.node, constant.index, constant.tensor, shape)
        return self.model.SerializeToString(deterministic=True)

    def _move(self, layout: Mapping[External, External]) -> None:
        places = [(tensor, external_of(tensor, self.files)) for tensor in tensors_of(self.model)]
        for tensor, place in places:
            if place is None:
                continue
            new = layout[place]
            for entry in list(tensor.external_data):
                if entry.key == "checksum" and new.length != place.length:
                    tensor.external_data.remove(entry)
                elif entry.key in ("offset", "length"):
                    entry.value = str(getattr(new, entry.key))
            if new.offset and all(entry.key != "offset" for entry in tensor.external_data):
                tensor.external_data.add(key="offset", value=str(new.offset))

    def _change_ids(self, kept: Ids) -> None:
        """Constants of token ids become those of the trimmed vocabulary; what is no id of a token stays."""
        new = np.full(self.flow.tokens, -1, np.int64)
        new[kept] = np.arange(len(kept))
        gone: list[str] = []
        changed: list[tuple[Node, int | None, TensorProto, NDArray[np.int64]]] = []
        for constant in self.flow.id_constants:
            old = _values(constant.tensor, self.files)
            known = (old >= 0) & (old < self.flow.tokens)
            values = np.where(known, new[np.where(known, old, 0)], old)
            lost = old[known & (values < 0)].reshape(-1).tolist()
            gone += [f"{constant.node.title} in `{self.name}` names token {at:,}" for at in lost[:5]]
            if (values != old).any():
                changed.append((constant.node, constant.index, constant.tensor, values))
        if gone:
            raise UsageError("a token goes that the graph names", reasons=gone[:20])
        for node, index, tensor, values in changed:
            if index is None:
                tensor.CopyFrom(_like(tensor, values, tensor.name))
            else:
                self._replace(node, index, tensor, values)

    def _replace(self, node: Node, index: int, tensor: TensorProto, values: NDArray[np.int64]) -> None:
        """Give one input of one node a constant of its own: others may read the same number for another reason."""
        if (values == _values(tensor, self.files)).all():
            return
        name = self.flow.scopes.new_name(f"{node.proto.output[0]}_trimmed")
        self.flow.scopes.graphs[node.scope].initializer.append(_like(tensor, values, name))
        node.proto.input[index] = name


def check_same(one: Stretch, other: Stretch) -> None:
    """Two tensors of one stretch lose the same. Raises UnsupportedModelError."""
    same = one.cut == other.cut and (
        one.cut is None
        or (list(one.tensor.dims) == list(other.tensor.dims) and one.tensor.data_type == other.tensor.data_type)
    )
    if not same:
        raise UnsupportedModelError(
            f"`{one.tensor.name}` and `{other.tensor.name}` share their data and not their shape"
        )


def lay_out(stretches: list[Stretch], count: int) -> dict[External, External]:
    """Where each stretch of one data file lies when count tokens stay: in their order, on pages where they were."""
    layout: dict[External, External] = {}
    end = 0
    for stretch in sorted(stretches, key=lambda one: (one.place.offset, one.place.length)):
        if stretch.place.offset % _PAGE == 0:
            end = -(-end // _PAGE) * _PAGE
        size = stretch.size(count)
        layout[stretch.place] = External(stretch.place.location, end, size)
        end += size
    return layout


def _values(tensor: TensorProto, files: DataFiles) -> NDArray[np.int64]:
    dtype = np.int32 if tensor.data_type == TensorProto.INT32 else np.int64
    return np.frombuffer(bytes_of(tensor, files), dtype).astype(np.int64).reshape(tuple(tensor.dims))


def _like(tensor: TensorProto, values: NDArray[np.int64], name: str) -> TensorProto:
    dtype = np.int32 if tensor.data_type == TensorProto.INT32 else np.int64
    return numpy_helper.from_array(values.astype(dtype), name)
