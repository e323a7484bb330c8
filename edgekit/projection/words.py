"""The words of a text, as far as spans are put on them: the units that no span is cut inside of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from unicodedata import category

from edgekit.core.characters import between_characters
from edgekit.core.segments import Span

# Marks that join two halves of one word when a letter or digit stands on either side: `l'eau`, `3.14`, `U.S`.
_JOINING = frozenset("'’.,:·_")
# Signs that belong to the word they stand at: `10%`, `#7`, `a@b`, `R&D`.
_SIGNS = frozenset("%‰#@&\\_\u200c\u200d")
# Scripts that put no spaces between words: Han, kana, bopomofo, Thai, Lao, Tibetan, Myanmar, Khmer.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x0F00, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),
    (0x20000, 0x323AF),
)


def word_spans(text: str, atoms: Sequence[Span] = ()) -> list[Span]:
    """The words of a text in order: letters, digits and signs without a space between.

    A character is one where the script has no spaces. Punctuation around words and white space are in none.
    atoms: spans that are one word each, whatever is in them.
    """
    spans: list[Span] = []
    at = 0
    for begin, end in sorted(atoms):
        spans += _words(text, at, begin)
        spans.append((begin, end))
        at = max(at, end)
    return spans + _words(text, at, len(text))


def touched(words: Sequence[Span], span: Span) -> range:
    """Numbers of the words that a span covers a character of."""
    first = bisect_right(words, span[0], key=lambda word: word[1])
    return range(first, max(first, bisect_left(words, span[1], key=lambda word: word[0])))


def _words(text: str, at: int, end: int) -> list[Span]:
    spans: list[Span] = []
    while at < end:
        if not _is_word(text[at]):
            at += 1
            continue
        begin = at
        unspaced = _is_unspaced(text[at])
        at += 1
        while at < end and _goes_on(text, at, end, unspaced=unspaced):
            at += 1
        spans.append((begin, at))
    return spans


def _goes_on(text: str, at: int, end: int, *, unspaced: bool) -> bool:
    """Whether the word before text[at] goes on with it."""
    if not between_characters(text, at):
        return True
    if unspaced or _is_unspaced(text[at]):
        return False
    if _is_word(text[at]):
        return True
    return (
        text[at] in _JOINING
        and text[at - 1].isalnum()
        and at + 1 < end
        and text[at + 1].isalnum()
        and not _is_unspaced(text[at + 1])
        and not (text[at] in ".:," and text[at - 1].islower() and text[at + 1].isupper())
    )


def _is_word(character: str) -> bool:
    return character.isalnum() or character in _SIGNS or category(character)[0] in "MS"


def _is_unspaced(character: str) -> bool:
    code = ord(character)
    return code >= 0x0E00 and any(first <= code <= last for first, last in _UNSPACED)
