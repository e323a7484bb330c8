"""Numbers in words a person reads: bytes, rates, durations."""

from __future__ import annotations


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
