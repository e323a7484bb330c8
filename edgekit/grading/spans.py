"""Parts of an answer that may be evidence: its clauses, and windows of 6 to 18 words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# What is longer is cut: writing without spaces, and what was typed to be in the way.
_WORD = re.compile(r"\S{1,24}")
_CLAUSE_END = re.compile(r"[.,;:!?…。、，；：！？।؟،]$")
_AROUND = " \t\r\n.,;:!?…。、，；：！？।؟،"
_WINDOWS = (6, 12, 18)
_STEP = 3
# 500 windows of each length; a text of more words takes longer steps.
_MOST = 500
# How far unknown characters may push the next piece.
_NEAR = 64


def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """(begin, end) of the whole text, of each clause, and of windows of 6, 12 and 18 words, without spaces and
    punctuation around them; in order and each once.
    """
    words = [found.span() for found in _WORD.finditer(text)]
    found = {(0, len(words))} if words else set()
    begin = 0
    for at, (_, end) in enumerate(words):
        if _CLAUSE_END.search(text[:end][-1:]):
            found.add((begin, at + 1))
            begin = at + 1
    if begin < len(words):
        found.add((begin, len(words)))
    step = max(_STEP, len(words) // _MOST)
    for size in _WINDOWS:
        if size < len(words):
            found.update((start, start + size) for start in (*range(0, len(words) - size, step), len(words) - size))
    spans = {_trimmed(text, words[first][0], words[last - 1][1]) for first, last in found}
    return tuple(sorted((one, other) for one, other in spans if one < other))


def piece_spans(text: str, pieces: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """(begin, end) in text of each piece of a SentencePiece vocabulary, `▁` for a space.

    Such vocabularies read NFKC: a piece is found by the letters that its characters become. One that is not found, an
    unknown character, is empty.
    """
    letters: list[str] = []
    origins: list[int] = []
    for at, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character):
            if not letter.isspace():
                letters.append(letter)
                origins.append(at)
    line = "".join(letters)
    spans: list[tuple[int, int]] = []
    cursor = 0
    for piece in pieces:
        wanted = piece.replace("▁", "")
        place = line.find(wanted, cursor, cursor + len(wanted) + _NEAR) if wanted else -1
        if place < 0:
            at = origins[cursor] if cursor < len(origins) else len(text)
            spans.append((at, at))
            continue
        cursor = place + len(wanted)
        spans.append((origins[place], origins[cursor - 1] + 1))
    return tuple(spans)


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and text[begin] in _AROUND:
        begin += 1
    while begin < end and text[end - 1] in _AROUND:
        end -= 1
    return begin, end
