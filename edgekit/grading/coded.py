"""Text in code or in disguise: what base64, hexadecimal digits, rot13, signs for letters and letters apart say."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

ROT13 = "an order in rot13"
_LEET, _BACKWARDS = "an order in disguise", "an order backwards"
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,4000}={0,2}(?![A-Za-z0-9+/=])")
# `i g n o r e`, `i-g-n-o-r-e`; a row of bases, or of letters in order, is none.
_APART = re.compile(r"(?<!\w)[^\W\d_](?:(?:\s{1,3}|\s?[.*_-]\s?)[^\W\d_](?!\w)){9,400}")
_LEAST_APART, _BASES = 6, frozenset("acgtu")
_HEX = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}\s?){12,2000}(?![0-9a-zA-Z])")
_LEAST_TEXT = 0.8
# `4nd`, `m4rk5`; not `11 points`.
_LEET_WORD = re.compile(r"[^\W\d_][013457@$!|€8]|[013457@$!|€8][^\W\d_]")
_LEET_SIGNS = tuple(str.maketrans("013457@$!|€8", letters) for letters in ("oieastasiieb", "oleastaslleb"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as long as another and what it says otherwise.  what: an order in it is called."""

    text: str
    what: str
    written: str

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Of text[begin:end] in what is written."""
        return (len(self.text) - end, len(self.text) - begin) if self.what == _BACKWARDS else (begin, end)

    def tells(self, original: str, begin: int, end: int) -> bool:
        """Whether text[begin:end] is not simply what is written; original: before it was folded."""
        if self.what == _LEET:
            return _LEET_WORD.search(original, begin, end) is not None
        # Writing that is not Latin is what it was.
        return self.what == _BACKWARDS or self.text[begin:end] != self.written[begin:end]


def other_readings(folded: str) -> Iterator[Reading]:
    """With letters for signs, from rot13, and backwards."""
    for table in _LEET_SIGNS:
        other = folded.translate(table)
        if other != folded:
            yield Reading(other, _LEET, folded)
    yield Reading(codecs.encode(folded, "rot13"), ROT13, folded)
    yield Reading(folded[::-1], _BACKWARDS, folded)


def decoded_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Runs of base64 and of hexadecimal digits, each with what it says."""
    for pattern in (_BASE64, _HEX):
        for found in pattern.finditer(text):
            decoded = _decoded(found[0], hexadecimal=pattern is _HEX)
            if decoded:
                yield found.start(), found.end(), decoded


def is_text(decoded: str, run: str) -> bool:
    """Whether a run says words, in any script; measured values in a row are digits of hexadecimal too."""
    letters = sum(one.isalpha() or one.isspace() for one in decoded)
    return letters > _LEAST_TEXT * len(decoded) and any(map(str.isalpha, run))


def letters_apart(text: str) -> Iterator[tuple[int, int]]:
    """Runs of letters with signs or spaces between them: `i g n o r e`."""
    for found in _APART.finditer(text):
        apart = [one for one in found[0].lower() if one.isalpha()]
        # Scripts without capitals have letters that are words.
        is_cased = all(one.upper() != one for one in apart)
        if is_cased and len(set(apart)) >= _LEAST_APART and not _BASES.issuperset(apart) and apart != sorted(apart):
            yield found.span()


def _decoded(text: str, *, hexadecimal: bool) -> str:
    """What base64 or hexadecimal digits say, empty where they say nothing readable."""
    compact = "".join(text.split())
    try:
        if hexadecimal:
            data = bytes.fromhex(compact)
        else:
            plain = compact.rstrip("=").replace("-", "+").replace("_", "/")
            data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        decoded = data.decode("utf-8")
    except (ValueError, binascii.Error):
        return ""
    return decoded if decoded.isprintable() or "\n" in decoded else ""
