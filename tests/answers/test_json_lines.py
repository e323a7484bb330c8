"""Answers as JSON lines: what is told where several things are missing, and letters that stay readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.quiz_of_two import quiz_of_two, read

from edgekit.answers.write import write_marks
from edgekit.core.errors import InputError


def test_a_line_that_is_no_json_is_told_before_keys_that_may_have_stood_in_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, '{"name": "x"}\n{"id": "b", "question"\n', quiz_of_two(), "a.jsonl")
    (reason,) = caught.value.reasons
    assert reason.startswith("line 2: no JSON")
    with pytest.raises(InputError, match="none of the 1 columns"):
        read(tmp_path, '{"name": "x"}\n', quiz_of_two(), "a.jsonl")


def test_letters_of_every_script_are_written_as_themselves(tmp_path: Path) -> None:
    text = "água, é Ω 水 पानी"
    answers = read(tmp_path, f'{{"id": "a", "question": "q1", "answer": "{text}"}}\n', quiz_of_two(), "a.jsonl")
    write_marks(answers, [], tmp_path / "out.jsonl")
    assert text in (tmp_path / "out.jsonl").read_text("utf-8")
