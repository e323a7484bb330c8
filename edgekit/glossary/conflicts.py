"""What in a glossary contradicts itself."""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.core.languages import Direction
from edgekit.glossary.matching import TermIndex
from edgekit.glossary.terms import Conflict, Term
from edgekit.glossary.words import fold


def conflicts_of(terms: Sequence[Term], direction: Direction) -> list[Conflict]:
    """Every conflict of the terms, those of one kind together, each with the lines that it is between."""
    found: list[Conflict] = []
    whole: list[Term] = []
    for term in terms:
        missing = [side for side in ("source", "target") if not getattr(term, side).strip()]
        if missing:
            found.append(Conflict("empty", f"the row has no {' and no '.join(missing)} and is left out", (term.line,)))
        else:
            whole.append(term)
    return [*found, *_same_source(whole, direction), *_forbidden(whole, direction), *_contained(whole, direction)]


def _same_source(terms: Sequence[Term], direction: Direction) -> list[Conflict]:
    by_source: dict[str, list[Term]] = {}
    for term in terms:
        # Written otherwise on purpose where case counts: `IT` and `it` are two terms.
        key = term.source if term.case == "sensitive" else fold(term.source, direction.source)
        by_source.setdefault(key, []).append(term)
    found: list[Conflict] = []
    for same in by_source.values():
        targets = list(dict.fromkeys(term.target for term in same))
        lines = tuple(term.line for term in same)
        if len(targets) > 1:
            listed = ", ".join(f"`{target}`" for target in targets)
            found.append(Conflict("targets", f"`{same[0].source}` is to be {listed}; the first counts", lines))
        elif len(same) > 1:
            found.append(Conflict("duplicate", f"`{same[0].source}` is there {len(same)} times", lines))
    return found


def _forbidden(terms: Sequence[Term], direction: Direction) -> list[Conflict]:
    wanted: dict[str, list[Term]] = {}
    for term in terms:
        wanted.setdefault(fold(term.target, direction.target), []).append(term)
    return [
        Conflict(
            "forbidden",
            f"`{other.target}`, for `{other.source}`, is forbidden for `{term.source}`",
            tuple(dict.fromkeys((term.line, other.line))),
        )
        for term in terms
        for form in term.forbidden
        for other in wanted.get(fold(form, direction.target), ())
    ]


def _contained(terms: Sequence[Term], direction: Direction) -> list[Conflict]:
    index = TermIndex([(term.source, term) for term in terms], direction.source)
    found: dict[tuple[str, str], Conflict] = {}
    for term in terms:
        for begin, end, other in index.find_all(term.source):
            if end - begin < len(term.source.strip()) and other.source != term.source:
                detail = f"`{other.source}` is in `{term.source}`; where both match the longer counts"
                found.setdefault((other.source, term.source), Conflict("contains", detail, (other.line, term.line)))
    return list(found.values())
