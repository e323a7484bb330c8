"""A second try for translations with something wrong that another way of asking may cure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from edgekit.checks.check import RETRIES
from edgekit.core.findings import Finding
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.translate.careful import CarefulTranslation

Translate: TypeAlias = Callable[[Sequence[MarkedText]], list[CarefulTranslation]]
Check: TypeAlias = Callable[[CarefulTranslation], list[Finding]]
_PREFIX = "number:"


def retried(
    texts: Sequence[MarkedText],
    results: Sequence[CarefulTranslation],
    findings: Sequence[Sequence[Finding]],
    translate: Translate,
    check: Check,
) -> tuple[list[CarefulTranslation], list[list[Finding]]]:
    """The results and their findings, those replaced that came out better with numbers carried through as they are.

    A second translation is taken where it has fewer findings, none of a kind that the first had not, and left nothing.
    """
    made, wrong = [*results], [[*one] for one in findings]
    again = {
        at: marked
        for at, (text, found) in enumerate(zip(texts, wrong, strict=True))
        if (marked := _with_numbers(text, found)) is not None
    }
    if not again:
        return made, wrong
    for (at, marked), one in zip(again.items(), translate([*again.values()]), strict=True):
        names = {mark.name for mark in marked.marks} - {mark.name for mark in texts[at].marks}
        better = _without(one, names)
        found = check(better)
        kinds = {finding.kind for finding in wrong[at]}
        if better.left <= made[at].left and len(found) < len(wrong[at]) and all(f.kind in kinds for f in found):
            made[at], wrong[at] = better, found
    return made, wrong


def _with_numbers(text: MarkedText, findings: Sequence[Finding]) -> MarkedText | None:
    """The text with a `keep` for each number that is missing in its translation, None where there is none."""
    taken = [mark for mark in text.marks if mark.kind == "keep"]
    spans = sorted(
        {
            finding.source
            for finding in findings
            if RETRIES.get(finding.kind) == "mask"
            and finding.source is not None
            and finding.source[0] < finding.source[1]
        }
    )
    added: list[Mark] = []
    for begin, end in spans:
        if all(end <= mark.begin or mark.end <= begin for mark in (*taken, *added)):
            added.append(Mark(begin, end, "keep", f"{_PREFIX}{len(added)}"))
    return MarkedText(text.text, in_order([*text.marks, *added])) if added else None


def _without(one: CarefulTranslation, names: set[str]) -> CarefulTranslation:
    """The result without the marks that were only added for the second try."""

    def rest(text: MarkedText) -> MarkedText:
        return MarkedText(text.text, tuple(mark for mark in text.marks if mark.name not in names))

    came = sum(mark.name in names for mark in one.marked.marks)
    kept = max(0, one.kept - came)
    return replace(one, source=rest(one.source), marked=rest(one.marked), kept=kept, repaired=min(one.repaired, kept))
