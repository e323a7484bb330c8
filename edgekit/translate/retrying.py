"""A second try for translations with something wrong that another way of asking may cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from edgekit.checks.check import RETRIES
from edgekit.core.findings import Finding
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Span
from edgekit.translate.careful import CarefulTranslation
from edgekit.translate.segment import split, wrap

Translate: TypeAlias = Callable[[Sequence[MarkedText]], list[CarefulTranslation]]
Check: TypeAlias = Callable[[CarefulTranslation], list[Finding]]
_PREFIX = "retried:"
# What is found so stays broken, whoever reads it.
_BROKEN = frozenset({"incomplete", "repetition"})
_LAST_SIGNS = ".!?…:;\"'”’)]»。！？ "
# A part of fewer words is no sentence to a model any more.
_LEAST_WORDS = 4


def retried(
    texts: Sequence[MarkedText],
    results: Sequence[CarefulTranslation],
    findings: Sequence[Sequence[Finding]],
    language: str,
    translate: Translate,
    check: Check,
) -> tuple[list[CarefulTranslation], list[list[Finding]]]:
    """The results and their findings, those replaced that came out better another way.

    Sentences that the model ran away with or left out are asked for in shorter parts; then numbers that are missing are
    carried through as they are. A second translation is taken where it has fewer findings, none of a kind that the
    first had not, and left nothing more as it was.  language: of the texts.
    """
    made, wrong = [*results], [[*one] for one in findings]

    def take(others: Mapping[int, CarefulTranslation]) -> None:
        for at, one in others.items():
            found = check(one)
            kinds = {finding.kind for finding in wrong[at]}
            if one.left <= made[at].left and len(found) < len(wrong[at]) and all(f.kind in kinds for f in found):
                made[at], wrong[at] = one, found

    parts = {at: _in_parts(text, language) for at, text in enumerate(texts) if _wants("split", wrong[at])}
    parts = {at: text for at, text in parts.items() if text != texts[at]}
    if parts:
        again = translate([*parts.values()])
        joined = {at: _joined(one, texts[at]) for at, one in zip(parts, again, strict=True)}
        take({at: one for at, one in joined.items() if one is not None})
    numbers = {at: _with_numbers(text, wrong[at]) for at, text in enumerate(texts) if _wants("mask", wrong[at])}
    numbers = {at: text for at, text in numbers.items() if text != texts[at]}
    if numbers:
        again = translate([*numbers.values()])
        take({at: _without(one, texts[at]) for at, one in zip(numbers, again, strict=True)})
    return made, wrong


def broken_left(
    texts: Sequence[MarkedText],
    results: Sequence[CarefulTranslation],
    findings: Sequence[Sequence[Finding]],
    translate: Translate,
    check: Check,
) -> tuple[list[CarefulTranslation], list[list[Finding]]]:
    """The results and their findings, where sentences that the model ran away with are as they were in the source.

    Those of a text that has others are kept while these are translated; where that does not help, the text is left.
    """
    made, wrong = [*results], [[*one] for one in findings]
    broken = {at: told for at, found in enumerate(findings) if (told := _told(found))}
    spans = {at: _broken_spans(texts[at], results[at], findings[at]) for at in broken}
    others = {at: _with_keeps(texts[at], some) for at, some in spans.items() if some}
    again = dict(zip(others, translate([*others.values()]), strict=True)) if others else {}
    for at, told in broken.items():
        if at in again:
            one = _without(again[at], texts[at])
            found = check(one)
            if not _told(found):
                made[at], wrong[at] = replace(one, left=one.left + len(spans[at])), [*told, *found]
                continue
        made[at], wrong[at] = _left(results[at]), told
    return made, wrong


def _told(findings: Sequence[Finding]) -> list[Finding]:
    """Those of what stays broken, to be told of a source that was left: nothing of the others' text is there."""
    return [
        replace(one, detail=f"{one.detail}; it was left as it was", target=None)
        for one in findings
        if one.kind in _BROKEN
    ]


