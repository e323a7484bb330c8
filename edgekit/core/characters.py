"""Letters, user-perceived characters, which a text is never cut inside of, and what no terminal may be told."""

from __future__ import annotations

import re
from unicodedata import category

# C0 and C1 controls, marks that turn the direction of writing, tag characters, half characters.
_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\ud800-\udfff]"
)


# `a)`, `(iv)`, `B.`, with white space or nothing around: what answers are numbered with.
_LABELS = re.compile(r"(?:[\W\d_]*(?<![^\s(])(?:[A-Za-z]|[ivx]{2,4})[).](?!\S))+[\W\d_]*")


def has_letters(text: str) -> bool:
    """Whether there is anything to translate: digits, signs, emoji and labels (`a)`) alone are left as they are."""
    return any(map(str.isalpha, text)) and _LABELS.fullmatch(text) is None


def between_characters(text: str, index: int) -> bool:
    """Whether a cut before text[index] leaves every user-perceived character whole (UAX 29, the cases in use)."""
    before, after = text[index - 1], text[index]
    if after in "\u200c\u200d" or before == "\u200d" or category(after).startswith("M"):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return False
    if "\U0001f1e6" <= after <= "\U0001f1ff":
        run = 0
        while run < index and "\U0001f1e6" <= text[index - 1 - run] <= "\U0001f1ff":
            run += 1
        return run % 2 == 0
    return not ("\u1160" <= after <= "\u11ff")


def visible(text: str) -> str:
    """Text of others as a terminal may have it: what would move its cursor, colour it or turn it round is written out.

    Line breaks and tabs stay.
    """
    return _COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
