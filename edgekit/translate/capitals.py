"""Lines that are all in capitals, and the capital at the beginning of a text.

Models know few words in capitals, and answer `STOP AGORA E LEIA As REGRAS.`
"""

from __future__ import annotations

import re

from edgekit.checks.capitals import lowered as sentences
from edgekit.core.languages import base_language
from edgekit.core.marked import MarkedText

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
# What may stand before the first letter; an apostrophe may be of a word (`'s morgens`).
_BEGIN = re.compile(r"[\s\"“”„«»‹›¿¡(\[*•–—-]*([^\W\d_])")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
# One or two words may be names, as NASA or US ARMY.
_FEWEST_WORDS = 3


def capital_lines(text: str, hidden: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of the lines of at least three words that have no small letter; hidden: spans that do not count."""
    if text.upper() != text and not any(line.isupper() for line in text.splitlines()) and not hidden:
        return []
    shown = list(text)
    for begin, end in hidden:
        shown[begin:end] = " " * (end - begin)
    found = []
    for match in _LINE.finditer("".join(shown)):
        line = match.group()
        if line.isupper() and len(_WORD.findall(line)) >= _FEWEST_WORDS:
            found.append(match.span())
    return found


def lowered(text: str, spans: list[tuple[int, int]], hidden: list[tuple[int, int]], language: str) -> str:
    """The text with the lines of these spans as sentences: as long as it was, hidden spans as they were.

    language: of the text, see `edgekit.checks.capitals.lowered`.
    """
    if not spans:
        return text
    letters = list(text)
    for begin, end in spans:
        letters[begin:end] = sentences(text[begin:end], language)
    for begin, end in hidden:
        letters[begin:end] = text[begin:end]
    return "".join(letters)


def raised(text: str, hidden: list[tuple[int, int]]) -> str:
    """The text in capitals, as long as it was (`ß` stays), hidden spans as they were."""
    letters = [big if len(big := one.upper()) == 1 else one for one in text]
    for begin, end in hidden:
        letters[begin:end] = text[begin:end]
    return "".join(letters)


def with_capital(source: str, translated: MarkedText, target: str) -> MarkedText:
    """The translation with a capital at its beginning where the source has one: of `Cow` models make `vaca`.

    target: its language. As it was where the source is in capitals, the translation begins with a keep, or its first
    word has a capital inside (`iPhone`).
    """
    found = _BEGIN.match(translated.text)
    if found is None or not found[1].islower():
        return translated
    begin = _BEGIN.match(source)
    if begin is None or not begin[1].isupper() or (source.isupper() and sum(map(str.isalpha, source)) > 1):
        return translated
    place = found.start(1)
    word = _FIRST_WORD.match(translated.text, place)
    if word is not None and word[0] != word[0].lower():
        return translated
    if any(mark.kind == "keep" and mark.begin <= place < mark.end for mark in translated.marks):
        return translated
    # Of Georgian and of letters of two `title` knows what begins a sentence; Turkish has two letters.
    dotted = found[1] == "i" and base_language(target) in ("az", "tr")
    capital = "İ" if dotted else found[1].title()
    if len(capital) != 1:
        return translated
    return MarkedText(translated.text[:place] + capital + translated.text[place + 1 :], translated.marks)
