"""Cells that a spreadsheet would compute get an apostrophe, and lose it where they are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.answers.cells import as_typed, harmless


@pytest.mark.parametrize(
    "text", ["=1", "+1+1", "-1-1", "@x", "\tx", "\rx", "\nx", "-1 kg", "＝x", "'=x", "''@x", "=", "--5"]
)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text
    assert as_typed(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "-5", "+3,2", "-.5", "-1e3", "1=1", " =x", "'", "'x", "a-b", "–5", "-"])
def test_numbers_and_words_stay(text: str) -> None:
    assert harmless(text) == text == as_typed(text)


@given(st.text(st.sampled_from("'=+-@\t\r\n5,.ex ") | st.characters(), max_size=6))
def test_an_escaped_cell_is_harmless_and_comes_back(text: str) -> None:
    cell = harmless(text)
    assert as_typed(cell) == text
    assert not cell.startswith(("=", "@", "\t", "\r"))
    assert not cell.startswith(("+", "-")) or cell[1:2].isdecimal() or cell[1:2] in ".,"
