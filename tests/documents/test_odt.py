"""OpenDocument texts: white space, spans, notes, remarks, headers; what is deleted or protected."""

from __future__ import annotations

import pytest
from documents.zip_files import louder, members, odt
from documents.zip_samples import TEXT
from lxml import etree

from edgekit.core.errors import InputError
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document

_BOLD = '<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'


def content(data: bytes) -> str:
    body = etree.fromstring(members(data)["content.xml"]).find("{*}body/{*}text")
    assert body is not None
    etree.cleanup_namespaces(body)
    text = etree.tostring(body, encoding="unicode")
    return text[text.index(">") + 1 : text.rindex("</office:text>")]


def translated(data: bytes, *texts: MarkedText) -> str:
    document = open_document(data, kind="odt")
    return content(document.written(texts or [louder(one) for one in document.segments]))


def test_all_regions_are_read_in_their_order() -> None:
    assert [one.text for one in open_document(TEXT, kind="odt").segments] == [
        "The water cycle",
        "Water is very important for plants. It falls as rain.",
        "And for people.",
        "Look at the page on   rivers, page 7, first.\nName:\tClass",
        "Words in a box",
        "A cloud",
        "Word",
        "One of them is red",
        "Please explain.",
        "Write H2O on ____ the line",
        "Science, year 5",
        "Rivers and lakes",
    ]
    silent = open_document(TEXT, kind="odt", options=DocumentOptions(comments=False))
    assert "Please explain." not in [one.text for one in silent.segments]


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("<text:p>Rain</text:p>", "Rain", "<text:p>RAIN</text:p>"),
        ("<text:p>a<text:s/> b<text:s text:c='2'/>c</text:p>", "a  b  c",
         '<text:p>A <text:s/>B <text:s/>C</text:p>'),
        ("<text:p> a \n b </text:p>", "a b", "<text:p>A B </text:p>"),
        ("<text:p><text:s text:c='4'/>Rain</text:p>", "Rain", '<text:p><text:s text:c="4"/>RAIN</text:p>'),
        ("<text:p><text:tab/>Rain<text:tab/></text:p>", "Rain", "<text:p><text:tab/>RAIN<text:tab/></text:p>"),
        ("<text:p>a<text:tab/>b<text:line-break/>c</text:p>", "a\tb\nc",
         "<text:p>A<text:tab/>B<text:line-break/>C</text:p>"),
        ('<text:p><text:span text:style-name="T1">Rain</text:span></text:p>', "Rain",
         '<text:p><text:span text:style-name="T1">RAIN</text:span></text:p>'),
        ('<text:p>It <text:span text:style-name="T1">rains</text:span> now</text:p>', "It rains now",
         '<text:p>IT <text:span text:style-name="T1">RAINS</text:span> NOW</text:p>'),
        ("<text:p>It<text:bookmark text:name='b'/> rains</text:p>", "It rains",
         '<text:p>IT<text:bookmark text:name="b"/> RAINS</text:p>'),
        ("<text:p>On <text:date>May 1</text:date> it rains</text:p>", "On May 1 it rains",
         "<text:p>ON <text:date>May 1</text:date> IT RAINS</text:p>"),
        ('<text:p>It <text:span text:style-name="Source_20_Text">rains()</text:span> now</text:p>', "It rains() now",
         '<text:p>IT <text:span text:style-name="Source_20_Text">rains()</text:span> NOW</text:p>'),
        ("<text:p>&lt;b&gt; &amp; c</text:p>", "<b> & c", "<text:p>&lt;B&gt; &amp; C</text:p>"),
    ],
)  # fmt: skip
def test_a_paragraph_reads_and_writes_white_space_and_elements(before: str, text: str, after: str) -> None:
    data = odt(before, styles=_BOLD)
    assert [one.text for one in open_document(data, kind="odt").segments] == [text]
    assert translated(data) == after
    again = open_document(odt(translated(data), styles=_BOLD), kind="odt")
    assert [one.text for one in again.segments] == [
        louder(one).text for one in open_document(data, kind="odt").segments
    ]


def test_a_span_follows_its_words_and_stays_empty_when_they_are_gone() -> None:
    data = odt('<text:p>The <text:span text:style-name="T1">red</text:span> house</text:p>', styles=_BOLD)
    name = open_document(data, kind="odt").segments[0].marks[0].name
    assert translated(data, MarkedText("A casa vermelha", (Mark(7, 15, "pair", name),))) == (
        '<text:p>A casa <text:span text:style-name="T1">vermelha</text:span></text:p>'
    )
    assert translated(data, MarkedText("A casa", (Mark(6, 6, "point", name),))) == (
        '<text:p>A casa<text:span text:style-name="T1"/></text:p>'
    )


def test_a_note_keeps_its_place_and_is_a_text_of_its_own() -> None:
    body = "<text:note-body><text:p>{}</text:p></text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
    data = odt(f"<text:p>One.{note.format('Why')} Two.</text:p>")
    assert translated(data) == f"<text:p>ONE.{note.format('WHY')} TWO.</text:p>"


def test_a_document_with_a_password_is_one_error() -> None:
    with pytest.raises(InputError, match="protected by a password"):
        open_document(odt("<text:p>a</text:p>", manifest="<manifest:encryption-data/>"), kind="odt")
