"""BPE with merges: derivations against the tokenizers library, and what a closed set of tokens promises."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.json_tokenizers import UNKNOWN, Json, added, bpe_of, library_of, naive_bpe, noise, opened, trained
from toys.marian_student import toy_lines
from toys.tokenizer_contract import check_cut_alike, mapped, union

from exporters.trim.base import Ids
from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.tokenizer_json import JsonTokenizer
from exporters.trim.tokenizer_json.bpe import byte_alphabet
from exporters.trim.vocabulary import TokenType, Vocabulary

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def dead(tokenizer: JsonTokenizer) -> list[int]:
    """Tokens of the model that their own symbols, put together without pre-tokenizer, do not give."""
    library = library_of(tokenizer)
    found = []
    for at, token in enumerate(tokenizer.tokens):
        ids = [one.id for one in library.model.tokenize(token)]
        if ids != [at] and not tokenizer.fallback[at]:
            found.append(at)
    return found


def bare(document: Json) -> Json:
    """The same without added tokens and post-processor: what is left is what merges decide about."""
    return {**document, "added_tokens": [], "post_processor": None}


def test_e1_every_token_of_a_closure_is_reachable_and_many_of_the_naive_cut_are_not() -> None:
    for kind, share in (("byte-level", 0.5), ("characters", 0.5)):
        document = bare(trained(kind))
        tokenizer = opened(document)
        chooser = random.Random(2)
        long = [at for at, token in enumerate(tokenizer.tokens) if len(token) > 2 and not tokenizer.fallback[at]]
        wanted = [at for at in long if tokenizer.parts(at) and chooser.random() < 0.3]
        kept = tokenizer.closed(np.array(wanted, np.int64))
        small = tokenizer.trimmed(kept)
        assert not set(dead(small)) - set(dead(tokenizer.trimmed(tokenizer.forced)))
        naive = naive_bpe(document, {*wanted, *tokenizer.forced.tolist()})
        assert len(dead(naive)) > share * len(wanted) > 10


def test_e1_text_that_the_naive_cut_covers_is_cut_in_another_way() -> None:
    document = bare(trained("byte-level"))
    tokenizer = opened(document)
    lines = toy_lines(3, 12)
    ids = tokenizer.encode(lines)
    seen = union(ids)
    kept = np.union1d(seen, tokenizer.forced)
    changed = sum(
        a != b for a, b in zip(mapped(kept, naive_bpe(document, kept.tolist()).encode(lines)), ids, strict=True)
    )
    closed = tokenizer.closed(seen)
    assert mapped(closed, tokenizer.trimmed(closed).encode(lines)) == ids
    assert changed == len(lines)


def test_e2_the_most_frequent_tokens_are_not_closed_and_removing_leaves_meets_the_size() -> None:
    tokenizer = opened(bare(trained("byte-level")))
    counts = np.bincount([at for line in tokenizer.encode(toy_lines(3, 200)) for at in line], minlength=tokenizer.size)
    size = 330
    ranked = np.argsort(-counts, kind="stable")
    top = np.union1d(ranked[: size - len(tokenizer.forced)], tokenizer.forced)
    assert len(tokenizer.closed(top)) > len(top)
    # Leaves go first, the cheapest of them, and give their count to their parts.
    kept = set(tokenizer.closed(np.arange(tokenizer.size)).tolist())
    while len(kept) > size:
        needed = {part for at in kept for part in tokenizer.parts(at)}
        leaf = min(kept - needed - set(tokenizer.forced.tolist()), key=lambda at: (counts[at], -at))
        for part in tokenizer.parts(leaf):
            counts[part] += counts[leaf]
        kept.remove(leaf)
    ids = np.array(sorted(kept), np.int64)
    np.testing.assert_array_equal(tokenizer.closed(ids), ids)
    assert len(ids) == size


def test_e3_a_prefix_of_the_ids_under_a_rule_that_holds_for_substrings_is_closed_for_free() -> None:
    tokenizer = opened(bare(trained("byte-level")))
    for count in (300, 400, 480):
        plain = [at for at in range(count) if tokenizer.texts[at].isascii() and "z" not in tokenizer.texts[at]]
        ids = np.union1d(plain, tokenizer.forced)
        np.testing.assert_array_equal(tokenizer.closed(ids), ids)
        assert len(ids) > len(tokenizer.forced)


def test_e6_all_bytes_stay_and_no_text_becomes_unknown() -> None:
    for kind in ("byte-level", "characters"):
        tokenizer = opened(trained(kind))
        kept = tokenizer.closed(np.array([], np.int64))
        small = tokenizer.trimmed(kept)
        text = "ሰላም ≠ Grüße 🙂\n\x00"
        (ids,) = small.encode([text])
        assert library_of(small).decode(ids) == text
        tokens = [small.tokens[at] for at in ids]
        assert "<unk>" not in tokens
        every_byte = BYTES if kind == "characters" else list(byte_alphabet())
        assert set(every_byte) <= {tokenizer.tokens[at] for at in tokenizer.forced.tolist()}
        assert small.fallback[ids].sum() > 10


def test_texts_show_bytes_that_are_no_character() -> None:
    alphabet = {byte: letter for letter, byte in byte_alphabet().items()}
    spelled = [
        "".join(alphabet[byte] for byte in raw)
        for raw in (b" a", "é".encode(), b"\xc3", b"\xe2\x80", b"\xe2\x80 b\xff")
    ]
    tokens = [*byte_alphabet(), *spelled[:2], *spelled[3:]]
    document = {
        **bpe_of(tokens, []),
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    }
    tokenizer = opened(document)
    assert tokenizer.texts[256:] == [" a", "é", "\ufffd\ufffd", "\ufffd\ufffd b\ufffd"]
    assert tokenizer.texts[tokens.index(alphabet[0xC3])] == "\ufffd"
    assert not tokenizer.fallback[tokens.index("a")]
    assert tokenizer.fallback[tokens.index(alphabet[0xC3])]
    spaced = opened(bpe_of([UNKNOWN, "a", "▁", "▁a", "<0x41>"], [("▁", "a")], byte_fallback=True, unk_token=UNKNOWN))
    assert spaced.texts == ["", "a", " ", " a", ""]


def test_e20_merges_are_read_and_written_in_both_forms() -> None:
    tokens = [*"ab c", "ab", " c", "ab c", "b "]
    pairs = [("a", "b"), (" ", "c"), ("ab", " c"), ("b", " ")]
    tokenizer = opened(bpe_of(tokens, pairs))
    assert tokenizer.encode(["ab c"]) == [[6]]
    kept = tokenizer.closed(np.array([6]))
    small = tokenizer.trimmed(kept)
    assert '"merges":[["a","b"],[" ","c"],["ab"," c"]]' in small.to_json()
    assert small.encode(["ab c"]) == [[6]]
    # The older form joins the two by a space, and cannot hold a token with one.
    document = bpe_of([*"abc", "ab", "abc", "bc"], [])
    document["model"]["merges"] = ["a b", "ab c", "b c"]
    old = opened(document)
    small = old.trimmed(old.closed(np.array([4])))
    assert '"merges":["a b","ab c"]' in small.to_json()
    assert small.encode(["abc"]) == [[4]]


def test_a_word_that_is_a_token_is_taken_whole_when_merges_are_ignored() -> None:
    tokens = ["<unk>", *"abc", "ab", "abc", "cab"]
    document = bpe_of(tokens, [("a", "b"), ("ab", "c")], ignore_merges=True, unk_token=UNKNOWN)
    tokenizer = opened(document)
    # No merge makes `cab`, which only a whole word can be; `abc` is derived inside of longer words.
    assert tokenizer.encode(["cab", "abc", "cabc"]) == [[6], [5], [3, 5]]
    assert tokenizer.closed(np.array([6])).tolist() == [0, 1, 2, 3, 4, 6]
    assert tokenizer.closed(np.array([5])).tolist() == [0, 1, 2, 3, 4, 5]
    assert (tokenizer.parts(6), tokenizer.parts(5)) == ((3, 4), (4, 3))
    without = opened({**document, "model": {**document["model"], "ignore_merges": False}})
    assert without.closed(np.array([6])).tolist() == [0]


def test_an_alphabet_stays_when_nothing_stands_for_what_it_lacks() -> None:
    tokens = ["<unk>", *"abc", "ab"]
    silent = opened(bpe_of(tokens, [("a", "b")]))
    assert silent.encode(["zc"]) == [[3]]
    assert silent.forced.tolist() == [1, 2, 3]
    assert silent.parts(1) == ()
    whole = opened(bpe_of([*"ab", "ab", "a b"], [("a", "b")], ignore_merges=True))
    assert whole.parts(3) == (2,)  # `a` and `b` meet where the space was
    speaking = opened(bpe_of(tokens, [("a", "b")], unk_token=UNKNOWN, fuse_unk=True))
    assert speaking.forced.tolist() == [0]
    assert speaking.parts(1) == (0,)
    assert speaking.trimmed(speaking.closed(np.array([3]))).encode(["abcza"]) == [[0, 1, 0]]


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Merges in any order, several to a token, some twice; unknown characters are dropped, fused or spelled."""
    words = draw(st.lists(st.text("ab c", min_size=2, max_size=5), max_size=12, unique=True))
    letters = draw(st.permutations("ab c"))[: draw(st.integers(2, 4))]
    tokens = ["<unk>", *letters, *words]
    known = set(tokens)
    splits = [(one[:cut], one[cut:]) for one in words for cut in range(1, len(one))]
    pairs = [pair for pair in splits if known.issuperset(pair)]
    merges = draw(st.permutations(pairs)) if pairs else []
    merges = merges[: draw(st.integers(0, len(merges)))] + merges[:2]
    fallback = draw(st.booleans())
    settings: dict[str, Any] = {
        "unk_token": draw(st.sampled_from([None, "<unk>"])),
        "fuse_unk": draw(st.booleans()),
        "ignore_merges": draw(st.booleans()),
        "byte_fallback": fallback,
    }
    return bpe_of([*tokens, *(BYTES if fallback else [])], merges, **settings)


