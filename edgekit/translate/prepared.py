"""What a marked text is to a model: the text that it is given, and what is put back into its translation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from edgekit.core.marked import Mark, MarkedText
from edgekit.core.segments import Span
from edgekit.protect.edits import Edited
from edgekit.protect.masks import MaskForm


@dataclass(slots=True)
class Unit:
    """A span of the source that is one mask.

    pieces: its text, with jobs (by index) where a branch is translated.  shown: what stands for it first in the place
    of a mask: a number for the number sign of a message, a short gap for a gap.  lead: a blank that the model sees
    before it and the source has not.
    """

    begin: int
    end: int
    keeps: list[Mark]
    pieces: list[str | int]
    positional: bool = False
    shown: str | None = None
    lead: str = ""


class Soft(NamedTuple):
    """A keep that the model is trusted with, and that is a mask only where it fails; span in the model's text."""

    begin: int
    end: int
    text: str


@dataclass(slots=True)
class Taken:
    """A keep that was taken out, with the blank that went with it.

    gap: what is around it would be one word without it, so that the model sees a blank, which the source does not have.
    """

    mark: Mark
    lead: str = ""
    trail: str = ""
    gap: bool = False


@dataclass(slots=True)
class Prepared:
    """A text as the model is given it.

    source: with its own marks.  edited: from the source to the model's text, less capitals.  model: that text with
    marks: a keep for each unit, points and pairs for what was taken out and for the source's own.
    capitals: spans of the model's text that were all in capitals.
    """

    source: MarkedText
    edited: Edited
    model: MarkedText
    units: list[Unit] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    soft: list[Soft] = field(default_factory=list)
    capitals: list[Span] = field(default_factory=list)
    form: MaskForm | None = None
    numbers: tuple[int, ...] = ()
    unit_spans: list[Span] = field(default_factory=list)
    tags: list[tuple[int, int]] = field(default_factory=list)
    """Indices of `taken` that are a pair, in the order of the pairs `tag-0`, `tag-1`, ... of model."""

    @property
    def is_plain(self) -> bool:
        """Whether the model is given the text as it is, and there is nothing to look at afterwards."""
        return self.model.text is self.source.text and not (self.source.marks or self.soft)


@dataclass(frozen=True, slots=True)
class Job:
    """A text to translate; count: it is a branch in which `#` is a number, this one for example."""

    text: MarkedText
    count: int | None = None
