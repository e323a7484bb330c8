"""How much memory there is, and what the allocator holds without need."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path


def give_back_memory() -> None:
    """Let glibc return freed pages to the system; does nothing elsewhere.

    Opening a 17.7 MB graph leaves 8 MB of freed but unreturned pages (the parsed file).
    """
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def available_memory(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes that this process can still take: free or reclaimable, and within its container; None where unknown."""
    from edgekit.engine.machine import describe_machine

    found = [] if (free := describe_machine(proc).available_bytes) is None else [free]
    # Version 2 and version 1 of Linux control groups, https://docs.kernel.org/admin-guide/cgroup-v2.html
    found += _room(groups, "memory.max", "memory.current", "memory.stat", "inactive_file")
    old = groups / "memory"
    found += _room(old, "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat", "total_inactive_file")
    return min(found, default=None)


def _room(groups: Path, limit: str, used: str, details: str, cached: str) -> list[int]:
    try:
        most, taken = (int((groups / name).read_text("ascii")) for name in (limit, used))
        # Files that were read count as used until somebody needs the room.
        known = dict(line.split() for line in (groups / details).read_text("ascii").splitlines())
        return [max(0, most - taken + int(known.get(cached, 0)))]
    except (OSError, ValueError):  # not there, or `max`
        return []
