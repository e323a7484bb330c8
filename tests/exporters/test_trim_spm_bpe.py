"""The derivation of tokens against the SentencePiece library, and what a closed set of them promises."""

from __future__ import annotations

import io
import random

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.marian_student import toy_lines

from exporters.trim.spm_bpe import closure, derivation


@pytest.fixture(scope="module")
def library() -> sentencepiece.SentencePieceProcessor:
    """A BPE vocabulary of 400 tokens that was trained here."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(toy_lines(3, 400)),
        model_writer=model,
        model_type="bpe",
        vocab_size=400,
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


@pytest.fixture(scope="module")
def scores(library: sentencepiece.SentencePieceProcessor) -> dict[str, float]:
    return {
        library.IdToPiece(at): library.GetScore(at)
        for at in range(library.GetPieceSize())
        if not library.IsControl(at) and not library.IsUnknown(at)
    }


def test_a_text_is_cut_as_the_library_cuts_it(
    library: sentencepiece.SentencePieceProcessor, scores: dict[str, float]
) -> None:
    lines = toy_lines(9, 200)
    chooser = random.Random(1)
    letters = [*sorted({letter for token in scores for letter in token} - {"▁"}), " "]
    lines += ["".join(chooser.choices(letters, k=chooser.randrange(1, 40))) for _ in range(300)]
    for line in lines:
        assert derivation(line.replace(" ", "▁"), scores)[0] == library.EncodeAsPieces(line), line


def test_every_token_of_a_closure_is_reachable_and_many_of_the_naive_cut_are_not(scores: dict[str, float]) -> None:
    chooser = random.Random(2)
    wanted = {token for token in scores if len(token) > 3 and chooser.random() < 0.3}
    closed = closure(wanted, scores)
    assert wanted < closed < set(scores)
    for tokens, dead_allowed in ((closed, False), (wanted, True)):
        small = {token: scores[token] for token in tokens}
        dead = [token for token in tokens if len(token) > 1 and derivation(token, small)[0] != [token]]
        assert bool(dead) == dead_allowed, dead[:5]


VOCABULARIES = st.lists(st.text("ab▁c", min_size=2, max_size=5), max_size=14, unique=True).flatmap(
    lambda tokens: st.lists(st.integers(-9, 9), min_size=len(tokens), max_size=len(tokens)).map(
        # Equal scores are on purpose: then the leftmost is joined first.
        lambda numbers: {**dict.fromkeys("ab▁c", -99.0), **dict(zip(tokens, map(float, numbers), strict=True))}
    )
)


@settings(max_examples=400, deadline=None)
@given(scores=VOCABULARIES, text=st.text("ab▁c", max_size=14), more=st.sets(st.text("ab▁c", min_size=2, max_size=4)))
def test_a_text_is_cut_alike_when_all_its_tokens_are_kept(scores: dict[str, float], text: str, more: set[str]) -> None:
    cut, made = derivation(text, scores)
    assert "".join(cut) == text
    assert set(cut) <= set(made) | set(text)
    closed = closure({*cut, *(more & scores.keys())}, scores)
    small = {token: scores[token] for token in closed}
    assert derivation(text, small)[0] == cut
    assert closure(closed, scores) == closed


@settings(max_examples=200, deadline=None)
@given(scores=VOCABULARIES, data=st.data())
def test_a_closure_makes_reachable_what_was_reachable(scores: dict[str, float], data: st.DataObject) -> None:
    wanted = data.draw(st.sets(st.sampled_from(sorted(scores))))
    closed = closure(wanted, scores)
    small = {token: scores[token] for token in closed}
    for token in closed:
        assert derivation(token, small) == derivation(token, scores)


def test_nothing_is_joined_when_nothing_is_a_token() -> None:
    assert derivation("", {}) == ([], [])
    assert derivation("abc", {}) == (["a", "b", "c"], [])
    assert closure([], {}) == set()
