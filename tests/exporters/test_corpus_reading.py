"""Text of any kind becomes the same lines, and what is no text is refused with its reason."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import json
import lzma
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.corpus import reading
from exporters.corpus.reading import BLOCK_BYTES, LINE_BYTES, Block, BlockReader
from exporters.corpus.sources import find_sources


def blocks_of(path: Path | str, field: str = "text") -> tuple[list[Block], list[str]]:
    reader = BlockReader(find_sources([str(path)], ["pt"]), field)
    return list(reader), reader.problems


def lines_of(path: Path | str, field: str = "text") -> list[str]:
    blocks, problems = blocks_of(path, field)
    assert not problems
    assert all(block.text.endswith(b"\n") for block in blocks)
    return [line for block in blocks for line in block.text.decode().split("\n")[:-1]]


def problem_of(tmp_path: Path, data: bytes, name: str = "x.txt") -> str:
    (tmp_path / name).write_bytes(data)
    _, problems = blocks_of(tmp_path / name)
    (problem,) = problems
    assert problem.startswith(f"`{tmp_path / name}`: ")
    return problem.partition("`: ")[2]


LINES = st.lists(
    st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=30), max_size=30
)


@settings(max_examples=150, deadline=None)
@given(
    lines=LINES,
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    ended=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    packed=st.booleans(),
    chunk=st.integers(16, 60),
)
def test_lines_are_the_same_in_every_encoding_with_every_ending_however_they_are_read(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[str],
    ending: str,
    ended: bool,
    encoding: str,
    packed: bool,
    chunk: int,
) -> None:
    text = ending.join(lines) + (ending if ended else "")
    data = text.encode(encoding)
    if encoding == "utf-8" and data.startswith((codecs.BOM_UTF8, b"BZh", b"%PDF", b"PAR1", b"PK")):
        return
    path = tmp_path_factory.mktemp("text") / ("x.txt.gz" if packed else "x.txt")
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_CHUNK_BYTES", chunk)
        # Blank is what bytes call so: the spaces of other scripts are text.
        assert lines_of(path) == [line for line in lines if line.encode().strip()]


def test_blocks_are_cut_by_lines_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"line {at} of many\n" for at in range(60_000))
    (tmp_path / "x.txt").write_text(text)
    blocks, _ = blocks_of(tmp_path / "x.txt")
    assert len(blocks) == 3
    assert b"".join(block.text for block in blocks) == text.encode()
    assert all(BLOCK_BYTES <= len(block.text) < BLOCK_BYTES + 30 for block in blocks[:-1])
    assert [block.read_bytes for block in blocks] == sorted(block.read_bytes for block in blocks)
    assert blocks[-1].read_bytes == len(text)
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 777)
    again, _ = blocks_of(tmp_path / "x.txt")
    assert [block.text for block in again] == [block.text for block in blocks]


def test_small_files_of_a_language_share_a_block_and_languages_do_not(tmp_path: Path) -> None:
    for name in ("1.pt", "2.pt", "3.txt", "4.pt"):
        (tmp_path / name).write_text(f"{name}\n")
    blocks, _ = blocks_of(tmp_path)
    assert [(block.language, block.text) for block in blocks] == [
        ("pt", b"1.pt\n2.pt\n"),
        ("", b"3.txt\n"),
        ("pt", b"4.pt\n"),
    ]


def test_progress_is_in_stored_bytes_when_they_are_compressed(tmp_path: Path) -> None:
    path = tmp_path / "x.txt.gz"
    path.write_bytes(gzip.compress(b"the same line\n" * 100_000))
    blocks, _ = blocks_of(path)
    assert blocks[-1].read_bytes == path.stat().st_size < 10_000


def test_a_long_line_is_cut_at_a_space_or_between_characters(tmp_path: Path) -> None:
    spaced = "word " * 500_000
    unspaced = "ሰላም" * 300_000
    (tmp_path / "x.txt").write_text(f"{spaced}\n{unspaced}\nshort\n{spaced}", encoding="utf-8")
    lines = lines_of(tmp_path / "x.txt")
    assert "".join(lines) == spaced + unspaced + "short" + spaced
    assert max(len(line.encode()) for line in lines) <= LINE_BYTES
    assert len(lines) == 3 + 3 + 1 + 3
    assert all(line.strip().startswith("word") for line in lines if "word" in line)


def test_a_bomb_of_one_line_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.txt.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(100):
            stream.write(b"a" * 1_000_000)
    tracemalloc.start()
    try:
        reader = BlockReader(find_sources([str(path)], []), "text")
        assert sum(len(block.text) - 1 for block in reader) == 100_000_000
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_a_line_of_json_has_a_bound(tmp_path: Path) -> None:
    reason = problem_of(tmp_path, gzip.compress(b'{"text": "' + b"a" * 20_000_000 + b'"}'), "x.jsonl.gz")
    assert reason == "it has a line of more than 16.8 MB"


def test_the_field_of_json_may_be_a_path_and_its_text_several_lines(tmp_path: Path) -> None:
    rows: list[Any] = [{"a": {"b": "one\ntwo"}}, {"a": {"b": None}}, {"a": {"b": "três", "c": 1}}]
    text = "\n\n".join(json.dumps(row) for row in rows)
    (tmp_path / "x.jsonl").write_text(text)
    (tmp_path / "y.ndjson.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("x.jsonl", "y.ndjson.gz"):
        assert lines_of(tmp_path / name, "a.b") == ["one", "two", "três"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "a"', "line 2 is not JSON (Expecting ',' delimiter"),
        ("[" * 100_000, "line 2 is not JSON (maximum recursion depth"),
        ("9" * 10_000, "line 2 is not JSON (Exceeds the limit"),
        ('{"body": "a"}', "line 2 has no `text` (there is: `body`)"),
        ('["a"]', "line 2 has no `text` (there is: no object)"),
        ('{"text": 7}', "line 2 has a int at `text`, not a text"),
        ('{"text": "\\ud800"}', "line 2 has half a surrogate pair at `text`"),
    ],
)
def test_json_without_a_text_is_refused_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    assert problem_of(tmp_path, f'{{"text": "a"}}\n{line}\n'.encode(), "x.jsonl").startswith(reason)


# Without the time, so that the test has the same name in every process.
PACKED = gzip.compress(b"text\n" * 999, mtime=0)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"a\nb\xe9\n", "x.txt", "line 2 is not UTF-8 (byte 0xE9)"),
        (b"a\n" * 200_000 + b"\xff", "x.txt", "line 200,001 is not UTF-8 (byte 0xFF)"),
        (b"a\xc3", "x.txt", "line 1 is not UTF-8 (byte 0xC3)"),
        (b"a\nb\0c", "x.txt", "it is binary, or UTF-16 without a byte order mark (a NUL byte in line 2)"),
        ("abc".encode("utf-16-le"), "x.txt", "it is binary, or UTF-16"),
        ("abc".encode("utf-32"), "x.txt", "it is binary, or UTF-16"),
        (codecs.BOM_UTF16_LE + b"a", "x.txt", "it is no UTF-16 (truncated data)"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "x.txt", "it is no UTF-16 (illegal UTF-16 surrogate)"),
        (PACKED[:-9], "x.txt.gz", "its gzip data is damaged or cut off"),
        (PACKED[:20] + b"\xff" * 50, "x.txt.gz", "its gzip data is damaged or cut off"),
        (gzip.compress(gzip.compress(b"text", mtime=0), mtime=0), "x.txt.gz", "it is compressed with gzip twice"),
        (b"text", "x.txt.gz", "it is named .gz, but it is no gzip data"),
        (lzma.compress(b"text"), "x.txt", "it is compressed with xz; unpack it first"),
        (bz2.compress(b"text"), "x.txt", "it is compressed with bzip2; unpack it first"),
        (b"PK\x03\x04rest", "x", "it is a zip archive or an office document"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(tmp_path: Path, data: bytes, name: str, reason: str) -> None:
    assert problem_of(tmp_path, data, name).startswith(reason)


def test_all_texts_that_cannot_be_read_are_named_and_nothing_more_is_given(tmp_path: Path) -> None:
    for name, data in (("1", b"good\n"), ("2", b"\0"), ("3", b"good too\n"), ("4", b"\xff"), ("5.gz", b"no")):
        (tmp_path / name).write_bytes(data)
    reader = BlockReader(find_sources([str(tmp_path)], []), "text")
    assert b"good too" not in b"".join(block.text for block in reader)
    assert [problem.partition("`: ")[0].rpartition("/")[2] for problem in reader.problems] == ["2", "4", "5.gz"]


@pytest.mark.parametrize("packed", [False, True])
def test_the_standard_input_is_read_as_json_when_its_first_line_is_an_object(
    monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    for data, lines in ((b'{"text": "a"}\n{"text": "b"}\n', ["a", "b"]), (b"{a}\nb\n", ["{a}", "b"])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(data) if packed else data)))
        assert lines_of("-") == lines
        assert not sys.stdin.closed
