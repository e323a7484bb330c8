"""Numbers in words a person reads: counts, bytes, durations."""

from __future__ import annotations

import re
from decimal import Decimal

from edgekit.core.errors import UsageError

_SIZE = re.compile(r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(?P<unit>[kmgtKMGT]?i?)[bB]?")
_MOST_IN_DIGITS = 1e15
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number with its noun: `1 term`, `2,000 terms`; several: the plural that is no `s` at the end."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def in_digits(value: float) -> str:
    """1.496e8 -> `149600000`, 0.00001 -> `0.00001`; a power of ten from 1e15 on, where digits are no longer exact."""
    return f"{Decimal(repr(value)).normalize():f}" if abs(value) < _MOST_IN_DIGITS else f"{value:g}"


def bytes_in_words(count: float) -> str:
    """1 234 567 -> `1.2 MB`; decimal units, as shops and most file managers print them."""
    if count < 1000:
        return f"{int(count)} B"
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 99.5 else f"{count:.1f} {unit}"
    return f"{count / 1000:.1f} TB"


def duration_in_words(seconds: float) -> str:
    """75 -> `1m15s`; whole seconds, hours at most two units deep."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def parse_bytes(text: str) -> int:
    """`90MB` -> 90 000 000, `1.5GiB` -> 1 610 612 736, `512` -> 512. Raises UsageError for anything else and for 0."""
    match = _SIZE.fullmatch(text.strip())
    unit = match["unit"].lower() if match else ""
    if match is None or unit == "i":
        raise UsageError(f"`{text}` is no size", hint="write a size such as `90MB` or `1.5GB`")
    factor: int = (1024 if unit.endswith("i") else 1000) ** _POWERS[unit.rstrip("i")]
    size = round(float(match["number"]) * factor)
    if size < 1:
        raise UsageError(f"`{text}` is no size", hint="write a size of at least one byte, such as `90MB`")
    return size
