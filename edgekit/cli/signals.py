"""What ends the process from outside: the first signal unwinds it, later ones do not disturb that."""

from __future__ import annotations

import _thread
import os
import signal
import time
from types import FrameType

INTERRUPTED = 130
# A batch of sentences is done in a fraction of a second and pip gets ten to go; who insists after this long is heard.
_PATIENCE_SECONDS = 3.0
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# A module in C that is interrupted while it starts can end the process later by SIGSEGV (1 of 14 interrupts of a plan).
# So an import is waited for, and the signal comes again so many seconds later.
_AGAIN_SECONDS = 0.02
_IMPORTS = ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
_first: list[tuple[int, float]] = []
_unwinds: list[int] = []
_again: list[int] = []


class TerminatedError(BaseException):
    """SIGTERM or SIGHUP, as an exception, so that half-written files go the way they go on Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def install() -> None:
    """Take the signals that the process does not ignore; the default of Ctrl-C would break into what cleans up."""
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)


def leave() -> None:
    """Nothing comes after this that a signal could stop; Python itself would set them back to ending the process."""
    # One that comes before all of them are ignored would be an error of this function, and told as one.
    _unwinds.append(0)
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is _end:
            signal.signal(number, signal.SIG_IGN)
    # Ctrl-C inside `exec` or `eval` of a text, which the parser of the command line does, marks a process that runs by
    # `-m` to end itself by SIGINT, whatever became of it since; the next such text takes the mark off (CPython,
    # `pythonrun.c`).
    exec("pass", {})  # noqa: S102


def exit_code() -> int | None:
    """128 and the first signal, or None: an error after it is its work (an import that was cut short fails as one)."""
    return 128 + _first[0][0] if _first else None


def _end(number: int, frame: FrameType | None) -> None:
    ours = bool(_again)
    _again.clear()
    if _first and not ours and time.monotonic() - _first[0][1] > _PATIENCE_SECONDS:
        os._exit(128 + number)
    if _unwinds:
        # Python would leave its threads in the middle of the engine: the process aborts (seen at 0 to 10 ms).
        return
    if not _first:
        _first.append((number, time.monotonic()))
    number = _first[0][0]
    if _is_importing(frame):
        _thread.start_new_thread(_come_again, (number,))
        return
    _unwinds.append(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise TerminatedError(number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename in _IMPORTS:
            return True
        frame = frame.f_back
    return False


def _come_again(number: int) -> None:
    time.sleep(_AGAIN_SECONDS)
    _again.append(number)
    _thread.interrupt_main(signal.Signals(number))
