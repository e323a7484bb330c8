"""`edgekit grade`: suggestions for the answers of a class, and marks that a person makes of them."""

from __future__ import annotations

import os

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


@group.callback()
def _with_one_thread_of_numpy() -> None:
    # numpy's products are small: threads that spin for them took 14.7 s of processor for 300 answers, one took 7.4, and
    # two threads of the encoder waited for them, 7.1 s for 5.7. numpy reads it when it is loaded; what the user has set
    # stays.
    if "OMP_NUM_THREADS" not in os.environ:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


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
