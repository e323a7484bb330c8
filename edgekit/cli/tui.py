"""`edgekit tui`: the same in a full-screen terminal app."""

from __future__ import annotations

import os
import sys

import typer

from edgekit.core.errors import UsageError


def has_terminal() -> bool:
    """Whether the app can be shown: it reads keys from stdin and draws on stderr.

    A redirected stdout is a script that expects data.
    """
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") != "dumb" and all(stream is not None and stream.isatty() for stream in streams)


def tui() -> None:
    """Translate, grade and make models small in a full-screen terminal app; `edgekit` alone opens it as well.

    \b
    Example:
      edgekit tui
    """
    if not has_terminal():
        raise UsageError(
            "`edgekit tui` needs a terminal",
            hint="in a pipe or a script use `edgekit translate --from en --to pt`",
        )
    from tui.app import run

    raise typer.Exit(run())
