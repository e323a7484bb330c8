from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from edgekit.identify.identifier import open_identifier
from edgekit.identify.mixed import count_words, foreign_spans, spans

FLORES = Path(__file__).parents[2].parent / "shared" / "data" / "flores"
MIXED = "The teacher said muito obrigado pela ajuda de hoje and went home."


def test_spans_find_the_foreign_words_inside_a_sentence() -> None:
    found = spans(MIXED, ["en", "pt"])
    assert [(one.tag, MIXED[one.begin : one.end]) for one in found] == [
        ("en", "The teacher said"),
        ("pt", "muito obrigado pela ajuda de hoje"),
        ("en", "and went home"),
    ]


def test_spans_go_by_the_script_when_it_tells() -> None:
    text = "The word ሰላም means peace"
    assert ("am", "ሰላም") in [(one.tag, text[one.begin : one.end]) for one in spans(text, ["en", "am"])]


def test_foreign_spans_are_none_when_they_are_short_or_names() -> None:
    for text in (
        "He works for Deutsche Bank.",
        "The São Paulo office",
        "déjà vu",
        "",
        "12",
        "She said obrigado to me.",
    ):
        assert foreign_spans(text, "en", ["en", "pt", "de", "fr"]) == []
    assert [one.tag for one in foreign_spans(MIXED, "en", ["pt"])] == ["pt"]


def test_foreign_spans_are_none_when_the_main_language_is_not_known() -> None:
    assert foreign_spans(MIXED, "ny", ["en", "pt"]) == []
    assert foreign_spans(MIXED, "ny", ["rn"]) == []


def test_spans_refuse_languages_that_cannot_be_told_apart() -> None:
    with pytest.raises(UsageError):
        spans("text", ["ny"])


def test_count_words_counts_letters_when_writing_has_no_spaces() -> None:
    assert count_words("one two, three!") == 3
    assert count_words("我们今天学习数学") == 4
    assert count_words("12 😀") == 0


@pytest.mark.skipif(not FLORES.is_dir(), reason="the FLORES lines are not here")
@pytest.mark.parametrize("main", ["en", "pt", "es", "fr"])
def test_foreign_spans_are_found_in_no_more_than_five_monolingual_lines_in_1000(main: str) -> None:
    lines = (FLORES / f"dev.{main}").read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if foreign_spans(line, main, ["en", "pt", "es", "fr"])]
    assert len(found) <= 0.005 * len(lines), found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*"aé ላ我.,1\n'-\ud800", "the ", "não ", "Casa "]), max_size=60).map("".join))
def test_spans_are_in_order_and_hold_every_letter_for_any_text(text: str) -> None:
    found = spans(text, ["en", "pt", "am"])
    ends = [0]
    for one in found:
        assert ends[-1] <= one.begin < one.end <= len(text)
        ends.append(one.end)
    outside = "".join(text[end : one.begin] for end, one in zip(ends, found, strict=False)) + text[ends[-1] :]
    assert not any(map(str.isalpha, outside))
    assert all(one.tag in ("en", "pt", "am") for one in found)
    assert all(first.tag != second.tag for first, second in pairwise(found))


@pytest.mark.parametrize("unit", ["the casa ", "a", "<", "a@", "{", "a\u0301", "a'", "学", "1 ", "\ud800"])
def test_long_texts_of_one_unit_come_to_an_end(unit: str) -> None:
    text = unit * 20_000
    assert all(0 <= one.begin < one.end <= len(text) for one in foreign_spans(text, "en", ["pt"]))
    assert count_words(text) <= 4096
    assert open_identifier(["en", "pt"]).identify(text).tag in (None, "pt")
