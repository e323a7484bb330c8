"""`edgekit tui`: the same in a full-screen terminal app."""

from __future__ import annotations

import gc
import os
import sys

from edgekit.core.errors import UsageError


def is_terminal() -> bool:
    """Whether screens can be drawn: keys come from stdin, they stand on stderr, a redirected stdout expects data."""
    return os.environ.get("TERM") != "dumb" and all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    )


def tui() -> int:
    """Translate, grade and make models small in a full-screen terminal app; `edgekit` alone opens it in a terminal.

    \b
    Example:
      edgekit tui
    """
    if not is_terminal():
        raise UsageError(
            "`edgekit tui` needs a terminal",
            hint="in a pipe or a script use `edgekit translate --from en --to pt`",
        )
    # What is imported stays: looking among it for what does not would add 0.03 s until the first frame.
    gc.disable()
    try:
        from tui.app import run

        return run()
    finally:
        gc.enable()
