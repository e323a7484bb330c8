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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgekit.core.events import Reporter
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.measures import Rates
    from edgekit.fairness.parallel import Trial
    from edgekit.fairness.redteam import AttackCard
    from edgekit.grading.opening import Tools
    from edgekit.quiz.suggestion import Suggestion

AUDIT_SCHEMA = "edgekit.audit/1"
ATTACK_SCHEMA = "edgekit.attack/1"
# Two teachers with the same answers: research on the sets of Mohler and others (2011) and AR-ASAG (2020).
CEILING = "teachers among themselves, quadratic kappa: 0.49 (Mohler et al. 2011), 0.80 (AR-ASAG)"
_EXAMPLES = 3


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
    from edgekit.cli.progress import Renderer
    from edgekit.fairness.audit import audit as judged
    from edgekit.fairness.audit import outcomes
    from edgekit.fairness.own_quiz import make_own_trial
    from edgekit.fairness.parallel import base_language_of, make_trial, read_versions
    from edgekit.grading.opening import Translators, open_tools
    from edgekit.quiz.read import read_quiz

    if (quiz is None) == (parallel is None):
        raise UsageError("one thing is audited at a time", hint="name a quiz, or `--parallel FILE`")
    with Renderer(mode=progress) as report, open_tools(threads=threads, report=report) as tools:
        if quiz is not None:
            translators = Translators(threads=threads, report=report)

            def translate(text: str, source: str, target: str) -> str | None:
                done = translators(text, source, target)
                return done.text if done is not None else None

            try:
                trial = make_own_trial(read_quiz(quiz), translate=translate)
            finally:
                translators.close()
        elif parallel is not None:
            versions = read_versions(parallel)
            trial = make_trial(versions, base=base, language=base_language_of(versions, base))
        card = judged(outcomes(trial, _graded(trial, tools, report)), left_out=trial.left_out)
    if as_json:
        output.json_object({"schema": AUDIT_SCHEMA, "passed": card.passed, **dataclasses.asdict(card)})
    else:
        _show_audit(card, own=quiz is not None)
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
        rows = [{**dataclasses.asdict(row), "passed": row.passed} for row in card.rows]
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
    from edgekit.fairness.audit import FEWEST

    head = ("variety", "answers", "accuracy", "F1", "AUC", "review", "right as", "wrong accepted", "covered")
    rows = [head, *((name, *_cells(rates)) for name, rates in card.groups.items())]
    for row in columns(rows):
        output.data(row)
    output.data("")
    for verdict in card.verdicts:
        value = "-" if verdict.value is None else f"{verdict.value:.3f}"
        span = "" if verdict.interval is None else f" ({verdict.interval.low:.3f} to {verdict.interval.high:.3f})"
        detail = f"; {verdict.detail}" if verdict.detail else ""
        output.data(f"{_word(verdict.passed)}  {verdict.name}: {value}{span}, {verdict.limit}{detail}")
    if card.few:
        names = "; ".join(f"{output.visible(one)} {card.groups[one].count}" for one in card.few)
        output.narrate(f"fewer than {FEWEST} answers, so no verdict: {names}")
    if card.left_out:
        output.narrate(f"{card.left_out:,} answers left out: nothing right is known to hold them against")
    output.narrate(CEILING)
    if card.verdicts:
        held = f"{sum(one.passed for one in card.verdicts)} of {len(card.verdicts)} hold"
        output.data(f"\n{_word(card.passed)}: {held}")
        return
    output.data(f"\nno verdict: no variety has the {FEWEST} answers that one needs; this says nothing of the quiz")
    output.narrate(
        "answers are made of the wordings of the quiz: add some to `accepted`, `refuted` or `misconceptions`, "
        "or more questions; or name answers to audit by, `--parallel FILE`"
        if own
        else "more answers are needed in the file"
    )


def _cells(rates: Rates) -> tuple[str, ...]:
    values = (
        rates.accuracy,
        rates.f1,
        rates.auc,
        rates.unknown,
        rates.likely_right,
        rates.false_accepts,
        rates.coverage,
    )
    return (str(rates.count), *("-" if value is None else f"{value:.3f}" for value in values))


def _show_attacks(card: AttackCard) -> None:
    rows = [("", "attack", "tried", "suggested as right", "to review", "moved points")]
    rows += [
        (_word(row.passed), row.name, str(row.count), str(row.passing), str(row.reviewed), str(row.moved))
        for row in card.rows
    ]
    for line in columns(rows):
        output.data(line)
    for row in card.rows:
        for fallen in row.fallen[:_EXAMPLES] if not row.passed else ():
            points = f"{fallen.points:g} of {fallen.most:g}"
            text = " ".join(output.visible(fallen.attack.text).split())
            output.narrate(f"{row.name}, {fallen.attack.question}: {points} for {text[:120]}")
    if card.weak:
        worst = ", ".join(f"{where} ({count})" for where, count in list(card.weak.items())[:5])
        output.narrate(f"where attacks worked: {worst}")
    output.data(f"\n{_word(card.passed)}: {sum(row.passed for row in card.rows)} of {len(card.rows)} hold")


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _word(passed: bool) -> str:
    return "PASS" if passed else "FAIL"
