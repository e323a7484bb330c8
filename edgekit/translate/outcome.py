"""What became of a segment of a document, as it is counted, reported and kept in a journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from edgekit.core.findings import Finding
from edgekit.core.marked import Mark, MarkedText

State: TypeAlias = Literal["translated", "same", "left"]


class MarkedResult(Protocol):
    """What a translator of marked texts gives for one of them; `confidence` and `terms` may be there, as in
    `CheckedTranslation`.
    """

    @property
    def marked(self) -> MarkedText:
        """The translation with the marks of its text, and perhaps more."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What a person should look at."""

    @property
    def kept(self) -> int:
        """How many of the things that had to come through did."""

    @property
    def repaired(self) -> int:
        """How many of these at a second attempt."""

    @property
    def left(self) -> int:
        """How many more are there because their sentence was left as it was."""

    @property
    def origin(self) -> str:
        """Who translated: `model`, `memory`; `source` where nobody did, since it is in another language."""


class MarkedTranslator(Protocol):
    """Translates marked texts."""

    def translate(self, texts: Sequence[MarkedText], /) -> Sequence[MarkedResult]:
        """One result for each text, in their order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result on its way into the document.

    kept, repaired, left: of what had to come through, see MarkedResult.
    refused: the document could not take the translation and has the source in its place.
    confidence: 0 to 1, or None where it is not known.
    terms, honoured: how many of a glossary's terms the text has, and how many of them the translation.
    """

    marked: MarkedText
    findings: tuple[Finding, ...] = ()
    kept: int = 0
    repaired: int = 0
    left: int = 0
    refused: bool = False
    confidence: float | None = None
    origin: str = "model"
    terms: int = 0
    honoured: int = 0

    @classmethod
    def of(cls, segment: MarkedText, result: MarkedResult) -> Outcome:
        """The outcome for a segment in a translator's result; of its marks those that the segment has."""
        names = {mark.name: mark for mark in segment.marks}
        marks = tuple(mark for mark in result.marked.marks if mark.name in names)
        confidence, terms = getattr(result, "confidence", None), getattr(result, "terms", ())
        lost = [names[mark.name] for mark in marks if mark.kind == "point" and names[mark.name].kind == "pair"]
        return cls(
            MarkedText(result.marked.text, marks),
            (*result.findings, *(_without_words(segment, mark) for mark in lost)),
            result.kept,
            result.repaired,
            result.left,
            False,
            float(confidence) if isinstance(confidence, (int, float)) else None,
            result.origin,
            len(terms),
            sum(bool(term.honoured) for term in terms),
        )

    def left_as(self, source: MarkedText, reason: str) -> Outcome:
        """The source in place of a translation that a document cannot take."""
        findings = (*self.findings, Finding("keep", reason))
        return Outcome(source, findings, 0, 0, self.kept + self.left, True, 0.0, self.origin, self.terms)

    def state(self, source: MarkedText) -> State:
        """What a person is told: translated, the same as before, or left as it was although that is wrong."""
        if self.marked.text != source.text:
            return "translated"
        doubted = self.origin != "memory" and any(one.kind == "untranslated" for one in self.findings)
        return "left" if self.refused or self.left or self.origin == "source" or doubted else "same"

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a journal."""
        return {
            "text": self.marked.text,
            "marks": [[mark.begin, mark.end, mark.kind, mark.name] for mark in self.marked.marks],
            "findings": [[one.kind, one.detail, one.source, one.target] for one in self.findings],
            "kept": self.kept,
            "repaired": self.repaired,
            "left": self.left,
            "refused": self.refused,
            "confidence": self.confidence,
            "origin": self.origin,
            "terms": self.terms,
            "honoured": self.honoured,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Outcome:
        """What `as_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        text, refused, origin, confidence = (value[key] for key in ("text", "refused", "origin", "confidence"))
        if not (isinstance(text, str) and isinstance(refused, bool) and isinstance(origin, str)):
            raise TypeError("text, refused or origin")
        marks = tuple(Mark(int(begin), int(end), kind, str(name)) for begin, end, kind, name in value["marks"])
        findings = tuple(
            Finding(kind, str(detail), _span(source), _span(target))
            for kind, detail, source, target in value["findings"]
        )
        kept, repaired, left = (int(value[key]) for key in ("kept", "repaired", "left"))
        confidence = None if confidence is None else float(confidence)
        terms, honoured = int(value["terms"]), int(value["honoured"])
        return cls(
            MarkedText(text, marks), findings, kept, repaired, left, refused, confidence, origin, terms, honoured
        )


def _without_words(segment: MarkedText, mark: Mark) -> Finding:
    words = segment.text[mark.begin : mark.end]
    return Finding("keep", f"the formatting of `{words}` is on no word of the translation", (mark.begin, mark.end))


def _span(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    begin, end = value
    return int(begin), int(end)
