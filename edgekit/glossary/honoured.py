"""Whether translations use the glossary's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.glossary.matching import TermIndex
from edgekit.glossary.terms import Term, TermMatch


@dataclass(frozen=True, slots=True)
class Verdict:
    """A term in a source text and what became of it.

    target: where in the translation it is honoured, as a span in code points; None where it is not.
    forbidden: where in the translation is something that the term must not be called; None mostly.
    """

    match: TermMatch
    target: tuple[int, int] | None
    forbidden: tuple[int, int] | None = None

    @property
    def honoured(self) -> bool:
        """Whether the term is there and nothing forbidden in its place."""
        return self.target is not None and self.forbidden is None

    def finding(self) -> Finding | None:
        """What to tell about a term that is not honoured."""
        if self.honoured:
            return None
        term = self.match.term
        wanted = "is to stay as it is" if term.keep else f"is to be `{term.target}`"
        if self.forbidden is not None:
            wanted += ", and a forbidden form is there"
        return Finding("term", f"`{term.source}` {wanted}", self.match.span, self.forbidden)


@lru_cache(maxsize=20_000)
def _index(form: str, language: str, exact: bool) -> TermIndex:
    return TermIndex([(form, None)], language, exact=[exact], loose=True)


def places(form: str, text: str, language: str, *, exact: bool = False) -> list[tuple[int, int]]:
    """Where in a text a term, or a form of it, is; exact takes only the term itself, in any case."""
    return [(begin, end) for begin, end, _ in _index(form, language, exact).find(text)]


def honoured(match: TermMatch, target_text: str, direction: Direction) -> bool:
    """Whether a translation has the term's target, in any form of it, and nothing forbidden for it."""
    return not any(not verdict.honoured for verdict in judge([match], target_text, direction))


def judge(matches: Sequence[TermMatch], target_text: str, direction: Direction) -> list[Verdict]:
    """What became of each term of a text, in order.

    A term that occurs twice must be honoured twice. Places in the translation are given to long targets first, so
    that `liceu` inside `professor de liceu` does not count for both.
    """
    free: dict[Term, list[tuple[int, int]]] = {}
    taken: list[tuple[int, int]] = []
    counts: dict[Term, int] = {}
    for match in matches:
        counts[match.term] = counts.get(match.term, 0) + 1
    for term in sorted(counts, key=lambda term: -len(term.target)):
        found = [
            span
            for span in places(term.target, target_text, direction.target, exact=term.keep)
            if not any(span[0] < end and begin < span[1] for begin, end in taken)
        ]
        free[term] = found
        taken += found[: counts[term]]
    verdicts: list[Verdict] = []
    for match in matches:
        left = free[match.term]
        forbidden = next(
            (
                span
                for form in match.term.forbidden
                for span in places(form, target_text, direction.target)
                if not any(begin <= span[0] and span[1] <= end for begin, end in taken)
            ),
            None,
        )
        verdicts.append(Verdict(match, left.pop(0) if left else None, forbidden))
    return verdicts
