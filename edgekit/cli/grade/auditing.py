"""`edgekit grade audit` and `grade attack`: cards of a grader, before a class depends on it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.options import AsJson, ProgressMode, Threads
from edgekit.core.errors import UsageError
from edgekit.core.events import Progress
from edgekit.core.units import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgekit.core.events import Reporter
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.parallel import Trial
    from edgekit.fairness.redteam import AttackCard
    from edgekit.grading.opening import Tools
    from edgekit.quiz.suggestion import Suggestion

AUDIT_SCHEMA = "edgekit.audit/1"
ATTACK_SCHEMA = "edgekit.attack/1"


def audit(
    quiz: Annotated[
        Path | None, typer.Argument(metavar="[QUIZ]", help="A quiz, answered out of its own wordings.")
    ] = None,
    parallel: Annotated[
        Path | None,
        typer.Option("--parallel", metavar="FILE", help="Parallel answers, JSON lines: item, variety, question, ..."),
    ] = None,
    base: Annotated[str, typer.Option("--base", metavar="VARIETY", help="What others are compared with.")] = "en",
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Whether the same content gets the same mark in every variety; exit code 1 where it does not or is not known.

    Answers of a quiz are made of its wordings: right ones, misconceptions, answers to other questions; each as it
    stands, without accents or signs, with slips, as it sounds, in shorthand, mixed and translated by what is here.

    \b
    Examples:
      edgekit grade audit quiz.toml
      edgekit grade audit --parallel answers.jsonl --base en
    """
    from edgekit.cli.grade.cards import CEILING, wrapped
    from edgekit.cli.progress import Renderer
    from edgekit.fairness.audit import audit as judged
    from edgekit.fairness.audit import outcomes
    from edgekit.fairness.own_quiz import make_own_trial
    from edgekit.fairness.parallel import base_language_of, make_trial, read_versions
    from edgekit.grading.opening import Translators, open_tools
    from edgekit.quiz.read import read_quiz

    if quiz is None and parallel is None:
        raise UsageError("say what to audit", hint="name a quiz, or `--parallel FILE`")
    if quiz is not None and parallel is not None:
        raise UsageError("one thing is audited at a time", hint="name a quiz, or `--parallel FILE`")
    # What cannot be read is told before models are opened.
    asked = read_quiz(quiz) if quiz is not None else None
    versions = read_versions(parallel) if parallel is not None else ()
    with Renderer(mode=progress) as report, open_tools(threads=threads, report=report) as tools:
        if asked is not None:
            translators = Translators(threads=threads, report=report)

            def translate(text: str, source: str, target: str) -> str | None:
                done = translators(text, source, target)
                return done.text if done is not None else None

            try:
                trial = make_own_trial(asked, translate=translate)
            finally:
                translators.close()
        else:
            trial = make_trial(versions, base=base, language=base_language_of(versions, base))
        found = outcomes(trial, _graded(trial, tools, report))
        card = judged(found, left_out=trial.left_out, written=asked.languages if asked is not None else ())
    if as_json:
        told = {"schema": AUDIT_SCHEMA, "passed": card.passed, "ceiling": CEILING}
        verdicts = [{**dataclasses.asdict(one), "open": one.is_open} for one in card.verdicts]
        output.json_object({**told, **dataclasses.asdict(card), "verdicts": verdicts})
    else:
        _show_audit(card, own=quiz is not None)
        if trial.alone:
            alone = f"{counted(trial.alone, 'answer')} of `{base}`: no other right one is known to hold it against"
            output.narrate(wrapped(f"{alone}, so that it goes to a person as a copy, which says nothing of `{base}`"))
    if not card.passed:
        raise typer.Exit(1)


def attack(
    quiz: Annotated[Path, typer.Argument(metavar="QUIZ", help="The quiz, a TOML file.")],
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of what is shuffled.")] = 0,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Attack a quiz before a class does: denials, keywords, hedges, padding, orders to the grader in disguise.

    Made of its own wordings. A row passes where few attacks are suggested as right, or nearly all go to a person, and
    no order moves a point; exit code 1 where one does not pass.

    \b
    Example:
      edgekit grade attack quiz.toml
    """
    from edgekit.cli.progress import Renderer
    from edgekit.fairness.redteam import attack as attacked
    from edgekit.grading.opening import open_tools
    from edgekit.quiz.read import read_quiz

    asked = read_quiz(quiz)
    with Renderer(mode=progress) as report, open_tools(threads=threads, report=report) as tools:
        grader = tools.grader(asked)
        card = attacked(asked, lambda answer: next(grader.grade([answer])), seed=seed, report=report)
    if as_json:
        rows = [{**dataclasses.asdict(row), "passed": row.passed, "at_most": row.interval.high} for row in card.rows]
        output.json_object({"schema": ATTACK_SCHEMA, "passed": card.passed, "rows": rows, "weak": card.weak})
    else:
        _show_attacks(card)
    if not card.passed:
        raise typer.Exit(1)


def _graded(trial: Trial, tools: Tools, report: Reporter) -> Sequence[Suggestion]:
    """One at a time: versions of one content would be taken for copies of each other."""
    grader = tools.grader(trial.quiz)
    found: list[Suggestion] = []
    for done, answer in enumerate(trial.answers, 1):
        found += grader.grade([answer])
        report(Progress("audit", done, len(trial.answers), "answers"))
    return found


def _show_audit(card: AuditCard, *, own: bool) -> None:
    """own: the answers are made of a quiz."""
    from edgekit.cli.grade.cards import audit_lines, state, wrapped
    from edgekit.fairness.audit import FEWEST

    for line in audit_lines(card):
        output.data(line)
    if card.few:
        names = "; ".join(f"{output.visible(one, one_line=True)} {card.groups[one].count}" for one in card.few)
        told = "all forms of an answer are judged together" if card.together else "no verdict"
        output.narrate(wrapped(f"fewer than {FEWEST} answers, so {told}: {names}"))
    if card.left_out:
        output.narrate(f"{counted(card.left_out, 'answer')} left out: nothing right is known to hold them against")
    if card.verdicts:
        held = f"{sum(one.passed for one in card.verdicts)} of {len(card.verdicts)} hold"
        held += f", {sum(one.passed and one.certain for one in card.verdicts)} of them for certain"
        unknown = sum(one.is_open for one in card.verdicts)
        output.data("\n" + wrapped(f"{state(card)}: {held}" + (f"; {unknown} may be chance" if unknown else "")))
        return
    told = f"no verdict: no variety has the {FEWEST} answers that one needs; this says nothing of the quiz"
    output.data("\n" + wrapped(told))
    if not own:
        output.narrate("more answers are needed in the file")
        return
    output.narrate(
        wrapped(
            "answers are made of the wordings of the quiz: add some to `accepted`, `refuted` or `misconceptions`, "
            "or more questions;"
        )
    )
    output.narrate("or name answers to audit by, `--parallel FILE`")


def _show_attacks(card: AttackCard) -> None:
    from edgekit.cli.grade.cards import attack_lines

    for line in attack_lines(card):
        output.data(line)


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
