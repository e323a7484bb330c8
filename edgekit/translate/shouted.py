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
# last two. Of 33 lines with such names none has two that all change, and a word alone must be longer: of 246 that come
# back from FLORES dev and 1,000 lines of NTREX, en→pt and pt→en, 36 change in small letters, and the three of six
# letters or more are words (`COUNTING`). Where a word of FLORES dev lines 500-997 is put in capitals and comes back,
# 562 of 619 so long are translated, and these lines gain 3.8 / 3.1 chrF.
_FEWEST = 2
_LEAST_LONE = 6
# `Mr FISHER`, `Anna CARTER`: a name, as the one before it.
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "sir", "lady", "sr", "sra", "srta", "dra", "profa"))
_LEAST_ALONE = 4


def read_again(
    texts: Sequence[MarkedText],
    results: Sequence[CarefulTranslation],
    language: str,
    translate: Callable[[Sequence[MarkedText]], list[CarefulTranslation]],
) -> dict[int, CarefulTranslation]:
    """Other results, by index, for texts whose words in capitals came back as they were.

    language: of the texts.  translate: makes others, with alignment. A line in capitals, and in others two words or
    more or a long one, are shown to the model in small letters; where it then knows all of them, that is taken, with
    capitals on the words that these became. Names (`NASA`) come back in small letters as well, and stay as they were;
    where one does, the long words of the text are asked for without it.
    """
    made: dict[int, CarefulTranslation] = {}
    tried: Sequence[int] = range(len(texts))
    for alone in (False, True):
        shown: dict[int, tuple[MarkedText, list[str]]] = {}
        for at in tried:
            if not results[at].left and (found := _shown(texts[at], results[at], language, alone=alone)) is not None:
                shown[at] = found
        if not shown:
            break
        for at, one in zip(shown, translate([text for text, _ in shown.values()]), strict=True):
            if one.left <= results[at].left and _words(one.text).isdisjoint(shown[at][1]):
                made[at] = _in_capitals(one, texts[at])
        tried = [at for at in shown if at not in made]
    return made


def _shown(
    text: MarkedText, one: CarefulTranslation, language: str, *, alone: bool
) -> tuple[MarkedText, list[str]] | None:
    """The text with its words in small letters and a pair around those, and the words that had come back.

    alone: only long words that came back, no lines and no names beside them.
    """
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
        came = [word for found in words if (word := found[0].casefold()) in there]
        whole = line[0].isupper() and sum(len(found[0]) for found in words) >= _LEAST_ALONE
        if alone or (len(came) < _FEWEST and not whole):
            words = [found for found in words if found[0].casefold() in there and _is_word(found, line, there)]
            came = [found[0].casefold() for found in words]
        if not came:
            continue
        copied += came
        spans += [_trimmed(line)] if whole and not alone else [found.span() for found in words]
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


def _is_word(found: re.Match[str], line: re.Match[str], there: set[str]) -> bool:
    """Whether a word in capitals, alone among small ones, is no name: long, and no name or title beside it."""
    if len(found[0]) < _LEAST_LONE:
        return False
    before = re.findall(r"\w+", line.string[line.start() : found.start()])[-1:]
    behind = re.findall(r"\w+", line.string[found.end() : line.end()])[:1]
    return not any(
        one[0].isupper() and (one.casefold() in there or one.casefold() in _TITLES) for one in (*before, *behind)
    )


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
