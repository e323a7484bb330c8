"""The safetensors reader and writer against each other, against the library, and against hostile files."""

from __future__ import annotations

import io
import json
import random
import struct
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.fuzz import fuzz

from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError
from exporters.containers.safetensors import (
    BITS,
    MOST_HEADER,
    Output,
    measure_safetensors,
    read_safetensors,
    write_safetensors,
)

NUMPY = {"F64": "f8", "F32": "f4", "F16": "f2", "I64": "i8", "I32": "i4", "I8": "i1", "U8": "u1", "BOOL": "?"}


def to_bytes(tensors: list[Output], metadata: dict[str, str] | None = None) -> bytes:
    stream = io.BytesIO()
    for _ in write_safetensors(stream, metadata or {}, tensors):
        pass
    return stream.getvalue()


def raw_file(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def entry(dtype: object = "F32", shape: object = (2, 2), offsets: object = (0, 16)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


@st.composite
def outputs(draw: st.DrawFn) -> list[Output]:
    names = draw(st.lists(st.text("abz._0é▁", min_size=1, max_size=9), unique=True, max_size=6))
    made = []
    for name in names:
        dtype = draw(st.sampled_from(sorted(BITS)))
        shape = draw(st.lists(st.integers(0, 5), max_size=3))
        # Four- and six-bit values must fill whole bytes.
        shape = [*shape, 4] if BITS[dtype] < 8 else shape
        size = prod(shape) * BITS[dtype] // 8
        made.append(Output(name, dtype, tuple(shape), [draw(st.binary(min_size=size, max_size=size))]))
    return made


@settings(max_examples=150, deadline=None)
@given(outputs(), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_what_is_written_is_read_back_here_and_by_the_library(
    tmp_path_factory: pytest.TempPathFactory, tensors: list[Output], metadata: dict[str, str]
) -> None:
    data = to_bytes(tensors, metadata)
    assert len(data) == measure_safetensors(metadata, tensors)
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(data)
    file = read_safetensors(path)
    assert file.metadata == metadata
    assert {name: (place.dtype, place.shape) for name, place in file.tensors.items()} == {
        tensor.name: (tensor.dtype, tensor.shape) for tensor in tensors
    }
    for tensor in tensors:
        assert bytes(file.bytes_of(tensor.name)) == b"".join(map(bytes, tensor.pieces))
    theirs = dict(safetensors.deserialize(data))
    assert {name: bytes(one["data"]) for name, one in theirs.items()} == {
        tensor.name: bytes(file.bytes_of(tensor.name)) for tensor in tensors
    }
    again = [Output(name, one.dtype, one.shape, [file.bytes_of(name)]) for name, one in file.tensors.items()]
    assert to_bytes(again, metadata) == data
    for at, place in enumerate(file.tensors.values()):
        # Each begins where its dtype may; after a type of a smaller value nothing larger follows.
        assert at == 0 or place.begin % max(1, BITS[place.dtype] // 8) == 0


@pytest.mark.parametrize("dtype", sorted(NUMPY))
def test_a_file_of_the_library_is_read(dtype: str, tmp_path: Path) -> None:
    table = np.random.default_rng(1).integers(0, 2, (5, 3)).astype(NUMPY[dtype])
    path = tmp_path / "theirs.safetensors"
    safetensors.numpy.save_file({"table": table, "other": table[:0]}, path, {"format": "pt"})
    file = read_safetensors(path)
    assert file.metadata == {"format": "pt"}
    assert file.tensors["table"].dtype == dtype
    rows = file.rows("table")
    np.testing.assert_array_equal(np.frombuffer(rows[[3, 0]].tobytes(), NUMPY[dtype]), table[[3, 0]].reshape(-1))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "shorter than 8"),
        (b"1234567", "shorter than 8"),
        (raw_file({"a": entry()}, b"\0" * 16, length=10**6), "the file"),
        (raw_file({"a": entry()}, b"\0" * 16, length=2**64 - 1), "the file"),
        (raw_file(b" " * (MOST_HEADER + 1)), "more than"),
        (raw_file(b"{"), "no JSON"),
        (raw_file(b"\xff\xfe"), "no JSON"),
        (raw_file(b"[" * 100_000), "no JSON"),
        (raw_file(b'{"a":' + b"9" * 5_000 + b"}"), "no JSON"),
        (raw_file([]), "no JSON object"),
        (raw_file(b'{"a": {"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), "`dtype` is there twice"),
        (
            raw_file(b'{"a":%s,"a":%s}' % ((json.dumps(entry("U8", [1], [0, 1])).encode(),) * 2), b"\0"),
            "`a` is there twice",
        ),
        (raw_file({"__metadata__": {"format": 1}}), "something else than strings"),
        (raw_file(b'{"__metadata__": {"a": "\\ud800"}}'), "something else than strings"),
        (raw_file({"": entry()}, b"\0" * 16), "name is damaged"),
        (raw_file({"a\n": entry()}, b"\0" * 16), "name is damaged"),
        (raw_file({"a": {"dtype": "F32"}}), "not described"),
        (raw_file({"a": entry(shape=[2, -2])}, b"\0" * 16), "impossible shape"),
        (raw_file({"a": entry(shape=[True, 4])}, b"\0" * 16), "impossible shape"),
        (raw_file({"a": entry(shape=[2.0, 2])}, b"\0" * 16), "impossible shape"),
        (raw_file({"a": entry(shape="22")}, b"\0" * 16), "impossible shape"),
        (raw_file({"a": entry(shape=[1] * 9, offsets=[0, 4])}, b"\0" * 4), "impossible shape"),
        (raw_file({"a": entry(shape=[2**32, 2**32])}, b"\0" * 16), "takes"),
        (raw_file({"a": entry(shape=[2, 1])}, b"\0" * 16), "takes"),
        (raw_file({"a": entry(shape=[2**62, 4], offsets=[0, 0])}), "takes"),
        (raw_file({"a": entry(offsets=[16, 0])}, b"\0" * 16), "impossible offsets"),
        (raw_file({"a": entry(offsets=[0, 16, 16])}, b"\0" * 16), "impossible offsets"),
        (raw_file({"a": entry(offsets=[0, 2**64])}, b"\0" * 16), "impossible offsets"),
        (raw_file({"a": entry(), "b": entry(offsets=[8, 24])}, b"\0" * 24), "the tensor before it ends"),
        (raw_file({"a": entry(), "b": entry()}, b"\0" * 16), "the tensor before it ends"),
        (raw_file({"a": entry(), "b": entry(offsets=[20, 36])}, b"\0" * 36), "the tensor before it ends"),
        (raw_file({"a": entry()}, b"\0" * 15), "end at byte"),
        (raw_file({"a": entry()}, b"\0" * 17), "end at byte"),
        (raw_file({"a": entry("F4", [3], [0, 1])}, b"\0"), "takes"),
    ],
)
def test_a_hostile_file_is_refused_with_its_reason(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelFormatError, match="not a sound safetensors file") as caught:
        read_safetensors(path)
    assert says in caught.value.reasons[0]


def test_a_dtype_nobody_knows_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(raw_file({"a": entry("Q4"), "b": entry(3)}, b"\0" * 16))
    with pytest.raises(UnsupportedModelError) as caught:
        read_safetensors(tmp_path / "a.safetensors")
    assert caught.value.reasons == ("`a` has dtype Q4", "`b` has dtype 3")


def test_tensors_out_of_order_in_the_header_are_read(tmp_path: Path) -> None:
    header = {"late": entry("U8", [2], [3, 5]), "none": entry("U8", [0], [3, 3]), "early": entry("U8", [3], [0, 3])}
    (tmp_path / "a.safetensors").write_bytes(raw_file(header, b"abcde"))
    file = read_safetensors(tmp_path / "a.safetensors")
    assert list(file.tensors) == ["early", "none", "late"]
    assert bytes(file.bytes_of("late")) == b"de"


@pytest.mark.parametrize("shape", [(), (0, 4), (3, 4)])
def test_rows_of_no_whole_bytes_are_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    dtype = "F6_E2M3" if shape == (3, 4) else "F32"
    shape = (4, 1) if shape == (3, 4) else shape
    size = prod(shape) * BITS[dtype] // 8
    (tmp_path / "a.safetensors").write_bytes(to_bytes([Output("a", dtype, shape, [b"\0" * size])]))
    with pytest.raises(ModelFormatError, match="rows"):
        read_safetensors(tmp_path / "a.safetensors").rows("a")


def test_pieces_of_another_size_are_an_error() -> None:
    with pytest.raises(ValueError, match="3 bytes instead of 4"):
        to_bytes([Output("a", "F32", (1,), [b"abc"])])


def test_mutated_files_are_refused_or_read_in_bounds(tmp_path: Path) -> None:
    chooser = np.random.default_rng(4)
    tensors = [Output(f"layer.{at}.weight", "F16", (6, 4), [chooser.bytes(48)]) for at in range(12)]
    fuzz(read_safetensors, to_bytes(tensors, {"format": "pt"}), tmp_path / "a.safetensors", seed=3, count=400)


def test_whatever_is_read_here_is_read_by_the_library_too(tmp_path: Path) -> None:
    chooser = random.Random(5)
    sound = bytearray(to_bytes([Output("a", "F32", (2, 2), [bytes(16)]), Output("b", "U8", (3,), [bytes(3)])]))
    path = tmp_path / "a.safetensors"
    read = 0
    for _ in range(600):
        data = bytearray(sound)
        for _ in range(chooser.choice([1, 1, 2])):
            data[chooser.randrange(8, len(data))] = chooser.randrange(32, 127)
        path.write_bytes(data)
        try:
            file = read_safetensors(path)
        except EdgekitError:
            continue
        read += 1
        theirs = dict(safetensors.deserialize(bytes(data)))
        assert {name: bytes(one["data"]) for name, one in theirs.items()} == {
            name: bytes(file.bytes_of(name)) for name in file.tensors
        }
    assert 0 < read < 600
