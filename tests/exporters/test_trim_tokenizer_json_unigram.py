"""Unigram: segmentations against the tokenizers library, before and after tokens are gone."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.json_tokenizers import Json, library_of, noise, opened, trained, unigram_of
from toys.marian_student import toy_lines
from toys.tokenizer_contract import check_cut_alike, mapped, union

from exporters.trim.tokenizer_json import JsonTokenizer

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def whole(tokenizer: JsonTokenizer, token: int) -> bool:
    """Whether the token's own text is cut into the token."""
    return [one.id for one in library_of(tokenizer).model.tokenize(tokenizer.tokens[token])] == [token]


def without_floor(tokenizer: JsonTokenizer, kept: list[int]) -> JsonTokenizer:
    """What trimmers that only count do: the tokens that were seen and the unknown one, not the one of least score."""
    document = json.loads(tokenizer.to_json())
    model = document["model"]
    model["vocab"] = [model["vocab"][at] for at in kept]
    model["unk_id"] = kept.index(model["unk_id"])
    return opened({**document, "added_tokens": [], "post_processor": None, "padding": None})


def test_e5_scores_stay_and_the_unknown_token_is_numbered_anew() -> None:
    tokenizer = opened(trained("unigram"))
    kept = tokenizer.closed(union(tokenizer.encode(toy_lines(3, 12))))
    before, after = json.loads(tokenizer.to_json())["model"], json.loads(tokenizer.trimmed(kept).to_json())["model"]
    inside = [at for at in kept.tolist() if at < len(before["vocab"])]
    assert after["vocab"] == [before["vocab"][at] for at in inside]
    assert after["unk_id"] == inside.index(before["unk_id"])
    shifted = unigram_of({"a": -1.0, "b": -1.5, "ab": -2.0, "c": -9.0}, unk_id=3)
    shifted["model"]["vocab"] = shifted["model"]["vocab"][1:] + shifted["model"]["vocab"][:1]
    shifted["model"]["unk_id"] = 4
    odd = opened(shifted)
    small = odd.trimmed(odd.closed(np.array([2])))
    assert small.tokens == ["ab", "c", "<unk>"]
    assert json.loads(small.to_json())["model"]["unk_id"] == 2
    assert small.encode(["abxab"]) == [[0, 2, 0]]


def test_e5_the_unknown_token_wins_nowhere_where_it_did_not_before() -> None:
    # `q` alone is rare. Without it and without the floor that its score is, unknown + `ab` beats `qa` + `b`.
    scores = {"q": -30.0, "qa": -15.0, "b": -14.0, "ab": -1.0, "z": -31.0}
    tokenizer = opened(unigram_of(scores))
    (ids,) = tokenizer.encode(["qab"])
    assert [tokenizer.tokens[at] for at in ids] == ["qa", "b"]
    wanted = np.array([3, 2, 4])
    naive = without_floor(tokenizer, [0, 2, 3, 4])
    assert [naive.tokens[at] for at in naive.encode(["qab"])[0]] == ["<unk>", "ab"]
    kept = tokenizer.closed(wanted)
    assert kept.tolist() == [0, 2, 3, 4, 5]
    assert mapped(kept, tokenizer.trimmed(kept).encode(["qab"])) == [ids]


def test_e6_bytes_stay_where_they_are_spelled_and_are_counted_as_a_fallback() -> None:
    scores = {**dict.fromkeys(BYTES, 0.0), "a": -1.0, "ab": -2.0, "é": -3.0}
    tokenizer = opened(unigram_of(scores, byte_fallback=True))
    kept = tokenizer.closed(np.array([], np.int64))
    assert kept.tolist() == [0, *range(1, 257), 259]  # `é` has the least score
    small = tokenizer.trimmed(kept)
    assert [small.tokens[at] for at in small.encode(["a"])[0]] == ["<0x61>"]
    assert tokenizer.parts(258) == (257, 1 + ord("b"))
    assert tokenizer.parts(259) == (1 + 0xC3, 1 + 0xA9)
    assert small.fallback.sum() == 257
    plain = opened(unigram_of(scores))
    assert plain.closed(np.array([], np.int64)).tolist() == [0, 259]
    assert plain.parts(259) == (0,)


