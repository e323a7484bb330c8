"""Whether everything that a text had to keep is in its translation, and in a sensible order."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from edgekit.core.findings import Finding
from edgekit.core.marked import Mark, MarkedText
from edgekit.protect.markup import pairs


def verify(source: MarkedText, target: MarkedText, *, positional: Collection[str] = ()) -> tuple[Finding, ...]:
    """Everything that the marks of a translation say is wrong with it, none where nothing was lost.

    The `keep` marks of the two must have the same names and the same characters, each name once; those named in
    `positional` the same order (`%s` means the next argument, whichever it is); tags must open and close each other in
    the translation as in the source; no mark may lie outside of the text, overlap or cross.
    """
    findings = [Finding("keep", problem) for problem in target.problems()]
    kept = {mark.name: mark for mark in target.marks if mark.kind == "keep"}
    wanted = [mark for mark in source.marks if mark.kind == "keep"]
    for mark in wanted:
        text = source.text[mark.begin : mark.end]
        other = kept.get(mark.name)
        if other is None:
            findings.append(Finding("keep", f"`{text}` is missing", (mark.begin, mark.end)))
        elif target.text[other.begin : other.end] != text:
            findings.append(Finding("keep", f"`{text}` was changed", (mark.begin, mark.end), (other.begin, other.end)))
    names = {mark.name for mark in wanted}
    findings += [
        Finding("keep", f"`{target.text[mark.begin : mark.end]}` is not in the source", None, (mark.begin, mark.end))
        for mark in kept.values()
        if mark.name not in names
    ]
    findings += _out_of_order(source, wanted, kept, positional)
    if not findings:
        findings += _nesting(source, wanted, target, kept)
    return tuple(findings)


def in_same_order(places: list[tuple[int, int]]) -> bool:
    """Whether spans that are listed in the source's order come in the same order."""
    return all(one < other for one, other in pairwise(places))


def _out_of_order(
    source: MarkedText, wanted: list[Mark], kept: dict[str, Mark], positional: Collection[str]
) -> list[Finding]:
    order = [mark for mark in wanted if mark.name in positional and mark.name in kept]
    places = [(kept[mark.name].begin, kept[mark.name].end) for mark in order]
    if in_same_order(places):
        return []
    texts = ", ".join(f"`{source.text[mark.begin : mark.end]}`" for mark in order)
    return [Finding("keep", f"{texts} stand for the next argument each and are in another order")]


def _nesting(source: MarkedText, wanted: list[Mark], target: MarkedText, kept: dict[str, Mark]) -> list[Finding]:
    """Tags that close each other in the source do so in the translation, and no others do."""
    moved = sorted((kept[mark.name] for mark in wanted), key=lambda mark: (mark.begin, mark.end))
    before = _paired(source.text, wanted)
    after = _paired(target.text, moved)
    if before == after:
        return []
    return [
        Finding("keep", f"the tag `{source.text[mark.begin : mark.end]}` does not enclose what it did")
        for mark in wanted
        if any(mark.name in pair for pair in before - after)
    ] or [Finding("keep", "tags enclose what they did not")]


def _paired(text: str, marks: list[Mark]) -> set[tuple[str, str]]:
    found = pairs(text, [(mark.begin, mark.end) for mark in marks])
    return {(marks[first].name, marks[last].name) for first, last in found}
