"""Long work that can be told to end: who starts it in a thread says how it asks, its long loops ask.

A command needs none of this, since Ctrl-C reaches the main thread between any two steps of Python. No other thread can
be reached from outside: an exception put into it could land in the import of a library, which some do not survive.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar, copy_context
from typing import TypeVar

_T = TypeVar("_T")
_STEP_SECONDS = 0.1


class CancelledError(BaseException):
    """Raised inside work that was cancelled.

    No Exception, as Ctrl-C is none: who goes on after a failure, with the next model say, does not go on after this.
    """


def _nobody() -> None:
    """What nobody can cancel."""


_ask: ContextVar[Callable[[], None]] = ContextVar("edgekit_cancelled", default=_nobody)


def check_cancelled() -> None:
    """Called in loops several times a second, and before a library call that takes long; raises CancelledError."""
    _ask.get()()


@contextlib.contextmanager
def cancellable(ask: Callable[[], None]) -> Iterator[None]:
    """Let the work of the block end where ask raises; a thread that it starts asks in a copy of the context alone."""
    token = _ask.set(ask)
    try:
        yield
    finally:
        _ask.reset(token)


def sleep(seconds: float) -> None:
    """As `time.sleep`; work that is cancelled meanwhile ends."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        check_cancelled()
        time.sleep(min(left, _STEP_SECONDS))
    check_cancelled()


def leaving(call: Callable[[], _T]) -> _T:
    """What call gives, for one that can wait for the network: work that is cancelled meanwhile leaves it behind.

    It then ends by itself, in a thread, where it asks; so it has to ask between what it waits for and what it writes.
    """
    if _ask.get() is _nobody:
        return call()
    given: list[_T] = []
    raised: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            given.append(call())
        except BaseException as problem:  # noqa: BLE001  it is raised again where it was called
            raised.append(problem)
        finally:
            done.set()

    threading.Thread(target=copy_context().run, args=(work,), name="edgekit-waits", daemon=True).start()
    while not done.wait(_STEP_SECONDS):
        check_cancelled()
    if raised:
        raise raised[0]
    return given[0]
