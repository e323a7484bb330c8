"""Glossaries of many terms that have much in common: nothing is lost, and the work grows as they do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgekit.core.languages import Direction
from edgekit.glossary.conflicts import conflicts_of
from edgekit.glossary.matching import TermIndex
from edgekit.glossary.terms import Term, of_terms
from edgekit.glossary.words import index_keys, same, words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = [
    *("cell", "cells", "wall", "walls", "célula", "células", "Turkey", "C++", "++", "!?", "x", "kitabu", "vitabu"),
    *("mwanafunzi", "wanafunzi", "학생", "학생이", "細胞", "कोष", "कोषों", "well-known", "equação", "equações"),
]


def spelled(number: int) -> str:
    return "".join(LETTERS[number // 26**at % 26] for at in range(4))


def phrase(number: int) -> str:
    """Three of thirty words."""
    return " ".join(spelled(number // 30**at % 30) for at in range(3))


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), max_size=12, unique=True),
    st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join),
    st.sampled_from(["en", "pt", "sw", "ko", "hi", "zh", "tr"]),
    st.booleans(),
)
def test_what_is_found_is_what_is_there_at_any_place(terms: list[str], text: str, language: str, loose: bool) -> None:
    index = TermIndex([(term, term) for term in terms], language, loose=loose)
    listed = list(words(text))
    there = set()
    for term in terms:
        (entry,) = _entries(TermIndex([(term, term)], language, loose=loose))
        for at in range(len(listed) - len(entry.words) + 1) if entry.words else ():
            span = index._span(entry, listed[at : at + len(entry.words)], text)
            there |= {(*span, term)} if span is not None else set()
        if not entry.words:
            there |= {(at, at + len(term), term) for at in range(len(text)) if text.startswith(term, at)}
    found = index.find_all(text)
    assert set(found) == there
    assert len(found) == len(there)


def _entries(index: TermIndex) -> set[object]:
    alone = [entry for entries in index._alone.values() for entry in entries]
    signs = [entry for texts in index._signs.values() for entries in texts.values() for entry in entries]
    return {*alone, *signs, *(entry for _, entry in index._phrases._tree.values())}


@example("ककक", "a", "", "sw")
@given(
    st.text(alphabet="abkitvuŝ-कोषमा학생이", min_size=1, max_size=12),
    st.text(alphabet="abkitvuŝ-कोषमा학생이", max_size=3),
    st.text(alphabet="abkitvuŝ-कोषमा학생이", max_size=3),
    st.sampled_from(["en", "pt", "sw", "zu", "ko", "hi", "bn", "am", "tr"]),
)
def test_words_that_are_the_same_have_a_key_of_the_index_in_common(
    stem: str, before: str, after: str, language: str
) -> None:
    for one, other in product((stem, before + stem), (stem + after, stem, before + stem + after)):
        if same(one, other, language):
            assert {*index_keys(one, language)} & {*index_keys(other, language)}


@pytest.mark.parametrize(
    ("language", "term"),
    [
        ("en", phrase),
        ("pt", phrase),
        ("sw", lambda at: "mwanafunzi" + spelled(at)),
        ("sw", phrase),
        ("ko", phrase),
        ("hi", lambda at: "कोष" + "कखगघचछजझ"[at % 8] * (at // 8 % 50) + " " + spelled(at)),
        ("en", lambda at: f"C++ {spelled(at)}"),
        ("en", lambda at: f"cell membrane {spelled(at)}"),
    ],
)
def test_ten_times_the_terms_are_ten_times_the_work(
    language: str, term: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    span = TermIndex._span
    monkeypatch.setattr(TermIndex, "_span", lambda *given: (looked.append(1), span(*given))[1])
    work = []
    for count in (200, 2_000):
        looked.clear()
        of_terms(Direction(language, "es"), [Term(term(at), "x", line=at + 1) for at in range(count)])
        work.append(len(looked))
    assert work[1] <= 20 * work[0] + 200


def test_terms_inside_others_are_told_up_to_ten_thousand() -> None:
    terms = [Term(" ".join("a" * size), "x", line=size) for size in range(1, 300)]
    found = [one for one in conflicts_of(terms, Direction("en", "pt")) if one.kind == "contains"]
    assert 10_000 <= len(found) < 10_300
