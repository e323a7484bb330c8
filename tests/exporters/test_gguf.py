"""The GGUF reader and writer against each other, against ggml's own package, and against hostile files."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.fuzz import fuzz
from toys.gguf_file import tensor, to_bytes, toy_gguf

from edgekit.core.errors import EdgekitError, ModelFormatError, UnavailableError, UnsupportedModelError
from exporters.containers.gguf import BLOCKS, Gguf, Kind, Strings, Value, read_gguf
from exporters.containers.gguf_writer import Output

NUMBERS: dict[Kind, Any] = {
    Kind.UINT8: st.integers(0, 2**8 - 1),
    Kind.INT8: st.integers(-(2**7), 2**7 - 1),
    Kind.UINT16: st.integers(0, 2**16 - 1),
    Kind.INT16: st.integers(-(2**15), 2**15 - 1),
    Kind.UINT32: st.integers(0, 2**32 - 1),
    Kind.INT32: st.integers(-(2**31), 2**31 - 1),
    Kind.FLOAT32: st.floats(width=32, allow_nan=False),
    Kind.BOOL: st.booleans(),
    Kind.UINT64: st.integers(0, 2**64 - 1),
    Kind.INT64: st.integers(-(2**63), 2**63 - 1),
    Kind.FLOAT64: st.floats(allow_nan=False),
}
DTYPES = {Kind.UINT16: np.uint16, Kind.INT32: np.int32, Kind.FLOAT32: np.float32, Kind.UINT64: np.uint64}
NAMES = st.text("abcz_.0é▁", min_size=1, max_size=12)


@st.composite
def values(draw: st.DrawFn) -> Value:
    kind = draw(st.sampled_from(Kind))
    if kind == Kind.STRING:
        return Value(kind, draw(st.binary(max_size=20)))
    if kind != Kind.ARRAY:
        return Value(kind, draw(NUMBERS[kind]))
    items = draw(st.sampled_from([Kind.STRING, *DTYPES]))
    if items == Kind.STRING:
        return Value(kind, Strings.of(draw(st.lists(st.binary(max_size=9), max_size=9))), items)
    return Value(kind, np.array(draw(st.lists(NUMBERS[items], max_size=9)), DTYPES[items]), items)


@st.composite
def tensors(draw: st.DrawFn) -> list[Output]:
    chooser = np.random.default_rng(draw(st.integers(0, 9)))
    made = []
    for name in draw(st.lists(NAMES, max_size=5, unique=True)):
        kind = draw(st.sampled_from(sorted(BLOCKS)))
        rows = draw(st.lists(st.integers(1, 3), max_size=3))
        made.append(tensor(name, (*rows, BLOCKS[kind][1] * draw(st.integers(1, 2))), kind, chooser))
    return made


def plain(value: Value) -> tuple[Any, ...]:
    content = value.value
    if isinstance(content, Strings):
        content = list(content)
    elif isinstance(content, np.ndarray):
        content = content.tolist()
    return value.kind, value.items, content


def again(file: Gguf) -> bytes:
    outputs = [
        Output(one.name, one.shape, one.type, [file.data[one.begin : one.begin + one.size]])
        for one in file.tensors.values()
    ]
    return to_bytes(file.metadata, outputs, file.version)


@settings(max_examples=200, deadline=None)
@given(metadata=st.dictionaries(NAMES, values(), max_size=6), outputs=tensors(), version=st.sampled_from([2, 3]))
def test_what_is_written_is_read_and_written_again_to_the_same_bytes(
    metadata: dict[str, Value], outputs: list[Output], version: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "some.gguf"
    data = to_bytes(metadata, outputs, version)
    path.write_bytes(data)
    file = read_gguf(path)
    assert list(file.metadata) == list(metadata)
    assert [plain(one) for one in file.metadata.values()] == [plain(one) for one in metadata.values()]
    assert [(one.name, one.shape, one.type) for one in file.tensors.values()] == [
        (one.name, one.shape, one.type) for one in outputs
    ]
    for one in outputs:
        assert file.rows(one.name).tobytes() == b"".join(map(bytes, one.pieces))
        assert file.tensors[one.name].begin % file.alignment == 0
    assert again(file) == data


def test_blocks_are_those_of_ggml() -> None:
    theirs = {int(kind): sizes for kind, sizes in gguf.GGML_QUANT_SIZES.items()}
    for number, (name, values_of, size) in BLOCKS.items():
        assert theirs[number] == (values_of, size), name
        assert gguf.GGMLQuantizationType[name] == number
    assert struct.unpack("<I", b"GGUF")[0] == gguf.GGUF_MAGIC
    assert {kind.name: int(kind) for kind in gguf.GGUFValueType} == {kind.name: int(kind) for kind in Kind}


def test_ggmls_own_reader_reads_what_we_write(tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(toy_gguf(1))
    theirs, ours = gguf.GGUFReader(path), read_gguf(path)
    for name, value in ours.metadata.items():
        field = theirs.get_field(name)
        assert field is not None
        content = field.contents()
        if isinstance(value.value, Strings):
            assert content == [one.decode() for one in value.value]
        elif value.kind == Kind.ARRAY:
            assert content == value.value.tolist()
        else:
            assert content == (value.value.decode() if value.kind == Kind.STRING else value.value)
    assert [one.name for one in theirs.tensors] == list(ours.tensors)
    for one in theirs.tensors:
        place = ours.tensors[one.name]
        assert (int(one.tensor_type), int(one.data_offset), int(one.n_bytes)) == (place.type, place.begin, place.size)
        assert tuple(reversed(one.shape.tolist())) == place.shape


def test_we_read_what_ggmls_own_writer_writes(tmp_path: Path) -> None:
    path = tmp_path / "theirs.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_custom_alignment(64)
    writer.add_token_list(["a", "▁é", ""])
    writer.add_token_scores([0.5, -1.0, -2.0])
    writer.add_uint64("some.number", 2**63)
    table = np.arange(6 * 64, dtype=np.float32).reshape(6, 64)
    writer.add_tensor("token_embd.weight", gguf.quantize(table, gguf.GGMLQuantizationType.Q8_0), raw_dtype=8)
    writer.add_tensor("norm", table[0])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    file = read_gguf(path)
    assert list(file.metadata["tokenizer.ggml.tokens"].value) == [b"a", "▁é".encode(), b""]
    assert file.metadata["some.number"].value == 2**63
    assert file.alignment == 64
    assert file.tensors["token_embd.weight"].shape == (6, 64)
    assert file.rows("token_embd.weight").shape == (6, 2 * 34)
    np.testing.assert_array_equal(file.rows("norm")[0].view(np.float32), table[0])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_file_ends_in_a_typed_error_or_a_description_when_bytes_are_flipped(seed: int, tmp_path: Path) -> None:
    def read(path: Path) -> None:
        file = read_gguf(path)
        for name in file.tensors:
            file.rows(name).sum()

    fuzz(read, toy_gguf(seed), tmp_path / "toy.gguf", seed=seed, count=500)


def test_a_file_is_refused_when_it_is_cut_at_any_byte(tmp_path: Path) -> None:
    path, data = tmp_path / "toy.gguf", toy_gguf(1)
    path.write_bytes(data)
    end = max(one.begin + one.size for one in read_gguf(path).tensors.values())
    for size in [*range(0, end, 37), end - 1]:
        path.write_bytes(data[:size])
        with pytest.raises(ModelFormatError):
            read_gguf(path)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_typed_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gguf"
    for head in (b"", b"GGUF\3\0\0\0", b"GGUF\3\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"):
        path.write_bytes(head + data)
        try:
            read_gguf(path)
        except EdgekitError:
            continue
        assert head == b"GGUF\3\0\0\0"
        assert data[:16] == bytes(16)  # no tensors, no metadata: nothing is wrong with it


def entry(key: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value


def described(tensor_count: int = 0, entries: bytes = b"", entry_count: int = 0, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensor_count, entry_count) + entries + rest


def one_tensor(sizes: list[int], kind: int = 0, offset: int = 0) -> bytes:
    return (
        struct.pack("<Q", 1) + b"t" + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset) + bytes(4096)
    )


HUGE = 2**64 - 1
HOSTILE = {
    "tensors": described(HUGE),
    "entries": described(0, b"", HUGE),
    "key length": described(0, struct.pack("<Q", HUGE), 1),
    "string length": described(0, entry(b"k", 8, struct.pack("<Q", HUGE)), 1),
    "string array": described(0, entry(b"k", 9, struct.pack("<IQ", 8, HUGE)), 1),
    "string in an array": described(0, entry(b"k", 9, struct.pack("<IQQ", 8, 1, HUGE)), 1),
    "number array that overflows": described(0, entry(b"k", 9, struct.pack("<IQ", 10, 2**61 + 1)), 1),
    "array of arrays": described(0, entry(b"k", 9, struct.pack("<IQIQ", 9, 1, 9, 1)), 1),
    "kind": described(0, entry(b"k", 13, bytes(64)), 1),
    "bool": described(0, entry(b"k", 7, b"\2"), 1),
    "twice": described(0, 2 * entry(b"k", 7, b"\1"), 2),
    "alignment of 0": described(0, entry(b"general.alignment", 4, struct.pack("<I", 0)), 1),
    "alignment of 3": described(0, entry(b"general.alignment", 4, struct.pack("<I", 3)), 1),
    "alignment as text": described(0, entry(b"general.alignment", 8, struct.pack("<Q", 1) + b"8"), 1),
    "rank 0": described(1, rest=one_tensor([])),
    "rank 5": described(1, rest=one_tensor([1] * 5)),
    "size 0": described(1, rest=one_tensor([0, 4])),
    "sizes that overflow": described(1, rest=one_tensor([2**33, 2**33])),
    "half a block": described(1, rest=one_tensor([33], kind=8)),
    "offset past the end": described(1, rest=one_tensor([4], offset=2**63)),
    "offset not aligned": described(1, rest=one_tensor([4], offset=8)),
    "overlap": described(2, rest=one_tensor([64])[:-4096] + one_tensor([64]).replace(b"t", b"u")),
    "two of one name": described(2, rest=one_tensor([4])[:-4096] + one_tensor([4], offset=32)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_impossible_description_is_refused_by_name(what: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(HOSTILE[what])
    with pytest.raises(ModelFormatError) as caught:
        read_gguf(path)
    assert "bad.gguf" in caught.value.message
    assert caught.value.reasons


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"GGUF" + struct.pack("<I", 1), "version 1"),
        (b"GGUF" + struct.pack(">I", 3), "big-endian"),
        (b"GGUF" + struct.pack("<I", 4), "version 4"),
    ],
)
def test_another_version_is_named(head: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "old.gguf"
    path.write_bytes(head + bytes(100))
    with pytest.raises(UnsupportedModelError, match=says):
        read_gguf(path)


def test_an_unknown_tensor_type_is_named(tmp_path: Path) -> None:
    path = tmp_path / "new.gguf"
    path.write_bytes(described(1, rest=one_tensor([32], kind=77)))
    with pytest.raises(UnsupportedModelError) as caught:
        read_gguf(path)
    assert caught.value.reasons == ("`t` has tensor type 77",)


@pytest.mark.parametrize("name", ["folder.gguf", "empty.gguf", "text.gguf"])
def test_what_is_no_gguf_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.gguf").mkdir()
    (tmp_path / "empty.gguf").touch()
    (tmp_path / "text.gguf").write_text("hello " * 100)
    with pytest.raises(ModelFormatError, match=name):
        read_gguf(tmp_path / name)


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="there is no file"):
        read_gguf(tmp_path / "gone.gguf")


def test_a_writer_that_is_given_too_few_bytes_says_so() -> None:
    with pytest.raises(ValueError, match="`t` has 4 bytes instead of 16"):
        to_bytes({}, [Output("t", (4,), 0, [bytes(4)])])


@given(st.lists(st.binary(max_size=9), max_size=12), st.data())
def test_strings_are_taken_as_from_a_list(strings: list[bytes], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, max(0, len(strings) - 1)), max_size=9 if strings else 0))
    ours = Strings.of(strings)
    assert list(ours) == strings
    assert ours[1:3] == strings[1:3]
    assert list(ours.take(np.array(rows, np.int64))) == [strings[row] for row in rows]
