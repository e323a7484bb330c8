"""`edgekit eval translate`: chrF, chrF++ and BLEU of translations, with intervals and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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
from edgekit.core.errors import UsageError
from edgekit.core.events import Reporter
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.evaluate.metrics import Score
    from edgekit.evaluate.paired import Difference

SCHEMA = "edgekit.evaluation/1"


@dataclass(frozen=True, slots=True)
class _Result:
    """What is told of one direction."""

    direction: Direction
    lines: int
    scores: Sequence[Score]
    documents: Sequence[tuple[str, int, Sequence[Score]]]
    against: Sequence[Difference]
    notes: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        return {
            "from": self.direction.source,
            "to": self.direction.target,
            "lines": self.lines,
            "scores": [one.to_json() for one in self.scores],
            "documents": [
                {"id": name, "lines": lines, "scores": {one.name: one.value for one in scores}}
                for name, lines, scores in self.documents
            ],
            "against": [one.to_json() for one in self.against],
            "notes": list(self.notes),
        }


def translate(
    source_file: SourceFile,
    reference_file: ReferenceFile,
    source: From,
    target: To,
    hypotheses: Annotated[
        Path | None, typer.Option("--hypotheses", metavar="FILE", help="Translations to score instead of a model's.")
    ] = None,
    model: Model = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="FILE|ID|PATH", help="Translations, or a model, that the first are compared with."
        ),
    ] = None,
    both: Annotated[
        bool, typer.Option("--both", help="Also the way back: from the reference to the source, with models only.")
    ] = False,
    documents: Annotated[
        Path | None,
        typer.Option(
            "--documents",
            metavar="FILE",
            help="One document id a line, or the text with empty lines between documents.",
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=0, max=100_000, metavar="N", help="Of the bootstrap; 0 for no interval.")
    ] = 1000,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Score translations against references with sacrebleu: of a model that is here, or of a file.

    An interval is 95 % of the bootstrap samples. With `--against` each metric has the p-values of the paired bootstrap
    and of approximate randomization.

    \b
    Examples:
      edgekit eval translate dev.en dev.pt --from en --to pt --both
      edgekit eval translate dev.en dev.pt --from en --to pt --hypotheses ours.pt --against theirs.pt
      edgekit eval translate dev.en dev.pt --from en --to pt --model out/small --against firefox-en-pt
    """
    from edgekit.cli.progress import Renderer
    from edgekit.evaluate.alignment import check_aligned

    wanted = Direction(normalise_tag(source), normalise_tag(target))
    _check_flags(wanted, hypotheses, model, against, both=both)
    texts = {f"`{path}`": read_lines(path) for path in (source_file, reference_file)}
    check_aligned(texts)
    lines, references = texts.values() if len(texts) == 2 else [next(iter(texts.values()))] * 2
    listed = read_lines(documents) if documents is not None else None
    results = []
    with Renderer(mode=progress) as report:
        for direction, mine, theirs in [
            (wanted, lines, references),
            *([(Direction(wanted.target, wanted.source), references, lines)] if both else []),
        ]:
            found = _system(str(hypotheses) if hypotheses else None, model, direction, mine, threads, report)
            baseline = _system(against, against, direction, mine, threads, report) if against else None
            results.append(_score(direction, found, theirs, baseline, listed, documents, samples))
    if as_json:
        output.json_object({"schema": SCHEMA, "directions": [one.to_json() for one in results]})
        return
    for line in _table(results):
        output.data(line)
    for note in dict.fromkeys(note for one in results for note in one.notes):
        output.narrate(note)


def _check_flags(
    direction: Direction, hypotheses: Path | None, model: str | None, against: str | None, *, both: bool
) -> None:
    reasons = []
    if direction.source == direction.target:
        reasons.append(f"source and target are both `{direction.source}`")
    if hypotheses is not None and model is not None:
        reasons.append("`--hypotheses` and `--model` cannot both be scored")
    if both and (hypotheses is not None or (against is not None and Path(against).is_file())):
        reasons.append("`--both` needs models: a file holds one direction")
    if reasons:
        raise UsageError(
            "these options do not go together", reasons=reasons, hint="see `edgekit eval translate --help`"
        )


