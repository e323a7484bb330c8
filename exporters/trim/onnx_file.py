"""One ONNX file, opened for trimming: what goes of it, and the file again without that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from exporters.trim.base import Ids
from exporters.trim.onnx_flow import Flow
from exporters.trim.onnx_scopes import Node
from exporters.trim.onnx_tensors import (
    Cut,
    DataFiles,
    External,
    Form,
    bytes_of,
    cut_bytes,
    external_of,
    form_of,
    tensors_of,
)

# What onnxruntime's readers expect to map: an offset that was a multiple of this stays one.
_PAGE = 4096
# What a damaged description of a graph makes the analysis stumble over.
_DAMAGED = (IndexError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Table:
    """A constant with rows to lose, inside the file; name: for people."""

    name: str
    form: Form
    cut: Cut


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a data file that a tensor fills; cut: None where it stays whole."""

    name: str
    place: External
    form: Form
    cut: Cut | None

    def size(self, count: int) -> int:
        """Bytes when count tokens stay."""
        return self.place.length if self.cut is None else self.form.cut(self.cut, count).size_bytes

    def read(self, kept: Ids, data: memoryview) -> Iterator[memoryview]:
        """The bytes that stay, a part at a time; data: the whole file."""
        mine = data[self.place.offset : self.place.offset + self.place.length]
        return iter([mine]) if self.cut is None else cut_bytes(self.form, self.cut, kept, mine)


class OnnxFile:
    """A graph with its way of the vocabulary followed; name: of the file, in the folder of its data files.

    Raises ModelFormatError for a damaged file, UnsupportedModelError for a use of the vocabulary that nobody knows.
    """

    def __init__(self, files: DataFiles, name: str, tokens: int, sizes: frozenset[int] = frozenset()) -> None:
        self.files, self.name = files, name
        check_cancelled()
        path = files.folder / name
        try:
            self.size_bytes = path.stat().st_size
            self.model = onnx.load_model(path, load_external_data=False)
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
        """The constants inside the file that lose rows."""
        constants = self.flow.scopes.constants
        return [
            Table(value.name, form_of(constants[value]), cut)
            for value, cut in self.flow.cuts.items()
            if constants[value].data_location != TensorProto.EXTERNAL
        ]

    def _stretches(self) -> list[Stretch]:
        """What the file has in data files; a stretch that several tensors share is one of their table or of none."""
        found: dict[External, Stretch] = {}
        shared: Counter[External] = Counter()
        for value, cut in self.flow.cuts.items():
            tensor = self.flow.scopes.constants[value]
            place = external_of(tensor, self.files)
            if place is not None:
                merge(found, Stretch(tensor.name, place, form_of(tensor), cut))
                shared[place] += 1
        cut_places = set(found)
        for tensor in tensors_of(self.model):
            place = external_of(tensor, self.files)
            if place is not None:
                shared[place] -= 1
                found.setdefault(place, Stretch(tensor.name, place, form_of(tensor), None))
        for place in cut_places:
            if shared[place]:
                raise UnsupportedModelError(f"`{found[place].name}` shares its data with what is no table")
        return list(found.values())

    def trimmed(self, kept: Ids, layout: Mapping[External, External]) -> bytes:
        """The file with the kept tokens alone; layout: where the tensors in data files lie afterwards.

        The object is of no use afterwards. Raises UsageError as `check_ids` does.
        """
        flow, count = self.flow, len(kept)
        self._change_ids(kept)
        for value, cut in flow.cuts.items():
            check_cancelled()
            tensor = flow.scopes.constants[value]
            if tensor.data_location != TensorProto.EXTERNAL:
                data = b"".join(cut_bytes(form_of(tensor), cut, kept, bytes_of(tensor, self.files)))
                for field in ("float_data", "int32_data", "int64_data", "double_data", "uint64_data"):
                    tensor.ClearField(field)
                tensor.raw_data = data
        self._move(layout)
        for value, cut in flow.cuts.items():
            tensor = flow.scopes.constants[value]
            tensor.dims[:] = form_of(tensor).cut(cut, count).dims
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

    def check_ids(self, kept: Ids) -> None:
        """Raise UsageError where the graph names a token that goes, and where too few stay for its parts."""
        gone: list[str] = []
        if len(kept) < self.flow.fewest:
            gone.append(f"`{self.name}` takes its vocabulary in parts and needs {self.flow.fewest:,} tokens")
        for constant in self.flow.id_constants:
            old = _values(constant.tensor, self.files).reshape(-1)
            lost = np.setdiff1d(old[(old >= 0) & (old < self.flow.tokens)], kept).tolist()
            gone += [f"{constant.node.title} in `{self.name}` names token {at:,}" for at in lost[:5]]
        if gone:
            raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=gone[:20])

    def _change_ids(self, kept: Ids) -> None:
        """Constants of token ids become those of the trimmed vocabulary; what is no id of a token stays."""
        self.check_ids(kept)
        new = np.full(self.flow.tokens, -1, np.int64)
        new[kept] = np.arange(len(kept))
        for constant in self.flow.id_constants:
            old = _values(constant.tensor, self.files)
            known = (old >= 0) & (old < self.flow.tokens)
            values = np.where(known, new[np.where(known, old, 0)], old)
            if constant.index is None:
                constant.tensor.CopyFrom(_like(constant.tensor, values, constant.tensor.name))
            else:
                self._replace(constant.node, constant.index, constant.tensor, values)

    def _replace(self, node: Node, index: int, tensor: TensorProto, values: NDArray[np.int64]) -> None:
        """Give one input of one node a constant of its own: others may read the same number for another reason."""
        if (values == _values(tensor, self.files)).all():
            return
        name = self.flow.scopes.new_name(f"{node.proto.output[0]}_trimmed")
        self.flow.scopes.graphs[node.scope].initializer.append(_like(tensor, values, name))
        node.proto.input[index] = name


def merge(found: dict[External, Stretch], one: Stretch) -> None:
    """Add a stretch; tensors of the same bytes must lose the same. Raises UnsupportedModelError."""
    other = found.setdefault(one.place, one)
    if other.cut != one.cut or (one.cut is not None and other.form != one.form):
        raise UnsupportedModelError(f"`{one.name}` and `{other.name}` share their data and lose other parts of it")


def lay_out(stretches: Iterable[Stretch], count: int) -> dict[External, External]:
    """Where each stretch of the data files lies when count tokens stay: in their order, on pages where they were."""
    layout: dict[External, External] = {}
    ends: dict[str, int] = {}
    for stretch in sorted(stretches, key=lambda one: (one.place.offset, one.place.length)):
        location = stretch.place.location
        end = ends.get(location, 0)
        if stretch.place.offset % _PAGE == 0:
            end = -(-end // _PAGE) * _PAGE
        layout[stretch.place] = External(location, end, stretch.size(count))
        ends[location] = end + stretch.size(count)
    return layout


def _values(tensor: TensorProto, files: DataFiles) -> NDArray[np.int64]:
    dtype = np.int32 if tensor.data_type == TensorProto.INT32 else np.int64
    return np.frombuffer(bytes_of(tensor, files), dtype).astype(np.int64).reshape(tuple(tensor.dims))


def _like(tensor: TensorProto, values: NDArray[np.int64], name: str) -> TensorProto:
    dtype = np.int32 if tensor.data_type == TensorProto.INT32 else np.int64
    return numpy_helper.from_array(values.astype(dtype), name)
