"""A translation that a person accepted, with the formatting of the text that it stands for."""

from __future__ import annotations

from dataclasses import replace

from edgekit.core.marked import Mark, MarkedText, in_order


def formatted(
    text: MarkedText, model: MarkedText, accepted: tuple[MarkedText, MarkedText], target: str
) -> MarkedText | None:
    """The accepted translation with the marks of a text, or None where it is not known where one of them goes.

    model: what a model made of the text.  accepted: a source and its translation as a person left them, with marks.
    target: the accepted translation with the white space of the text around it.
    Names are counted through a document's paragraph and say nothing in its translation, where marks may have another
    order: which is which, the order in the model's translation tells.
    """
    source, translation = accepted
    lead = len(text.text) - len(text.text.lstrip())
    if source.text != text.text.strip() or _places(source, lead) != _places(text, 0):
        return None
    own = {mark.name: mark for mark in text.marks}
    names = [mark.name for mark in model.marks if mark.name in own]
    if len(names) != len(own) or len(translation.marks) != len(own):
        return None
    shift = len(target) - len(target.lstrip())
    moved = [
        replace(mark, name=name, begin=mark.begin + shift, end=mark.end + shift)
        for name, mark in zip(names, translation.marks, strict=True)
    ]
    if any(not _is_the_same(text, own[mark.name], target, mark) for mark in moved):
        return None
    return MarkedText(target, in_order(moved))


def stripped(text: MarkedText) -> MarkedText:
    """Without the white space around it; marks there go to the edges."""
    lead, length = len(text.text) - len(text.text.lstrip()), len(text.text.strip())
    marks = (
        replace(mark, begin=min(max(mark.begin - lead, 0), length), end=min(max(mark.end - lead, 0), length))
        for mark in text.marks
    )
    return MarkedText(text.text.strip(), in_order(marks))


def _places(text: MarkedText, shift: int) -> list[tuple[int, int, str]]:
    return [(mark.begin + shift, mark.end + shift, mark.kind) for mark in text.marks]


def _is_the_same(text: MarkedText, own: Mark, target: str, mark: Mark) -> bool:
    """Whether a mark of the accepted translation can be this one: of its kind, a `keep` with the same characters."""
    if own.kind == "keep" and text.text[own.begin : own.end] != target[mark.begin : mark.end]:
        return False
    return mark.kind == own.kind or (own.kind == "pair" and mark.kind == "point")
