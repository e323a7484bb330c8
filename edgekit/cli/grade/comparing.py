"""`edgekit grade judges` and `grade consistency`: what a machine says beside what people say, language by language."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.auditing import columns
from edgekit.cli.grade.options import AsJson, Threads

SCHEMA = "edgekit.judges/1"
CONSISTENCY_SCHEMA = "edgekit.consistency/1"


def judges(
    ratings: Annotated[
        Path, typer.Argument(metavar="RATINGS", help="A CSV: `judge`, perhaps `language`, a column for each person.")
    ],
    as_json: AsJson = False,
) -> None:
    """Whether a judge is to be believed: agreement with people, Fleiss' kappa, how many labels it uses, by language.

    Exit code 1 where there is a language in which it is not.

    \b
    Example:
      edgekit grade judges ratings.csv
    """
    from edgekit.fairness.agreement import judge_card
    from edgekit.fairness.ratings import read_ratings

    cards = [judge_card(name, one.people, one.judge) for name, one in read_ratings(ratings).items()]
    if as_json:
        output.json_object({"schema": SCHEMA, "judges": [dataclasses.asdict(card) for card in cards]})
    else:
        rows: list[tuple[str, ...]] = [
            ("language", "items", "agreement", "weighted F1", "kappa", "people's kappa", "bits", "people's bits")
        ]
        rows += [
            (
                output.visible(card.language),
                str(card.count),
                *map(_number, (card.agreement, card.f1, card.kappa, card.people, card.judge_entropy)),
                _number(card.people_entropy),
            )
            for card in cards
        ]
        for line in columns(rows):
            output.data(line)
        for card in cards:
            verdict = "; ".join(card.why_not)
            output.data(f"{output.visible(card.language)}: {f'not calibrated, {verdict}' if verdict else 'calibrated'}")
    if any(card.why_not for card in cards):
        raise typer.Exit(1)


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
            output.visible(f"{row.first}, {row.second}"),
            str(row.count),
            str(row.unknown),
            *map(_number, (row.words, row.pairs, row.cosine)),
        )
        for row in found
    ]
    for line in columns(rows):
        output.data(line)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
