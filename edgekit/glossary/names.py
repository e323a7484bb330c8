"""Words that are part of a name."""

from __future__ import annotations

import re

# The word before and the one after, on the same line, a particle between them left out: `School of Medicine`.
_BEFORE = re.compile(r"(\w[\w'’-]*)[^\S\n]+(?:(?:of|de|da|do|di|du|the)[^\S\n]+)*\Z")
_AFTER = re.compile(r"[^\S\n]+(?:(?:of|de|da|do|di|du|the)[^\S\n]+)*(\w[\w'’-]*)")
_WORD = re.compile(r"\w+")
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:\n]|\A[\W\d]+|[\"“«(])\W*\Z")
_HEADING = 0.6
_FIRST_WORDS = 3
_LOOK_BACK = 60


def is_in_name(text: str, begin: int, end: int) -> bool:
    """Whether a word with a capital stands beside another one: `Lake Victoria`, `the House of Representatives`.

    Not in headings, where most words of four letters and more have a capital, and not for words all in capitals.
    """
    found = text[begin:end]
    if not found[:1].isupper() or (len(found) > 1 and found.isupper()):
        return False
    after = _AFTER.match(text, end)
    before = _BEFORE.search(text[max(0, begin - _LOOK_BACK) : begin])
    beside = after is not None and _is_name(after[1])
    if not beside and before is not None and _is_name(before[1]):
        # `The School`: the capital of a sentence's first word says nothing, but for a long one.
        start = max(0, begin - _LOOK_BACK) + before.start()
        beside = len(before[1]) > _FIRST_WORDS or not _SENTENCE_START.search(text[:start][-_LOOK_BACK:])
    return beside and not _is_heading(text, begin)


def _is_name(word: str) -> bool:
    return word[:1].isupper() and word != "I"


def _is_heading(text: str, index: int) -> bool:
    line = text[text.rfind("\n", 0, index) + 1 :].partition("\n")[0]
    words = [found[0] for found in _WORD.finditer(line)]
    long = [word for word in words if len(word) > _FIRST_WORDS and word[0].isalpha()]
    return sum(word[0].isupper() for word in long) > _HEADING * len(long)
