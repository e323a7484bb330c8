"""Packed texts come back as they were, and a large vocabulary cuts as a small one does."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.tokenizer import unigram
from edgekit.tokenizer.packed_pieces import PackedPieces

PIECES = ["a", "b", "ab", "▁", "▁a", "ж", "▁ж", "жа", "aж", "水", "水b", "’", "é", "\ud800"]


@given(st.lists(st.text(max_size=6), max_size=20))
def test_texts_come_back_equal_when_they_are_packed(texts: list[str]) -> None:
    packed = PackedPieces(texts)
    assert list(packed) == texts
    assert len(packed) == len(texts)
    assert packed[1:3] == texts[1:3]
    assert [packed[at] for at in range(len(texts))] == texts


@given(st.lists(st.text(alphabet="ab▁ж水’éz", max_size=10), min_size=1, max_size=6))
@settings(max_examples=300)
def test_cuts_are_equal_when_pieces_of_other_scripts_wait(texts: list[str]) -> None:
    known = {piece: at for at, piece in enumerate(PIECES)}
    scores = [-1.0 - 0.1 * at for at in range(len(PIECES))] + [-30.0]
    whole = unigram.Unigram(known, scores, unknown=len(PIECES), least=-3.0, most=-1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unigram, "MANY", 1)
        waiting = unigram.Unigram(known, scores, unknown=len(PIECES), least=-3.0, most=-1.0)
    for text in texts:
        assert waiting.encode(text) == whole.encode(text)


def test_nothing_that_was_given_is_held_when_a_vocabulary_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between 250,002 pieces that are freed, strings and numbers that stay hold on to 26 MB of the memory of all."""
    monkeypatch.setattr(unigram, "MANY", 1)
    piece, number = "".join(["a", "b"]), int("1000")
    known = {piece: number}
    before = sys.getrefcount(piece), sys.getrefcount(number)
    search = unigram.Search(known, [0.0] * 1001, unknown=0, unknown_score=-9.0)
    assert (sys.getrefcount(piece), sys.getrefcount(number)) == before
    assert search.fill("ab", [0.0, -9.0, -9.0]).ids[-1] == number
