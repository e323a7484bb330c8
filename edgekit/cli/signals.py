"""What ends the process from outside: the first signal unwinds it, later ones do not disturb that."""

from __future__ import annotations

import os
import signal
import time

INTERRUPTED = 130
# A batch of sentences is done in a fraction of a second and pip gets ten to go; who insists after this long is heard.
_PATIENCE_SECONDS = 3.0
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_first: list[tuple[int, float]] = []


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
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is _end:
            signal.signal(number, signal.SIG_IGN)


def exit_code() -> int | None:
    """128 and the first signal, or None: an error after it is its work (an import that was cut short fails as one)."""
    return 128 + _first[0][0] if _first else None


def _end(number: int, _: object) -> None:
    if _first:
        # Python would leave its threads in the middle of the engine: the process aborts (seen at 0 to 10 ms).
        if time.monotonic() - _first[0][1] > _PATIENCE_SECONDS:
            os._exit(128 + number)
        return
    _first.append((number, time.monotonic()))
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise TerminatedError(number)
