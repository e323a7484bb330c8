"""Whether somebody looks for a fault."""

from __future__ import annotations

import os


def is_debugged() -> bool:
    """Whether `EDGEKIT_DEBUG=1`: faults are raised where they are, and not told in a sentence."""
    return os.environ.get("EDGEKIT_DEBUG") == "1"
