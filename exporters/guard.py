"""What keeps an export from harm: text in the languages asked for, and no language that loses its characters."""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.core.errors import FailedError
from exporters.selection.base import Cost

MOST_FALLBACK_RISE = 0.01
"""How much more of a language's tokens may be unknown or bytes: 1 point."""


def losses(costs: Sequence[Cost], languages: Sequence[str]) -> list[str]:
    """A line for each language asked for whose share of unknown or byte tokens rises by more than a point."""
    return [
        f"`{cost.language}`: unknown or byte tokens rise by {100 * rise:.1f} points on lines held out, "
        f"from {cost.fallback_before:.2%} to {cost.fallback_after:.2%}"
        for cost in costs
        if cost.language in languages and (rise := cost.fallback_after - cost.fallback_before) > MOST_FALLBACK_RISE
    ]


def refuse_losses(costs: Sequence[Cost], languages: Sequence[str]) -> None:
    """Raise FailedError where a language would lose characters."""
    reasons = losses(costs, languages)
    if reasons:
        raise FailedError(
            "the trimmed model would lose characters of a language it is for",
            reasons=reasons,
            hint="give more text of it with `--corpus`, keep more tokens, or add `--allow-loss`",
        )
