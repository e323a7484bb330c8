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
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = signals.INTERRUPTED
    except signals.TerminatedError as problem:
        code = 128 + problem.number
    except ImportError:
        if not signals.interrupted():
            raise
        sys.stderr.write("interrupted\n")
        code = signals.INTERRUPTED
    signals.leave()
    sys.exit(code)
