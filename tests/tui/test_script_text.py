"""Lines of text in any script: nothing lost, no character cut, none wider than it may be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.document._wrapped_document import compute_wrap_offsets
from toys.tui_grading import HOSTILE, SCRIPTS

from tui.widgets.answer_card import joined
from tui.widgets.paths import candidates
from tui.widgets.script import Paragraph, cells, characters, lines_of, rendered
from tui.widgets.wrapping import whole_offsets

TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*SCRIPTS.values(), *HOSTILE.values(), " ", "\n", "ab"]), max_size=5).map("".join),
)


@given(TEXTS, st.integers(2, 50))
def test_lines_hold_all_but_the_spaces_at_which_they_are_broken(text: str, width: int) -> None:
    at = 0
    for begin, end in lines_of(text, width):
        assert text[at:begin] in ("", " ", "\u200b", "\n")
        assert begin <= end
        at = end
    assert at == len(text)


@example(" 00000\u0bbe", 5)
@example("000 \u0bbe0", 5)
@given(TEXTS, st.integers(2, 50))
def test_no_line_is_wider_than_it_may_be_nor_begins_inside_a_character(text: str, width: int) -> None:
    whole = list(characters(text))
    starts = {begin for begin, _end in whole} | {len(text)}
    for begin, end in lines_of(text, width):
        assert begin in starts
        assert end in starts
        inside = [one for one in whole if begin <= one[0] and one[1] <= end]
        assert cells(text[begin:end]) <= width or len(inside) == 1


@given(TEXTS)
def test_characters_are_a_text_in_order(text: str) -> None:
    assert "".join(text[begin:end] for begin, end in characters(text)) == text


@pytest.mark.parametrize("text", ["👩🏽‍🏫", "👨‍👩‍👧‍👦", "🇧🇷", "क्षि"[:2], "é", "မြ"])
def test_one_character_as_people_see_it_is_never_cut(text: str) -> None:
    assert list(characters(text)) == [(0, len(text))]


def test_a_long_row_of_flags_and_of_marks_is_done_at_once() -> None:
    assert len(list(characters("🇧🇷" * 5_000))) == 5_000
    assert len(list(characters("a" + "\u0301" * 10_000))) == 1


def test_a_paragraph_keeps_its_styles_and_sets_later_lines_in() -> None:
    found = rendered([Paragraph((("one ", ""), ("two three", "bold")), 2)], 8)
    assert found.plain == "one two\n  three"
    assert [found.plain[span.start : span.end] for span in found.spans] == ["two", "three"]


@given(TEXTS, st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60), st.sampled_from("12?")), max_size=6))
def test_spans_that_are_shown_are_whole_in_order_and_apart(text: str, spans: list[tuple[int, int, str]]) -> None:
    starts = {begin for begin, _end in characters(text)} | {len(text)}
    at = 0
    for begin, end, signs in joined(spans, text):
        assert at <= begin < end <= len(text)
        assert {begin, end} <= starts
        assert signs
        at = end


def test_khmer_is_broken_between_its_words() -> None:
    words = ["រោគ", "វិនិច្ឆ័យ", "ថ្មី", "ឧបករណ៍"]
    text = "\u200b".join(words)
    for width in range(9, 30):
        lines = [text[begin:end] for begin, end in lines_of(text, width)]
        assert "\u200b".join(lines) == text
        assert all(word in words for line in lines for word in line.split("\u200b"))
        breaks = whole_offsets(compute_wrap_offsets, text, width, 4)
        assert all(text[at - 1] == "\u200b" for at in breaks)


def test_paths_are_completed_by_folder_ending_and_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unit").mkdir()
    for name in ("a.toml", "b.csv", ".hidden.toml", "A.TOML", "unit/c.toml"):
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)
    assert candidates("", (".toml",)) == ["A.TOML", "a.toml", f"unit{os.sep}"]
    assert candidates("un", (".toml",)) == [f"unit{os.sep}"]
    assert candidates("unit/", (".toml",)) == ["unit/c.toml"]
    assert candidates(".h", (".toml",)) == [".hidden.toml"]
    assert candidates(f"{tmp_path}/a", (".toml",)) == [f"{tmp_path}/a.toml"]
    for typed in ("nowhere/x", "a\0b", "a.toml/x", "~nobody-at-all/x"):
        assert candidates(typed, (".toml",)) == []
