"""Text in Latin letters, with the way back to the source; what search compares; text that no model can read."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.identify.scripts import SCRIPT_NAMES, scripts_in, scripts_of_language

if TYPE_CHECKING:
    from uroman import Uroman  # type: ignore[import-untyped]

# The library's lattice is built a line at a time; its time and memory grow with the square of long ones.
_LONGEST_CHUNK = 400
_loading = threading.Lock()

# The languages that uroman has rules of their own for, as ISO 639-3.
_RULES = dict(
    re.findall(
        r"(\w+):(\w+)",
        "ar:ara as:asm be:bel bg:bul bn:ben de:deu el:ell en:eng fa:fas gu:guj kk:kaz ks:kas ky:kir lt:lit lv:lav "
        "mk:mkd os:oss pa:pan ps:pus ru:rus sa:san sr:srp tr:tur ug:uig uk:ukr yi:yid",
    )
)
# Two words may be a name; a text of which a tenth is in the language's own letters is no romanized one.
_LEAST_WORDS = 3
_MOST_NATIVE = 0.1
_LATIN_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Romanized:
    """A text in Latin letters.

    spans: for each character of text the span of the source, in code points, that it came from; spans never go back,
        and characters that came from one piece of source share its span.
    """

    text: str
    source: str
    spans: tuple[tuple[int, int], ...]

    def source_span(self, begin: int, end: int) -> tuple[int, int]:
        """The span of the source that text[begin:end] came from; where that is empty, the place between."""
        if begin < end:
            return self.spans[begin][0], self.spans[end - 1][1]
        if begin < len(self.spans):
            return (self.spans[begin][0],) * 2
        return (len(self.source),) * 2


def romanize(text: str, language: str | None = None) -> Romanized:
    """Text of any script in Latin letters, by uroman (Hermjakob et al. 2018, ACL demo).

    language: a BCP-47 tag; some have rules of their own. Digits of every script come out as 0 to 9, written-out numbers
    of some as digits; what has no romanization is kept. It cannot be turned back into the source by itself.
    The library is loaded on first use: 1 to 3 s, 60 MB. Raises UsageError for what is no tag.
    """
    base = base_language(normalise_tag(language)) if language is not None else ""
    code = _RULES.get(base, base) or None
    written: list[str] = []
    spans: list[tuple[int, int]] = []
    for begin, end in _chunks(text):
        chunk = text[begin:end]
        for first, last, romanized in [(0, len(chunk), chunk)] if chunk.isascii() else _edges(chunk, code):
            written.append(romanized)
            if romanized == chunk[first:last]:
                spans += [(begin + at, begin + at + 1) for at in range(first, last)]
            else:
                spans += [(begin + first, begin + last)] * len(romanized)
    return Romanized("".join(written), text, tuple(spans))


def normalised_for_search(text: str, language: str | None = None) -> str:
    """What search compares: small ASCII letters and digits with single spaces between words, whatever the script.

    `São Paulo` and `sao paulo` are the same, and so are `नमस्ते` and `Namaste`.
    """
    plain = _without_marks(text)
    if not plain.isascii():
        plain = _without_marks(romanize(unicodedata.normalize("NFKC", text).casefold(), language).text)
    return " ".join("".join(one if one.isalnum() else " " for one in plain.casefold().replace("'", "")).split())


def expects_native_script(direction: Direction, text: str) -> Finding | None:
    """A finding where a text is in letters that direction's source language is not written in, such as romanized Hindi.

    Models are trained on a language as it is written, and make up an answer to anything else. Less than three words,
    and texts with a tenth of their letters in a script of the language, are let through.
    """
    native = scripts_of_language(direction.source)
    found = scripts_in(text)
    letters = sum(found.values())
    if not letters or sum(found[script] for script in native) >= _MOST_NATIVE * letters:
        return None
    script = min(found, key=lambda code: (-found[code], code))
    if script == "Latn" and len(_LATIN_WORD.findall(text)) < _LEAST_WORDS:
        return None
    here, there = (SCRIPT_NAMES.get(code, code) for code in (script, min(native)))
    return Finding(
        "language", f"the text is in {here} letters, and the model reads `{direction.source}` in {there} letters only"
    )


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Spans that together are text, none longer than the library does well, cut at spaces where there are any."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin, begin + _LONGEST_CHUNK) + 1
        if not end:
            end = min(len(text), begin + _LONGEST_CHUNK)
        if end < len(text) and text[end - 1] != "\n":
            space = text.rfind(" ", begin + _LONGEST_CHUNK // 2, end)
            end = space if space > 0 else end
            while end < min(len(text), begin + 2 * _LONGEST_CHUNK) and unicodedata.category(text[end])[0] == "M":
                end += 1
        yield begin, end
        begin = end


def _edges(text: str, code: str | None) -> Iterator[tuple[int, int, str]]:
    """(begin, end, romanization) of pieces of text; together they are text."""
    from uroman import RomFormat

    done = 0
    for edge in _uroman().romanize_string(text, lcode=code, rom_format=RomFormat.EDGES):
        begin, end = max(done, min(edge.start, len(text))), max(done, min(edge.end, len(text)))
        if begin > done:  # what the library passed over is kept
            yield done, begin, text[done:begin]
        yield begin, end, edge.txt
        done = end
    if done < len(text):
        yield done, len(text), text[done:]


@functools.cache
def _load() -> Uroman:
    from uroman import Uroman

    return Uroman()


def _uroman() -> Uroman:
    with _loading:
        return _load()


def _without_marks(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one) != "Mn")
