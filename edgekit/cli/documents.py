"""A document through a translator, for `edgekit translate FILE -o OUT`: what is asked, shown and answered."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgekit.cli import output
from edgekit.cli.review import NO_TERM, is_doubtful, tell_unlisted
from edgekit.core.errors import FailedError, UsageError
from edgekit.core.units import counted, duration_in_words

if TYPE_CHECKING:
    from edgekit.documents.base import DocumentOptions
    from edgekit.translate.documents import Counts, DocumentResult, Row
    from edgekit.translate.outcome import MarkedTranslator

SCHEMA = "edgekit.document/1"
# A person who waits longer than this wants to know for how long.
_QUIET_SECONDS = 3.0
_MOST_TERMS = 10


def translate_file(
    path: Path,
    out: Path | None,
    opener: Callable[[], AbstractContextManager[MarkedTranslator]],
    *,
    kind: str | None = None,
    options: DocumentOptions | None = None,
    settings: str = "",
    force: bool = False,
    resume: bool = True,
    dry_run: bool = False,
    estimate: bool = False,
    as_json: bool = False,
    review: bool = False,
    glossary: bool = False,
) -> None:
    """Translate a document into a new file, or only count what there is to do.

    opener: opens the model, once everything else has been checked.
    settings: what else changes the result (direction, model, glossary); a journal of other settings is not used.
    dry_run: count, write nothing; estimate: also measure on some of its texts how long it will take.
    as_json: one JSON object on stdout.  review: on stdout the segments that a person should look at, the worst first.
    glossary: there is one, and it is told where none of it was met.
    Raises InputError, UsageError, OutputError, and FailedError where not one segment became another.
    """
    from edgekit.translate.documents import DocumentJob

    if out is None and not dry_run:
        raise UsageError(
            "a document needs a file to be written to",
            hint=f"add `-o {shlex.quote(path.stem + '-translated' + path.suffix)}`",
        )
    if dry_run:
        out = None
    job = DocumentJob(path, out, kind=kind, options=options, settings=settings, force=force, resume=resume)
    if dry_run:
        seconds = None
        if estimate:
            with opener() as translator:
                seconds = job.estimate_seconds(translator)
        _show_counts(path, job.counts, job.document.facts, seconds, as_json=as_json)
        return
    from edgekit.cli.progress import Renderer

    with opener() as translator, Renderer(delay_seconds=_QUIET_SECONDS) as report:
        try:
            result = job.run(translator, report=report)
        except KeyboardInterrupt:
            output.narrate("stopped; the same command goes on where it was")
            raise
    if as_json:
        output.json_object(_as_json(path, result, review=review))
    elif review:
        listed = [row for row in result.worst_first() if _is_doubtful(row)]
        for row in listed:
            _show_row(row)
        tell_unlisted(len(listed), len(result.rows), "segment")
    _summarise(result, reviewed=review, glossary=glossary)
    if result.is_unchanged:
        raise FailedError(
            f"`{result.out}` says the same as `{path}`: not one of {counted(len(result.rows), 'text')} was translated",
            hint="check the direction, `--from` and `--to`",
        )


def _is_doubtful(row: Row) -> bool:
    return is_doubtful(row.findings, row.confidence, left=row.state == "left")


def _summarise(result: DocumentResult, *, reviewed: bool, glossary: bool) -> None:
    for fact in result.facts:
        output.narrate(fact)
    if not result.rows:
        output.narrate(f"{result.out}: a copy, for there was no text to translate")
        return
    parts = [f"{result.count('translated'):,} of {counted(len(result.rows), 'segment')} translated"]
    if same := result.count("same"):
        parts.append(f"{same:,} unchanged")
    if left := result.count("left"):
        parts.append(f"{left:,} left as {'it was' if left == 1 else 'they were'}")
    if remembered := result.from_memory:
        parts.append(f"{remembered:,} from memory")
    if result.resumed:
        parts.append(f"{result.resumed:,} taken from the journal of an earlier run")
    output.narrate(f"{result.out}: {', '.join(parts)}")
    if result.protected:
        output.narrate(
            f"kept {result.kept:,} of {result.protected:,}, repaired {result.repaired:,}, "
            f"left as source {result.left:,}"
        )
    if result.terms:
        missed = [(row.number, one.detail) for row in result.rows for one in row.findings if one.kind == "term"]
        output.narrate(f"{result.honoured:,} of {counted(result.terms, 'term')} honoured" + (":" if missed else ""))
        for number, detail in missed[:_MOST_TERMS]:
            output.narrate(f"  segment {number:,}: {detail}")
    elif glossary:
        output.narrate(NO_TERM)
    flagged = sum(bool(row.findings) for row in result.rows)
    if flagged and not reviewed:
        output.narrate(f"{counted(flagged, 'segment')} to look at: `--review --force` shows them, the worst first")


def _show_counts(path: Path, counts: Counts, facts: tuple[str, ...], seconds: float | None, *, as_json: bool) -> None:
    if as_json:
        fields: dict[str, Any] = {
            "schema": SCHEMA,
            "document": str(path),
            "dry_run": True,
            **dataclasses.asdict(counts),
        }
        output.json_object({**fields, "estimated_seconds": seconds and round(seconds, 1), "facts": list(facts)})
        return
    output.data(
        f"{counted(counts.segments, 'segment')} ({counts.unique:,} different), {counted(counts.words, 'word')}, "
        f"{counted(counts.characters, 'character')}"
    )
    if seconds is not None:
        output.data(f"about {duration_in_words(seconds)}, measured on some of them")
    for fact in facts:
        output.narrate(fact)


def _show_row(row: Row) -> None:
    sure = "" if row.confidence is None else f", {row.confidence:.0%} sure"
    output.data(f"{row.number} ({row.place or 'segment'}): {row.state}{sure}")
    output.data("  " + _one_line(row.source))
    output.data("  " + _one_line(row.target))
    for finding in row.findings:
        output.data(f"  - {finding.detail}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _as_json(path: Path, result: DocumentResult, *, review: bool) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "document": str(path),
        "out": str(result.out),
        **dataclasses.asdict(result.counts),
        **{state: result.count(state) for state in ("translated", "same", "left")},
        "from_memory": result.from_memory,
        "resumed": result.resumed,
        "protected": {
            "total": result.protected,
            "kept": result.kept,
            "repaired": result.repaired,
            "left_as_source": result.left,
        },
        "terms": {"total": result.terms, "honoured": result.honoured},
        "facts": list(result.facts),
        "rows": [_row_as_json(row) for row in (result.worst_first() if review else result.rows)],
    }


def _row_as_json(row: Row) -> dict[str, Any]:
    return {
        "segment": row.number,
        "place": row.place,
        "source": row.source,
        "text": row.target,
        "state": row.state,
        "origin": row.origin,
        "confidence": None if row.confidence is None else round(row.confidence, 4),
        "findings": [{"kind": finding.kind, "detail": finding.detail} for finding in row.findings],
    }