def _broken_spans(text: MarkedText, one: CarefulTranslation, findings: Sequence[Finding]) -> list[Span]:
    """The sentences that the model ran away with, less their last signs; none where there are no others."""
    segments = one.translation.segments
    there = [found.target for found in findings if found.kind in _BROKEN and found.target is not None]
    broken = [one for one in segments if not one.complete or any(_meet(span, one.target) for span in there)]
    spans = []
    for begin, end in (segment.source for segment in broken):
        spans.append((begin, begin + len(text.text[begin:end].rstrip(_LAST_SIGNS))))
    free = all(mark.end <= begin or end <= mark.begin for begin, end in spans for mark in text.marks)
    return spans if free and len(broken) < len(segments) and all(begin < end for begin, end in spans) else []


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _left(one: CarefulTranslation) -> CarefulTranslation:
    """The source in the place of its translation."""
    text = one.source.text
    keeps = sum(mark.kind == "keep" for mark in one.source.marks)
    segments = tuple(
        replace(segment, target=segment.source, alignment=None if segment.alignment is None else ())
        for segment in one.translation.segments
    )
    translation = replace(one.translation, text=text, segments=segments)
    return replace(
        one,
        marked=one.source,
        translation=translation,
        findings=(),
        kept=0,
        repaired=0,
        left=max(1, keeps),
        origin="source",
    )


def _wants(way: str, findings: Sequence[Finding]) -> bool:
    return any(RETRIES.get(finding.kind) == way for finding in findings)


def _in_parts(text: MarkedText, language: str) -> MarkedText:
    """The text with line breaks in the place of blanks, so that every sentence is at most half as long."""
    letters = list(text.text)
    begin = 0
    for piece in split(text.text, language):
        words = len(piece.text.split())
        if words >= 2 * _LEAST_WORDS:
            at = begin
            parts = wrap(piece.text, -(-words // 2), lambda some: [len(one.split()) for one in some])
            for part in parts[:-1]:
                at += len(part.text)
                if part.gap == " ":
                    letters[at] = "\n"
                at += len(part.gap)
        begin += len(piece.text) + len(piece.gap)
    return MarkedText("".join(letters), text.marks)


def _joined(one: CarefulTranslation, text: MarkedText) -> CarefulTranslation | None:
    """With blanks again where `_in_parts` put line breaks; None where the translation has not as many lines."""
    breaks = [at for at, letter in enumerate(one.source.text) if letter == "\n"]
    came = [at for at, letter in enumerate(one.text) if letter == "\n"]
    if len(breaks) != len(came):
        return None
    letters = list(one.text)
    for at, other in zip(breaks, came, strict=True):
        letters[other] = text.text[at]
    said = "".join(letters)
    return replace(
        one,
        source=MarkedText(text.text, one.source.marks),
        marked=MarkedText(said, one.marked.marks),
        translation=replace(one.translation, text=said, source=text.text),
    )


def _with_numbers(text: MarkedText, findings: Sequence[Finding]) -> MarkedText:
    """The text with a `keep` for each number that is missing in its translation."""
    spans = {one.source for one in findings if one.source is not None and RETRIES.get(one.kind) == "mask"}
    return _with_keeps(text, sorted(span for span in spans if span[0] < span[1]))


def _with_keeps(text: MarkedText, spans: Sequence[Span]) -> MarkedText:
    taken = [mark for mark in text.marks if mark.kind == "keep"]
    added: list[Mark] = []
    for begin, end in spans:
        if all(end <= mark.begin or mark.end <= begin for mark in (*taken, *added)):
            added.append(Mark(begin, end, "keep", f"{_PREFIX}{len(added)}"))
    return MarkedText(text.text, in_order([*text.marks, *added])) if added else text


def _without(one: CarefulTranslation, text: MarkedText) -> CarefulTranslation:
    """The result without the marks that `_with_keeps` added to text."""
    own = {mark.name for mark in text.marks if mark.name.startswith(_PREFIX)}

    def rest(marked: MarkedText) -> MarkedText:
        return MarkedText(
            marked.text,
            tuple(mark for mark in marked.marks if not mark.name.startswith(_PREFIX) or mark.name in own),
        )

    came = len(one.marked.marks) - len(rest(one.marked).marks)
    kept = max(0, one.kept - came)
    return replace(one, source=rest(one.source), marked=rest(one.marked), kept=kept, repaired=min(one.repaired, kept))
