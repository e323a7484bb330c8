"""Which translations `--review` lists: those that a person should look at."""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.cli import output
from edgekit.core.findings import Finding

# Of ordinary lines 60 % are right as calibrated; 4 to 9 % of FLORES dev and NTREX are below this, 19 to 26 % below 0.5.
_LEAST_CONFIDENCE = 1 / 3


def is_doubtful(findings: Sequence[Finding], confidence: float | None, *, left: bool) -> bool:
    """Whether something was found against a translation, it was left as is, or is twice as likely wrong as right."""
    return bool(findings) or left or (confidence is not None and confidence < _LEAST_CONFIDENCE)


def tell_unlisted(listed: int, total: int, what: str) -> None:
    """Say on stderr how many of `what` (lines, segments) a review has not listed."""
    if listed < total:
        output.narrate(
            f"{total - listed:,} of {total:,} {what} are not listed: nothing was found, "
            f"and none is less than {_LEAST_CONFIDENCE:.0%} sure"
        )
