"""The resident set of a process: the memory that it really takes."""

from __future__ import annotations

import re
from pathlib import Path


def resident_bytes(process: int) -> int | None:
    """Of a process by its number; None where the system does not tell (only Linux does, in this way)."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
