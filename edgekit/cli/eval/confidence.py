"""`edgekit eval confidence`: whether `80 %` is right about 80 % of the time, on text of your own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.eval.options import (
    AsJson,
    From,
    Model,
    ProgressMode,
    ReferenceFile,
    SourceFile,
    Threads,
    To,
    read_lines,
)
from edgekit.core.columns import aligned_columns
from edgekit.core.errors import UnavailableError, UsageError
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.core.events import Reporter
    from edgekit.evaluate.calibration import Reliability
    from edgekit.evaluate.confidence import Labelled

SCHEMA = "edgekit.confidence-evaluation/1"


def confidence(
    source_file: SourceFile,
    reference_file: ReferenceFile,
    source: From,
    target: To,
    model: Model = None,
    round_trip: Annotated[
        bool, typer.Option("--round-trip", help="Also translate back, with the installed model of the way back.")
    ] = False,
    fit: Annotated[
        bool, typer.Option("--fit", help="Calibrate on these lines, for this user; the figures are of held-out folds.")
    ] = False,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin",
            min=0,
            max=99,
            metavar="CHRF",
            help="With --fit: how far below the median a line is right.",
        ),
    ] = None,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Compare the confidence of a model's translations with how near they are to a person's.

    A line is right when its chrF is not further below the median of these lines than the calibration's margin, 4 for
    those that edgekit brings: as near to a person's translation as half of another person's are. The error is the mean
    distance between confidence and share of right lines, over ten bins of as many lines each.

    \b
    Examples:
      edgekit eval confidence dev.en dev.pt --from en --to pt
      edgekit eval confidence lessons.en lessons.pt --from en --to pt --fit
    """
    from edgekit.cli.progress import Renderer
    from edgekit.confidence.calibration import load_confidence, save_confidence
    from edgekit.evaluate.alignment import check_aligned
    from edgekit.evaluate.confidence import MARGIN, evaluate, evaluate_fit, fit_confidence

    direction = Direction(normalise_tag(source), normalise_tag(target))
    if direction.source == direction.target:
        raise UsageError(f"source and target are both `{direction.source}`", hint="name two languages")
    if margin is not None and not fit:
        raise UsageError("`--margin` is for `--fit`: a calibration has its own")
    texts = {f"`{path}`": read_lines(path) for path in (source_file, reference_file)}
    check_aligned(texts)
    lines, references = (*texts.values(), *texts.values())[:2]
    with Renderer(mode=progress) as report:
        labelled, used = _label(direction, model, lines, references, threads, report, round_trip=round_trip)
    written = None
    if fit:
        found = fit_confidence(
            {source_file.name: labelled}, direction, used, margin=MARGIN if margin is None else margin
        )
        result = evaluate_fit(labelled, found.margin, round_trip=round_trip)
        written = save_confidence(found)
    else:
        known = load_confidence(direction, used)
        if known is None:
            raise UnavailableError(
                f"there is no calibration of `{used}` for {direction}",
                hint="add `--fit` to calibrate it on these lines",
            )
        found, result = known, evaluate(known, labelled)
        if round_trip and known.with_round_trip is None:
            output.narrate("the calibration was made without the way back, which is not weighed here")
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "from": direction.source,
                "to": direction.target,
                "model": used,
                "margin": found.margin,
                "round_trip": round_trip,
                "fitted": fit,
                "calibration": None if written is None else str(written),
                "skipped": labelled.skipped,
                **result.to_json(),
            }
        )
        return
    for line in _table(result, found.margin):
        output.data(line)
    if labelled.skipped:
        output.narrate(f"{counted(labelled.skipped, 'line')} without a confidence: nothing of them was translated")
    if written is not None:
        output.narrate(
            f"calibration of {direction} written to {written}; the figures are of folds that it had not seen"
        )


def _label(
    direction: Direction,
    model: str | None,
    lines: Sequence[str],
    references: Sequence[str],
    threads: int | None,
    report: Reporter,
    *,
    round_trip: bool,
) -> tuple[Labelled, str]:
    from edgekit.evaluate.confidence import label
    from edgekit.evaluate.systems import open_system, translate_lines

    system = open_system(model, direction, threads=threads, report=report)
    with system.translator as translator:
        found = translate_lines(translator, lines, report, scores=True, alignment=True)
    back = None
    if round_trip:
        way_back = Direction(direction.target, direction.source)
        with open_system(None, way_back, threads=threads, report=report).translator as translator:
            back = [one.text for one in translate_lines(translator, [one.text for one in found], report)]
    return label(found, references, direction, back), system.model


def _table(result: Reliability, margin: float) -> list[str]:
    figures: list[tuple[str, Any]] = [
        ("lines", f"{result.lines:,}, {result.right:.1%} of them with a chrF at most {margin:g} below the median"),
        ("calibration error", f"{result.error:.3f} [{result.low:.3f}, {result.high:.3f}]"),
        ("of that by chance", f"{result.chance:.3f}"),
        ("AUC", "-" if result.auc is None else f"{result.auc:.3f}"),
        ("AURC", f"{result.aurc:.3f}"),
    ]
    rows = [["confidence", "right", "95 % interval", "lines"]]
    rows += [
        [f"{one.confidence:.1%}", f"{one.right:.1%}", f"{one.low:.1%} to {one.high:.1%}", f"{one.lines:,}"]
        for one in result.curve
    ]
    return [*(f"{name:<18}  {value}" for name, value in figures), "", *aligned_columns(rows)]
