"""The `edgekit` command: signals are in hand before anything that takes long is imported."""

from __future__ import annotations

import sys
from typing import NoReturn

from edgekit.cli import signals


def main() -> NoReturn:
    """Entry point; ends with the exit code of the command line."""
    try:
        signals.install()
        from edgekit.cli.app import run

        code = run()
    except (KeyboardInterrupt, signals.TerminatedError, ImportError):
        ended = signals.exit_code()
        if ended is None:
            raise
        if ended == signals.INTERRUPTED:
            sys.stderr.write("interrupted\n")
        code = ended
    signals.leave()
    sys.exit(code)
