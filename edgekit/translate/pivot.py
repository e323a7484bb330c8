"""Translating through another language, where no installed model goes all the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice, pairwise
from typing import Protocol

from edgekit.core.closing import Closing
from edgekit.core.errors import DirectionError, InputError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.segments import Segment, Span, Translation
from edgekit.engine.base import Tokenizer
from edgekit.translate.pivot_routes import check_route, describe, find_route
from edgekit.translate.segment import is_unspaced
from edgekit.translate.translator import Translator, open_translator

_FIRST_WINDOW_TEXTS, _LARGEST_WINDOW_TEXTS = 64, 1024


class TextTranslator(Protocol):
    """What translates texts of one direction: a Translator, a PivotTranslator, a toy."""

    direction: Direction

    @property
    def source_tokenizer(self) -> Tokenizer:
        """What cuts the source into the model's tokens."""
        ...

    def translate(
        self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False
    ) -> Sequence[Translation]:
        """Translate every text; as many results, in the order of texts."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


class PivotTranslator(Closing):
    """Translates sentence by sentence through one or more languages; has what a Translator has, and its route.

    route: the directions that are gone through, in order.
    """

    def __init__(self, legs: Sequence[TextTranslator], *, source: str | None = None, target: str | None = None) -> None:
        """legs: at least two; each begins in the language that the one before ends in.

        source, target: tags of the whole, where they say more than those of the legs (`pt-BR` over a model for `pt`).
        Raises UsageError for legs that do not join.
        """
        self.route = tuple(leg.direction for leg in legs)
        check_route(self.route)
        self.direction = Direction(source or self.route[0].source, target or self.route[-1].target)
        self._legs = list(legs)

    @property
    def source_tokenizer(self) -> Tokenizer:
        """What cuts the source into the first model's tokens."""
        return self._legs[0].source_tokenizer

    def close(self) -> None:
        """Free the models of all legs; closing again does nothing."""
        with ExitStack() as stack:
            for leg in self._legs:
                stack.callback(leg.close)

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        """Translate every text; as many results, in the order of texts. See Translator.translate.

        A segment is one of the first leg's, with what became of it in the end. Its log-probabilities are the last
        leg's, each with the means of the legs before added: that is the logarithm of a product, so a doubt anywhere on
        the way counts. Its alignment goes from the source to the last language over the words between. It is complete
        where every leg was.
        """
        results = list(self._legs[0].translate(texts, scores=scores, alignment=alignment))
        for before, leg in pairwise(self._legs):
            unspaced = is_unspaced(before.direction.target) and not is_unspaced(leg.direction.target)
            middle = [one.text[slice(*segment.target)] for one in results for segment in one.segments]
            after = iter(leg.translate(middle, scores=scores, alignment=alignment))
            results = [_joined(one, after, joint=" " if unspaced else "") for one in results]
        return results

    def stream(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> Iterator[Translation]:
        """Translate texts as they come, in order, up to 1,024 at a time."""
        if isinstance(texts, (str, bytes)):
            raise InputError(f"`texts` is a `{type(texts).__name__}`, not an iterable of `str`")
        waiting = iter(texts)
        limit = _FIRST_WINDOW_TEXTS
        while window := list(islice(waiting, limit)):
            yield from self.translate(window, scores=scores, alignment=alignment)
            limit = min(2 * limit, _LARGEST_WINDOW_TEXTS)


def _joined(first: Translation, after: Iterator[Translation], *, joint: str) -> Translation:
    """A translation into the pivot, and those of its segments, as one from the source to the target."""
    written: list[str] = []
    length = done = 0
    segments: list[Segment] = []
    for number, segment in enumerate(first.segments):
        second = next(after)
        gap = first.text[done : segment.target[0]] or (joint if number else "")
        length += len(gap)
        segments.append(_composed(segment, second, length))
        written += [gap, second.text]
        length += len(second.text)
        done = segment.target[1]
    written.append(first.text[done:])
    values = [value for segment in segments for value in segment.log_probabilities or ()]
    return Translation(
        text="".join(written),
        source=first.source,
        score=sum(values) / len(values) if values else None,
        segments=tuple(segments),
        complete=all(segment.complete for segment in segments),
    )


def _composed(first: Segment, second: Translation, begin: int) -> Segment:
    """first, continued by the translation of its text; begin: where that goes in the whole."""
    values: list[float] = [value for one in second.segments for value in one.log_probabilities or ()]
    earlier = first.log_probabilities
    if earlier is not None:
        mean = sum(earlier) / len(earlier) if earlier else 0.0
        # The second leg may have had nothing to translate (digits): then all that is known is the first.
        values = [value + mean for value in values] if values else list(earlier)
    alignment: tuple[tuple[Span, Span], ...] | None = None
    if first.alignment is not None:
        middle = [pair for one in second.segments for pair in one.alignment or ()]
        alignment = compose(first.alignment, middle, pivot_begin=first.target[0], target_begin=begin)
    return Segment(
        source=first.source,
        target=(begin, begin + len(second.text)),
        complete=first.complete and second.complete,
        log_probabilities=tuple(values) if earlier is not None else None,
        alignment=alignment,
    )


def compose(
    first: Iterable[tuple[Span, Span]], second: Iterable[tuple[Span, Span]], *, pivot_begin: int, target_begin: int
) -> tuple[tuple[Span, Span], ...]:
    """(source span, target span) pairs out of source to pivot and pivot to target.

    Each target word gets the source word whose pivot word shares most characters with the one that it comes from, and
    no pair where none shares any.
    pivot_begin: added to the pivot spans of second, target_begin: to its target spans.
    """
    known = list(first)
    pairs: list[tuple[Span, Span]] = []
    for (pivot_first, pivot_last), (begin, end) in second:
        low, high = pivot_first + pivot_begin, pivot_last + pivot_begin
        shared = [(min(high, last) - max(low, start), source) for source, (start, last) in known]
        most, source = max(shared, key=lambda one: one[0], default=(0, (0, 0)))
        if most > 0:
            pairs.append((source, (begin + target_begin, end + target_begin)))
    return tuple(pairs)


def open_route(
    route: Sequence[Direction],
    *,
    source: str | None = None,
    target: str | None = None,
    threads: int | None = None,
    device: str = "auto",
    report: Reporter = silent,
) -> PivotTranslator:
    """Open a route that is known, leg by leg; see open_translator for the rest."""
    check_route(route)
    with ExitStack() as opened:
        legs: list[Translator] = []
        for leg in route:
            one = open_translator(leg.source, leg.target, threads=threads, device=device, report=report)
            opened.callback(one.close)
            legs.append(one)
        translator = PivotTranslator(legs, source=source, target=target)
        opened.pop_all()
    return translator


def open_direct_or_pivot(
    source: str, target: str, *, threads: int | None = None, device: str = "auto", report: Reporter = silent
) -> Translator | PivotTranslator:
    """Open the model that translates source to target, else the best route over those that are installed.

    A route is never taken silently: report hears a Note that names it, and what comes back has it as `route`.
    Raises what open_translator raises; DirectionError where there is no route either.
    """
    try:
        return open_translator(source, target, threads=threads, device=device, report=report)
    except DirectionError:
        route = find_route(source, target)
        if route is None:
            raise
    wanted = Direction(normalise_tag(source), normalise_tag(target))
    report(Note(f"no model translates {wanted}: it goes through {describe(route)}"))
    return open_route(route, source=wanted.source, target=wanted.target, threads=threads, device=device, report=report)
