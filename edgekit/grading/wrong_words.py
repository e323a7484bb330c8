"""A wrong idea in a teacher's own words within an answer, whatever else the answer says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from edgekit.grading.function_words import known
from edgekit.grading.intake import matching_form
from edgekit.grading.statements import denial

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SENTENCE = re.compile(r"[.!?;:\n。！？।…]")
# Two words may be of anything; of a script without spaces this many letters.
_LEAST_WORDS = 3
_LEAST_LETTERS = 8


def find_wrong_words(
    ideas: Sequence[str], right: Iterable[str], said: str, languages: Sequence[str]
) -> tuple[int, int] | None:
    """Where an answer has one of the ideas word by word, and nothing before it in its sentence denies it.

    right: wordings of what counts; an idea that stands in one of them is not looked for.
    """
    words = [(match[0], *match.span()) for match in _WORD.finditer(matching_form(said))]
    counts = [_spoken(text) for text in right]
    for idea in map(_spoken, ideas):
        count = idea.count(" ") - 1
        if count < _LEAST_WORDS and len(idea) < (_LEAST_LETTERS if not idea.isascii() and count == 1 else 1 << 30):
            continue
        if any(idea in one for one in counts):
            continue
        for at in range(len(words) - count + 1):
            if words[at][0] in idea and f" {' '.join(word for word, _, _ in words[at : at + count])} " == idea:
                begin, end = words[at][1], words[at + count - 1][2]
                opens = max((match.end() for match in _SENTENCE.finditer(said, 0, begin)), default=0)
                if denial(said[opens:begin], known(languages)) is None:
                    return begin, end
    return None


def _spoken(text: str) -> str:
    """The words of a text, a space on either side of each."""
    return f" {' '.join(_WORD.findall(matching_form(text)))} "
