"""What `edgekit grade ANSWERS` reads before it grades, and all that is wrong with it at once."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit.cli.grade.options import check_written, form_of
from edgekit.core.errors import EdgekitError, UsageError, capped

if TYPE_CHECKING:
    from edgekit.answers.answers import Answers
    from edgekit.quiz.model import Quiz

TABLES = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}


def read_class(
    answers: Path,
    quiz: Path,
    *,
    out: Path | None,
    book: Path | None,
    force: bool,
    columns: Mapping[str, str] | None,
    form: str | None,
    encoding: str | None,
) -> tuple[Quiz, Answers]:
    """The quiz and the answers to it. Raises what is wrong with them and with the file to write, together."""
    from edgekit.answers.decoding import MOST_BYTES, is_quiz
    from edgekit.answers.read import read_answers
    from edgekit.core.foreign_file import read_bounded
    from edgekit.core.paths import gradebook_file
    from edgekit.quiz.read import read_quiz

    if str(answers) == "-" and not answers.exists():
        raise UsageError("`-` would be a file of that name", hint="name a file of answers, or `/dev/stdin`")
    problems: list[EdgekitError] = []
    asked: Quiz | None = None
    given: Answers | None = None
    turned = False
    if out is not None:
        with _kept(problems):
            kept = {"the file of answers itself": answers, "the quiz itself": quiz}
            check_written(out, kept | {"the gradebook": book or gradebook_file()}, force=force)
            form_of(out, TABLES)
    with _kept(problems):
        asked = read_quiz(quiz)
    with _kept(problems):
        if asked is not None:
            given = read_answers(answers, quiz=asked, columns=columns, form=form, encoding=encoding)
        else:
            # What is to be found in it is not known without the quiz.
            turned = is_quiz(read_bounded(answers, MOST_BYTES, "file of answers"))
            turned = turned and not is_quiz(read_bounded(quiz, MOST_BYTES, "quiz"))
    if turned:
        raise UsageError(
            f"`{answers}` is a quiz and `{quiz}` is none: the two files are the wrong way round",
            hint=f"`edgekit grade {shlex.quote(str(quiz))} --quiz {shlex.quote(str(answers))}`",
        )
    if asked is not None and given is not None and not problems:
        return asked, given
    if len(problems) == 1:
        raise problems[0]
    reasons = [line for one in problems for line in (one.message, *(f"  {reason}" for reason in one.reasons))]
    hint = next((one.hint for one in problems if one.hint), None)
    raise UsageError(f"{len(problems)} things are wrong", reasons=capped(reasons), hint=hint)


@contextmanager
def _kept(problems: list[EdgekitError]) -> Iterator[None]:
    """Keep an error, to be told with the others."""
    try:
        yield
    except EdgekitError as problem:
        problems.append(problem)
