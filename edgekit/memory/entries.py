"""What a translation memory holds and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from edgekit.core.languages import Direction

OriginKind: TypeAlias = Literal["person", "imported", "model"]
MatchKind: TypeAlias = Literal["context", "exact", "fuzzy"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry comes from.

    kind: `person`, somebody accepted or wrote it; `imported`, a TMX file had it and does not say more; `model`, a
        model's output that nobody has accepted, which is never used in place of a translation.
    who: the person's name or `person`, the file's author, or the model's id.
    document: what was translated, empty where that is not known.
    """

    kind: OriginKind = "person"
    who: str = "person"
    document: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment and its translation.

    previous: the segment before it in its document, its context; empty where there is none.
    when: seconds since 1970, or None: not known, or the clock of the machine was wrong.
    id: unique in a memory and larger for what came later; 0 before it is in one.
    """

    source: str
    target: str
    direction: Direction
    origin: Origin = field(default_factory=Origin)
    previous: str = ""
    when: int | None = None
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that is like a segment.

    kind: `context`, the same segment after the same segment; `exact`, the same segment; `fuzzy`, one like it.
    score: 1 for context and exact, below 1 for fuzzy; the share of characters that need no edit, less what differs in
        numbers and placeholders.
    target: the entry's, with the numbers of the looked-up segment where `substituted` says so.
    """

    entry: Entry
    kind: MatchKind
    score: float
    target: str
    substituted: bool = False

    @property
    def usable(self) -> bool:
        """Whether it can stand for a translation: the same segment, and not merely a model's output."""
        return self.kind != "fuzzy" and self.entry.origin.kind != "model"


@dataclass(frozen=True, slots=True)
class Stats:
    """What is in a memory: entries by direction and by kind of origin, and the bytes on disk."""

    entries: int
    by_direction: tuple[tuple[str, int], ...]
    by_origin: tuple[tuple[str, int], ...]
    documents: int
    size_bytes: int
