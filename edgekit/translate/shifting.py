"""Spans of a text given other words, and the marks that go along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edgekit.core.marked import MarkedText, in_order
from edgekit.core.segments import Span, Translation
from edgekit.protect.edits import Edit, Edited


def replaced(text: MarkedText, edits: Iterable[tuple[Span, str]]) -> MarkedText:
    """The text with other words in some spans, which do not overlap.

    Marks around a span grow or shrink with it; one that begins or ends inside of it goes to the span's edge, so that it
    holds all of the new words.
    """
    ordered = sorted(edits)
    parts: list[str] = []
    done = 0
    for (begin, end), words in ordered:
        parts += [text.text[done:begin], words]
        done = end

    def place(at: int, *, is_end: bool) -> int:
        shift = 0
        for (begin, end), words in ordered:
            if at <= begin:
                break
            if at < end:
                return begin + shift + (len(words) if is_end else 0)
            shift += len(words) - (end - begin)
        return at + shift

    marks = [
        replace(
            mark,
            begin=place(mark.begin, is_end=False),
            end=place(mark.end, is_end=mark.kind != "point"),
        )
        for mark in text.marks
    ]
    return MarkedText("".join([*parts, text.text[done:]]), in_order(marks))


def realigned(translation: Translation, edits: Iterable[tuple[Span, str]]) -> Translation:
    """The translation with other words in some spans of its text, which do not overlap.

    What the model aligned with a word inside such a span is aligned with all of the new words.
    """
    edited = Edited(translation.text, [Edit(begin, end, words) for (begin, end), words in edits])

    def moved(span: Span) -> Span:
        return edited.forward(span[0]), edited.forward(span[1], after=True)

    segments = tuple(
        replace(
            one,
            target=moved(one.target),
            alignment=None
            if one.alignment is None
            else tuple((source, moved(target)) for source, target in one.alignment),
        )
        for one in translation.segments
    )
    return replace(translation, text=edited.text, segments=segments)
