"""Files that are not line-aligned are told in one error, and documents in both of their forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import InputError
from edgekit.evaluate.alignment import check_aligned, documents


def test_files_of_other_lengths_are_told_with_their_counts() -> None:
    with pytest.raises(InputError) as caught:
        check_aligned({"`a`": ["x"] * 1200, "`b`": ["x"]})
    assert caught.value.reasons == ("`a`: 1,200 lines", "`b`: 1 line")


def test_empty_lines_are_told_with_their_numbers() -> None:
    with pytest.raises(InputError) as caught:
        check_aligned({"`a`": ["x", " ", "y"], "`b`": ["", "x", "y"], "`c`": ["", "", ""]}, may_be_empty=["`c`"])
    assert caught.value.reasons == ("`a`: line 2", "`b`: line 1")


def test_many_empty_lines_are_counted() -> None:
    with pytest.raises(InputError) as caught:
        check_aligned({"`a`": [""] * 20 + ["x"], "`b`": ["x"] * 21})
    assert caught.value.reasons[0].endswith("9, 10, ... (20 in all)")


def test_a_text_without_lines_is_an_error() -> None:
    with pytest.raises(InputError, match="`a` has no lines"):
        check_aligned({"`a`": [], "`b`": []})


def test_documents_are_read_from_ids_and_from_empty_lines() -> None:
    assert documents("`d`", ["one\t1", "two\tx", "one"], 3) == {"one": [0, 2], "two": [1]}
    assert documents("`d`", ["", "a", "b", "", "", "c", ""], 3) == {"1": [0, 1], "2": [2]}


def test_documents_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(InputError) as caught:
        documents("`d`", ["a", "", "b"], 3)
    assert caught.value.reasons == ("3 lines, 2 of them not empty, for 3 lines of text",)


@given(st.lists(st.text(alphabet="ab \t", max_size=4), max_size=12), st.integers(0, 8))
def test_every_line_is_in_one_document(lines: list[str], count: int) -> None:
    try:
        found = documents("`d`", lines, count)
    except InputError:
        return
    assert sorted(at for places in found.values() for at in places) == list(range(count))
