"""Work that is told to end ends where it asks, in its own thread and in those that it starts."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from edgekit.core.cancelling import CancelledError, cancellable, check_cancelled, leaving, sleep
from edgekit.core.children import Child

SECONDS = 60.0
TESTS = Path(__file__).parents[1]


def refuse() -> None:
    raise CancelledError


def test_what_nobody_can_cancel_goes_on() -> None:
    check_cancelled()
    sleep(0.0)
    here = threading.get_ident()
    assert leaving(threading.get_ident) == here


def test_work_ends_where_it_asks_and_what_comes_after_it_does_not() -> None:
    with pytest.raises(CancelledError), cancellable(refuse):
        check_cancelled()
    check_cancelled()


def test_no_failure_that_is_gone_on_after_is_a_cancellation() -> None:
    assert not issubclass(CancelledError, Exception)


def test_a_long_sleep_ends() -> None:
    with pytest.raises(CancelledError), cancellable(refuse):
        sleep(SECONDS)


def test_a_call_that_waits_is_left_behind_and_ends_where_it_asks_itself() -> None:
    cancelled, go, ended = threading.Event(), threading.Event(), list[str]()
    waits, left = threading.Event(), threading.Event()

    def ask() -> None:
        if cancelled.is_set():
            raise CancelledError

    def call() -> None:
        waits.set()
        assert go.wait(SECONDS)
        try:
            check_cancelled()
            ended.append("wrote")
        finally:
            left.set()

    def cancel() -> None:
        assert waits.wait(SECONDS)
        cancelled.set()

    threading.Thread(target=cancel).start()
    with pytest.raises(CancelledError), cancellable(ask):
        leaving(call)
    go.set()
    assert left.wait(SECONDS)
    assert ended == []


def test_what_a_call_gives_or_raises_comes_through() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with cancellable(lambda: None):
        assert leaving(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            leaving(fail)


def test_who_waits_for_a_child_leaves_it_dead() -> None:
    child = Child("toys.misbehaving_child", "a child", environment={"PYTHONPATH": str(TESTS)})
    asked = 0

    def ask() -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise CancelledError

    with contextlib.ExitStack() as ending, cancellable(ask):
        ending.callback(child.end)
        with pytest.raises(CancelledError):
            leaving(child.output.read)
    assert child.ended
