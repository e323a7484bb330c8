"""Blocks of lines from texts of any size: plain or one JSON object a line, gzipped or not, UTF-8 or UTF-16.

Memory stays flat: a line is cut at 1 MB, one that holds JSON may have 16 MB.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import itertools
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from edgekit.core.units import bytes_in_words
from exporters.corpus.sources import Source

# Half a megabyte is about 0.1 s of counting: little enough to show progress, enough for its answer (the tokens that
# occur, 15,000 of them) to be a fraction of it.
BLOCK_BYTES = 1 << 19
LINE_BYTES = 1 << 20
_JSON_LINE_BYTES = 1 << 24
_CHUNK_BYTES = 1 << 18
_GZIP = b"\x1f\x8b"
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_FOREIGN = {
    _GZIP: "compressed with gzip twice; unpack it once",
    b"\xfd7zXZ\x00": "compressed with xz; unpack it first",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"PK\x03\x04": "a zip archive or an office document; unpack it, or save it as plain text",
    b"%PDF": "a PDF; save it as plain text",
    b"PAR1": "a parquet table; write its texts into a .jsonl file",
}


class UnreadableError(Exception):
    """A text that cannot be used; its message is the reason."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one language.

    text: UTF-8; each line ends with a newline, and none is blank.  read_bytes: how much of all sources was read for it
    and everything before it, as stored.
    """

    language: str
    text: bytes
    read_bytes: int


class BlockReader:
    """The blocks of all sources in order, cut by their lines alone, so that a second reading gives the same.

    field: where the text is in a line of JSON, keys joined by dots.
    problems: why a source cannot be used, a line each. Once there is one, no further block is given, and the sources
    that are left are only checked, so that all problems are known at once.
    """

    def __init__(self, sources: Sequence[Source], field: str) -> None:
        self.problems: list[str] = []
        self._sources = sources
        self._field = field

    def __iter__(self) -> Iterator[Block]:
        lines: list[bytes] = []
        size = 0
        before = 0
        for at, source in enumerate(self._sources):
            position = before
            try:
                for position, group in _groups(source, self._field):
                    if self.problems:
                        continue
                    for line in group:
                        lines.append(line)
                        size += len(line) + 1
                        if size >= BLOCK_BYTES:
                            yield _block(source, lines, before + position)
                            lines, size = [], 0
            except UnreadableError as problem:
                self.problems.append(f"{source.name}: {problem}")
            before += position
            last = at + 1 == len(self._sources)
            if lines and not self.problems and (last or self._sources[at + 1].language != source.language):
                yield _block(source, lines, before)
                lines, size = [], 0


def _block(source: Source, lines: list[bytes], read_bytes: int) -> Block:
    return Block(source.language, b"\n".join(lines) + b"\n", read_bytes)


def _groups(source: Source, field: str) -> Iterator[tuple[int, list[bytes]]]:
    """Groups of lines that are UTF-8 and not blank, with the position in the stored bytes after each."""
    try:
        with contextlib.ExitStack() as closing:
            stored = _Counted(
                sys.stdin.buffer if source.path is None else closing.enter_context(source.path.open("rb", buffering=0))
            )
            buffered = io.BufferedReader(stored, _CHUNK_BYTES)
            packed = buffered.peek(2)[:2] == _GZIP
            if source.path is not None and source.path.suffix.lower() == ".gz" and not packed and buffered.peek(1):
                raise UnreadableError("it is named .gz, but it is no gzip data")
            chunks = _chunks(gzip.GzipFile(fileobj=buffered) if packed else buffered)
            first = next(chunks, b"")
            for group in _texts(_utf8(first, chunks), field if _is_jsonl(source, first) else None):
                yield stored.position, [line for line in group if line.strip()]
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise UnreadableError(f"its gzip data is damaged or cut off ({problem})") from None
    except OSError as problem:
        raise UnreadableError(problem.strerror or str(problem)) from None


class _Counted(io.RawIOBase):
    """A stream that knows how far it was read; closing it leaves the stream open."""

    def __init__(self, stream: BinaryIO | io.FileIO) -> None:
        self._stream = stream
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer)) or b""
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


def _chunks(stream: io.BufferedIOBase) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _is_jsonl(source: Source, first: bytes) -> bool:
    """By its name; the standard input has none, so there its first line decides."""
    if source.path is not None:
        name = source.path.name.lower().removesuffix(".gz")
        return name.endswith((".jsonl", ".ndjson"))
    try:
        return isinstance(json.loads(first.lstrip().partition(b"\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def _utf8(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The text as UTF-8 without a byte order mark; only UTF-16 is checked here."""
    foreign = [what for magic, what in _FOREIGN.items() if first.startswith(magic)]
    if foreign:
        raise UnreadableError(f"it is {foreign[0]}")
    encoding = "utf-8"
    for mark, name in _BOMS.items():
        if first.startswith(mark):
            encoding, first = name, first[len(mark) :]
    chunks = itertools.chain([first], rest)
    if encoding == "utf-8":
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        raise UnreadableError(f"it is no UTF-16 ({problem.reason})") from None


