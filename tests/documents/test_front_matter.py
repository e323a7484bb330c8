"""Front matter of Markdown: title and description are translated, all else stays byte for byte."""

from __future__ import annotations

import pytest
import yaml
from documents.zip_files import louder
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.marked import MarkedText
from edgekit.documents.open import open_document

VALUES = ["Rain", '"Rain \\"falls\\": see"', "'It''s so'", "Rain # falls"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_title_and_description_are_translated_and_other_keys_are_not(newline: str) -> None:
    lines = [
        "---",
        "title: The cycle # a remark",
        "tags: [title]",
        "nested:",
        "  title: no",
        'description: "A \\"b\\""',
    ]
    page = newline.join([*lines, "layout: post", "---", "", "Body", ""])
    document = open_document(page.encode(), kind="md")
    assert [one.text for one in document.segments] == ["The cycle", 'A "b"', "Body"]
    assert document.facts == ("front matter is left as it is, but for `title` and `description`",)
    written = document.written([louder(one) for one in document.segments]).decode()
    assert written == page.replace("The cycle", "THE CYCLE").replace('A \\"b\\"', 'A \\"B\\"').replace("Body", "BODY")
    assert document.written(document.segments) == page.encode()


@pytest.mark.parametrize(
    "entry", ["title: |\n  Long", "title: >-\n  Long", "title: [a]", "title: a\n  b", "title: a: b"]
)
def test_a_title_is_left_and_counted_when_it_is_written_in_another_way(entry: str) -> None:
    page = f"---\n{entry}\n---\nBody\n".encode()
    document = open_document(page, kind="md")
    assert [one.text for one in document.segments] == ["Body"]
    assert document.facts[1:] == ("titles or descriptions in front matter that cannot be read: 1",)
    assert document.written([louder(one) for one in document.segments]) == page.replace(b"Body", b"BODY")


@given(
    st.sampled_from(VALUES),
    st.one_of(
        st.text(st.sampled_from("ab:#'\"\\-[]{}&*!|>%@`,? ~\n0x1.=")),
        st.sampled_from(["yes", "true", "- a", "a: b", "a #b", "0x1F", "1e5", ".inf", "C:", "null", "2001-01-01"]),
    ),
)
def test_a_title_reads_as_its_translation_whatever_that_is(value: str, said: str) -> None:
    document = open_document(f"---\ntitle: {value}\n---\n".encode(), kind="md")
    written = document.written([MarkedText(said)]).decode()
    assert written.count("\n") == 3
    assert yaml.safe_load(written.split("---\n")[1])["title"].split() == said.split()
