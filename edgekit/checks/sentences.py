"""Sentences without a translation, and translations that came to no end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp, log, sqrt

from edgekit.checks.base import letters
from edgekit.core.findings import Finding
from edgekit.core.languages import base_language
from edgekit.core.segments import Segment

# How long a text is beside its English, without white space: the geometric mean over every other line of FLORES-200
# dev, over NTREX-128 for ha km lo rw so sw yo zu. One line is off by 0.10 to 0.23 (natural logarithm, one sigma).
_TABLE = """
af=1.06 am=0.65 ar=0.88 az=1.13 bn=0.99 cs=0.98 de=1.20 el=1.22 en=1.00 es=1.19 fa=0.93 fr=1.19 gu=0.96 ha=1.10 he=0.78
hi=0.97 id=1.12 ig=0.98 it=1.18 ja=0.52 km=1.32 kn=1.11 ko=0.46 lo=1.22 ml=1.22 mr=1.03 ms=1.15 my=1.37 nl=1.12 pl=1.09
pt=1.09 ru=1.13 rw=1.24 so=1.18 sw=1.14 ta=1.25 te=1.06 th=1.10 tr=1.07 uk=1.05 vi=0.97 yo=1.55 zh=0.38 zu=1.06
"""
_LENGTHS = {language: float(length) for language, length in (one.split("=") for one in _TABLE.split())}
# A translation of which half is lost is at -0.69. Of every other line of 26 pairs of FLORES dev and NTREX by people one
# in 400 is shorter than this. Longer by much is what `repetition` finds, and people explain what they translate.
_SHORTEST, _LONGEST = 0.36, 0.8
# What a short text varies more.
_SHORTEST_SLACK, _LONGEST_SLACK = 1.2, 2.5
_UNKNOWN_SLACK = 0.7
# Names in Latin letters make a line of these two or three times as long as its characters alone.
_DENSE = frozenset({"ja", "ko", "wuu", "yue", "zh"})
_DENSE_SLACK = 0.25
_DENSE_SOURCE_SLACK = 0.35
# These and those without spaces vary more: 0.18 to 0.22, beside 0.10 to 0.16 of the others.
_LOOSE = _DENSE | {"km", "lo", "my", "th"}
_LOOSE_SLACK = 0.15
_LEAST_CHARACTERS = 20
_FEWER_SENTENCES = 0.3
_GAP = re.compile(r"_{2,}|\.{2,}")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|\Z)|[。！？।॥۔؟။։።]+")


def expected_ratio(source_tag: str, target_tag: str) -> float | None:
    """How many characters a translation has for each of the source, white space aside; None for languages not known."""
    source, target = _LENGTHS.get(base_language(source_tag)), _LENGTHS.get(base_language(target_tag))
    return target / source if source and target else None


def length_deviation(source: str, target: str, source_tag: str, target_tag: str) -> float:
    """Natural logarithm of a translation's length over the expected one; 0 where both are empty.

    The expected length of languages not known is that of the source.
    """
    mine, theirs = _visible(source), _visible(target)
    return log((theirs + 1) / (mine * (expected_ratio(source_tag, target_tag) or 1.0) + 1))


def check_sentences(
    source: str, target: str, source_tag: str, target_tag: str, segments: Sequence[Segment]
) -> list[Finding]:
    """Findings for segments without a translation or one of an impossible length, and for fewer sentences than before.

    Without segments the whole text is one, and its sentences are counted by their marks.
    """
    found: list[Finding] = []
    for one in segments:
        (begin, end), (target_begin, target_end) = one.source, one.target
        found += _check_length(
            source[begin:end], target[target_begin:target_end], source_tag, target_tag, one.source, one.target
        )
    if segments:
        return found
    found = _check_length(source, target, source_tag, target_tag, (0, len(source)), (0, len(target)))
    if not found:
        mine, theirs = len(_SENTENCE_END.findall(source)), len(_SENTENCE_END.findall(target))
        short = length_deviation(source, target, source_tag, target_tag) < -_FEWER_SENTENCES
        if mine > 1 and theirs < mine and short:
            found = [Finding("sentence", f"{mine:,} sentences became {theirs:,}", (0, len(source)), (0, len(target)))]
    return found


def _check_length(
    source: str, target: str, source_tag: str, target_tag: str, span: tuple[int, int], target_span: tuple[int, int]
) -> list[Finding]:
    if letters(source) and not any(map(str.isalnum, target)):
        return [Finding("sentence", "a sentence has no translation", span, target_span)]
    if _visible(source) < _LEAST_CHARACTERS:
        return []
    languages = {base_language(source_tag), base_language(target_tag)}
    unknown = _UNKNOWN_SLACK if expected_ratio(source_tag, target_tag) is None else 0.0
    root = sqrt(_visible(source))
    # Latin names make a source in Chinese look longer than it is.
    loose = _DENSE_SOURCE_SLACK if base_language(source_tag) in _DENSE else _LOOSE_SLACK if _LOOSE & languages else 0.0
    shortest = _SHORTEST + _SHORTEST_SLACK / root + unknown + loose
    longest = _LONGEST + _LONGEST_SLACK / root + unknown + (_DENSE_SLACK if _DENSE & languages else 0.0)
    deviation = length_deviation(source, target, source_tag, target_tag)
    if not -shortest <= deviation <= longest:
        detail = f"the translation is {exp(deviation):.1f} times as long as such a text's is"
        return [Finding("sentence", detail, span, target_span)]
    return []


def check_complete(segments: Sequence[Segment]) -> list[Finding]:
    """A finding for each segment whose translation the model did not end by itself."""
    return [
        Finding("incomplete", "the model came to no end", one.source, one.target)
        for one in segments
        if not one.complete
    ]


def _visible(text: str) -> int:
    """How many characters there are, white space and gaps to fill in aside: these say nothing of the words' number."""
    if "__" in text or ".." in text:
        text = _GAP.sub("", text)
    return len(text) - sum(map(str.isspace, text))