def _texts(chunks: Iterator[bytes], field: str | None) -> Iterator[list[bytes]]:
    """Groups of lines, cut at 1 MB; field: where in a line's JSON its text is, None where a line is its text."""
    number = 1
    for lines in _lines(chunks, cut=field is None):
        text = _checked(lines, number)
        if field is None:
            yield lines
        else:
            found = [_field(line, field, number + at) for at, line in enumerate(text.split("\n"))]
            yield [piece for one in found for line in one.splitlines() for piece in _pieces(line)]
        number += len(lines)


def _lines(chunks: Iterator[bytes], *, cut: bool) -> Iterator[list[bytes]]:
    """Lines without their ends (`\\n`, `\\r\\n`, `\\r`), as many at once as there are."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        # A `\r` at the end may be half of a `\r\n`.
        end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
        lines, rest = data[:end].splitlines(), data[end:]
        if cut:
            *pieces, rest = _pieces(rest)
            lines = [piece for line in lines for piece in _pieces(line)] + pieces
        elif max(map(len, [*lines, rest])) > _JSON_LINE_BYTES:
            raise UnreadableError(f"it has a line of more than {bytes_in_words(_JSON_LINE_BYTES)}")
        if lines:
            yield lines
    if rest:
        yield rest.splitlines()


def _pieces(line: bytes) -> list[bytes]:
    """A line in pieces of at most 1 MB, cut before a space where there is one, else between characters."""
    if len(line) <= LINE_BYTES:
        return [line]
    pieces = []
    begin = 0
    while len(line) - begin > LINE_BYTES:
        end = begin + LINE_BYTES
        space = max(line.rfind(b" ", begin + 1, end), line.rfind(b"\t", begin + 1, end))
        if space >= 0:
            end = space
        else:
            # Bytes 10xxxxxx go on with a character; there are three of them at most.
            while end > begin + LINE_BYTES - 3 and line[end] & 0xC0 == 0x80:
                end -= 1
        pieces.append(line[begin:end])
        begin = end
    return [*pieces, line[begin:]]


def _checked(lines: list[bytes], number: int) -> str:
    """The lines as one text; number: of the first. Raises UnreadableError for what is no text."""
    data = b"\n".join(lines)
    if (at := data.find(b"\0")) >= 0:
        where = number + data.count(b"\n", 0, at)
        raise UnreadableError(f"it is binary, or UTF-16 without a byte order mark (a NUL byte in line {where:,})")
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        where = number + data.count(b"\n", 0, problem.start)
        raise UnreadableError(f"line {where:,} is not UTF-8 (byte 0x{data[problem.start]:02X})") from None


def _field(line: str, field: str, number: int) -> bytes:
    """The text in a line of JSON; nothing where the line is blank or the text null."""
    if not line.strip():
        return b""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise UnreadableError(f"line {number:,} is not JSON ({problem})") from None
    for name in field.split("."):
        if not isinstance(value, dict) or name not in value:
            keys = ", ".join(f"`{key}`" for key in list(value)[:8]) if isinstance(value, dict) else "no object"
            raise UnreadableError(f"line {number:,} has no `{field}` (there is: {keys or 'nothing'})")
        value = value[name]
    if value is None:
        return b""
    if not isinstance(value, str):
        raise UnreadableError(f"line {number:,} has a {type(value).__name__} at `{field}`, not a text")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise UnreadableError(f"line {number:,} has half a surrogate pair at `{field}`") from None
