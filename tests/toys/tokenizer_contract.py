"""What every implementation of `exporters.trim.base.Tokenizer` must do, whatever its kind."""

from __future__ import annotations

import random
from collections.abc import Sequence, Set

import numpy as np
import pytest
from toys.json_tokenizers import library_of

from edgekit.core.errors import UsageError
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.tokenizer_json import JsonTokenizer


def check_contract(tokenizer: Tokenizer, lines: Sequence[str], *, seed: int = 0) -> None:
    """Lines: text whose tokens are a part of the vocabulary, some of them several characters long."""
    chooser = random.Random(seed)
    everything = np.arange(tokenizer.size)
    ids = tokenizer.encode(lines)
    seen = union(ids)
    _check_shapes(tokenizer, lines, ids)
    _check_closure(tokenizer, seen, chooser)
    small_set = tokenizer.closed(seen)
    assert len(small_set) < tokenizer.size
    _check_cut(tokenizer, small_set, lines, ids)
    _check_cut(tokenizer, tokenizer.closed(everything), lines, ids)
    half = [line for line in lines if chooser.random() < 0.5]
    _check_cut(tokenizer, tokenizer.closed(union(tokenizer.encode(half))), half, tokenizer.encode(half))
    _check_parts(tokenizer, chooser)


def union(ids: Sequence[Sequence[int]]) -> Ids:
    """The ids that lines are cut into, ascending."""
    return np.array(sorted({at for line in ids for at in line}), np.int64)


def mapped(kept: Ids, ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Ids of the trimmed tokenizer as those of the original."""
    return [[int(kept[at]) for at in line] for line in ids]


def check_cut_alike(tokenizer: JsonTokenizer, text: str, more: Set[int]) -> None:
    """A text is cut alike, and comes back alike, when all its tokens are kept.  more: ids that are kept besides."""
    (ids,) = tokenizer.encode([text])
    kept = tokenizer.closed(np.array(sorted({*ids, *more}), np.int64))
    assert set(kept.tolist()) >= set(ids)
    np.testing.assert_array_equal(tokenizer.closed(kept), kept)
    small = tokenizer.trimmed(kept)
    new = small.encode([text])
    assert mapped(kept, new) == [ids]
    assert library_of(small).decode(new[0]) == library_of(tokenizer).decode(ids)


def _check_shapes(tokenizer: Tokenizer, lines: Sequence[str], ids: list[list[int]]) -> None:
    size = tokenizer.size
    assert tokenizer.kind in ("spm-bpe", "bpe", "unigram", "wordpiece")
    assert len(tokenizer.texts) == size
    assert all(isinstance(text, str) for text in tokenizer.texts)
    assert tokenizer.fallback.shape == (size,)
    assert tokenizer.fallback.dtype == np.bool_
    forced = tokenizer.forced
    assert forced.dtype == np.int64
    assert (np.diff(forced) > 0).all()
    assert 0 <= forced[0] <= forced[-1] < size
    assert len(ids) == len(lines)
    assert all(0 <= at < size for line in ids for at in line)
    assert tokenizer.encode(lines) == ids
    assert [tokenizer.encode([line])[0] for line in lines[:5]] == ids[:5]
    assert tokenizer.encode([]) == []
    assert tokenizer.encode(["", lines[0], ""]) == [[], ids[0], []]
    (odd,) = tokenizer.encode(["a\ud800b"])  # half of a character, as broken text has it
    assert odd


def _check_closure(tokenizer: Tokenizer, seen: Ids, chooser: random.Random) -> None:
    closed = tokenizer.closed(seen)
    assert closed.dtype == np.int64
    assert (np.diff(closed) > 0).all()
    np.testing.assert_array_equal(tokenizer.closed(closed), closed)
    assert set(closed.tolist()) >= {*seen.tolist(), *tokenizer.forced.tolist()}
    np.testing.assert_array_equal(tokenizer.closed(np.array([], np.int64)), tokenizer.forced)
    some = np.array([at for at in seen.tolist() if chooser.random() < 0.5], np.int64)
    assert set(tokenizer.closed(some).tolist()) <= set(closed.tolist())
    np.testing.assert_array_equal(tokenizer.closed(np.concatenate([seen[::-1], seen])), closed)
    for wrong in (-1, tokenizer.size):
        with pytest.raises(UsageError):
            tokenizer.closed(np.array([0, wrong], np.int64))
    if tokenizer.needs_parts:
        kept = set(closed.tolist())
        assert all(kept.issuperset(tokenizer.parts(at)) for at in kept)
        assert len(closed) > len(np.union1d(seen, tokenizer.forced))
    else:
        np.testing.assert_array_equal(closed, np.union1d(seen, tokenizer.forced))


def _check_cut(tokenizer: Tokenizer, kept: Ids, lines: Sequence[str], ids: list[list[int]]) -> None:
    small = tokenizer.trimmed(kept)
    assert small.size == len(kept)
    assert (small.kind, small.needs_parts) == (tokenizer.kind, tokenizer.needs_parts)
    assert mapped(kept, small.encode(lines)) == ids
    assert list(small.texts) == [tokenizer.texts[at] for at in kept.tolist()]
    np.testing.assert_array_equal(small.fallback, tokenizer.fallback[kept])
    np.testing.assert_array_equal(kept[small.forced], tokenizer.forced)
    # Nothing is left that no text produces, and cutting once more to the same set changes nothing.
    np.testing.assert_array_equal(small.closed(np.arange(small.size)), np.arange(small.size))
    again = small.trimmed(np.arange(small.size))
    assert again.encode(lines) == small.encode(lines)
    assert list(again.texts) == list(small.texts)


def _check_parts(tokenizer: Tokenizer, chooser: random.Random) -> None:
    """Where a token's own text gives the token, the text without it gives its parts."""
    everything = np.arange(tokenizer.size)
    for at in tokenizer.forced.tolist():
        assert at not in tokenizer.parts(at)
    texts = list(tokenizer.texts)
    alone = [at for at, ids in enumerate(tokenizer.encode(texts)) if ids == [at] and tokenizer.parts(at)]
    chooser.shuffle(alone)
    checked = 0
    for at in alone[:60]:
        parts = tokenizer.parts(at)
        assert at not in parts
        others = tokenizer.closed(np.setdiff1d(everything, [at]))
        if at not in others.tolist():
            assert mapped(others, tokenizer.trimmed(others).encode([texts[at]])) == [list(parts)], texts[at]
            checked += 1
    assert checked > 5
