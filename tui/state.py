"""Where a person left: the screen, what stood on it, the language and the colours; one small file, never in the way."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from edgekit.core.atomic import write_bytes
from edgekit.core.paths import data_folder

MOST_BYTES = 4_000_000


def state_file() -> Path:
    """Beside the models."""
    return data_folder() / "tui.json"


def load_state(path: Path | None = None) -> dict[str, Any]:
    """What was saved; nothing where there is none or it is damaged: a lost position is no reason not to start."""
    path = path or state_file()
    try:
        if path.stat().st_size > MOST_BYTES:
            return {}
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def save_state(state: dict[str, Any], path: Path | None = None) -> None:
    """Keep it, whole or not at all; a full disk costs the position and nothing else."""
    path = path or state_file()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, json.dumps(state).encode("ascii"))
