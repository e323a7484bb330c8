"""Lines through a translator, for `edgekit translate`: what is read, written and told."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgekit.cli import output
from edgekit.cli.review import NO_TERM, is_doubtful, tell_unlisted
from edgekit.cli.text_argument import open_text
from edgekit.cli.text_io import Line, open_sink
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
    from edgekit.translate.opening import RoutedTranslator

SCHEMA = "edgekit.translation/1"
# A person who waits longer than this wants to know for how long.
_QUIET_SECONDS = 3.0
_MOST_LINES = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What is printed of each translation, and whether those to look at are listed in the end.

    romanized: lines are put into Latin letters.  glossary: there is one, and it is told where none of it is met.
    """

    as_json: bool = False
    score: bool = False
    alignment: bool = False
    confidence: bool = False
    review: bool = False
    romanized: bool = False
    glossary: bool = False


@dataclass(slots=True)
class _Tally:
    """What came of all lines; cut: those that the model came to no end with."""

    lines: int = 0
    cut: list[int] = field(default_factory=list)
    kept: int = 0
    repaired: int = 0
    left: int = 0
    remembered: int = 0
    doubtful: list[int] = field(default_factory=list)
    review: list[tuple[int, CheckedTranslation]] = field(default_factory=list)
    terms: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, number: int, result: CheckedTranslation, *, listed: bool) -> None:
        self.lines = number
        if not result.complete:
            self.cut.append(number)
        self.kept += result.kept
        self.repaired += result.repaired
        self.left += result.left
        self.remembered += result.origin == "memory"
        self.terms += len(result.terms)
        self.missed += [f"line {number:,}: {one.detail}" for one in result.findings if one.kind == "term"]
        if result.findings:
            self.doubtful.append(number)
        if listed and is_doubtful(result.findings, result.confidence, left=bool(result.left)):
            self.review.append((number, result))

    def tell(self, *, listed: bool, out: Path | None, glossary: bool) -> None:
        """What a person should know, on stderr; listed: the doubtful lines were shown already."""
        if self.kept or self.left:
            output.narrate(
                f"kept {self.kept:,} of {self.kept + self.left:,}, repaired {self.repaired:,}, "
                f"left as source {self.left:,}"
            )
        if self.terms:
            missed = len(self.missed)
            output.narrate(
                f"{self.terms - missed:,} of {counted(self.terms, 'term')} honoured" + (":" if missed else "")
            )
            for line in self.missed[:_MOST_LINES]:
                output.narrate(f"  {line}")
        elif glossary:
            output.narrate(NO_TERM)
        if self.remembered:
            output.narrate(f"{self.remembered:,} of {counted(self.lines, 'line')} from memory")
        if self.cut:
            output.narrate(
                f"not complete, the model came to no end: line {_some(self.cut)} ({len(self.cut):,} of {self.lines:,})"
            )
        if self.doubtful and not listed:
            why = "`--json` says why" if out is None else "`--review --force` says why"
            share = f"{len(self.doubtful):,} of {self.lines:,}"
            output.narrate(f"to look at: line {_some(self.doubtful)} ({share}); {why}")


def _some(numbers: Sequence[int]) -> str:
    return ", ".join(f"{number:,}" for number in numbers[:_MOST_LINES]) + (
        ", ..." if len(numbers) > _MOST_LINES else ""
    )


def translate_lines(
    text: str | None,
    literal: bool,
    out: Path | None,
    shown: Shown,
    opener: Callable[[], AbstractContextManager[CheckedTranslator | RoutedTranslator]],
) -> None:
    """Translate what the argument names line by line; opener: opens the model once the input is open.

    Raises what `open_text` and `open_sink` raise, and whatever the translator does.
    """
    tally = _Tally()
    with (
        open_text(text, literal=literal) as given,
        opener() as translator,
        _progress(watched=out is None) as report,
        open_sink(out) as sink,
    ):
        report(StepStarted("translate"))
        for window in given.reader.windows():
            results = translator.translate(
                [_input(line, shown) for line in window], scores=shown.score, alignment=shown.alignment
            )
            for line, result in zip(window, results, strict=True):
                tally.add(tally.lines + 1, result, listed=shown.review)
                if shown.as_json:
                    sink.write(json.dumps(_as_json(tally.lines, result, shown), ensure_ascii=False) + "\n")
                else:
                    sink.write(_as_text(line, result, shown))
            sink.flush()
            report(Progress("translate", tally.lines, given.lines, "lines"))
        report(StepFinished("translate", counted(tally.lines, "line")))
    if shown.review:
        for number, result in sorted(tally.review, key=lambda one: _badness(one[1])):
            _show(number, result)
        tell_unlisted(len(tally.review), tally.lines, "line")
    tally.tell(listed=shown.review, out=out, glossary=shown.glossary)


def _input(line: Line, shown: Shown) -> str:
    if not shown.romanized:
        return line.text
    from edgekit.identify.romanize import romanize

    return romanize(line.text).text


def _badness(result: CheckedTranslation) -> tuple[int, float]:
    return -len(result.findings), 1.0 if result.confidence is None else result.confidence


def _show(number: int, result: CheckedTranslation) -> None:
    sure = "" if result.confidence is None else f"{result.confidence:.0%} sure"
    output.data(f"line {number:,}" + (f": {sure}" if sure else ""))
    output.data("  " + " ".join(result.source.text.split()))
    output.data("  " + " ".join(result.text.split()))
    for finding in result.findings:
        output.data(f"  - {finding.detail}")


def _as_json(number: int, result: CheckedTranslation, shown: Shown) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "line": number,
        "source": result.source.text,
        "text": result.text,
        "complete": result.complete,
        "origin": result.origin,
        "direction": None if result.direction is None else str(result.direction),
        "kept": result.kept,
        "repaired": result.repaired,
        "left": result.left,
        "findings": [
            {
                "kind": one.kind,
                "detail": one.detail,
                "source": None if one.source is None else list(one.source),
                "target": None if one.target is None else list(one.target),
            }
            for one in result.findings
        ],
        "suggestions": [
            {
                "score": round(one.score, 4),
                "source": one.entry.source,
                "text": one.target,
                "from": one.entry.origin.kind,
            }
            for one in result.suggestions
        ],
    }
    if shown.confidence:
        fields["confidence"] = None if result.confidence is None else round(result.confidence, 4)
    if shown.score:
        fields["score"] = None if result.score is None else round(result.score, 6)
    if shown.alignment:
        fields["alignment"] = [{"source": list(one), "target": list(other)} for one, other in _pairs(result)]
    return fields


def _pairs(result: CheckedTranslation) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    segments = () if result.translation is None else result.translation.segments
    return [pair for segment in segments for pair in segment.alignment or ()]


def _as_text(line: Line, result: CheckedTranslation, shown: Shown) -> str:
    text = result.text
    if line.text.strip():
        if shown.confidence:
            text = ("" if result.confidence is None else f"{result.confidence:.0%}") + "\t" + text
        if shown.score:
            text = ("" if result.score is None else f"{result.score:.4f}") + "\t" + text
        if shown.alignment:
            text += "\t" + " ".join(f"{one[0]}-{one[1]}:{other[0]}-{other[1]}" for one, other in _pairs(result))
    return text + line.ending


@contextlib.contextmanager
def _progress(*, watched: bool) -> Iterator[Reporter]:
    """Progress on stderr once it takes more than a few seconds; none where the lines appear on a terminal anyway."""
    if watched and sys.stdout.isatty():
        yield silent
        return
    from edgekit.cli.progress import Renderer

    with Renderer(delay_seconds=_QUIET_SECONDS) as report:
        yield report
