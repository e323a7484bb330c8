"""A folder to write to, one with a class in it, and a conversation with the command."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.graded_class import ANSWERS, QUIZ
from cli.toy_command import COMMAND, environment
from gradebook.toy_tools import ToyTools


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "work"
    inner.mkdir()
    return inner


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a quiz and answers to it, where the grader needs no model."""
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("edgekit.grading.opening.open_tools", lambda **_: ToyTools())
    monkeypatch.setattr("edgekit.grading.opening.open_tools_of", lambda *_, **__: ToyTools())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quiz.toml").write_text(QUIZ, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def conversation(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An `edgekit translate` that somebody writes to line by line."""
    with subprocess.Popen(
        [*COMMAND, "translate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        yield process
        process.kill()
