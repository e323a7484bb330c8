"""The derivation of tokens against the SentencePiece library, and what a closed set of them promises."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.marian_student import toy_lines
from toys.sentencepiece_models import AS_IT_IS, trained_sentencepiece

from exporters.trim.base import Ids
from exporters.trim.spm_bpe import SpmBpe, derivation
from exporters.trim.vocabulary import TokenType, Vocabulary


@pytest.fixture(scope="module")
def library() -> sentencepiece.SentencePieceProcessor:
    """A BPE vocabulary of 400 tokens that was trained here."""
    model = trained_sentencepiece(toy_lines(3, 400), kind="bpe", vocab_size=400, **AS_IT_IS)
    return sentencepiece.SentencePieceProcessor(model_proto=model)


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


def tokenizer_of(scores: dict[str, float], *, space_prefix: bool = False) -> SpmBpe:
    """The normal tokens after an unknown one and the 256 bytes."""
    tokens = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), *scores]
    types = [TokenType.UNKNOWN, *[TokenType.BYTE] * 256, *[TokenType.NORMAL] * len(scores)]
    values = np.array([0.0] * 257 + list(scores.values()), np.float32)
    return SpmBpe(Vocabulary(tokens, values, np.array(types, np.int32)), space_prefix=space_prefix)


def ids_of(tokenizer: SpmBpe, tokens: set[str]) -> Ids:
    return np.array(sorted(tokenizer.vocabulary.tokens.index(token) for token in tokens), np.int64)


def naive(tokenizer: SpmBpe, wanted: Ids) -> SpmBpe:
    """What trimmers that only count do: the tokens that were seen, and nothing on the way to them."""
    return tokenizer.trimmed(np.union1d(wanted, tokenizer.forced))


def dead(tokenizer: SpmBpe) -> list[int]:
    """The tokens that their own text does not give."""
    return [
        at
        for at, text in enumerate(tokenizer.texts)
        if text and tokenizer.encode([text]) != [[at]] and not tokenizer.fallback[at]
    ]


def test_e1_every_token_of_a_closure_is_reachable_and_many_of_the_naive_cut_are_not(scores: dict[str, float]) -> None:
    tokenizer = tokenizer_of(scores)
    chooser = random.Random(2)
    wanted = ids_of(tokenizer, {token for token in scores if len(token) > 3 and chooser.random() < 0.3})
    assert not dead(tokenizer.trimmed(tokenizer.closed(wanted)))
    assert len(dead(naive(tokenizer, wanted))) > len(wanted) // 4


VOCABULARIES = st.lists(st.text("ab▁c", min_size=2, max_size=5), max_size=14, unique=True).flatmap(
    lambda tokens: st.lists(st.integers(-9, 9), min_size=len(tokens), max_size=len(tokens)).map(
        # Equal scores are on purpose: then the leftmost is joined first.
        lambda numbers: {**dict.fromkeys("ab▁c", -99.0), **dict(zip(tokens, map(float, numbers), strict=True))}
    )
)


@settings(max_examples=400, deadline=None)
@given(scores=VOCABULARIES, text=st.text("ab cé", max_size=14), prefix=st.booleans(), data=st.data())
def test_a_text_is_cut_alike_when_all_its_tokens_are_kept(
    scores: dict[str, float], text: str, prefix: bool, data: st.DataObject
) -> None:
    tokenizer = tokenizer_of(scores, space_prefix=prefix)
    (ids,) = tokenizer.encode([text])
    spaced = ((" " if prefix and text else "") + text).replace(" ", "▁")
    cut, made = derivation(spaced, scores)
    assert "".join(cut) == spaced
    assert set(cut) <= {a + b for a, b in made} | set(spaced)
    # Words are cut one by one, the derivation takes the whole text.
    assert [tokenizer.vocabulary.tokens[at] for at in ids] == [
        token for one in cut for token in ([one] if one in scores else ["<0xC3>", "<0xA9>"])
    ]
    more = data.draw(st.sets(st.sampled_from(sorted(scores)), max_size=4))
    kept = tokenizer.closed(np.union1d(np.array(ids, np.int64), ids_of(tokenizer, more)))
    np.testing.assert_array_equal(tokenizer.closed(kept), kept)
    small = tokenizer.trimmed(kept)
    assert [kept[at] for at in small.encode([text])[0]] == ids


@settings(max_examples=200, deadline=None)
@given(scores=VOCABULARIES, data=st.data())
def test_a_closure_keeps_what_was_reachable_and_its_parts(scores: dict[str, float], data: st.DataObject) -> None:
    tokenizer = tokenizer_of(scores)
    wanted = ids_of(tokenizer, data.draw(st.sets(st.sampled_from(sorted(scores)))))
    never = set(dead(tokenizer))
    kept = tokenizer.closed(wanted)
    assert set(kept.tolist()) >= set(wanted.tolist()) - never
    assert not never & set(kept.tolist())
    assert not dead(tokenizer.trimmed(kept))
    for at in kept.tolist():
        assert set(tokenizer.parts(at)) <= set(kept.tolist())
        if tokenizer.parts(at) and not tokenizer.fallback[at]:
            others = tokenizer.closed(np.setdiff1d(np.arange(tokenizer.size), [at]))
            if at not in others.tolist():
                (ids,) = tokenizer.trimmed(others).encode([tokenizer.texts[at]])
                assert [int(others[one]) for one in ids] == list(tokenizer.parts(at))


def test_nothing_is_joined_when_nothing_is_a_token() -> None:
    assert derivation("", {}) == ([], [])
    assert derivation("abc", {}) == (["a", "b", "c"], [])
    tokenizer = tokenizer_of({})
    assert tokenizer.encode(["", "a"]) == [[], [1 + ord("a")]]
    np.testing.assert_array_equal(tokenizer.closed(np.array([], np.int64)), np.arange(257))


def test_user_defined_tokens_are_found_before_anything_is_joined_and_spares_may_go() -> None:
    tokens = ["<unused1>", "\n", "\n\n", "<b>", *"ab<>", "ab", "b>"]
    types = [TokenType.CONTROL, *[TokenType.USER_DEFINED] * 3, *[TokenType.NORMAL] * 6]
    vocabulary = Vocabulary(tokens, np.arange(10, dtype=np.float32), np.array(types, np.int32))
    tokenizer = SpmBpe(vocabulary, space_prefix=False)
    (ids,) = tokenizer.encode(["ab\n\n\n<b>ab>"])
    assert [tokens[at] for at in ids] == ["ab", "\n\n", "\n", "<b>", "a", "b>"]
    assert tokenizer.forced.tolist() == [1, 2, 3]
    assert tokenizer.texts[:3] == ["", "\n", "\n\n"]
