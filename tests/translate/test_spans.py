from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgekit.translate.spans import align, token_spans, words


def test_token_spans_are_exact_when_pieces_spell_the_text() -> None:
    text = "Good morning, class."
    spans = token_spans(text, ["▁Good", "▁mor", "ning", ",", "▁class", "."])
    assert [text[begin:end] for begin, end in spans] == ["Good", "mor", "ning", ",", "class", "."]


def test_token_spans_are_near_when_the_tokenizer_changed_characters() -> None:
    text = "ﬁne  Ｗord"
    spans = token_spans(text, ["▁fine", "▁Word"])
    assert text[spans[0][0] : spans[0][1]].endswith("ne")
    assert text[spans[1][0] : spans[1][1]].endswith("ord")


@given(st.text(max_size=30), st.lists(st.text(max_size=5), max_size=10))
def test_token_spans_stay_inside_the_text_when_pieces_are_anything(text: str, surfaces: list[str]) -> None:
    spans = token_spans(text, surfaces)
    assert len(spans) == len(surfaces)
    assert all(0 <= begin <= end <= len(text) for begin, end in spans)


def test_words_group_tokens_when_no_space_is_between() -> None:
    text = "Good morning, class."
    spans = token_spans(text, ["▁Good", "▁mor", "ning", ",", "▁class", "."])
    assert words(text, spans, unspaced=False) == [((0, 4), [0]), ((5, 13), [1, 2, 3]), ((14, 20), [4, 5])]
    assert len(words(text, spans, unspaced=True)) == 6


def test_align_takes_the_source_word_with_most_weight_and_none_when_it_is_the_end_mark() -> None:
    source = [((0, 4), [0]), ((5, 10), [1, 2])]
    target = [((0, 3), [0, 1]), ((4, 9), [2])]
    attention = np.array([[0.1, 0.5, 0.3, 0.1], [0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.1, 0.7], [0, 0, 0, 1]], np.float32)
    assert align(attention, source, target) == [((5, 10), (0, 3))]
    assert align(attention, [], target) == []


def test_align_gives_a_source_word_its_closest_when_the_owner_has_a_closer_one() -> None:
    # `big house` and `grande casa`: `grande` looks at `house` a little more, and `casa` at nothing else.
    attention = np.array([[0.42, 0.56, 0.02], [0.01, 0.98, 0.01], [0, 0, 1]], np.float32)
    source, target = [((0, 3), [0]), ((4, 9), [1])], [((0, 6), [0]), ((7, 11), [1])]
    assert align(attention, source, target) == [((0, 3), (0, 6)), ((4, 9), (7, 11))]
    attention[0] = [0.1, 0.88, 0.02]
    assert align(attention, source, target) == [((4, 9), (0, 6)), ((4, 9), (7, 11))]
