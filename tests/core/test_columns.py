"""Tables line up."""

from edgekit.core.columns import aligned_columns


def test_the_first_column_is_flush_left_and_the_others_right() -> None:
    assert aligned_columns([["", "one"], ["long", "2"], ["a", ""]]) == ["      one", "long    2", "a"]
