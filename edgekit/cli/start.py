"""The `edgekit` command: signals are in hand before anything that takes long is imported."""

from __future__ import annotations

import sys
from typing import NoReturn

from edgekit.cli import signals


def main() -> NoReturn:
    """Entry point; ends with the exit code of the command line."""
    try:
        signals.install()
        code = _run()
        signals.leave()
    except (KeyboardInterrupt, signals.TerminatedError, ImportError):
        ended = signals.exit_code()
        if ended is None:
            raise
        if ended == signals.INTERRUPTED:
            sys.stderr.write("interrupted\n")
        code = ended
        signals.leave()
    sys.exit(code)


def _run() -> int:
    """The screens need no tree of commands, which takes 0.09 s of the 0.6 s that their first frame may."""
    arguments = sys.argv[1:]
    if arguments in ([], ["tui"]):
        from edgekit.cli.ending import ended
        from edgekit.cli.tui import is_terminal, tui

        if arguments or is_terminal():
            return ended(tui)
    from edgekit.cli.app import run

    return run()
