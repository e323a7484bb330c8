"""Which translations `--review` lists: those that a person should look at."""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.cli import output
from edgekit.core.findings import Finding

# Less likely right than wrong, as calibrated.
_LEAST_CONFIDENCE = 0.5


def is_doubtful(findings: Sequence[Finding], confidence: float | None, *, left: bool) -> bool:
    """Whether something was found against a translation, it was left as its source, or it is more likely wrong."""
    return bool(findings) or left or (confidence is not None and confidence < _LEAST_CONFIDENCE)


def tell_unlisted(listed: int, total: int, what: str) -> None:
    """Say on stderr how many of `what` (lines, segments) a review has not listed."""
    if listed < total:
        output.narrate(
            f"{total - listed:,} of {total:,} {what} are not listed: nothing was found, "
            f"and none is less than {_LEAST_CONFIDENCE:.0%} sure"
        )
