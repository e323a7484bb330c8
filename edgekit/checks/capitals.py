"""Texts in capitals: their translations, and the way round a model that was trained on few of them."""

from __future__ import annotations

import re

from edgekit.checks.base import letters
from edgekit.core.findings import Finding
from edgekit.core.languages import base_language

# `NASA`, `UNESCO HQ`: fewer letters than this say nothing about a text.
_LEAST_LETTERS = 8
# A text with so many capitals, or so few small letters, is no clear case.
_MOST_MIXED = 0.5
_HEAD = 40
SENTENCE_BEGIN = re.compile(r"(?:\A|[.!?…]['\"”’)]*\s+|\n\s*)[^\w\n]*(\w)")
_LONE_I = re.compile(r"\bi\b(?!\.)")


def in_capitals(text: str) -> bool:
    """Whether a text is written in capitals: two words or more, at least 8 capitals, nine in ten of its letters."""
    # Without this, every sentence would be counted letter by letter.
    if text.islower() or len(text) < _LEAST_LETTERS or not (text.isupper() or _is_nearly(text)):
        return False
    upper = sum(map(str.isupper, text))
    return upper >= _LEAST_LETTERS and 10 * upper >= 9 * letters(text) and len(text.split()) > 1


def _is_nearly(text: str) -> bool:
    head = text[:_HEAD]
    return 2 * sum(map(str.isupper, head)) > sum(map(str.islower, head))


def check_capitals(source: str, target: str) -> list[Finding]:
    """A finding where one of the texts is in capitals and the other, in a script that has them, is not."""
    mine, theirs = in_capitals(source), in_capitals(target)
    if mine == theirs:
        return []
    if theirs:
        if _share(source) >= _MOST_MIXED:
            return []
        return [Finding("capitals", "the translation is in capitals, the source is not", target=(0, len(target)))]
    cased = sum(character.isupper() or character.islower() for character in target)
    if cased < _LEAST_LETTERS or 2 * cased < letters(target) or _share(target) >= 1 - _MOST_MIXED / 5:
        return []
    return [Finding("capitals", "the source is in capitals, the translation is not", target=(0, len(target)))]


def _share(text: str) -> float:
    """Capitals among the letters that have case; 1 where there are none."""
    upper, lower = sum(map(str.isupper, text)), sum(map(str.islower, text))
    return upper / (upper + lower) if upper + lower else 1.0


def lowered(source: str, language: str) -> str:
    """A text in capitals as a model knows it: small letters, a capital at the beginning of each sentence.

    Character for character, so that spans stay right; letters whose small form is longer or shorter stay. language: of
    the text, for the Turkish `I` and the English one.
    """
    base = base_language(language)
    turkic = base in ("az", "tr")
    small = [_lower(character, turkic=turkic) for character in source]
    text = "".join(small)
    if base == "en":
        text = _LONE_I.sub("I", text)
    characters = list(text)
    for found in SENTENCE_BEGIN.finditer(text):
        at = found.start(1)
        characters[at] = source[at] if source[at].isupper() else characters[at]
    return "".join(characters)


def _lower(character: str, *, turkic: bool) -> str:
    if turkic and character in "Iİ":
        return "ı" if character == "I" else "i"
    small = character.lower()
    return small if len(small) == 1 else character
