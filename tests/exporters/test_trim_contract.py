"""Every tokenizer that can be trimmed keeps the same contract."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import sentencepiece
from toys.json_tokenizers import opened, trained
from toys.marian_student import toy_lines
from toys.sentencepiece_models import AS_IT_IS, trained_sentencepiece
from toys.tokenizer_contract import check_contract, union

from exporters.trim.base import Tokenizer
from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.vocabulary import TokenType, Vocabulary


@functools.cache
def spm_bpe() -> SpmBpe:
    """A SentencePiece BPE of 600 tokens that was trained here, as llama.cpp's converter would store it."""
    model = trained_sentencepiece(toy_lines(3, 400), kind="bpe", vocab_size=600, byte_fallback=True, **AS_IT_IS)
    library = sentencepiece.SentencePieceProcessor(model_proto=model)
    ids = range(library.GetPieceSize())
    kinds = (
        (library.IsUnknown, TokenType.UNKNOWN),
        (library.IsControl, TokenType.CONTROL),
        (library.IsByte, TokenType.BYTE),
    )
    types = [next((kind for asked, kind in kinds if asked(at)), TokenType.NORMAL) for at in ids]
    scores = np.array([library.GetScore(at) for at in ids], np.float32)
    return SpmBpe(
        Vocabulary([library.IdToPiece(at) for at in ids], scores, np.array(types, np.int32)), space_prefix=False
    )


def tokenizer_of(kind: str) -> Tokenizer:
    return spm_bpe() if kind == "spm-bpe" else opened(trained(kind))


KINDS = ["spm-bpe", "byte-level", "characters", "unigram", "wordpiece"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_tokenizer_keeps_the_contract(kind: str) -> None:
    check_contract(tokenizer_of(kind), [*toy_lines(3, 12), "Zé\u00a0₤ 12"], seed=1)


@pytest.mark.parametrize("kind", KINDS)
def test_e22_the_same_tokens_give_the_same_map_and_the_same_tokenizer(kind: str) -> None:
    tokenizer = tokenizer_of(kind)
    seen = union(tokenizer.encode(toy_lines(3, 9)))
    kept = tokenizer.closed(seen)
    shuffled = seen.copy()
    np.random.default_rng(1).shuffle(shuffled)
    np.testing.assert_array_equal(tokenizer.closed(shuffled), kept)
    old_to_new = {int(old): new for new, old in enumerate(kept)}
    assert sorted(old_to_new.values()) == list(range(len(kept)))
    assert list(old_to_new) == sorted(old_to_new)


def test_e4_scores_are_copied_and_a_piece_without_its_intermediates_is_dead() -> None:
    tokenizer = spm_bpe()
    kept = tokenizer.closed(union(tokenizer.encode(toy_lines(3, 12))))
    small = tokenizer.trimmed(kept)
    np.testing.assert_array_equal(small.vocabulary.scores, tokenizer.vocabulary.scores[kept])
    lengths = np.array([len(token) for token in tokenizer.vocabulary.tokens])
    joined = [
        at for at in np.setdiff1d(kept, tokenizer.forced).tolist() if lengths[list(tokenizer.parts(at))].max() > 1
    ]
    dead = 0
    for at in joined:
        without = np.setdiff1d(kept, [part for part in tokenizer.parts(at) if lengths[part] > 1])
        dead += tokenizer.trimmed(without).encode([tokenizer.texts[at]]) != [[np.searchsorted(without, at)]]
    # The others are joined from other pieces then.
    assert dead > 0.5 * len(joined) > 20
