"""Gaps of worksheets that a pupil fills in: underscores, dots, dashes, empty brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from edgekit.protect.found import Found

_UNDERSCORES = re.compile(
    # `____`, `__/__/____`, `__/__/20__`, `__:__`
    r"_{2,2000}(?: ?[/:.\-–] ?(?:\d\d)?_{2,2000}){0,8}"
    # `_ _ _ _`, one for a letter
    r"|(?<!\w)_(?: _){2,200}(?!\w)"
)
_EMPHASIS = re.compile(r"(?<!\w)__(?=[^\W_])")
_OTHERS = re.compile(
    r"\.{4,2000}|…{2,2000}|(?<!\S)\.(?: \.){3,400}(?!\S)"
    r"|(?<![-\w<])-{4,2000}(?![-\w>])|(?<![–—\w])[–—]{3,2000}(?![–—\w])"
    r"|(?<![\w)\]])(?:\( {1,200}\)|\[ {1,200}\])(?![\w(\[])"
)
_SIGNS_ONLY = re.compile(r"[-_.…–—/:, ]*(?:__|\.\.|……|--|––|——|_ _|\. \.)[-_.…–—/:, ]*")
# What stands for a gap of lines or dots: models know it. Of `I have ___ brothers and ___ sisters.` one made with masks
# `Tenho irmãos Xq1 e Xq2.`, with this `Eu tenho ___ irmãos e ___ irmãs.`; longer ones make it run away.
SHORT_GAP = "___"
# `Class:___` is no word that is translated, `Class: ___` has one.
_LEADING = ":,;)?!"
# Four or five dots behind a word are an ellipsis of someone in a hurry, more lead from it to where one writes.
_LEAST_LEADER = 6


def gaps(text: str) -> Iterator[Found]:
    """Gaps; one inside a word, as of `h__se`, is one, while `__this__` is emphasis and `wait....` an ellipsis."""
    if "__" in text or "_ _" in text:
        emphasis = _EMPHASIS.search(text)
        for match in _UNDERSCORES.finditer(text):
            begin, end = match.span()
            before, after = text[begin - 1 : begin], text[end : end + 1]
            # Two on one side of a word are emphasis of Markdown, but of `20__`, a year, where none has begun.
            year = before.isdigit() and (emphasis is None or begin < emphasis.start())
            if end - begin > 2 or before.isalnum() == after.isalnum() or (year and not after.isalnum()):
                yield Found(begin, end, "gap")
    if has_others(text):
        for match in _OTHERS.finditer(text):
            begin, end = match.span()
            at_word = text[begin - 1 : begin].isalnum() if begin else False
            if end - begin >= _LEAST_LEADER or not (at_word and text[begin] in ".…"):
                yield Found(begin, end, "gap")


def has_others(text: str) -> bool:
    """Whether there may be gaps of other signs than underscores."""
    return any(sign in text for sign in ("....", "……", ". .", "----", "( ", "[ ", "–––", "———"))


def word_beside(text: str, gap: Found) -> Literal["before", "after"] | None:
    """On which side a gap touches a word or its sign, `Name:____`; None for neither, and for both as of `h__se`."""
    before, after = text[gap.begin - 1 : gap.begin], text[gap.end : gap.end + 1].isalpha()
    if before.isalpha():
        return None if after else "before"
    return "after" if after else "before" if before in _LEADING and before else None


def is_of_gaps(text: str) -> bool:
    """Whether a text is one gap or several, of lines or dots, with nothing but signs between."""
    return _SIGNS_ONLY.fullmatch(text) is not None