@settings(max_examples=400, deadline=None)
@given(document=documents(), text=st.text("ab cé", max_size=14), data=st.data())
def test_a_text_is_cut_alike_when_all_its_tokens_are_kept(document: Json, text: str, data: st.DataObject) -> None:
    tokenizer = opened(document)
    assert tokenizer.encode([text]) == [library_of(tokenizer).encode(text).ids]
    check_cut_alike(tokenizer, text, data.draw(st.sets(st.integers(0, tokenizer.size - 1), max_size=4)))


@settings(max_examples=300, deadline=None)
@given(document=documents(), data=st.data())
def test_a_closure_keeps_what_was_reachable_and_its_parts(document: Json, data: st.DataObject) -> None:
    tokenizer = opened(document)
    wanted = data.draw(st.sets(st.integers(0, tokenizer.size - 1)))
    never = set(dead(tokenizer)) - set(tokenizer.forced.tolist())
    kept = tokenizer.closed(np.array(sorted(wanted), np.int64))
    assert set(kept.tolist()) >= wanted - never
    assert not never & set(kept.tolist())
    small = tokenizer.trimmed(kept)
    assert not set(dead(small)) - set(small.forced.tolist())
    assert all(set(tokenizer.parts(at)) <= set(kept.tolist()) for at in kept.tolist())
    again = small.trimmed(np.arange(small.size))
    assert again.to_json() == small.to_json()
    without = {at: np.setdiff1d(np.arange(tokenizer.size), [at]) for at in kept.tolist()}
    for at, others in without.items():
        text = tokenizer.tokens[at]
        if at not in tokenizer.forced and tokenizer.encode([text]) == [[at]]:
            assert mapped(others, tokenizer.trimmed(others).encode([text])) == [list(tokenizer.parts(at))]


