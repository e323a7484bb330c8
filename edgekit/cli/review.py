"""Which translations `--review` lists: those that a person should look at."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from edgekit.cli import output
from edgekit.cli.translate_models import AUTO
from edgekit.core.findings import Finding
from edgekit.core.units import counted
from edgekit.documents.open import kind_of

# Kinds of document that hold both sides: what is mended in them is no file of its own.
NO_TERM = "no term of the glossary is in the text"
BILINGUAL = ("po", "xliff")
# Of ordinary lines 60 % are right as calibrated; 4 to 9 % of FLORES dev and NTREX are below this, 19 to 26 % below 0.5.
_LEAST_CONFIDENCE = 1 / 3


def is_doubtful(findings: Sequence[Finding], confidence: float | None, *, left: bool) -> bool:
    """Whether something was found against a translation, it was left as is, or is twice as likely wrong as right."""
    return bool(findings) or left or (confidence is not None and confidence < _LEAST_CONFIDENCE)


def tell_unlisted(listed: int, total: int, what: str) -> None:
    """Say on stderr how many of `what` (line, segment) a review has not listed."""
    others = total - listed
    if others > 0:
        output.narrate(
            f"{others:,} of {counted(total, what)} {'is' if others == 1 else 'are'} not listed: nothing was found, "
            f"and none is less than {_LEAST_CONFIDENCE:.0%} sure"
        )


def tell_accepting(path: Path, out: Path, ends: tuple[str, str], kind: str | None) -> None:
    """Say on stderr how what a person mends in a translation comes into the memory.

    ends: tags of source and target, `auto` where there are several.  kind: what `--as` said.
    """
    source, target = ends
    if source == AUTO or (kind or kind_of(path.name)) in BILINGUAL:
        return
    named = ["--as", kind] if kind is not None else []
    parts = ["edgekit", "memory", "accept", str(path), str(out), "--from", source, "--to", target, *named]
    output.narrate(f"mend `{out}` where it is wrong; then `{shlex.join(parts)}` keeps it for other texts")