def _system(
    file: str | None,
    model: str | None,
    direction: Direction,
    lines: Sequence[str],
    threads: int | None,
    report: Reporter,
) -> list[str]:
    """The translations of a file where there is one of that name, else of a model."""
    from edgekit.evaluate.alignment import check_aligned

    if file is not None and (Path(file).is_file() or model is None):
        texts = read_lines(Path(file))
        check_aligned({"the source": lines, f"`{file}`": texts}, may_be_empty=[f"`{file}`"])
        return texts
    from edgekit.evaluate.systems import open_system, translate_lines

    with open_system(model, direction, threads=threads, report=report).translator as translator:
        return [one.text for one in translate_lines(translator, lines, report)]


def _score(
    direction: Direction,
    texts: Sequence[str],
    references: Sequence[str],
    baseline: Sequence[str] | None,
    listed: Sequence[str] | None,
    documents_file: Path | None,
    samples: int,
) -> _Result:
    from edgekit.evaluate.alignment import documents
    from edgekit.evaluate.metrics import LEAST_FOR_INTERVAL, bleu_tokenizer, score_lines
    from edgekit.evaluate.paired import LEAST_FOR_BOOTSTRAP, RANDOMIZATION_TRIALS, compare

    parts = []
    if listed is not None:
        for name, places in documents(f"`{documents_file}`", listed, len(texts)).items():
            mine, theirs = ([side[at] for at in places] for side in (texts, references))
            parts.append((name, len(places), score_lines(mine, theirs, direction.target, samples=0)))
    notes = []
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(f"{direction}: {counted(empty, 'line')} without a translation, which counts as a wrong one")
    _, why = bleu_tokenizer(direction.target)
    if why:
        notes.append(why)
    if samples and len(texts) < LEAST_FOR_INTERVAL:
        notes.append(f"{direction}: no intervals, which fewer than {LEAST_FOR_INTERVAL} lines say nothing about")
    if baseline is not None and len(texts) < LEAST_FOR_BOOTSTRAP:
        least = max(2 / 2 ** len(texts), 1 / RANDOMIZATION_TRIALS)
        notes.append(
            f"{direction}: no paired bootstrap, which fewer than {LEAST_FOR_BOOTSTRAP} lines say nothing about; "
            f"the least p-value that {counted(len(texts), 'line')} can have is {least:.4f}"
        )
    return _Result(
        direction,
        len(texts),
        score_lines(texts, references, direction.target, samples=samples),
        parts,
        compare(baseline, texts, references, direction.target) if baseline is not None else [],
        notes,
    )


def _table(results: Sequence[_Result]) -> list[str]:
    names = [one.name for one in results[0].scores]
    rows = [["direction", "lines", *names]]
    rows += [
        [str(result.direction), f"{result.lines:,}", *(_with_interval(one) for one in result.scores)]
        for result in results
    ]
    lines = aligned_columns(rows)
    for result in results:
        if result.documents:
            rows = [["document", "lines", *names]]
            rows += [
                [name, f"{count:,}", *(f"{one.value:.2f}" for one in scores)]
                for name, count, scores in result.documents
            ]
            lines += ["", f"{result.direction}, by document", *aligned_columns(rows)]
        if result.against:
            rows = [["", "against", "scored", "difference", "p, bootstrap", "p, randomization"]]
            rows += [
                [
                    one.name,
                    f"{one.baseline:.2f}",
                    f"{one.score:.2f}",
                    f"{one.difference:+.2f}",
                    "-" if one.bootstrap is None else f"{one.bootstrap:.4f}",
                    f"{one.randomization:.4f}",
                ]
                for one in result.against
            ]
            lines += ["", f"{result.direction}, paired tests", *aligned_columns(rows)]
    lines += ["", *dict.fromkeys(one.signature_line() for result in results for one in result.scores)]
    return lines


def _with_interval(score: Score) -> str:
    interval = "" if score.low is None or score.high is None else f" [{score.low:.2f}, {score.high:.2f}]"
    return f"{score.value:.2f}{interval}"
