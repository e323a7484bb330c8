"""Cells that a spreadsheet would compute get an apostrophe, and lose it where they are read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.answers.cells import TableStyle, as_typed, csv_line, harmless


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


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('x;=HYPERLINK("http://x";"y");', 'x;\'=HYPERLINK("http://x";"y");'),
        ("x,@SUM(1)\t+cmd", "x,'@SUM(1)\t'+cmd"),
        ("light\n=1+1\r\n-1-1", "light\n'=1+1\r\n'-1-1"),
        ('x;"=1+1;y', "x;'\"=1+1;y"),
        ("x;'=1", "x;''=1"),
        (";-5|x!A1", ";'-5|x!A1"),
        ("\n- cmd|' /C calc'!A0", "'\n'- cmd|' /C calc'!A0"),
        ("=1;=2", "'=1;'=2"),
        ("we need:\n- light\n- water\n-5;-", "we need:\n- light\n- water\n-5;-"),
        ("a, -b; =c", "a, -b; =c"),
    ],
)
def test_what_another_spreadsheet_cuts_off_is_no_formula(text: str, written: str) -> None:
    assert harmless(text) == written
    assert as_typed(written) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(st.lists(st.text(st.sampled_from("'\"=+-@;,|\t\r\n1x "), max_size=12), min_size=1, max_size=3))
def test_no_cell_computes_whatever_parts_it(delimiter: str, cells: list[str]) -> None:
    line = csv_line(cells, TableStyle(delimiter))
    for other in ",;\t":
        for row in csv.reader(io.StringIO(line, newline=""), delimiter=other, quoting=csv.QUOTE_MINIMAL):
            for cell in row:
                assert not cell.startswith(("=", "@"))
                assert not cell.startswith(("+", "-")) or cell[1:2] not in [*"x=@+-'|"]
