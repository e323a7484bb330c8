"""Lines that are all in capitals, and the capital at the beginning of a text.

Models know few words in capitals, and answer `STOP AGORA E LEIA As REGRAS.`
"""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import chain

from edgekit.checks.capitals import SENTENCE_BEGIN
from edgekit.checks.capitals import lowered as sentences
from edgekit.core.languages import base_language
from edgekit.core.marked import MarkedText
from edgekit.translate.readable import QUOTES

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
# What may stand before the first letter, `1.` and `a)` too; an apostrophe may be of a word (`'s morgens`).
_BEGIN = re.compile(r"[\s\"“”„«»‹›¿¡(\[*•–—-]*(?:\w{1,2}[.)]\s+)?([^\W\d_])")
_CHOICE_BEGIN = re.compile(r"^[ \t]*\(?\w{1,2}[.)][ \t]+([^\W\d_])", re.MULTILINE)
_LETTERS = re.compile(r"[^\W\d_]+")
_LONE = re.compile(r"(?<!\w)[^\W\d_](?!\w)")
_LONGEST_KNOWN = 2
# One or two words may be names, as NASA or US ARMY.
_FEWEST_WORDS = 3


def capital_lines(text: str, hidden: list[tuple[int, int]], unread: Set[str] = frozenset()) -> list[tuple[int, int]]:
    """Spans of the lines that have no small letter, and three words or a capital that the model cannot read.

    hidden: spans that do not count.  unread: what it cannot read.
    """
    if text.upper() != text and not any(line.isupper() for line in text.splitlines()) and not hidden:
        return []
    shown = list(text)
    for begin, end in hidden:
        shown[begin:end] = " " * (end - begin)
    found = []
    for match in _LINE.finditer("".join(shown)):
        line = match.group()
        if line.isupper() and (len(_WORD.findall(line)) >= _FEWEST_WORDS or _has(line, unread)):
            found.append(match.span())
    return found


def readable(text: str, unread: Set[str]) -> str:
    """The text, as long as it was, with plain quotation marks and small letters for what a model cannot read.

    Capitals are of words in capitals and of words that begin a sentence: `Úmido` became `Om`. Elsewhere they are of
    names that a model has seen so, as `Índia`, and `À` and `Às` it has seen as well.
    """
    if unread.isdisjoint(text):
        return text
    letters = [QUOTES.get(one, one) if one in unread else one for one in text]
    begins = {found.start(1) for found in chain(SENTENCE_BEGIN.finditer(text), _CHOICE_BEGIN.finditer(text))}
    for found in _LETTERS.finditer(text):
        begin, end = found.span()
        if unread.isdisjoint(found[0]):
            continue
        if found[0].isupper() and end - begin > 1:
            letters[begin:end] = [one.lower() if len(one.lower()) == 1 else one for one in found[0]]
        elif begin in begins and end - begin > _LONGEST_KNOWN and found[0][0] in unread:
            letters[begin] = found[0][0].lower()
    return "".join(letters)


def _has(line: str, unread: Set[str]) -> bool:
    return any(one.isalpha() and one in unread for one in line)


def lone_letters(text: str, unread: Set[str]) -> list[tuple[int, int]]:
    """Spans of capitals that a model cannot read and that are no words: of `the letter Ç`, not of `À tarde`."""
    if unread.isdisjoint(text):
        return []
    return [found.span() for found in _LONE.finditer(text) if found[0] in unread and found[0] not in "ÀÓ"]


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


def with_capital(source: str, translated: MarkedText, target: str, begins: tuple[int, int] = (0, 0)) -> MarkedText:
    """The translation with a capital at its beginning where the source has one: of `Cow` models make `vaca`.

    target: its language.  begins: where a sentence begins in both, if it is not the first. As it was where the source
    is in capitals, the translation begins with a keep, or its first word has a capital inside (`iPhone`).
    """
    found = _BEGIN.match(translated.text, begins[1])
    if found is None or not found[1].islower():
        return translated
    begin = _BEGIN.match(source, begins[0])
    if begin is None or not begin[1].isupper() or (source.isupper() and sum(map(str.isalpha, source)) > 1):
        return translated
    place = found.start(1)
    word = _LETTERS.match(translated.text, place)
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
