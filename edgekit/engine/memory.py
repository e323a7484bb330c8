"""Memory of the process that the allocator holds without need."""

from __future__ import annotations

import ctypes
import sys


def give_back_memory() -> None:
    """Let glibc return freed pages to the system; does nothing elsewhere.

    Opening a 17.7 MB graph leaves 8 MB of freed but unreturned pages (the parsed file).
    """
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