def test_a_token_that_others_always_beat_is_left_out() -> None:
    tokenizer = opened(unigram_of({"a": -1.0, "b": -1.0, "ab": -3.0, "ba": -2.0, "▁": -4.0}))
    assert tokenizer.encode(["ab", "ba"]) == [[1, 2], [4]]
    assert tokenizer.closed(np.array([3, 4])).tolist() == [0, 4, 5]


def test_e7_text_is_counted_as_the_model_sees_it() -> None:
    tokenizer = opened(trained("unigram"))
    # NFKC, runs of spaces, a space before the first word; truncation to 8 tokens and padding are no part of a text.
    wide = tokenizer.encode(["ｂａｄｏ  ﬁ", "bado fi"])
    assert wide[0] == wide[1]
    long = " ".join(toy_lines(3, 4))
    (ids,) = tokenizer.encode([long])
    assert len(ids) > 20
    library = library_of(tokenizer)
    library.no_truncation()
    library.no_padding()
    assert ids == library.encode(long, add_special_tokens=False).ids
    lines = [long, long.upper(), long.title(), "</s> eng_Latn<mask>bado", "1234567890", "https://bado.org/?q=1", "🙂"]
    assert tokenizer.encode(lines) == [library.encode(line, add_special_tokens=False).ids for line in lines]


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Scores with ties, characters without a token, with and without bytes."""
    tokens = draw(st.lists(st.text("ab▁c", min_size=1, max_size=5), min_size=1, max_size=16, unique=True))
    # Sums of these are exact, so that what is equal is equal.
    score = st.sampled_from([-1.0, -2.0, -2.5, -4.0, -7.25, -20.0, 0.0, 3]) | st.integers(-1920, 320).map(
        lambda n: n / 64
    )
    scores = {token: draw(score) for token in tokens}
    fallback = draw(st.booleans())
    if fallback:
        scores.update(dict.fromkeys(BYTES, draw(st.sampled_from([0.0, -25.0]))))
    return unigram_of(scores, byte_fallback=fallback)


@settings(max_examples=500, deadline=None)
@given(document=documents(), text=st.text("ab▁cé", max_size=14), data=st.data())
def test_a_text_is_cut_alike_when_all_its_tokens_are_kept(document: Json, text: str, data: st.DataObject) -> None:
    tokenizer = opened(document)
    check_cut_alike(tokenizer, text, data.draw(st.sets(st.integers(0, tokenizer.size - 1), max_size=4)))


@settings(max_examples=300, deadline=None)
@given(document=documents(), data=st.data())
def test_a_closure_keeps_what_was_reachable_and_no_more(document: Json, data: st.DataObject) -> None:
    tokenizer = opened(document)
    wanted = data.draw(st.sets(st.integers(0, tokenizer.size - 1)))
    kept = tokenizer.closed(np.array(sorted(wanted), np.int64))
    reachable = {at for at in wanted if whole(tokenizer, at)}
    assert set(kept.tolist()) == reachable | set(tokenizer.forced.tolist())
    small = tokenizer.trimmed(kept)
    forced = set(small.forced.tolist())
    assert all(whole(small, at) for at in range(small.size) if at not in forced)
    assert small.trimmed(np.arange(small.size)).to_json() == small.to_json()
    for at in sorted(reachable - set(tokenizer.forced.tolist())):
        others = np.setdiff1d(np.arange(tokenizer.size), [at])
        text = tokenizer.tokens[at]
        assert mapped(others, tokenizer.trimmed(others).encode([text])) == [list(tokenizer.parts(at))]


def test_noise_is_cut_alike_when_its_tokens_are_kept() -> None:
    tokenizer = opened(trained("unigram"))
    lines = noise(5, 200, "bdaeiou ãéz.?B</s>é\u00a0ﬁ")
    ids = tokenizer.encode(lines)
    kept = tokenizer.closed(union(ids))
    small = tokenizer.trimmed(kept)
    assert mapped(kept, small.encode(lines)) == ids
    assert library_of(small).decode_batch(small.encode(lines)) == library_of(tokenizer).decode_batch(ids)
