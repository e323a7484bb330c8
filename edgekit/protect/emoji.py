"""Emoji and their sequences: modifiers, joiners, flags, keycaps, tags.

Source of the grammar: Unicode Technical Standard 51, `emoji_sequence` and `emoji_zwj_sequence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edgekit.protect.found import Found

# Characters that are pictures by themselves, and those that are with U+FE0F.
_PICTURE = (
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff\u231a-\u231b\u23e9-\u23f3\u23f8-\u23fa\u2600-\u27bf"
    "\u2b05-\u2b07\u2b1b-\u2b1c\u2b50\u2b55\u2934-\u2935\u3030\u303d\u3297\u3299"
)
_SIGN = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9-\u21aa\u2328\u23cf\u24c2"
    "\u25aa-\u25ab\u25b6\u25c0\u25fb-\u25fe"
)
_ONE = f"(?:[{_PICTURE}][\ufe0e\ufe0f]?|[{_SIGN}]\ufe0f)[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]{{0,16}}"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    f"|{_ONE}(?:\u200d{_ONE}){{0,10}}|[\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
)


def emoji(text: str) -> Iterator[Found]:
    """Emoji, each sequence whole."""
    if not text.isascii():
        yield from (Found(*match.span(), "emoji") for match in _EMOJI.finditer(text))