def by_scores(scores: dict[str, float]) -> tuple[SpmBpe, JsonTokenizer]:
    """One vocabulary as llama.cpp has it, with scores, and as `transformers` converts it, with merges by score."""
    tokens = ["<unk>", *BYTES, *scores]
    types = [TokenType.UNKNOWN, *[TokenType.BYTE] * 256, *[TokenType.NORMAL] * len(scores)]
    values = np.array([0.0] * 257 + list(scores.values()), np.float32)
    merges = [
        (token[:cut], token[cut:])
        for token in sorted(scores, key=lambda one: -scores[one])
        for cut in range(1, len(token))
        if token[:cut] in scores and token[cut:] in scores
    ]
    document = bpe_of(tokens, merges, unk_token=UNKNOWN, byte_fallback=True, fuse_unk=True)
    replaced = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    other = SpmBpe(Vocabulary(tokens, values, np.array(types, np.int32)), space_prefix=False)
    return other, opened({**document, "normalizer": replaced, "added_tokens": [added("<unk>", 0, special=True)]})


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.text("ab▁c", min_size=2, max_size=5), max_size=14, unique=True), data=st.data())
def test_a_vocabulary_is_closed_and_cut_as_its_form_with_scores_is(words: Sequence[str], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(words))))
    scores = {**dict.fromkeys("ab▁c", -99.0), **dict(zip(words, map(float, order), strict=True))}
    other, tokenizer = by_scores(scores)
    lines = data.draw(st.lists(st.text("ab cé", max_size=14), max_size=3))
    assert tokenizer.encode(lines) == other.encode(lines)
    wanted: Ids = np.array(sorted(data.draw(st.sets(st.integers(0, other.size - 1)))), np.int64)
    np.testing.assert_array_equal(tokenizer.closed(wanted), other.closed(wanted))
    np.testing.assert_array_equal(tokenizer.forced, other.forced)
    assert tokenizer.texts == other.texts
    for at in range(257, other.size):
        assert tokenizer.parts(at) == other.parts(at)


@pytest.mark.parametrize("kind", ["byte-level", "characters"])
def test_noise_is_cut_alike_when_its_tokens_are_kept(kind: str) -> None:
    tokenizer = opened(trained(kind))
    lines = noise(5, 200, "bdaeiou ãéz.?B<|end|>é\u00a0")
    ids = tokenizer.encode(lines)
    kept = tokenizer.closed(union(ids))
    small = tokenizer.trimmed(kept)
    assert mapped(kept, small.encode(lines)) == ids
    assert library_of(small).decode_batch(small.encode(lines)) == library_of(tokenizer).decode_batch(ids)
