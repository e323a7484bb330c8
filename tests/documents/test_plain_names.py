"""What a file name says of a document."""

from __future__ import annotations

import pytest

from edgekit.documents.open import why_plain


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("notes.yaml", True),
        ("thesis.TeX", True),
        ("a.md", False),
        ("a.TXT", False),
        ("LEIA", False),
        ("letter 2.10.2024", False),
    ],
)
def test_a_file_of_a_format_that_is_not_read_is_said_to_be_plain_text(name: str, told: bool) -> None:
    assert (why_plain(name) is not None) == told
