"""The clipboard around tmux, which by default lets no escape sequence through that would reach it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess

_SECONDS = 5.0


def into_tmux(text: str) -> bool:
    """Put a text into tmux's buffer, and by `-w` into the clipboard of the terminal around it; whether it took it."""
    command = shutil.which("tmux")
    if command is None:
        return False
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            [command, "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        return done.returncode == 0
    return False
