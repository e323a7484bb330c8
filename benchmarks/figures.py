"""Medians, ratios, targets and tables: the arithmetic of the report, without a measurement in it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of some measurements of one thing."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def show(self, digits: int = 0) -> str:
        """`median (least-most)`."""
        return f"{self.median:,.{digits}f} ({self.least:,.{digits}f}-{self.most:,.{digits}f})"


def rates(amount: float, seconds: Sequence[float]) -> list[float]:
    """Amount per second of each run."""
    return [amount / one for one in seconds]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """How many times faster we are: their seconds over ours, round by round.

    Of each round by itself, because what slows the machine for a while slows both of its runs.
    Raises ValueError when the rounds are not the same.
    """
    return Spread.of([their / our for our, their in zip(ours, theirs, strict=True)])


def order(count: int, number: int) -> list[int]:
    """The order in which `count` engines run in a round: A B C D, then D C B A, and so on.

    So that none always runs after the same one, nor always before what the machine does later.
    """
    forward = list(range(count))
    return forward if number % 2 == 0 else forward[::-1]


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that a figure must keep; at_least says which side of it."""

    what: str
    bound: float
    unit: str
    at_least: bool
    digits: int = 2

    def met(self, value: float) -> bool:
        """Whether a figure keeps it. The figure itself counts, not what it is rounded to."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and what was measured; None where it was not."""

    target: Target
    value: float | None

    @property
    def text(self) -> str:
        """`met`, `not met` or `not measured`."""
        if self.value is None:
            return "not measured"
        return "met" if self.target.met(self.value) else "not met"

    def row(self) -> list[str]:
        """What, measured, target, verdict."""
        target = self.target
        shown = "-" if self.value is None else f"{self.value:,.{target.digits}f}{target.unit}"
        side = "at least" if target.at_least else "at most"
        return [target.what, shown, f"{side} {target.bound:,g}{target.unit}", self.text]


def growth(values: Sequence[float]) -> float:
    """The largest over the smallest of positive values: 1 where they are all the same."""
    return max(values) / min(values)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns line up as plain text: the first to the left, the others to the right."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in [list(head), *map(list, rows)]]
    if any(len(row) != len(head) for row in cells):
        raise ValueError("a row has another number of cells than the head")
    widths = [max(3, *(_width(row[at]) for row in cells)) for at in range(len(head))]

    def line(row: Sequence[str]) -> str:
        padded = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _width(cell))
            padded.append(cell + space if at == 0 else space + cell)
        return "| " + " | ".join(padded) + " |"

    rule = (
        "| " + " | ".join("-" * width if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)) + " |"
    )
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])])


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
