"""The time of day, where the machine knows it."""

from __future__ import annotations

import time

# 2024-01-01. Before it the clock of a machine without a battery is not right.
_EARLIEST = 1_704_067_200


def known_now() -> int | None:
    """Seconds since 1970, None where the clock cannot be right."""
    now = int(time.time())
    return now if now > _EARLIEST else None
