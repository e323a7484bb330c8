"""A glossary: which words of one language must become which words of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

from edgekit.core.languages import Direction, base_language
from edgekit.glossary.matching import TermIndex
from edgekit.glossary.names import is_in_name

Case: TypeAlias = Literal["any", "sensitive", ""]
ConflictKind: TypeAlias = Literal["contains", "duplicate", "empty", "forbidden", "targets"]


@dataclass(frozen=True, slots=True)
class Term:
    """One row of a glossary.

    case: `sensitive`, the source side counts only as it is written; `any`; empty, as `Glossary.minds_case` says.
    forbidden: what the term must not be translated as.
    keep: the term stays as it is in the source (do not translate); target is then the source.
    line: where in the file it is, from 1; 0 for a term that no file has.
    """

    source: str
    target: str
    note: str = ""
    case: Case = ""
    part_of_speech: str = ""
    forbidden: tuple[str, ...] = ()
    keep: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something in a glossary that a person should decide.

    kind: `targets`, one source with several targets, the first counts; `forbidden`, a target that another row, or the
        same, forbids; `empty`, a row without one of its sides, left out; `duplicate`, a row that is there twice;
        `contains`, a term inside another one, of which the longer counts where both match.
    detail: one sentence, literals in backticks, no full stop.
    lines: of the file, from 1.
    """

    kind: ConflictKind
    detail: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term and where in a text it is: span in code points, as Python slices count."""

    span: tuple[int, int]
    term: Term


@dataclass(frozen=True)
class Glossary:
    """The terms of one direction; matching is thread-safe.

    conflicts: see Conflict. encoding: of the file that they were read from. `of_terms` makes one.
    """

    direction: Direction
    terms: tuple[Term, ...]
    conflicts: tuple[Conflict, ...] = ()
    encoding: str = "utf-8"

    @cached_property
    def _source_index(self) -> TermIndex:
        terms = list({term.source: term for term in reversed(self.terms)}.values())[::-1]
        return TermIndex(
            [(term.source, term) for term in terms],
            self.direction.source,
            capitals=[self.minds_case(term) for term in terms],
            exact=[term.keep for term in terms],
            verbs=[term.part_of_speech.casefold().startswith("v") for term in terms],
        )

    @cached_property
    def _capitals_mean_nothing(self) -> bool:
        """Whether the file writes its terms like headings: most of them with a capital."""
        initials = [term.source[:1] for term in self.terms if term.source[:1].isalpha()]
        return 2 * sum(not initial.islower() for initial in initials) > len(initials)

    def minds_case(self, term: Term) -> bool:
        """Whether a term counts only in the case it is written in.

        So do terms with a capital after the first letter (`IT`, `pH`) and, in a file that writes most terms small,
        those with a capital at the beginning (`Turkey`), unless their row says `any`.
        """
        if term.case:
            return term.case == "sensitive"
        if any(character.isupper() for character in term.source[1:] if not term.source.istitle()):
            return True
        return term.source[:1].isupper() and not self._capitals_mean_nothing

    def matches(self, text: str) -> list[TermMatch]:
        """The terms in a text, in order and without overlaps, the longest first; linear in the length of the text.

        Inflected forms count (`edgekit.glossary.words.same`), parts of longer words do not, nor do those of names
        (`Stanford University`) where the term is written small and its row does not say that case is `any`.
        """
        names = base_language(self.direction.source) != "de"  # there every noun has a capital
        return [
            TermMatch((begin, end), term)
            for begin, end, term in self._source_index.find(text)
            if not (
                names and not term.case and term.source.islower() and not term.keep and is_in_name(text, begin, end)
            )
        ]

    def lines_for(self, text: str, *, most: int = 10) -> list[Term]:
        """The terms that a text has, each once and in the order of the text, at most `most`: those for a prompt.

        Terms in the prompt are those of "LlamaIT" (arXiv 2402.15061): exactly what occurs, nothing else. What stays as
        it is never is among them.
        """
        return list(dict.fromkeys(match.term for match in self.matches(text) if not match.term.keep))[:most]


def of_terms(direction: Direction, terms: Sequence[Term], encoding: str = "utf-8") -> Glossary:
    """A glossary of these terms, less those without one of their sides; with its conflicts."""
    from edgekit.glossary.conflicts import conflicts_of

    terms = [replace(term, target=term.source) if term.keep else term for term in terms]
    kept = tuple(term for term in terms if term.source.strip() and term.target.strip())
    return Glossary(direction, kept, tuple(conflicts_of(terms, direction)), encoding)
