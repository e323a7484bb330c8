"""Separators of numbers as the target language writes them.

Models copy one number of five with its groups: `3,357 m` in Portuguese is three metres.
"""

from __future__ import annotations

import re

from edgekit.core.languages import Direction, base_language, decimal_sign
from edgekit.core.marked import MarkedText
from edgekit.protect.quantities import quantities

# CLDR 46, `numbers/symbols`: languages that part groups of digits with a space, or where it is not known.
_SPACES = "af be bg cs et fi fr hu hy ka kk lo lt lv nb nn no pl ru rw sk sq sv uk uz"
_GROUPED = {
    ".": re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w|[.,]\d)"),
    ",": re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{3})+(?:,\d+)?(?!\w|[.,]\d)"),
}
# A comma or point before one or two digits, or four: whoever writes that does not part groups with it.
_OTHERWISE = {
    ".": re.compile(r"\d,(?:\d{1,2}|\d{4,})(?!\d|,\d)"),
    ",": re.compile(r"\d\.(?:\d{1,2}|\d{4,})(?!\d|\.\d)"),
}
_FRACTION = {
    ".": re.compile(r"[-+−±]?(\d+\.\d+)(?=[ \u00a0\u202f]?[^\W\d_]|[ \u00a0\u202f]?[°%])(?![eE][-+−\d])"),
    ",": re.compile(r"[-+−±]?(\d+,\d+)(?=[ \u00a0\u202f]?[^\W\d_]|[ \u00a0\u202f]?[°%])(?![eE][-+−\d])"),
}
_SWAPPED = str.maketrans(".,", ",.")


def with_separators(text: str, translated: MarkedText, direction: Direction) -> MarkedText:
    """The translation, as long as it was, where groups of digits and quantities that came as they were are as the
    target language writes them.

    text: the source. As it was where both write alike, it is not known how they do, or the text does not
    write as its language does; keeps stay.
    """
    mine, theirs = _sign_of(direction.source), _sign_of(direction.target)
    if not mine or not theirs or mine == theirs or ("," not in text and "." not in text):
        return translated
    if _OTHERWISE[mine].search(text):
        return translated
    numbers = {found[0] for found in _GROUPED[mine].finditer(text)}
    for one in quantities(text):
        if found := _FRACTION[mine].match(text[one.begin : one.end]):
            numbers.add(found[1])
    if not numbers:
        return translated
    keeps = [(mark.begin, mark.end) for mark in translated.marks if mark.kind == "keep"]
    there = re.compile(rf"(?<![\w.,])(?:{'|'.join(map(re.escape, sorted(numbers)))})(?!\w|[.,]\d)")

    def swapped(found: re.Match[str]) -> str:
        is_kept = any(begin < found.end() and found.start() < end for begin, end in keeps)
        return found[0] if is_kept else found[0].translate(_SWAPPED)

    changed = there.sub(swapped, translated.text)
    return translated if changed == translated.text else MarkedText(changed, translated.marks)


def _sign_of(language: str) -> str | None:
    """What parts the digits of a fraction where the other sign parts groups of digits."""
    return None if base_language(language) in _SPACES.split() else decimal_sign([language])
