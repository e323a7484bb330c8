"""Finding thousands of terms in a text at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from edgekit.core.languages import base_language
from edgekit.glossary.phrases import Phrases
from edgekit.glossary.words import Word, index_keys, is_unspaced, same, words

# Between the words of a term: spaces and hyphens, at most one line break; never the end of a sentence.
_GAP = re.compile(r"[^\S\n]*(?:[-\u2010\u2011]|\n)?[^\S\n]*")
_PLAIN = re.compile(r"[\w\s\-\u2010\u2011'’.,\u0300-\u036f\u0590-\u0dff\u0e00-\u109f\u1780-\u17ff\u200c\u200d]+")
_HYPHENS = frozenset("-\u2010\u2011")
_APOSTROPHES = frozenset("'’")
_MOST_GAP = 4


@dataclass(frozen=True, slots=True)
class _Entry:
    words: tuple[str, ...]
    text: str
    owner: Any
    minds_case: bool
    exact: bool
    loose: bool
    # Where the first word begins in a term that has more than words, as `.NET`; else None.
    literal: int | None


class TermIndex:
    """Terms by their words; looking a text up costs what its words and the terms that may be there cost.

    capitals: for each term whether only its own case counts; exact: whether only its own form does; verbs: whether it
        is one.
    loose: any form counts (see `edgekit.glossary.words.same`), and a word with a hyphen holds its parts: for looking
        into translations.
    """

    def __init__(
        self,
        terms: Sequence[tuple[str, Any]],
        language: str,
        *,
        capitals: Sequence[bool] | None = None,
        exact: Sequence[bool] | None = None,
        verbs: Sequence[bool] | None = None,
        loose: bool = False,
    ) -> None:
        self._language = language
        self._loose = loose
        # Terms without a word, by their first sign.
        self._signs: dict[str, dict[str, list[_Entry]]] = {}
        self._alone: dict[str, list[_Entry]] = {}
        entries: list[_Entry] = []
        for number, (text, owner) in enumerate(terms):
            text = text.strip()
            own = list(words(text))
            entry = _Entry(
                tuple(word.text for word in own),
                text,
                owner,
                capitals is not None and capitals[number],
                exact is not None and exact[number],
                # Parts of a term agree with each other, but not in English.
                loose or (verbs is not None and verbs[number]) or (len(own) > 1 and base_language(language) != "en"),
                own[0].begin if own and not _PLAIN.fullmatch(text) else None,
            )
            if entry.words:
                entries.append(entry)
            elif entry.text:
                self._signs.setdefault(entry.text[0], {}).setdefault(entry.text, []).append(entry)
        self._sizes = {sign: sorted(set(map(len, texts))) for sign, texts in self._signs.items()}
        self._phrases = Phrases([(entry.words, entry) for entry in entries if len(entry.words) > 1], language)
        for entry in entries:
            if len(entry.words) == 1:
                for key in index_keys(entry.words[0], language):
                    self._alone.setdefault(key, []).append(entry)

    def find(self, text: str) -> list[tuple[int, int, Any]]:
        """(begin, end, owner) of the terms in a text, in order; of those that overlap the longest, then the first."""
        return _longest(self.find_all(text))

    def find_all(self, text: str) -> list[tuple[int, int, Any]]:
        """The same with those that overlap."""
        found = [
            (at, at + size, entry.owner)
            for at, sign in enumerate(text if self._signs else "")
            for size in self._sizes.get(sign, ())
            for entry in self._signs[sign].get(text[at : at + size], ())
        ]
        listed = list(words(text))
        filed_under = self._phrases.filed_under(listed)
        for at, word in enumerate(listed):
            alone = (entry for key in index_keys(word.text, self._language) for entry in self._alone.get(key, ()))
            candidates = {id(entry): entry for entry in (*alone, *self._phrases.beginning_at(at, filed_under))}
            for entry in candidates.values():
                if len(entry.words) <= len(listed) - at:
                    span = self._span(entry, listed[at : at + len(entry.words)], text)
                    if span is not None:
                        found.append((*span, entry.owner))
        return found

    def _span(self, entry: _Entry, here: Sequence[Word], text: str) -> tuple[int, int] | None:
        """Where the term is, if these words of the text are it."""
        if entry.literal is not None:
            return _literal(entry, here[0].begin - entry.literal, text)
        for wanted, word in zip(entry.words, here, strict=True):
            if entry.exact:
                if wanted != word.text and (entry.minds_case or wanted.casefold() != word.text.casefold()):
                    return None
            elif not same(wanted, word.text, self._language, entry.loose):
                return None
        for one, other in pairwise(here):
            between = text[one.end : other.begin]
            if between and between not in entry.text and (len(between) > _MOST_GAP or not _GAP.fullmatch(between)):
                return None
            if not between and not (is_unspaced(one.text) or is_unspaced(other.text)):
                return None
        if entry.minds_case and not _same_case(entry.words, here):
            return None
        return (here[0].begin, here[-1].end) if _stands_alone(text, here[0].begin, here[-1].end, self._loose) else None


def _literal(entry: _Entry, begin: int, text: str) -> tuple[int, int] | None:
    """Where a term with signs in it is: `C++` is not in every C."""
    end = begin + len(entry.text)
    found = text[max(0, begin) : end]
    if begin < 0 or (found != entry.text and (entry.minds_case or found.casefold() != entry.text.casefold())):
        return None
    return None if text[:begin][-1:].isalnum() or text[end : end + 1].isalnum() else (begin, end)


def _same_case(wanted: Sequence[str], here: Sequence[Word]) -> bool:
    """Whether the capitals are where the term has them; in a text all in capitals a term with one is there too."""
    for one, word in zip(wanted, here, strict=True):
        if one[:1].isupper() and one[1:].islower():
            if not word.text[:1].isupper():
                return False
        elif one != word.text[: len(one)] and not (one.isupper() and word.text.rstrip("s") == one):
            return False
    return True


def _stands_alone(text: str, begin: int, end: int, hyphens: bool) -> bool:
    """Whether what is around a span leaves it a word: not `T-cell`, not `school.org`, not `don` in `don't`."""
    before, after = text[max(0, begin - 2) : begin], text[end : end + 3]
    if is_unspaced(text[begin]) or is_unspaced(text[end - 1]):
        return True
    if before[-1:] in ("@", "_") or after[:1] in ("@", "_"):
        return False
    if not hyphens and before[-1:] in _HYPHENS and before[:1].isalnum() and len(before) == 2:
        return False
    if before[-1:] == "." and before[:1].isalnum() and len(before) == 2:
        return False
    if not hyphens and after[:1] in _HYPHENS and after[1:2].isalnum():
        return False
    if after[:1] == "." and after[1:2].isalnum():
        return False
    # `cell's` is the cell; `don't`, `l'eau` and Turkish endings after a name are told apart by what follows.
    return not (after[:1] in _APOSTROPHES and after[1:2] == "t" and not after[2:3].isalnum())


def _longest(found: list[tuple[int, int, Any]]) -> list[tuple[int, int, Any]]:
    kept: list[tuple[int, int, Any]] = []
    taken: set[int] = set()
    for begin, end, owner in sorted(found, key=lambda one: (one[0] - one[1], one[0])):
        if begin not in taken and end - 1 not in taken:
            kept.append((begin, end, owner))
            taken.update(range(begin, end))
    return sorted(kept, key=lambda one: one[0])
