"""Bytes of a file of answers to text, and what to tell the teacher about it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import InputError, UsageError
from edgekit.core.languages import code_page

MOST_BYTES = 64 << 20  # a school of 1,000 students with 10 questions of 300 words has 20 MB

_SAMPLE = 1 << 12
_HEAD = 1 << 16

# Of no table and no list of questions of another program is this a line.
_OF_QUIZ = re.compile(rb"^[ \t]*\[\[[ \t]*questions[ \t]*\]\][ \t]*(?:#.*)?\r?$", re.MULTILINE)

# The longer first: a UTF-32 mark begins like a UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, its codec by Python's name, its byte order mark, and notes."""

    text: str
    codec: str
    mark: bytes
    notes: tuple[str, ...] = ()

    def encoded(self, text: str) -> bytes:
        """`text` as this one was written, or in UTF-8 with a mark where the old encoding cannot hold it."""
        try:
            return self.mark + text.encode(self.codec)
        except UnicodeEncodeError:
            return codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def is_quiz(data: bytes) -> bool:
    """Whether the bytes are those of a quiz file, which are told from answers by nothing but what is in them."""
    return _OF_QUIZ.search(data, 0, _HEAD) is not None


def decode(data: bytes, path: Path, languages: Sequence[str], encoding: str | None = None) -> Decoded:
    """The text in `data`: by its byte order mark, as UTF-8, else as the code page of the languages, with a note.

    encoding: asked for, and nothing else is tried. Raises InputError: no text; UsageError: no such encoding.
    """
    if encoding is not None:
        try:
            codec = codecs.lookup(encoding).name
        except LookupError:
            raise UsageError(
                f"there is no encoding `{encoding}`", hint="write one such as `utf-8` or `cp1252`"
            ) from None
        # A file that is said to be UTF-8 may have its mark all the same: Excel writes one.
        return _behind_mark(data, path, codec, next((mark for mark, of in _MARKS if of == codec), b""))
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _behind_mark(data, path, codec, mark)
    if b"\0" in data:
        found = _without_mark(data)
        if found is not None:
            codec = found
            notes = (f"the file is read as {codec}, which it does not say: look at its letters",)
            return Decoded(_strict(data, path, codec).text, codec, b"", notes)
        line = data.count(b"\n", 0, data.index(0)) + 1
        raise InputError(
            f"`{path}` is no text", reasons=[f"line {line} has a NUL"], hint="save the answers as CSV in UTF-8"
        )
    try:
        return Decoded(data.decode(), "utf-8", b"")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
    pages = [page for language in languages if (page := code_page(language)) is not None]
    for codec in dict.fromkeys((*pages, "cp1252", "latin-1")):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        said = "windows-1252 (Latin-1)" if codec == "cp1252" else codec
        return Decoded(
            text, codec, b"", (f"line {line} is not UTF-8, so the file is read as {said}: look at its accents",)
        )
    raise AssertionError("latin-1 reads everything")


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark, by where the zeros stand: of letters of Latin every second byte is one."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if len(data) % 2 or half < 2 or min(even, odd) * 20 > half or max(even, odd) * 2 < half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _behind_mark(data: bytes, path: Path, codec: str, mark: bytes) -> Decoded:
    count = 0
    # Some programs write a mark before one that is there.
    while mark and data.startswith(mark, count * len(mark)):
        count += 1
    return _strict(data[count * len(mark) :], path, codec, mark * count)


def _strict(data: bytes, path: Path, codec: str, mark: bytes = b"") -> Decoded:
    try:
        text = data.decode(codec)
    except (UnicodeError, LookupError) as problem:
        raise InputError(f"`{path}` is no {codec} text: {problem}") from None
    if "\0" in text:
        raise InputError(f"`{path}` is no text: line {text.count(chr(10), 0, text.index(chr(0))) + 1} has a NUL")
    return Decoded(text, codec, mark)
