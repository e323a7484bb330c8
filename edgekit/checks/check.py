"""The one entry: everything that is found to be wrong, or may be, with a translation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from edgekit.checks.base import Identify
from edgekit.checks.capitals import check_capitals
from edgekit.checks.languages import check_languages, check_untranslated
from edgekit.checks.numbers import check_numbers
from edgekit.checks.repetition import check_repetition
from edgekit.checks.sentences import check_complete, check_sentences
from edgekit.checks.signs import check_signs
from edgekit.core.findings import Finding, FindingKind
from edgekit.core.languages import Direction
from edgekit.core.segments import Segment

Retry: TypeAlias = Literal["mask", "split"]

RETRIES: Mapping[FindingKind, Retry] = {
    # The number as something that must come through.
    "number": "mask",
    # In shorter parts: a model that runs away or stops early does so less on few words.
    "incomplete": "split",
    "repetition": "split",
    "sentence": "split",
}
"""What may help, by the kind of a finding; a kind that is not here is only told. See `edgekit.translate.retrying`."""


def check(
    source: str,
    target: str,
    direction: Direction,
    *,
    segments: Sequence[Segment] = (),
    identify: Identify | None = None,
) -> list[Finding]:
    """Findings on a translation, by their place in the source.

    segments: of the translation, in order; without them the text is judged as one.
    identify: the language of a text, or None; without it only scripts are looked at.
    Takes any strings and never raises on them; a text that is its own translation word for word is found only where it
    has four words in small letters or more. Time is linear in the length of the texts.
    """
    if not source.strip():
        return []
    untranslated = check_untranslated(source, target)
    found = [
        *check_numbers(source, target, direction.target),
        *check_signs(source, target),
        *check_capitals(source, target),
        *check_repetition(source, target),
        *check_sentences(source, target, direction.source, direction.target, segments),
        *check_complete(segments),
        *untranslated,
        # A source that came back is in its own language: told once.
        *(one for one in check_languages(source, target, direction, identify) if not (untranslated and one.target)),
    ]
    return sorted(found, key=lambda one: (one.source or (0, 0), one.kind))
