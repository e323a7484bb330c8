"""Orders in which tokens go: every size is a closed set, and the cheapest go first."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.json_tokenizers import opened, unigram_of, wordpiece_of

from exporters.selection.removal import removal_order
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.vocabulary import TokenType, Vocabulary

NONE = np.array([], np.int64)


def spm(tokens: list[str]) -> SpmBpe:
    """The first joined first; letters `a` to `d` and the bytes at the end."""
    names = [*tokens, *"abcd", *(f"<0x{byte:02X}>" for byte in range(256))]
    types = [TokenType.NORMAL] * (len(tokens) + 4) + [TokenType.BYTE] * 256
    return SpmBpe(
        Vocabulary(names, -np.arange(len(names), dtype=np.float32), np.array(types, np.int32)), space_prefix=False
    )


def rates(tokenizer: Tokenizer, values: dict[str, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    named = np.zeros(tokenizer.size)
    for text, value in values.items():
        named[list(tokenizer.texts).index(text)] = value
    return named


def texts(tokenizer: Tokenizer, ids: Ids) -> list[str]:
    return [tokenizer.texts[at] for at in ids.tolist()]


TOKENS = st.lists(st.text("abcd", min_size=2, max_size=5), max_size=14, unique=True)


@settings(max_examples=150, deadline=None)
@given(tokens=TOKENS, data=st.data())
def test_every_size_of_bpe_is_a_closed_set_of_exactly_that_size_inside_the_next(
    tokens: list[str], data: st.DataObject
) -> None:
    tokenizer = spm(tokens)
    values = np.array(data.draw(st.lists(st.floats(0, 1), min_size=tokenizer.size, max_size=tokenizer.size)))
    keep = data.draw(st.sets(st.integers(0, tokenizer.size - 1), max_size=3))
    fixed = tokenizer.closed(np.array(sorted(keep), np.int64))
    removal = removal_order(tokenizer, values, fixed)
    assert set(removal.kept(removal.least).tolist()) >= set(fixed.tolist())
    larger: set[int] | None = None
    for size in range(len(removal.all), removal.least - 1, -1):
        kept = removal.kept(size)
        assert len(kept) == size
        np.testing.assert_array_equal(tokenizer.closed(kept), kept)
        assert larger is None or set(kept.tolist()) < larger
        larger = set(kept.tolist())


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.text("abc", min_size=2, max_size=4), max_size=8, unique=True), data=st.data())
def test_every_size_of_unigram_and_wordpiece_is_closed_and_has_that_size(words: list[str], data: st.DataObject) -> None:
    scores = {**dict.fromkeys("abc", -9.0), **{word: -float(at) for at, word in enumerate(words)}}
    pieces = [*"abc", *(f"##{letter}" for letter in "abc"), *words, *(f"##{word}" for word in words)]
    for tokenizer in (opened(unigram_of(scores)), opened(wordpiece_of(pieces))):
        values = np.array(data.draw(st.lists(st.floats(0, 1), min_size=tokenizer.size, max_size=tokenizer.size)))
        removal = removal_order(tokenizer, values, tokenizer.closed(NONE))
        for size in range(removal.least, len(removal.all) + 1):
            kept = removal.kept(size)
            assert len(kept) == size
            np.testing.assert_array_equal(tokenizer.closed(kept), kept)


def test_e2_the_most_frequent_tokens_are_no_closed_set_and_the_order_of_leaves_is_one() -> None:
    tokenizer = spm(["ab", "abc", "abcd", "cd"])
    # `abcd` is frequent and its parts are not: who sorts by count keeps a word that no text is cut into any more.
    values = rates(tokenizer, {"abcd": 0.9, "cd": 0.5, "abc": 0.1, "ab": 0.05})
    top = np.union1d(np.argsort(-values)[:2], tokenizer.forced)
    top = np.union1d(top, np.flatnonzero(np.isin(tokenizer.texts, [*"abcd"])))
    assert tokenizer.trimmed(top).encode(["abcd"]) != [[0]]
    removal = removal_order(tokenizer, values, tokenizer.closed(np.arange(4, 8)))
    kept = removal.kept(removal.least + 3)
    assert texts(tokenizer, kept)[:3] == ["ab", "abc", "abcd"]
    assert tokenizer.trimmed(kept).encode(["abcd"]) == [[2]]


def test_the_count_of_a_token_that_goes_flows_to_its_parts() -> None:
    # Alone `ab` (.1) is rarer than `cd` (.2). Once `aba` (.15), which is made of it, is gone, it carries .1 + .15 / 3,
    # still less; once `abb` (.17) is gone as well, it carries .1 + .32 / 3, more than `cd`.
    tokenizer = spm(["ab", "cd", "aba", "abb"])
    values = rates(tokenizer, {"ab": 0.1, "cd": 0.2, "aba": 0.15, "abb": 0.17})
    removal = removal_order(tokenizer, values, tokenizer.closed(np.arange(4, 8)))
    assert texts(tokenizer, removal.order) == ["aba", "abb", "cd", "ab"]


def test_a_part_that_nothing_else_needs_goes_with_its_token() -> None:
    # `abcd` needs `abc` and `ab`, which nobody uses: three rows for .3. `cd` is one row for .2 and outlives them.
    tokenizer = spm(["ab", "abc", "abcd", "cd"])
    values = rates(tokenizer, {"abcd": 0.3, "cd": 0.2})
    removal = removal_order(tokenizer, values, tokenizer.closed(np.arange(4, 8)))
    assert texts(tokenizer, removal.order)[-1] == "cd"


def test_what_is_fixed_never_goes_and_what_nothing_can_replace_stays() -> None:
    tokenizer = spm(["ab", "abc"])
    fixed = tokenizer.closed(np.array([1]))
    removal = removal_order(tokenizer, np.ones(tokenizer.size), fixed)
    assert set(fixed.tolist()) <= set(removal.kept(removal.least).tolist())
    assert not set(removal.order.tolist()) & set(tokenizer.forced.tolist())
