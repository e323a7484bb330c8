"""`edgekit grade import` and `example`: a quiz file to begin with, of another program's questions or of ours."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.options import SCHEMA, AsJson, check_written
from edgekit.cli.text_io import open_sink
from edgekit.core.errors import UsageError
from edgekit.core.units import counted


def import_questions(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Moodle XML, GIFT, QTI items.")],
    language: Annotated[
        str, typer.Option("--language", metavar="TAG", help="What the questions are in, where the file does not say.")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="The quiz file to write; else standard output.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Of the quiz.")] = None,
    form: Annotated[str | None, typer.Option("--from", metavar="FORM", help="moodle-xml, gift or qti.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that `-o` names if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a quiz file of the questions of another program; what was left out is told, and stands in it as comments.

    \b
    Examples:
      edgekit grade import questions.xml --language en -o quiz.toml
    """
    from edgekit.answers.questions import import_quiz
    from edgekit.grading.quiz_orders import orders_in
    from edgekit.quiz.write import quiz_toml

    if as_json and out is None:
        raise UsageError("`--json` tells of the file that was written", hint="name it: `-o quiz.toml`")
    if out is not None:
        check_written(out, {"the file of questions itself": path}, force=force)
    found = import_quiz(path, language=language, title=title, form=form)
    notes = (*found.notes, *(f"`{one.question}`: {one.detail}" for one in orders_in(found.quiz)))
    with open_sink(out) as sink:
        sink.write(quiz_toml(found.quiz, notes))
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "path": str(out),
                "form": found.form,
                "questions": len(found.quiz.questions),
                "notes": list(notes),
            }
        )
        return
    for note in notes:
        output.narrate(note)
    output.narrate(
        f"{counted(len(found.quiz.questions), 'question')} of {found.form}; `edgekit grade lint` tells what is weak"
    )


def example(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write the two files.")] = Path(),
    language: Annotated[str, typer.Option("--language", metavar="TAG", help="en, es or pt.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write an example of a quiz, which explains itself, and of answers to it; new files, nothing is replaced.

    \b
    Examples:
      edgekit grade example --language es
    """
    from edgekit.quiz.example import NAMES, write_example

    if language not in NAMES:
        raise UsageError(f"there is no example in `{language}`", hint=f"one of {', '.join(NAMES)}")
    quiz, answers = write_example(folder, language)
    if as_json:
        output.json_object({"schema": SCHEMA, "quiz": str(quiz), "answers": str(answers)})
        return
    output.data(f"{quiz}\n{answers}")
    command = f"edgekit grade {shlex.quote(str(answers))} --quiz {shlex.quote(str(quiz))}"
    output.narrate(f"look at both in any editor, then run `{command}`")
