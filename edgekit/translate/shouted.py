"""Words in capitals that a model left in their own language, read once more in small letters.

Models know few words in capitals: `TRUE or FALSE?` became `TRUE ou FALSE?`, a heading `HOMEWORK` stayed one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from edgekit.checks.capitals import lowered
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Span
from edgekit.translate.capitals import raised
from edgekit.translate.careful import CarefulTranslation

_PREFIX = "shouted:"
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"(?<![\w'’@#-])[^\W\d_]{3,}(?![\w'’@-])")
# `LED`, `SIM`, `STEM` and `SMART` are no words of a sentence, and small letters make `haste` and `inteligentes` of the
# last two: of one word among small ones nobody knows. Of 33 lines with such names none has two that all change.
_FEWEST = 2
_LEAST_ALONE = 4


def read_again(
    texts: Sequence[MarkedText],
    results: Sequence[CarefulTranslation],
    language: str,
    translate: Callable[[Sequence[MarkedText]], list[CarefulTranslation]],
) -> dict[int, CarefulTranslation]:
    """Other results, by index, for texts whose words in capitals came back as they were.

    language: of the texts.  translate: makes others, with alignment. A line in capitals, and in others two words or
    more, are shown to the model in small letters; where it then knows all of them, that is taken, with capitals on the
    words that these became. Names (`NASA`) come back in small letters as well, and stay as they were.
    """
    shown: dict[int, tuple[MarkedText, list[str]]] = {}
    for at, (text, one) in enumerate(zip(texts, results, strict=True)):
        if not one.left and (found := _shown(text, one, language)) is not None:
            shown[at] = found
    made: dict[int, CarefulTranslation] = {}
    if not shown:
        return made
    for at, one in zip(shown, translate([text for text, _ in shown.values()]), strict=True):
        if one.left <= results[at].left and _words(one.text).isdisjoint(shown[at][1]):
            made[at] = _in_capitals(one, texts[at])
    return made


def _shown(text: MarkedText, one: CarefulTranslation, language: str) -> tuple[MarkedText, list[str]] | None:
    """The text with its words in small letters and a pair around those, and the words that had come back."""
    keeps = [mark for mark in one.source.marks if mark.kind == "keep"]
    letters = list(text.text)
    for mark in keeps:
        letters[mark.begin : mark.end] = " " * (mark.end - mark.begin)
    seen = "".join(letters)
    if not any(found[0].isupper() for found in _WORD.finditer(seen)):
        return None
    there = _words(one.text)
    spans: list[Span] = []
    copied: list[str] = []
    for line in _LINE.finditer(seen):
        words = [found for found in _WORD.finditer(seen, *line.span()) if found[0].isupper()]
        mine = [found.span() for found in words]
        came = [word for found in words if (word := found[0].casefold()) in there]
        whole = line[0].isupper() and sum(len(found[0]) for found in words) >= _LEAST_ALONE
        if not came or (len(came) < _FEWEST and not whole):
            continue
        copied += came
        spans += [_trimmed(line)] if whole else mine
    if not spans:
        return None
    small = lowered(text.text, language)
    letters = list(text.text)
    for begin, end in spans:
        letters[begin:end] = small[begin:end]
    for mark in keeps:
        letters[mark.begin : mark.end] = text.text[mark.begin : mark.end]
    pairs = [Mark(*span, "pair", f"{_PREFIX}{number}") for number, span in enumerate(spans)]
    found = MarkedText("".join(letters), in_order([*pairs, *text.marks]))
    return None if found.problems() else (found, copied)


def _trimmed(line: re.Match[str]) -> Span:
    """From the first letter to the last."""
    letters = [at for at, one in enumerate(line[0]) if one.isalpha()]
    return line.start() + letters[0], line.start() + letters[-1] + 1


def _words(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"\w+", text)}


def _in_capitals(one: CarefulTranslation, text: MarkedText) -> CarefulTranslation:
    """With capitals where the pairs are, and without these."""
    keeps = [(mark.begin, mark.end) for mark in one.marked.marks if mark.kind == "keep"]
    letters, large = list(one.text), raised(one.text, keeps)
    for mark in one.marked.marks:
        if mark.name.startswith(_PREFIX):
            letters[mark.begin : mark.end] = large[mark.begin : mark.end]
    said = "".join(letters)
    marks = tuple(mark for mark in one.marked.marks if not mark.name.startswith(_PREFIX))
    return replace(
        one,
        source=MarkedText(text.text, tuple(mark for mark in one.source.marks if not mark.name.startswith(_PREFIX))),
        marked=MarkedText(said, marks),
        translation=replace(one.translation, text=said, source=text.text),
    )
