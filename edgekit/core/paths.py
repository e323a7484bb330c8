"""Where edgekit keeps things on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def home() -> Path | None:
    """The folder named by `EDGEKIT_HOME`, which moves everything, or None."""
    value = os.environ.get("EDGEKIT_HOME")
    return Path(value).expanduser() if value else None


def data_folder() -> Path:
    """Installed models."""
    root = home()
    if root is not None:
        return root / "data"
    import platformdirs

    return Path(platformdirs.user_data_dir("edgekit", appauthor=False))


def memory_file() -> Path:
    """The translation memory; SQLite writes two more files beside it."""
    return data_folder() / "memory" / "memory.sqlite"


def gradebook_file() -> Path:
    """Sessions of grading; SQLite writes two more files beside it."""
    return data_folder() / "gradebook" / "gradebook.sqlite"


def cache_folder() -> Path:
    """Downloads under way; safe to delete."""
    root = home()
    if root is not None:
        return root / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("edgekit", appauthor=False))


def config_folder() -> Path:
    """The user's own `models.toml`."""
    root = home()
    if root is not None:
        return root / "config"
    import platformdirs

    return Path(platformdirs.user_config_dir("edgekit", appauthor=False))


def existing(folder: Path) -> Path:
    """The nearest folder that is there: folder itself, or one above it."""
    folder = folder.absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def free_bytes(folder: Path) -> int:
    """Free disk where folder is, or would be made."""
    return shutil.disk_usage(existing(folder)).free
