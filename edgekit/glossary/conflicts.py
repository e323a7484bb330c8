"""What in a glossary contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from edgekit.core.languages import Direction
from edgekit.glossary.matching import TermIndex
from edgekit.glossary.terms import Conflict, Term
from edgekit.glossary.words import fold, words

_MOST = 10_000


def conflicts_of(terms: Sequence[Term], direction: Direction) -> list[Conflict]:
    """The conflicts of the terms, those of one kind together, each with the lines that it is between.

    Of forms that are forbidden and wanted, and of terms inside others, the first 10,000 each: their number grows with
    the square of the file.
    """
    found: list[Conflict] = []
    whole: list[Term] = []
    for term in terms:
        missing = [side for side in ("source", "target") if not getattr(term, side).strip()]
        if missing:
            found.append(Conflict("empty", f"the row has no {' and no '.join(missing)} and is left out", (term.line,)))
        else:
            whole.append(term)
    forbidden = islice(_forbidden(whole, direction), _MOST)
    return [*found, *_same_source(whole, direction), *forbidden, *_contained(whole, direction)]


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


def _forbidden(terms: Sequence[Term], direction: Direction) -> Iterator[Conflict]:
    wanted: dict[str, list[Term]] = {}
    for term in terms:
        wanted.setdefault(fold(term.target, direction.target), []).append(term)
    for term in terms:
        for form in term.forbidden:
            for other in wanted.get(fold(form, direction.target), ()):
                detail = f"`{other.target}`, for `{other.source}`, is forbidden for `{term.source}`"
                yield Conflict("forbidden", detail, tuple(dict.fromkeys((term.line, other.line))))


def _contained(terms: Sequence[Term], direction: Direction) -> list[Conflict]:
    # Of rows that are there many times the first: two thousand would be looked for in each other for a minute.
    distinct = list({term.source: term for term in reversed(terms)}.values())[::-1]
    index = TermIndex([(term.source, term) for term in distinct], direction.source)
    found: dict[tuple[str, str], Conflict] = {}
    for term in distinct:
        if len(found) >= _MOST:
            break
        if _is_one_word(term.source):
            continue  # which holds no other
        for begin, end, other in index.find_all(term.source):
            if end - begin < len(term.source.strip()) and other.source != term.source:
                detail = f"`{other.source}` is in `{term.source}`; where both match the longer counts"
                found.setdefault((other.source, term.source), Conflict("contains", detail, (other.line, term.line)))
    return list(found.values())


def _is_one_word(text: str) -> bool:
    text = text.strip()
    first = next(words(text), None)
    return first is not None and (first.begin, first.end) == (0, len(text))
