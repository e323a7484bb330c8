"""A document's texts through a translator and into a copy of it, kept in a journal while that takes."""

from __future__ import annotations

import hashlib
import re
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import OutputError, SegmentError, UsageError
from edgekit.core.events import Note, Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText
from edgekit.core.units import counted
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.foreign import is_foreign
from edgekit.documents.open import content_of, kind_of, open_document
from edgekit.translate.journal import Journal, alone_with, journal_path
from edgekit.translate.outcome import MarkedTranslator, Outcome, State

_WORD = re.compile(r"\w+(?:['’]\w+)*")
# Batches grow until one takes this long: many texts at once are faster, few at once lose less to a power cut. 32 lines
# of FLORES dev take 1.4 times as long a line as 256 do; a prompted model takes a second for each.
_BATCH_SECONDS = 5.0
_FIRST_BATCH = 32
_LEAST_BATCH = 4
_LARGEST_BATCH = 1024
_MOST_GROWTH = 8
_BATCH_CHARACTERS = 60_000
STEP = "translate"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to translate.

    unique: segments that differ from each other; each is translated once.
    """

    segments: int
    unique: int
    words: int
    characters: int


@dataclass(frozen=True, slots=True)
class Row:
    """A segment of the result.

    number: from 1, in reading order.  place: where it is in the document, where its format says.
    """

    number: int
    place: str
    source: str
    target: str
    state: State
    findings: tuple[Finding, ...]
    confidence: float | None
    origin: str

    @property
    def badness(self) -> tuple[int, float, int]:
        """Sorts the rows that a person should look at first to the front."""
        doubt = 1.0 if self.confidence is None else self.confidence
        return (0 if self.state == "left" else 1, doubt if self.findings or doubt < 1 else 2.0, -len(self.findings))


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """A translated document.

    kept, repaired, left: of what had to come through (placeholders, addresses, ...), see MarkedResult.
    resumed: how many different texts came out of the journal of an interrupted run.
    facts: what the format says about itself, a sentence each.
    terms, honoured: how many of a glossary's terms the document has, and how many of them its translation.
    """

    out: Path
    counts: Counts
    rows: tuple[Row, ...]
    kept: int
    repaired: int
    left: int
    resumed: int
    facts: tuple[str, ...]
    terms: int = 0
    honoured: int = 0

    def count(self, state: State) -> int:
        """How many segments ended that way."""
        return sum(row.state == state for row in self.rows)

    @property
    def protected(self) -> int:
        """How many things had to come through."""
        return self.kept + self.left

    @property
    def from_memory(self) -> int:
        """How many segments have a translation that somebody accepted before."""
        return sum(row.origin == "memory" for row in self.rows)

    @property
    def is_unchanged(self) -> bool:
        """Whether not one text became another: the document came back as it was."""
        return bool(self.rows) and not self.count("translated")

    def worst_first(self) -> list[Row]:
        """The rows that a person should look at first, first."""
        return sorted(self.rows, key=lambda row: row.badness)


class DocumentJob:
    """A document that has been read and an output that may be written; `run` translates it."""

    def __init__(
        self,
        path: Path,
        out: Path | None,
        *,
        kind: str | None = None,
        options: DocumentOptions | None = None,
        settings: str = "",
        force: bool = False,
        resume: bool = True,
    ) -> None:
        """Read and check everything that can be before a model is loaded.

        out: None only counts.  kind: what the ending of path says where it is None.
        settings: whatever else changes the result (direction, model, glossary): another text, another journal.
        force: an existing out is replaced.  resume: the journal of an interrupted run is used.
        Raises InputError (the document), UsageError (out).
        """
        self._path, self._out, self._force, self._resume = path, out, force, resume
        options = options or DocumentOptions()
        kind = kind or kind_of(path.name)
        if out is not None:
            _check_out(path, out, kind, force=force)
        data = content_of(path, kind)
        self.document: Document = open_document(data, kind=kind, options=options, name=str(path))
        self._unique = list(dict.fromkeys(self.document.segments))
        described = repr((kind, sorted(asdict(options).items()), settings)).encode("utf-8", "surrogatepass")
        self._key = hashlib.sha256(hashlib.sha256(data).digest() + described).hexdigest()

    @property
    def counts(self) -> Counts:
        """How much there is to translate."""
        segments = self.document.segments
        return Counts(
            len(segments),
            len(self._unique),
            sum(len(_WORD.findall(segment.text)) for segment in segments),
            sum(len(segment.text) for segment in segments),
        )

    def estimate_seconds(self, translator: MarkedTranslator, *, seconds: float = 3.0) -> float:
        """How long translating takes, from texts spread over the document, for about `seconds`."""
        total = sum(len(text.text) for text in self._unique)
        step = max(1, len(self._unique) // 64)
        sample = [text for offset in range(min(step, 8)) for text in self._unique[offset::step]]
        done, taken, batch = 0, 0.0, _FIRST_BATCH
        while sample and taken < seconds:
            texts, sample = sample[:batch], sample[batch:]
            began = time.monotonic()
            translator.translate(texts)
            taken += time.monotonic() - began
            done += sum(len(text.text) for text in texts)
        return taken * total / done if done else 0.0

    def run(self, translator: MarkedTranslator, *, report: Reporter = silent) -> DocumentResult:
        """Translate and write the output, all or nothing; the journal is gone when it is there.

        Raises OutputError, what the translator raises, and KeyboardInterrupt; a run after it goes on from the journal.
        """
        if self._out is None:
            raise UsageError("there is no output to write to", hint="name one with `-o`")
        path = journal_path(self._out)
        with alone_with(self._out):
            _check_out(self._path, self._out, None, force=self._force)
            journal = Journal(path, self._key, resume=self._resume)
            done = {number: outcome for number, outcome in journal.done.items() if 0 <= number < len(self._unique)}
            resumed = len(done)
            try:
                outcomes = self._translate(translator, journal, done, report)
                result = self._write(self._out, outcomes, resumed)
            except BaseException:
                journal.close()
                raise
            journal.remove()
        report(StepFinished(STEP, counted(result.counts.segments, "segment")))
        return result

    def _translate(
        self, translator: MarkedTranslator, journal: Journal, done: dict[int, Outcome], report: Reporter
    ) -> list[Outcome]:
        total = len(self._unique)
        report(StepStarted(STEP, self._path.name))
        if done:
            report(Note(f"going on where an earlier run was: {len(done):,} of {total:,} texts are done"))
        waiting = [number for number in range(total) if number not in done]
        size = _FIRST_BATCH
        report(Progress(STEP, total - len(waiting), total, "segments"))
        while waiting:
            numbers = list(_batch(waiting, self._unique, size))
            waiting = waiting[len(numbers) :]
            began = time.monotonic()
            results = translator.translate([self._unique[number] for number in numbers])
            fresh = {
                number: Outcome.of(self._unique[number], result)
                for number, result in zip(numbers, results, strict=True)
            }
            size = _next_size(len(numbers), time.monotonic() - began)
            journal.add(fresh)
            done.update(fresh)
            report(Progress(STEP, total - len(waiting), total, "segments"))
        return [done[number] for number in range(total)]

    def _write(self, out: Path, outcomes: Sequence[Outcome], resumed: int) -> DocumentResult:
        segments = self.document.segments
        by_text = dict(zip(self._unique, outcomes, strict=True))
        chosen = [by_text[segment] for segment in segments]
        data = _written(self.document, chosen)
        try:
            write_bytes(out.resolve(), data)
        except OSError as problem:
            raise OutputError(f"cannot write to `{out}`: {problem.strerror or problem}") from None
        places: Sequence[str] = getattr(self.document, "places", ()) or [""] * len(segments)
        rows = tuple(
            Row(
                number + 1,
                places[number],
                segment.text,
                outcome.marked.text,
                outcome.state(segment),
                outcome.findings,
                outcome.confidence,
                outcome.origin,
            )
            for number, (segment, outcome) in enumerate(zip(segments, chosen, strict=True))
        )
        return DocumentResult(
            out,
            self.counts,
            rows,
            sum(outcome.kept for outcome in chosen),
            sum(outcome.repaired for outcome in chosen),
            sum(outcome.left for outcome in chosen),
            resumed,
            tuple(self.document.facts),
            sum(outcome.terms for outcome in chosen),
            sum(outcome.honoured for outcome in chosen),
        )


def translate_document(
    path: str | Path,
    out: str | Path,
    translator: MarkedTranslator,
    *,
    options: DocumentOptions | None = None,
    settings: str = "",
    force: bool = False,
    resume: bool = True,
    report: Reporter = silent,
) -> DocumentResult:
    """Translate the document at path into a new file of the same format.

    translator: what `open_checked_translator` gave.  options: an `edgekit.documents.base.DocumentOptions`; None takes
    the translator's languages.  settings: whatever else changes the result (model, glossary): another text, another
    journal.  force: an existing out is replaced.  resume: the journal of an interrupted run is used.
    Raises InputError (the document), UsageError (out), OutputError, and what the translator raises.
    """
    direction = getattr(translator, "direction", None)
    if options is None and isinstance(direction, Direction):
        options = DocumentOptions(source=direction.source, target=direction.target)
    job = DocumentJob(Path(path), Path(out), options=options, settings=settings, force=force, resume=resume)
    return job.run(translator, report=report)


def _written(document: Document, chosen: list[Outcome]) -> bytes:
    """The document with the outcomes in it; one that it cannot take becomes its source, here and in the list."""
    while True:
        refused = _refused(document, chosen)
        if isinstance(refused, bytes):
            return refused
        for index, reason in refused.items():
            chosen[index] = chosen[index].left_as(document.segments[index], reason)


def _refused(document: Document, chosen: Sequence[Outcome]) -> bytes | dict[int, str]:
    """The document, or the segments that it cannot take and why; what is left as its source it can."""
    try:
        return document.written([outcome.marked for outcome in chosen])
    except SegmentError as problem:
        reasons = dict(zip(problem.segments, problem.reasons, strict=False))
        refused = {
            index: reasons.get(index, problem.message) for index in problem.segments if not chosen[index].refused
        }
        if not refused:
            raise
        return {index: reason.partition(": ")[2] or reason for index, reason in refused.items()}


def _next_size(done: int, taken: float) -> int:
    """How many texts take about `_BATCH_SECONDS`, by those of the batch before."""
    growth = min(_MOST_GROWTH, _BATCH_SECONDS / taken) if taken > 0 else _MOST_GROWTH
    return max(_LEAST_BATCH, min(_LARGEST_BATCH, int(done * growth)))


def _batch(waiting: Sequence[int], texts: Sequence[MarkedText], size: int) -> Iterator[int]:
    characters = 0
    for number in waiting[:size]:
        characters += len(texts[number].text)
        yield number
        if characters > _BATCH_CHARACTERS:
            return


def _check_out(path: Path, out: Path, kind: str | None, *, force: bool) -> None:
    """Raise UsageError where out can be no output."""
    if out.is_dir():
        raise UsageError(f"`{out}` is a folder", hint="name a file for `-o`")
    if not out.parent.is_dir():
        raise UsageError(f"there is no folder `{out.parent}` for the output")
    if out.exists() and path.exists() and out.samefile(path):
        raise UsageError(f"`{out}` is the document itself", hint="name another file for `-o`")
    other = kind_of(out.name) or (out.suffix[1:].lower() if is_foreign(out.name) else None)
    if kind is not None and other is not None and other != kind:
        named = out.with_suffix(path.suffix)
        if named.exists():  # the document itself, more often than not
            named = out.with_name(f"{out.stem}-translated{path.suffix}")
        raise UsageError(
            f"the document is {kind}, and `{out.name}` would be {other}",
            hint=f"the output has the format of the document: `-o {shlex.quote(str(named))}`",
        )
    if out.exists() and not force:
        raise UsageError(f"`{out}` exists already", hint="name another file for `-o`, or add `--force` to replace it")
