"""Bytes to text and back to the same bytes: byte order marks, what a file says of itself, and a guess said aloud."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from edgekit.core.errors import InputError, OutputError
from edgekit.core.languages import base_language
from edgekit.documents.base import DocumentOptions

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
_LATIN_PAGES = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_15", "iso8859_2")
# The code pages of Windows by language; windows-1252 for every other.
_PAGES = {
    "cp1250": "bs cs hr hu pl ro sk sl sq",
    "cp1251": "be bg mk ru sr uk",
    "cp1253": "el",
    "cp1254": "az tr",
    "cp1255": "he yi",
    "cp1256": "ar fa ps ur",
    "cp1257": "et lt lv",
    "cp874": "th",
    "cp932": "ja",
    "cp949": "ko",
    "gb18030": "zh",
}
# Mess as charset-normalizer measures it, 0 to 1. Portuguese in windows-1252 has 0.03 where windows-1257, which makes
# other letters of the same bytes, has 0; Turkish read as windows-1252 has 0.06.
_CLOSE = 0.05


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
            shown = "".join(missing[:20]).encode("utf-8", "replace").decode()
            raise OutputError(
                f"`{self.name}` is written in {self.codec}, which has no `{shown}`",
                hint="save the document as UTF-8 and translate that",
            ) from error


def _holds(codec: str, letter: str) -> bool:
    try:
        letter.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def decoded(data: bytes, name: str, *, declared: str | None = None, options: DocumentOptions | None = None) -> Encoded:
    """The text in `data`, such that the same text gives the same bytes.

    name: of the file, for errors.  declared: what the file says of itself; an encoding in the options wins.
    Raises InputError for what no encoding gives back, and for binary data.
    """
    asked, source = (options.encoding, options.source) if options is not None else (None, None)
    for mark, codec in _MARKS:
        if data.startswith(mark):
            text = _same(data[len(mark) :], codec)
            if text is None:
                raise InputError(f"`{name}` begins like {codec} and is not")
            return Encoded(_text(text, name), codec, mark, name=name)
    for codec, fact in _candidates(data, declared, asked, source):
        text = _same(data, codec)
        if text is not None and not _BINARY.search(text):
            return Encoded(text, codec, facts=(fact,) if fact else (), name=name)
    raise InputError(f"`{name}` is no text in {asked}" if asked else f"`{name}` is no text in any known encoding")


def _candidates(data: bytes, declared: str | None, asked: str | None, source: str | None) -> Iterator[tuple[str, str]]:
    """Encodings to try and what a person should know of each, the likeliest first."""
    if asked:
        yield asked, ""
        return
    if declared and declared.lower() not in ("utf-8", "utf8"):
        label = declared.lower()
        # A file can only say so in bytes, so `utf-16` in a file that is read byte by byte is wrong.
        if not label.startswith(("utf-16", "utf-32", "ucs")):
            if label in _LATIN:
                yield "cp1252", "" if label == "windows-1252" else f"says {declared}, read as windows-1252"
            yield declared, f"read as {declared}, as it says"
    wide = _wide(data)
    if wide:
        yield wide, f"read as {wide}, from its zero bytes"
    said = declared and declared.lower() not in ("utf-8", "utf8")
    yield "utf-8", f"says {declared}, read as UTF-8" if said else ""
    guess = _guessed(data[:_SNIFF], source)
    if guess is not None:
        yield guess, f"read as {guess}, from what it looks like"
    for codec in ("cp1252", "latin-1"):
        yield codec, f"read as {codec}: nothing says what it is"


def _guessed(data: bytes, source: str | None) -> str | None:
    """The old encoding that a text is in, by charset-normalizer; the usual one where it hardly differs."""
    from charset_normalizer import from_bytes

    letters = sum(byte > 127 or chr(byte).isalpha() for byte in data)
    # Text that is mostly ASCII letters is Latin; a few bytes of it look like Chinese to a statistic.
    latin = sum(byte > 127 for byte in data) * 3 < letters
    found = list(from_bytes(data, cp_isolation=[*_LATIN_PAGES] if latin else None))
    if not found:
        return None
    best = found[0]
    usual = next((page for page, tags in _PAGES.items() if source and base_language(source) in tags.split()), "cp1252")
    for one in found:
        if usual in (one.encoding, *one.could_be_from_charset) and one.chaos <= best.chaos + _CLOSE:
            return usual
    return best.encoding


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
    zeros = "".join("0" if byte == 0 else "x" for byte in head)
    return {"000x": "utf-32-be", "x000": "utf-32-le", "0x0x": "utf-16-be", "x0x0": "utf-16-le"}.get(zeros)
