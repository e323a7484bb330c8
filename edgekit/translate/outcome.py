"""What became of a segment of a document, as it is counted, reported and kept in a journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from edgekit.core.findings import Finding
from edgekit.core.marked import Mark, MarkedText

State: TypeAlias = Literal["translated", "same", "left"]


class MarkedResult(Protocol):
    """What a translator of marked texts gives for one of them; `confidence` and `origin` are read where it has them."""

    @property
    def marked(self) -> MarkedText:
        """The translation with the marks of its source."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What a person should look at."""

    @property
    def kept(self) -> int:
        """How many protected things came through."""

    @property
    def protected(self) -> int:
        """How many protected things there were."""

    @property
    def repaired(self) -> int:
        """How many of them came through at a second attempt."""

    @property
    def left(self) -> bool:
        """Whether the text was left as its source."""


class MarkedTranslator(Protocol):
    """Translates marked texts."""

    def translate(self, texts: Sequence[MarkedText], /) -> Sequence[MarkedResult]:
        """One result for each text, in their order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result on its way into the document.

    confidence: 0 to 1, or None where it is not known.
    origin: where the translation comes from if not from the model, for example `memory`.
    """

    marked: MarkedText
    findings: tuple[Finding, ...] = ()
    kept: int = 0
    protected: int = 0
    repaired: int = 0
    left: bool = False
    confidence: float | None = None
    origin: str | None = None

    @classmethod
    def of(cls, result: MarkedResult) -> Outcome:
        """The outcome in a translator's result."""
        confidence = getattr(result, "confidence", None)
        origin = getattr(result, "origin", None)
        return cls(
            result.marked,
            tuple(result.findings),
            result.kept,
            result.protected,
            result.repaired,
            result.left,
            float(confidence) if isinstance(confidence, (int, float)) else None,
            None if origin is None else str(origin),
        )

    def left_as(self, source: MarkedText, reason: str) -> Outcome:
        """The source in place of a translation that a document cannot take."""
        return Outcome(
            source, (*self.findings, Finding("keep", reason)), 0, self.protected, self.repaired, True, 0.0, self.origin
        )

    def state(self, source: MarkedText) -> State:
        """What a person is told: translated, the same in both languages, or left as it was."""
        if self.left:
            return "left"
        return "same" if self.marked.text == source.text else "translated"

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a journal."""
        return {
            "text": self.marked.text,
            "marks": [[mark.begin, mark.end, mark.kind, mark.name] for mark in self.marked.marks],
            "findings": [[one.kind, one.detail, one.source, one.target] for one in self.findings],
            "kept": self.kept,
            "protected": self.protected,
            "repaired": self.repaired,
            "left": self.left,
            "confidence": self.confidence,
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Outcome:
        """What `as_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        if not isinstance(value["text"], str) or not isinstance(value["left"], bool):
            raise TypeError("text or left")
        marks = tuple(Mark(int(begin), int(end), kind, str(name)) for begin, end, kind, name in value["marks"])
        findings = tuple(
            Finding(kind, str(detail), _span(source), _span(target))
            for kind, detail, source, target in value["findings"]
        )
        kept, protected, repaired = (int(value[key]) for key in ("kept", "protected", "repaired"))
        confidence, origin = value["confidence"], value["origin"]
        return cls(
            MarkedText(value["text"], marks),
            findings,
            kept,
            protected,
            repaired,
            value["left"],
            None if confidence is None else float(confidence),
            None if origin is None else str(origin),
        )


def _span(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    begin, end = value
    return int(begin), int(end)
