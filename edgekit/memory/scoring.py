"""How alike two segments are, and when the numbers of one may be put into the translation of the other."""

from __future__ import annotations

import re
from collections import Counter

from edgekit.core.languages import Direction, base_language
from edgekit.memory.grams import key_of

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_PLACEHOLDER = re.compile(r"\{[^{}\s]*\}|%(?:\d+\$)?[a-z]|%\([^()\s]*\)[a-z]|</?[A-Za-z][^<>]*>|\$\{[^{}]*\}")
# Of matches that are not exact: only numbers differ and are put in; only numbers, case or spaces differ.
SUBSTITUTED = 0.98
_NEAR = 0.97
_PENALTY = 0.03
# CLDR plural rules: one form for 1 and another for all else, or one form for all. Elsewhere (Arabic, Russian, ...) the
# word after another number may need another form.
_TWO_FORMS = frozenset(
    {"af", "am", "bn", "ca", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "gl", "gu", "ha", "hi", "hu"}
    | {"hy", "id", "it", "ja", "ka", "kk", "km", "kn", "ko", "ky", "lo", "ml", "mn", "mr", "ms", "my", "nb", "ne", "nl"}
    | {"nn", "no", "pa", "pt", "sq", "sv", "sw", "ta", "te", "th", "tr", "ur", "vi", "yo", "zh", "zu"}
)


def similarity(one: str, other: str, least: float = 0.0) -> float:
    """Share of characters of folded texts that need no edit (normalised Levenshtein similarity), 0 below least."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_similarity(one, other, score_cutoff=least)


def score(wanted: str, source: str, alike: float) -> float:
    """The score of a fuzzy match, at most 0.99.

    alike: the similarity of the two, folded; where that is 1 they differ in case, spaces or numbers. Numbers and
    placeholders that differ cost 0.03 each.
    """
    if alike == 1:
        alike = _NEAR
    if Counter(_NUMBER.findall(wanted)) != Counter(_NUMBER.findall(source)):
        alike -= _PENALTY
    if Counter(_PLACEHOLDER.findall(wanted)) != Counter(_PLACEHOLDER.findall(source)):
        alike -= _PENALTY
    return max(0.0, min(0.99, alike))


def with_numbers(wanted: str, source: str, target: str, direction: Direction) -> str | None:
    """The translation of source with the numbers of wanted, or None where that is not safe.

    Safe is: the segments differ in numbers only, every number that differs is once in source and once, written the
    same, in target; none is 0 or 1 or between -1 and 1, where the words around would change; and the language has no
    more than two plural forms.
    """
    if base_language(direction.target) not in _TWO_FORMS or base_language(direction.source) not in _TWO_FORMS:
        return None
    if _NUMBER.sub("\0", key_of(wanted)) != _NUMBER.sub("\0", key_of(source)):
        return None
    old, new = _NUMBER.findall(source), _NUMBER.findall(wanted)
    written = Counter(_NUMBER.findall(target))
    changes: dict[str, str] = {}
    for one, other in zip(old, new, strict=True):
        if one == other:
            continue
        if (
            old.count(one) != 1
            or written[one] != 1
            or _shape(one) != _shape(other)
            or min(_size(one), _size(other)) < 2
        ):
            return None
        changes[one] = other
    return _NUMBER.sub(lambda found: changes.get(found[0], found[0]), target) if changes else None


def _shape(number: str) -> str:
    """How a number is written: `3.5` is no `35`, and a year no hour."""
    return re.sub(r"\d+", "0", number)


def _size(number: str) -> float:
    return float(re.sub(r"\D.*", "", number))
