"""WordPiece: the longest match against the tokenizers library, before and after tokens are gone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.json_tokenizers import Json, library_of, noise, opened, trained, wordpiece_of
from toys.marian_student import toy_lines
from toys.tokenizer_contract import check_cut_alike, mapped, union


def test_parts_are_the_longest_matches_and_what_continues_is_cut_into_what_continues() -> None:
    tokenizer = opened(wordpiece_of(["a", "ab", "abc", "##b", "##c", "##bc", "##cb", "d", "bc", "##x"]))
    assert tokenizer.encode(["abc abcbc d bc"]) == [[3, 3, 6, 8, 9]]
    assert tokenizer.parts(3) == (2, 5)
    assert tokenizer.parts(6) == (4, 5)
    # No token begins with `b`: without `bc` the whole word is unknown; nothing takes the place of `##x` either.
    assert tokenizer.parts(9) == (0,)
    assert tokenizer.parts(10) == (0,)
    assert tokenizer.parts(0) == ()
    assert tokenizer.texts == ["", "a", "ab", "abc", "b", "c", "bc", "cb", "d", "bc", "x"]


def test_a_token_that_is_longer_than_a_word_may_be_is_left_out() -> None:
    tokens = ["abcd", "abcde", "##bcd", "##bcde"]
    tokenizer = opened(wordpiece_of(tokens, max_input_chars_per_word=4))
    assert tokenizer.encode(["abcd abcde"]) == [[1, 0]]
    assert tokenizer.closed(np.arange(5)).tolist() == [0, 1, 3]
    small = tokenizer.trimmed(np.array([0, 1, 3]))
    assert small.encode(["abcd abcde"]) == [[1, 0]]


def test_every_character_of_a_prefix_may_be_a_word() -> None:
    tokenizer = opened(wordpiece_of(["##", "#", "##a", "###"]))
    assert tokenizer.texts == ["", "##", "#", "a", "#"]
    assert tokenizer.encode(["## # #a"]) == [[1, 2, 2, 3]]
    assert tokenizer.parts(1) == (2, 4)


def test_e7_text_is_counted_as_the_model_sees_it() -> None:
    tokenizer = opened(trained("wordpiece"))
    lines = toy_lines(3, 20)
    assert tokenizer.encode([line.upper() for line in lines]) == tokenizer.encode(lines)
    library = library_of(tokenizer)
    more = [*lines, "[CLS] bado[MASK]", "b" * 21 + " bado", "12,5%", "你好", "[unused1]"]
    assert tokenizer.encode(more) == [library.encode(line, add_special_tokens=False).ids for line in more]


WORDS = st.text("abc", min_size=1, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> Json:
    beginnings = draw(st.sets(WORDS, max_size=10))
    others = draw(st.sets(WORDS, max_size=10))
    tokens = draw(st.permutations([*sorted(beginnings), *(f"##{one}" for one in sorted(others))]))
    return wordpiece_of(tokens, max_input_chars_per_word=draw(st.integers(2, 8)))


@settings(max_examples=400, deadline=None)
@given(document=documents(), text=st.text("abc d", max_size=20), data=st.data())
def test_a_text_is_cut_alike_when_all_its_tokens_are_kept(document: Json, text: str, data: st.DataObject) -> None:
    tokenizer = opened(document)
    check_cut_alike(tokenizer, text, data.draw(st.sets(st.integers(0, tokenizer.size - 1), max_size=4)))


@settings(max_examples=300, deadline=None)
@given(document=documents(), data=st.data())
def test_nothing_is_kept_that_no_word_holds(document: Json, data: st.DataObject) -> None:
    tokenizer = opened(document)
    wanted = data.draw(st.sets(st.integers(0, tokenizer.size - 1)))
    kept = tokenizer.closed(np.array(sorted(wanted), np.int64))
    small = tokenizer.trimmed(kept)
    longest = document["model"]["max_input_chars_per_word"]
    for at in kept.tolist():
        token, text = tokenizer.tokens[at], tokenizer.texts[at]
        if at in tokenizer.forced:
            continue
        if not token.startswith("##"):
            assert mapped(kept, small.encode([text])) == [[at]]
            others = np.setdiff1d(np.arange(tokenizer.size), [at])
            assert mapped(others, tokenizer.trimmed(others).encode([text])) == [list(tokenizer.parts(at))]
        else:
            # After a beginning of its own, which no other token goes beyond, it is what comes next.
            (ids,) = opened(wordpiece_of(["d", *small.tokens[1:]], max_input_chars_per_word=longest)).encode(
                ["d" + text]
            )
            assert ids == [1, 1 + small.tokens.index(token)]
    assert all(
        len(tokenizer.texts[at]) > longest - tokenizer.tokens[at].startswith("##") for at in wanted - set(kept.tolist())
    )
    assert small.trimmed(np.arange(small.size)).to_json() == small.to_json()


def test_noise_is_cut_alike_when_its_tokens_are_kept() -> None:
    tokenizer = opened(trained("wordpiece"))
    lines = noise(5, 200, "bdaeiou ãéz.?B[SEP]é")
    ids = tokenizer.encode(lines)
    kept = tokenizer.closed(union(ids))
    small = tokenizer.trimmed(kept)
    assert mapped(kept, small.encode(lines)) == ids
    assert library_of(small).decode_batch(small.encode(lines)) == library_of(tokenizer).decode_batch(ids)
