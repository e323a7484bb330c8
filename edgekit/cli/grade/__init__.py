"""`edgekit grade`: suggestions for the answers of a class, and marks that a person makes of them."""

from __future__ import annotations

from collections.abc import Callable

import typer
from typer.core import TyperCommand

from edgekit.cli.grade.auditing import attack, audit
from edgekit.cli.grade.comparing import consistency, judges, try_judge
from edgekit.cli.grade.deciding import accept, change, release, send_back, undo
from edgekit.cli.grade.default_group import DEFAULT, DefaultGroup
from edgekit.cli.grade.exporting import export
from edgekit.cli.grade.importing import example, import_questions
from edgekit.cli.grade.listing import lint, sessions
from edgekit.cli.grade.reopening import contest, forget
from edgekit.cli.grade.replaying import replay
from edgekit.cli.grade.review import review
from edgekit.cli.grade.ruling import calibrate, rule
from edgekit.cli.grade.suggest import suggest
from edgekit.cli.grade.typed import NumbersCommand

_HELP = """Grade the answers of a class: edgekit suggests, you decide.

\b
  edgekit grade example                        a quiz and answers to try it with
  edgekit grade answers.csv --quiz quiz.toml   suggest marks
  edgekit grade review                         decide where you are needed
  edgekit grade accept --all-suggested         accept the rest
  edgekit grade export -o final.csv            write the marks
"""

group = typer.Typer(cls=DefaultGroup, help=_HELP, no_args_is_help=True, rich_markup_mode=None)


def _add(name: str, short: str, command: Callable[..., None], cls: type[TyperCommand] = TyperCommand) -> None:
    """A command with a line for the list of all, which would cut off its first sentence."""
    group.command(name, cls=cls, short_help=short)(command)


_add(DEFAULT, "Suggest marks; the word may be left out.", suggest)
_add("review", "Decide, one answer after the other.", review)
_add("accept", "Accept suggested marks, by id or many at once.", accept)
_add("change", "Give an answer other points.", change, NumbersCommand)
_add("return", "Give answers back without a mark.", send_back)
_add("undo", "Take back the last decision on answers.", undo)
_add("release", "Say that marks went out to students.", release)
_add("contest", "Open marks again that a student contests.", contest)
_add("forget", "Remove a student's texts and name for good.", forget)
_add("rule", "Make a wording count, and suggest again.", rule)
_add("calibrate", "Learn from marks, and suggest again.", calibrate)
_add("audit", "Is the same content marked alike everywhere?", audit)
_add("attack", "Try to trick the grader with your quiz.", attack)
_add("judges", "Is a judge to be believed?", judges)
_add("try-judge", "Try a language model as second opinion.", try_judge)
_add("consistency", "Do answers say the same in every language?", consistency)
_add("export", "Write marks, reports or the record to a file.", export)
_add("replay", "Verify the record and its suggestions.", replay)
_add("sessions", "List what was graded.", sessions)
_add("lint", "Find what a quiz will grade badly.", lint)
_add("import", "Make a quiz of Moodle XML, GIFT or QTI.", import_questions)
_add("example", "Write an example quiz and answers to it.", example)
