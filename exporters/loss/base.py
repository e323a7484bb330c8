"""What every kind of loss has in common: figures of a language, and the limits that a preset sets to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from edgekit.core.errors import FailedError

STEP = "measure"
Limits: TypeAlias = Mapping[str, float]
"""By the names of `edgekit.catalogue.presets.LIMITS`; what is not named is not limited."""


class Loss(Protocol):
    """What one language lost."""

    @property
    def language(self) -> str:
        """A tag, or `` for text of no single language."""
        ...

    def cells(self) -> Mapping[str, str]:
        """What a table shows: title and text of each figure."""
        ...

    def excess(self, limits: Limits) -> list[str]:
        """A line for each figure that is beyond its limit."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The figures, for the receipt."""
        ...


def beyond(losses: Sequence[Loss], limits: Limits) -> list[str]:
    """A line for each figure of any language that is beyond its limit."""
    return [f"`{one.language or 'any'}`: {reason}" for one in losses for reason in one.excess(limits)]


def refuse_beyond(losses: Sequence[Loss], limits: Limits) -> None:
    """Raise FailedError, with every figure that is beyond its limit."""
    reasons = beyond(losses, limits)
    if reasons:
        raise FailedError(
            "quantising lost more than the preset allows",
            reasons=reasons,
            hint="name a type with more bits with `--quant`, or add `--allow-loss`",
        )


def loss_table(losses: Sequence[Loss]) -> list[list[str]]:
    """Rows of cells, a header first; all losses are of one kind."""
    rows: list[list[str]] = []
    for one in losses:
        cells = one.cells()
        if not rows:
            rows.append(["", *cells])
        rows.append([one.language or "any", *cells.values()])
    return rows
