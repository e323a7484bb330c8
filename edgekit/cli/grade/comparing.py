"""`edgekit grade judges`, `try-judge`, `consistency`: what a machine says beside what people say, by language."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.auditing import columns
from edgekit.cli.grade.options import AsJson, ProgressMode, Threads
from edgekit.core.errors import UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgekit.fairness.agreement import JudgeCard
    from edgekit.fairness.judge_trial import Preference
    from edgekit.fairness.measures import Interval

SCHEMA = "edgekit.judges/1"
TRIAL_SCHEMA = "edgekit.judge-trial/1"
CONSISTENCY_SCHEMA = "edgekit.consistency/1"
_LANGUAGE = 12
_EXPLAINED = (
    "agrees: the share of items with the label that most people gave; F1: of the labels, weighted; kappa: agreement "
    "with that label beyond chance, below with its 95 % interval; all: Fleiss' kappa of people and judge; people: of "
    "people alone, which no judge is asked to exceed; bits: entropy of the judge's labels, and of people's; shuffled: "
    "labels that become others with a tenth of the words in another order."
)


def judges(
    ratings: Annotated[
        Path,
        typer.Argument(metavar="RATINGS", help="A CSV: `judge`, perhaps `language`, `shuffled`, one for each person."),
    ],
    as_json: AsJson = False,
) -> None:
    """Whether a judge is to be believed: agreement with people, Fleiss' kappa, how many labels it uses, by language.

    `shuffled` is what the judge says of the same item with a tenth of its words in another order. Exit code 1 where
    there is a language in which it is not to be believed.

    \b
    Example:
      edgekit grade judges ratings.csv
    """
    from edgekit.fairness.agreement import judge_card
    from edgekit.fairness.ratings import read_ratings

    cards = [
        judge_card(name, one.people, one.judge, shuffled=_changed(one.judge, one.shuffled))
        for name, one in read_ratings(ratings).items()
    ]
    if as_json:
        output.json_object({"schema": SCHEMA, "judges": [dataclasses.asdict(card) for card in cards]})
    else:
        _show_cards(cards)
    if any(card.why_not for card in cards):
        raise typer.Exit(1)


def try_judge(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A language model: id, alias or GGUF file.")],
    quiz: Annotated[Path | None, typer.Argument(metavar="[QUIZ]", help="A quiz, whose wordings it is asked.")] = None,
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", metavar="FILE", help="JSON lines `prompt`, `chosen`, `rejected`, perhaps `language`."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of what is shuffled.")] = 0,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Try a judge before `--judge` uses it: whether it knows right from wrong, and by what.

    It is asked about the wordings of a quiz that count and those that say the opposite, as they stand and with a tenth
    of their words shuffled; and which of two answers is the better one, each pair in both orders. Pairs of a quiz are a
    right answer beside a wrong one and beside its own words shuffled. Exit code 1 where it is not calibrated.

    \b
    Examples:
      edgekit grade try-judge gemma.gguf quiz.toml
      edgekit grade try-judge gemma.gguf --pairs pairs.jsonl
    """
    from edgekit.cli.progress import Renderer
    from edgekit.fairness.judge_trial import pairs_of, try_on_pairs, try_on_quiz
    from edgekit.fairness.ratings import read_pairs
    from edgekit.grading.opening import open_judge
    from edgekit.quiz.read import read_quiz

    if quiz is None and pairs is None:
        raise UsageError("there is nothing to try it on", hint="name a quiz, or `--pairs FILE`")
    asked = read_quiz(quiz) if quiz is not None else None
    compared = read_pairs(pairs) if pairs is not None else pairs_of(asked, seed=seed) if asked is not None else []
    with Renderer(mode=progress) as report, open_judge(model) as judge:
        trial = try_on_quiz(asked, judge, seed=seed, report=report) if asked is not None else None
        preferences = try_on_pairs(compared, judge, report=report)
    cards = trial.cards if trial is not None else ()
    if as_json:
        told = {} if trial is None else dataclasses.asdict(trial)
        rows = [dataclasses.asdict(one) for one in preferences]
        output.json_object({"schema": TRIAL_SCHEMA, **told, "preferences": rows})
    else:
        if trial is not None:
            output.data(f"{counted(trial.asked, 'statement')}, {trial.failed:,} without a verdict")
            _show_cards(cards)
        _show_preferences(preferences)
    if any(card.why_not for card in cards) or (trial is not None and not cards):
        raise typer.Exit(1)


def _changed(first: Sequence[str], second: Sequence[str]) -> float | None:
    """The share of labels that are others when words are shuffled."""
    return sum(one != two for one, two in zip(first, second, strict=True)) / len(first) if second else None


def _show_cards(cards: Sequence[JudgeCard]) -> None:
    from edgekit.cli.grade.cards import wrapped

    head = "language, items, agrees, F1, kappa, all, people, bits, people's, shuffled"
    rows: list[tuple[str, ...]] = [tuple(head.split(", "))]
    rows += [
        (
            output.visible(card.language, one_line=True)[:_LANGUAGE],
            str(card.count),
            *map(_short, (card.agreement, card.f1, card.beside.value if card.beside else None)),
            *map(_short, (card.kappa, card.people, card.judge_entropy, card.people_entropy, card.shuffled)),
        )
        for card in cards
    ]
    for line in columns(rows):
        output.data(line)
    if cards:
        output.data("\n" + wrapped(_EXPLAINED) + "\n")
    for card in cards:
        verdict = "; ".join(card.why_not)
        shown = "" if card.beside is None else f"; kappa {card.beside.value:.2f} {_span(card.beside)}"
        told = f"not calibrated, {verdict}{shown}" if verdict else f"calibrated{shown}"
        output.data(wrapped(f"{output.visible(card.language, one_line=True)}: {told}"))


def _show_preferences(preferences: Sequence[Preference]) -> None:
    rows: list[tuple[str, ...]] = [("language", "pairs", "undecided", "prefers better", "", "turned by order")]
    rows += [
        (
            output.visible(one.language, one_line=True)[:_LANGUAGE],
            str(one.count),
            str(one.unread),
            _number(one.accuracy),
            _span(one.interval),
            _number(one.position),
        )
        for one in preferences
    ]
    for line in columns(rows) if preferences else ():
        output.data(line)


def consistency(
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="A CSV: `question`, `language`, `answer`.")],
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Whether answers to one question say the same in every language: words shared, cosine of their vectors, unknowns.

    \b
    Example:
      edgekit grade consistency answers.csv
    """
    from edgekit.engine.open import open_encoder
    from edgekit.fairness.consistency import consistency as compared
    from edgekit.fairness.ratings import read_said
    from edgekit.grading.opening import ENCODER

    said = read_said(answers)
    with open_encoder(ENCODER, threads=threads, device="cpu") as encoder:
        found = compared(said, encoder.embed)
    if as_json:
        output.json_object({"schema": CONSISTENCY_SCHEMA, "pairs": [dataclasses.asdict(row) for row in found]})
        return
    rows: list[tuple[str, ...]] = [("languages", "questions", "unknown", "words", "word pairs", "cosine")]
    rows += [
        (
            output.visible(f"{row.first}, {row.second}", one_line=True),
            str(row.count),
            str(row.unknown),
            *map(_number, (row.words, row.pairs, row.cosine)),
        )
        for row in found
    ]
    for line in columns(rows):
        output.data(line)


def _span(interval: Interval | None) -> str:
    return "" if interval is None else f"({interval.low:.2f} to {interval.high:.2f})"


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
