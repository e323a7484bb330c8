"""Words and symbols that a model's vocabulary has no pieces for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from unicodedata import category

from edgekit.protect.found import Found

Unreadable = Callable[[Iterable[str]], "frozenset[str] | set[str]"]
"""Of these characters, those that a model cannot read."""

# SentencePiece writes a space as this; a text's own would be read as one.
_SPACE_SIGN = "\u2581"
_LONGEST = 64


def foreign(text: str, unreadable: Unreadable) -> Iterator[Found]:
    """Words with a letter, and symbols, that the model cannot read; runs of such words come one by one."""
    bad = unreadable({*text}) if not text.isascii() else unreadable({*text} & set("<>{}[]|\\^~`#*_@&$"))
    bad = {one for one in bad if category(one)[0] in "LMNS"} | ({_SPACE_SIGN} & {*text})
    if not bad:
        return
    pattern = re.compile("[" + re.escape("".join(sorted(bad))) + "]+")
    done = 0
    for match in pattern.finditer(text):
        if match.start() < done:
            continue
        begin, end = match.span()
        if text[begin] != _SPACE_SIGN and any(one.isalnum() for one in match.group()):
            begin, end = _word(text, begin, end, done)
        done = end
        yield Found(begin, end, "foreign")


def _word(text: str, begin: int, end: int, least: int) -> tuple[int, int]:
    """The word round a span, at most 64 characters to either side."""
    low, high = max(least, begin - _LONGEST), min(len(text), end + _LONGEST)
    while begin > low and _in_word(text, begin - 1):
        begin -= 1
    while end < high and _in_word(text, end):
        end += 1
    return begin, end


def _in_word(text: str, index: int) -> bool:
    one = text[index]
    if one.isalnum() or category(one)[0] == "M" or one in "\u200c\u200d":
        return True
    inside = 0 < index < len(text) - 1 and text[index - 1].isalnum() and text[index + 1].isalnum()
    return inside and one in "'’-·"
