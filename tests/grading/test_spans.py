"""Clauses and windows of an answer, and where the pieces of a vocabulary stand in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.grading.spans import clauses, piece_spans

HOSTILE = [
    "",
    " ",
    "\u00a0",
    "😀",
    "?",
    "...",
    "a" * 50_000,
    "x\x00y",
    "\u202eabc",
    "水を蒸発させる。塩が残る",
    "e\u0301 a",
]


def words_of(text: str) -> list[str]:
    return [text[begin:end] for begin, end in clauses(text)]


def test_clauses_are_cut_at_punctuation_and_come_without_it() -> None:
    found = words_of("The water left, the salt stayed. Done!")
    assert {"The water left", "the salt stayed", "Done"} <= set(found)
    assert "The water left, the salt stayed. Done" in found


def test_windows_have_6_12_and_18_words_and_reach_the_end() -> None:
    text = " ".join(f"w{at}" for at in range(40))
    found = {len(one.split()) for one in words_of(text)}
    assert found == {6, 12, 18, 40}
    assert sum(one.endswith("w39") for one in words_of(text)) == 4


def test_number_of_spans_is_bounded_when_the_text_is_long() -> None:
    assert len(clauses("word " * 30_000)) < 2500


@pytest.mark.parametrize("text", HOSTILE)
def test_spans_are_of_the_text_when_it_is_hostile(text: str) -> None:
    assert all(0 <= begin < end <= len(text) for begin, end in clauses(text))


@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_spans_lie_in_the_text_without_spaces_around_them(text: str) -> None:
    found = clauses(text)
    assert list(found) == sorted(set(found))
    for begin, end in found:
        assert 0 <= begin < end <= len(text)
        assert text[begin:end].strip()


def test_pieces_are_found_where_their_letters_stand() -> None:
    text = "Ｔhe ﬁlm  evaporates"
    found = piece_spans(text, ["▁The", "▁film", "▁eva", "porates"])
    assert [text[begin:end] for begin, end in found] == ["Ｔhe", "ﬁlm", "eva", "porates"]


def test_piece_is_empty_when_it_is_unknown() -> None:
    text = "a ☃ b"
    found = piece_spans(text, ["▁a", "▁", "<unk>", "▁b"])
    assert [text[begin:end] for begin, end in found] == ["a", "", "", "b"]


@settings(deadline=None)
@given(text=st.text(max_size=60), pieces=st.lists(st.text(max_size=5), max_size=20))
def test_piece_spans_are_in_order_whatever_the_pieces_are(text: str, pieces: list[str]) -> None:
    found = piece_spans(text, pieces)
    assert len(found) == len(pieces)
    assert all(0 <= begin <= end <= len(text) for begin, end in found)
    begins = [begin for begin, _ in found]
    assert begins == sorted(begins)
