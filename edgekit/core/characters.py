"""Letters, and user-perceived characters, which a text is never cut inside of."""

from __future__ import annotations

from unicodedata import category


def has_letters(text: str) -> bool:
    """Whether there is anything to translate in it: digits, signs and emoji alone are left as they are."""
    return any(map(str.isalpha, text))


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
