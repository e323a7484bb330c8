"""A small quiz, three answers to it, and `edgekit grade` as a person types it, with a grader that needs no model."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edgekit.cli.app import run

QUIZ = """
title = "Plants"
language = "en"
languages = ["en", "es"]

[[questions]]
id = "q1"
text = "What do plants need?"
points = 2

[[questions.criteria]]
id = "light"
statement = "Plants need light to grow."
"""
ANSWERS = """id,student,answer
a1,Ana,plants need light to
a2,Ben,"sun \x1b[31mred, =1+1"
a3,Eva,las plantas necesitan luz
"""


def grade(*words: str) -> None:
    assert run(["grade", "answers.csv", "--quiz", "quiz.toml", *words]) == 0


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run(["grade", *words, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "edgekit.grading/1"
    return value


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def rows(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
