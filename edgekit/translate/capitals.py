"""Lines that are all in capitals: models know few such words, and answer `STOP AGORA E LEIA As REGRAS.`"""

from __future__ import annotations

import re

from edgekit.checks.capitals import lowered as sentences

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
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
