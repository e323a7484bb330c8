"""Bytes to text and back to the same bytes: byte order marks, what a file says of itself, and a guess said aloud."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from edgekit.core.errors import InputError, OutputError

# The longer first: a UTF-32 mark begins like a UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# WHATWG Encoding Standard: these labels mean windows-1252, which fills what latin-1 leaves to controls.
_LATIN = frozenset({"ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin-1", "latin1"})
# Controls that no text has; a file with them is something else.
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SNIFF = 1 << 16


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text and how it was written.

    mark: the byte order mark, kept.  codec: Python's name.  facts: how it was found, where that was not plain.
    """

    text: str
    codec: str
    mark: bytes = b""
    facts: tuple[str, ...] = ()
    name: str = "the text"

    def encode(self, text: str, *, references: bool = False) -> bytes:
        """`text` as this one was written; OutputError for what the encoding cannot hold, unless references may."""
        try:
            return self.mark + text.encode(self.codec, "xmlcharrefreplace" if references else "strict")
        except UnicodeEncodeError as error:
            missing = sorted({letter for letter in text if not _holds(self.codec, letter)})
            raise OutputError(
                f"`{self.name}` is written in {self.codec}, which has no `{''.join(missing[:20])}`",
                hint="save the document as UTF-8 and translate that",
            ) from error


def _holds(codec: str, letter: str) -> bool:
    try:
        letter.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def decoded(data: bytes, name: str, *, declared: str | None = None, asked: str | None = None) -> Encoded:
    """The text in `data`, such that the same text gives the same bytes.

    name: of the file, for errors.  declared: what the file says of itself.  asked: what a person says, which wins.
    Raises InputError for what no encoding gives back, and for binary data.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            text = _same(data[len(mark) :], codec)
            if text is None:
                raise InputError(f"`{name}` begins like {codec} and is not")
            return Encoded(_text(text, name), codec, mark, name=name)
    for codec, fact in _candidates(data, declared, asked):
        text = _same(data, codec)
        if text is not None and not _BINARY.search(text):
            return Encoded(text, codec, facts=(fact,) if fact else (), name=name)
    raise InputError(f"`{name}` is no text in {asked}" if asked else f"`{name}` is no text in any known encoding")


def _candidates(data: bytes, declared: str | None, asked: str | None) -> Iterator[tuple[str, str]]:
    """Encodings to try and what a person should know of each, the likeliest first."""
    if asked:
        yield asked, ""
        return
    if declared and declared.lower() not in ("utf-8", "utf8"):
        label = declared.lower()
        # A file can only say so in bytes, so `utf-16` in a file that is read byte by byte is wrong.
        if not label.startswith(("utf-16", "utf-32", "ucs")):
            if label in _LATIN:
                yield "windows-1252", "" if label == "windows-1252" else f"says {declared}, read as windows-1252"
            yield declared, f"read as {declared}, as it says"
    wide = _wide(data)
    if wide:
        yield wide, f"read as {wide}, from its zero bytes"
    said = declared and declared.lower() not in ("utf-8", "utf8")
    yield "utf-8", f"says {declared}, read as UTF-8" if said else ""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SNIFF]).best()
    if best is not None:
        yield best.encoding, f"read as {best.encoding}, from what it looks like"
    for codec in ("windows-1252", "latin-1"):
        yield codec, f"read as {codec}: nothing says what it is"


def _same(data: bytes, codec: str) -> str | None:
    """The text, where it gives back these very bytes."""
    try:
        text = data.decode(codec)
        return text if text.encode(codec) == data else None
    except (UnicodeError, LookupError):
        return None


def _text(text: str, name: str) -> str:
    if _BINARY.search(text):
        raise InputError(f"`{name}` is no text")
    return text


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, from where the zeros of its first ASCII characters are (RFC 4627, 3)."""
    head = data[:4]
    if len(head) < 4:
        return None
    zeros = tuple(byte == 0 for byte in head)
    return {
        (True, True, True, False): "utf-32-be",
        (False, True, True, True): "utf-32-le",
        (True, False, True, False): "utf-16-be",
        (False, True, False, True): "utf-16-le",
    }.get(zeros)
