"""`edgekit tui`: the same in a full-screen terminal app."""

from __future__ import annotations

import os
import sys

import typer

from edgekit.core.errors import UsageError


def tui() -> None:
    """Translate in a full-screen terminal app.

    \b
    Example:
      edgekit tui
    """
    # The app reads keys from stdin and draws on stderr; a redirected stdout is a script that expects data.
    if os.environ.get("TERM") == "dumb" or not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "`edgekit tui` needs a terminal",
            hint="in a pipe or a script use `edgekit translate --from en --to pt`",
        )
    from tui.app import run

    raise typer.Exit(run())
