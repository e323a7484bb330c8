"""`edgekit grade`: suggestions for the answers of a class, and marks that a person makes of them."""

from __future__ import annotations

import typer

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

group = typer.Typer(
    cls=DefaultGroup,
    help="Grade answers: `edgekit grade ANSWERS --quiz QUIZ`, then review, accept, release, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


group.command(DEFAULT)(suggest)
group.command("review")(review)
group.command("accept")(accept)
group.command("change", cls=NumbersCommand)(change)
group.command("return")(send_back)
group.command("undo")(undo)
group.command("release")(release)
group.command("contest")(contest)
group.command("forget")(forget)
group.command("rule")(rule)
group.command("calibrate")(calibrate)
group.command("audit")(audit)
group.command("attack")(attack)
group.command("judges")(judges)
group.command("try-judge")(try_judge)
group.command("consistency")(consistency)
group.command("export")(export)
group.command("replay")(replay)
group.command("sessions")(sessions)
group.command("lint")(lint)
group.command("import")(import_questions)
group.command("example")(example)
