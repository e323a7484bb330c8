"""Child processes that die, hang or print: what becomes of them, and of what they said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from edgekit.core import children
from edgekit.core.children import Child

TESTS = Path(__file__).parents[1]


def child(order: str) -> Child:
    started = Child("toys.misbehaving_child", "the toy", environment={"PYTHONPATH": str(TESTS)})
    started.input.write(f"{order}\n".encode())
    started.input.flush()
    return started


def is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize(("order", "says"), [("abort", "SIGABRT"), ("killed", "want of memory"), ("leave", "code 7")])
def test_a_death_says_at_which_step_why_and_the_last_lines(order: str, says: str) -> None:
    started = child(order)
    assert started.output.read() == b""
    error = started.died("decode")
    assert error.message == "the toy died at `decode`"
    assert says in error.reasons[0]
    if order == "abort":
        assert error.reasons[1:] == ("first", "GGML_ASSERT(rows) failed[31m")
    if order == "leave":
        assert error.reasons[1:] == tuple(f"line {number}" for number in range(988, 1000))
    assert started.ended
    assert not is_there(started.process_id)


def test_a_child_that_hangs_is_killed_when_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_PATIENCE_SECONDS", 0.2)
    started = child("hang")
    assert started.output.read() == b""
    assert is_there(started.process_id)
    assert started.close() is None
    assert not is_there(started.process_id)
    started.close()


def test_a_child_leaves_by_itself_when_its_input_ends_and_never_runs_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the user was imported')", encoding="utf-8")
    started = child("echo")
    assert Path(started.output.readline().decode().strip()) != tmp_path
    assert started.close() == 0
