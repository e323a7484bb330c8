"""Lines and documents through the checked translator, as the screen of translations shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from edgekit.cli.review import is_doubtful
from edgekit.cli.translate_files import kind_of_file
from edgekit.cli.translate_models import settings_of
from edgekit.core.errors import FailedError
from edgekit.core.events import Event, Note, Progress
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText
from edgekit.core.units import counted
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import why_plain
from edgekit.glossary.read import read_glossary, unheaded_row
from edgekit.translate.around import Around
from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
from edgekit.translate.documents import DocumentJob, Row
from edgekit.translate.opening import RoutedTranslator, open_checked_translator
from tui.figures import percent
from tui.models import FileDone, Line, Report, Span, Term
from tui.sentences import said
from tui.words import _

# Texts of a document at once: a slow machine translates them in a second, and then tells how far it is.
_TEXTS = 64
_MOST_LISTED = 100


class CheckedTranslations:
    """A checked translator whose results are lines."""

    def __init__(self, translator: CheckedTranslator | RoutedTranslator, terms: int = 0) -> None:
        self._translator = translator
        self.terms = terms

    def translate(self, texts: Sequence[str]) -> list[Line]:
        """Translate every line."""
        return [line_of(one) for one in self._translator.translate(texts)]

    def close(self) -> None:
        """Free the model."""
        self._translator.close()


def open_lines(direction: Direction, glossary: Path | None, report: Report) -> CheckedTranslations:
    """Open a direction with all that there is around it. Raises EdgekitError."""
    around = Around(glossary=glossary, confidence=True)
    terms = read_glossary(glossary, direction).terms if glossary is not None else ()
    opened = open_checked_translator(direction.source, direction.target, around, report=_notes(report))
    row = unheaded_row(glossary, direction) if glossary is not None else None
    if glossary is not None and row is not None:
        # Nothing in it says which way round it is: what was right for English to Portuguese is not for the way back.
        report(Note(_("the first of {file}: {source} → {target}", file=glossary.name, source=row[0], target=row[1])))
    return CheckedTranslations(opened, len(terms))


def line_of(one: CheckedTranslation) -> Line:
    """What the screen shows of a translation; a line stays a line, whatever the memory has for it."""
    pairs: tuple[tuple[Span, Span], ...] = ()
    if one.translation is not None and one.translation.text == one.text and one.translation.source == one.source.text:
        pairs = tuple(pair for segment in one.translation.segments for pair in segment.alignment or ())
    return Line(
        one.source.text,
        one.text.replace("\r", " ").replace("\n", " "),
        one.confidence if one.source.text.strip() else None,
        is_doubtful(one.findings, one.confidence, left=bool(one.left)),
        tuple((finding.kind, finding.detail) for finding in one.findings),
        one.origin,
        tuple(
            Term(
                one.source.text[slice(*verdict.match.span)],
                verdict.match.term.target,
                verdict.honoured,
            )
            for verdict in one.terms
        ),
        pairs,
    )


def translate_file(
    path: Path, out: Path, direction: Direction, glossary: Path | None, *, force: bool, report: Report
) -> FileDone:
    """Translate a document into a new file of its format, with the journal that `edgekit translate` keeps as well.

    Raises EdgekitError, and FailedError where not one text became another.
    """
    around = Around(glossary=glossary, confidence=True)
    job = DocumentJob(
        path,
        out,
        kind=kind_of_file(path, None, dry_run=True),  # a text of no known ending is one, a PDF has a hint
        options=DocumentOptions(source=direction.source, target=direction.target),
        settings=settings_of(direction.source, direction.target, around),
        force=force,
    )
    watched = _Watched(report)
    report(Note(f"opening {direction}"))
    opened = open_checked_translator(
        direction.source, direction.target, replace(around, checked_language=True), report=_notes(report)
    )
    with opened as translator:
        watched.translator = translator
        result = job.run(watched, report=watched.tell)
    if result.is_unchanged:
        raise FailedError(
            f"`{out}` says the same as `{path}`: not one of {counted(len(result.rows), 'text')} was translated",
            hint="check the direction",
        )
    look = tuple(_row(row) for row in result.worst_first() if _is_doubtful(row))
    plain = why_plain(path.name) or ""
    for line in (*([plain] if plain else []), *result.facts, *look[:_MOST_LISTED]):
        report(Note(line))
    return FileDone(out, result.count("translated"), len(result.rows), look, plain)


def _is_doubtful(row: Row) -> bool:
    return is_doubtful(row.findings, row.confidence, left=row.state == "left")


def _row(row: Row) -> str:
    sure = "" if row.confidence is None else ", " + _("{share} sure", share=percent(row.confidence))
    told = "; ".join(said(finding.detail) for finding in row.findings)
    return f"{row.number} ({row.place or _('segment')}{sure}): {' '.join(row.source.split())} -> " + (
        f"{' '.join(row.target.split())}" + (f" [{told}]" if told else "")
    )


def _notes(report: Report) -> Report:
    """Only what a person should know of an opening."""

    def tell(event: Event) -> None:
        if isinstance(event, Note):
            report(event)

    return tell


class _Watched:
    """Hands texts on a few at a time and tells how far it is."""

    translator: CheckedTranslator | RoutedTranslator

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: Progress | None = None

    def tell(self, event: Event) -> None:
        """Hear of the document, and tell on."""
        if isinstance(event, Progress):
            self._last = event
        self._report(event)

    def translate(self, texts: Iterable[str | MarkedText]) -> list[CheckedTranslation]:
        """See CheckedTranslator."""
        listed = list(texts)
        results: list[CheckedTranslation] = []
        for begin in range(0, len(listed), _TEXTS):
            if begin and self._last is not None:
                self._report(replace(self._last, done=self._last.done + begin))
            results += self.translator.translate(listed[begin : begin + _TEXTS])
        return results
