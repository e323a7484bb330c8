"""How a command ends: its exit code, and what is said where it fails."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable

from edgekit.cli import output, signals
from edgekit.core.debugging import is_debugged
from edgekit.core.errors import EdgekitError, OutputError

_DISK_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def ended(command: Callable[[], object]) -> int:
    """Run a command and give its exit code: what it returns where that is a whole number, else 0."""
    output.utf8_streams()
    debug = is_debugged()
    try:
        result = command()
        output.flush()
    except output.ReaderGoneError:
        output.silence_stdout()
        return 0
    except KeyboardInterrupt:
        result = signals.INTERRUPTED
    except signals.TerminatedError as problem:
        output.silence_stdout()
        return 128 + problem.number
    except EdgekitError as problem:
        if debug:
            raise
        output.settle()
        output.error(problem)
        return problem.exit_code
    except SystemExit as problem:
        if not isinstance(problem.__context__, BrokenPipeError):
            raise
        output.silence_stdout()  # the parser wrote the help itself, and nobody read it
        return 0
    except MemoryError:
        if debug:
            raise
        output.settle()
        output.error(EdgekitError("there is not enough memory"))
        return 4
    except Exception as problem:
        if debug:
            raise
        code = signals.exit_code()
        if code is None:
            output.settle()
            output.error(_unexpected(problem))
            return 1
        result = code
    if result is not None and result in (signals.INTERRUPTED, signals.exit_code()):
        output.silence_stdout()
    if result == signals.INTERRUPTED:
        output.narrate("interrupted")
    return result if isinstance(result, int) else 0


def _unexpected(problem: Exception) -> EdgekitError:
    if isinstance(problem, OSError) and problem.errno in _DISK_FULL:
        return OutputError(f"cannot write: {problem.strerror}")
    from importlib.metadata import PackageNotFoundError, metadata

    place = "the project"
    with contextlib.suppress(PackageNotFoundError):
        for line in metadata("edgekit").get_all("Project-URL") or ():
            label, _, address = line.partition(",")
            if label.strip().lower() in ("issues", "bug tracker"):
                place = address.strip()
    summary = " ".join(str(problem).split())[:300]
    return EdgekitError(
        f"edgekit met a fault of its own: {type(problem).__name__}" + (f": {summary}" if summary else ""),
        hint=f"run it again with `EDGEKIT_DEBUG=1` and report what it prints to {place}",
    )
