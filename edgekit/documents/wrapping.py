"""Text in lines of a width, in columns of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unicodedata import combining, east_asian_width

# What a line of Chinese or Japanese does not begin with (JIS X 4051, the ones in daily use).
_NEVER_FIRST = frozenset("、。，．・：；？！」』）】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%)]},.!?:;")


def columns(text: str) -> int:
    """How many columns a terminal or a subtitle takes for it."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def is_wide(letter: str) -> bool:
    """Whether a character is of a script without spaces between words, as far as its width tells."""
    return east_asian_width(letter) in "WF"


def joined(lines: Sequence[str]) -> str:
    """Lines as one: a space between them, none between characters of Chinese or Japanese."""
    text = ""
    for line in lines:
        between = "" if not text or not line or (is_wide(text[-1]) and is_wide(line[0])) else " "
        text += between + line
    return text


def pieces(text: str) -> list[str]:
    """Text in parts between which a line may end, each with the space before it."""
    found: list[str] = []
    for word in text.split(" "):
        at = 0
        for index in range(1, len(word)):
            wide = is_wide(word[index]) or is_wide(word[index - 1])
            if wide and word[index] not in _NEVER_FIRST and not combining(word[index]):
                found.append((" " if at == 0 and found else "") + word[at:index])
                at = index
        found.append((" " if at == 0 and found else "") + word[at:])
    return found


def wrapped(text: str, width: int, *, first: int = 0, later: int = 0, starts: Callable[[str], bool] | None = None) -> list[str]:
    """Text in lines of at most `width` columns; a longer word has its own.

    first, later: columns that stand before the first line and the others.
    starts: whether a line may begin with these characters; any may by default.
    """
    lines: list[str] = []
    line, size = "", first
    for piece in pieces(text):
        wide = columns(piece)
        if line and size + wide > width and (starts is None or starts(piece.lstrip(" "))):
            lines.append(line)
            line, size = piece.lstrip(" "), later + columns(piece.lstrip(" "))
        else:
            line, size = line + piece, size + wide
    return [*lines, line]
