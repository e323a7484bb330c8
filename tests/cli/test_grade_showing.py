"""What an answer looks like on a terminal and through a pipe, and what is said of the signs beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli.graded_class import QUIZ, grade, typed
from wcwidth import wcswidth

from edgekit.cli.app import run
from edgekit.cli.grade import showing

pytestmark = pytest.mark.usefixtures("home")

LONG = "  > Make sure that it is whole: 水は蒸発する。 The ship pushes aside as much water as it weighs, and floats."
RULED = """
[[questions]]
id = "gas"
text = "Which gas?"
options = ["nitrogen", "oxygen"]
correct = "b"
[[questions]]
id = "sound"
text = "How fast is sound?"
value = 340
tolerance = 10
unit = "m/s"
[[questions]]
id = "far"
text = "How far is the sun?"
value = 149597870.7
tolerance = 1000000
unit = "km"
[[questions]]
id = "word"
kind = "exact"
text = "Which word?"
references = ["tide", "ebb"]
"""


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_line_is_broken_at_spaces_as_far_in_as_it_began(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((width, 24)))
    parts = showing.fitted(LONG)
    assert len(parts) > 1
    assert all(wcswidth(one) <= width for one in parts)
    assert all(one.startswith("    ") for one in parts[1:])
    assert " ".join(" ".join(parts).split()) == " ".join(LONG.split())
    answer = showing.fitted("  | " + "word " * 40)
    assert all(one.startswith("  | word") for one in answer)
    # Words of evidence are bold, the bar before them is not.
    bold = showing.fitted("  | " + "word " * 3 + "\x1b[1m" + "word " * 30 + "\x1b[0m")
    assert all(one.startswith("  | ") for one in bold)
    assert any("\x1b[1m" in one for one in bold[1:])
    assert showing.fitted("") == [""]


def test_a_pipe_gets_a_line_whole() -> None:
    assert showing.fitted(LONG) == [LONG]


def test_what_lint_finds_fits_a_terminal_and_is_a_line_each_through_a_pipe(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["grade", "lint", "quiz.toml"]) == 1
    assert all(line.count("\t") == 3 for line in capsys.readouterr().out.splitlines())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((40, 24)))
    assert run(["grade", "lint", "quiz.toml"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("question 1 (`What do plants need?`)\n  language\n  answers are expected")
    assert all(wcswidth(line) <= 40 for line in shown.splitlines())


def test_what_is_right_stands_beside_an_answer_that_a_rule_marks(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "quiz.toml").write_text(QUIZ + RULED, encoding="utf-8")
    (home / "answers.csv").write_text("id,q1,gas,sound,far,word\nx,sun,a,3,4,no\n", encoding="utf-8")
    grade()
    capsys.readouterr()
    typed(monkeypatch, "l\nl\nl\nl\nl\n")
    assert run(["grade", "review", "--all"]) == 0
    shown = capsys.readouterr().out
    assert "  right: b: oxygen\n" in shown
    assert "  right: 340 m/s, or up to 10 more or less\n" in shown
    assert "  right: 149597870.7 km, or up to 1000000 more or less\n" in shown
    assert "  right: tide\n  right: ebb\n" in shown
    assert "right: Plants need light" not in shown


def test_the_signs_and_numbers_are_told_on_demand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    typed(monkeypatch, "?\nq\n")
    assert run(["grade", "review"]) == 0
    shown = capsys.readouterr().out
    assert "u undo, q quit, ? help\n" in shown
    assert "+ met, ~ partly, / unclear, - missing, ! contradicted" in shown
    assert "unclear: it may be there in other words" in shown
    assert "possible at 90 %" in shown
