"""Numbers as files of other programs write them."""

from __future__ import annotations

import math


def number_in(text: str | None) -> float | None:
    """`3.5`, `3,5`, ` 1e3 ` -> a finite number; None for anything else."""
    plain = (text or "").strip().replace(",", ".")
    if not plain or len(plain) > 40 or not plain.isascii() or "_" in plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
