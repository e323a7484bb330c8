"""Text of others as it may stand on a screen."""

from __future__ import annotations

import unicodedata

_PICTURES = 0x2400  # Unicode's pictures of the controls 0 to 31


def visible(text: str) -> str:
    """The text on one line, with a sign for every control, escape and mark that changes the direction of writing."""
    return "".join(map(_sign, text))


def _sign(character: str) -> str:
    code = ord(character)
    if code < 32:
        return chr(_PICTURES + code)
    if code == 127:
        return "\u2421"
    # Joiners belong to the letters and emoji around them.
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in (0x200C, 0x200D):
        return f"<{code:04X}>"
    return character
