"""Letters, user-perceived characters, which a text is never cut inside of, and what no terminal may be told."""

from __future__ import annotations

import json
import re
from unicodedata import category

# C0 and C1 controls, what turns the direction of all that follows, tag characters, half characters, two line ends.
# The flag of a part of a country is a flag, tag characters and their end (UTS 51, ED-14a).
_COMMANDS = re.compile(
    "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f|"
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f\ud800-\udfff]"
)
# What joins a consonant to the one before it: one character to its readers (UAX 29, GB9c; Unicode 16 has Burmese and
# Khmer too).
_JOINERS = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2"
_PICTURES = 0x2400  # Unicode's pictures of the controls 0 to 31; 2421 is that of 127


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
    if before in _JOINERS and category(after) == "Lo":
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return False
    if "\U0001f1e6" <= after <= "\U0001f1ff":
        run = 0
        while run < index and "\U0001f1e6" <= text[index - 1 - run] <= "\U0001f1ff":
            run += 1
        return run % 2 == 0
    return not ("\u1160" <= after <= "\u11ff")


def visible(text: str, *, one_line: bool = False) -> str:
    """Text of others as a terminal may have it: a sign for all that would move its cursor, colour it or turn it round.

    As long as it was.  one_line: line feeds and tabs are signs as well, else they stay.
    """
    shown = _COMMANDS.sub(_sign, text)
    return shown.replace("\n", "\u240a").replace("\t", "\u2409") if one_line else shown


def escaped(text: str) -> str:
    """JSON, in which no such sign stands as itself; the value is the same."""
    return _COMMANDS.sub(lambda found: found[0] if len(found[0]) > 1 else json.dumps(found[0])[1:-1], text)


def _sign(found: re.Match[str]) -> str:
    if len(found[0]) > 1:
        return found[0]
    code = ord(found[0])
    return chr(_PICTURES + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"
