"""Waiting for a file that another process has."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from edgekit.core import database


def failing(*problems: str) -> tuple[list[int], Callable[[], None]]:
    """How often it was called, and an action that fails with each of these in turn and then does what it does."""
    left, calls = list(problems), [0]

    def action() -> None:
        calls[0] += 1
        if left:
            raise sqlite3.OperationalError(left.pop(0))

    return calls, action


def test_a_locked_file_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database.time, "sleep", lambda _: None)
    calls, action = failing("database is locked", "database table is locked")
    database.patiently(action)
    assert calls == [3]


def test_what_no_waiting_mends_is_raised_at_once() -> None:
    calls, action = failing("disk I/O error", "disk I/O error")
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        database.patiently(action)
    assert calls == [1]
