"""Presentations: slides, notes, tables; fields, breaks and ends of paragraphs stay."""

from __future__ import annotations

import io

from documents.zip_files import A, P, canonical, louder, members, pptx
from documents.zip_samples import SLIDES
from lxml import etree
from pptx import Presentation
from pptx.util import Inches

from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.office_parts import natural
from edgekit.documents.open import open_document


def test_slides_are_read_in_their_order_with_their_notes() -> None:
    document = open_document(SLIDES, kind="pptx")
    assert list(zip(document.places, (one.text for one in document.segments), strict=True)) == [  # type: ignore[attr-defined]  # slides have places
        ("ppt/slides/slide1.xml 1", "A cloud"),
        ("ppt/slides/slide1.xml 2", "The water cycle"),
        ("ppt/slides/slide2.xml 1", "A cloud"),
        ("ppt/slides/slide2.xml 2", "The sun heats the sea, and\nit rains on page 2 again."),
        ("ppt/notesSlides/notesSlide2.xml 1", "A cloud"),
        ("ppt/notesSlides/notesSlide2.xml 2", "Ask the children."),
        ("ppt/slides/slide3.xml 1", "A cloud"),
        ("ppt/slides/slide3.xml 2", "Word"),
    ]
    many = pptx([f"<a:p><a:r><a:t>Slide {number}</a:t></a:r></a:p>" for number in "ABCDEFGHIJKL"])
    said = [one.text for one in open_document(many, kind="pptx").segments if one.text != "A cloud"]
    assert said == [f"Slide {number}" for number in "ABCDEFGHIJKL"]  # slide 2 before slide 10


def test_a_paragraph_keeps_its_properties_field_and_break_and_ends_as_it_did() -> None:
    document = open_document(SLIDES, kind="pptx")
    written = document.written([louder(one) for one in document.segments])
    first, second = (etree.fromstring(members(written)[f"ppt/slides/slide{number}.xml"]) for number in (1, 2))
    (paragraph,) = first.iter(f"{{{A}}}p")
    assert [etree.QName(one).localname for one in paragraph] == ["pPr", "r", "endParaRPr"]
    assert paragraph.findtext(f"{{{A}}}r/{{{A}}}t") == "THE WATER CYCLE"
    paragraph = next(second.iter(f"{{{A}}}p"))
    assert [(etree.QName(one).localname, one.findtext(f"{{{A}}}t")) for one in paragraph] == [
        ("r", "THE SUN "),
        ("r", "HEATS"),
        ("r", " THE SEA, AND"),
        ("br", None),
        ("r", "IT RAINS ON PAGE "),
        ("fld", "2"),
        ("r", " AGAIN."),
    ]
    assert paragraph[1].find(f"{{{A}}}rPr").get("b") == "1"
    assert canonical(members(written)["ppt/presentation.xml"]) == canonical(members(SLIDES)["ppt/presentation.xml"])


def test_formats_follow_their_words() -> None:
    data = pptx(
        ["<a:p><a:r><a:t>The </a:t></a:r><a:r><a:rPr i='1'/><a:t>red</a:t></a:r><a:r><a:t> house</a:t></a:r></a:p>"]
    )
    document = open_document(data, kind="pptx")
    segment = document.segments[1]
    moved = MarkedText("A casa vermelha", (Mark(7, 15, "pair", segment.marks[0].name),))
    root = etree.fromstring(members(document.written([document.segments[0], moved]))["ppt/slides/slide1.xml"])
    assert [(one.findtext(f"{{{A}}}t"), one.find(f"{{{A}}}rPr") is not None) for one in root.iter(f"{{{A}}}r")] == [
        ("A casa ", False),
        ("vermelha", True),
    ]


def test_charts_diagrams_and_remarks_of_a_slide_are_translated_with_it() -> None:
    words = f'<x xmlns:a="{A}"><a:p><a:r><a:t>{{}}</a:t></a:r></a:p></x>'
    data = pptx(
        ["<a:p><a:r><a:t>Title</a:t></a:r></a:p>"],
        parts_of_first={
            "chart": words.format("Rain by month"),
            "diagramData": words.format("Sea"),
            "diagramDrawing": words.format("Sea"),
            "comments": f'<p:cmLst xmlns:p="{P}"><p:cm><p:text>Too long?</p:text></p:cm></p:cmLst>',
            "image": words.format("no part of a slide's text"),
        },
    )
    document = open_document(data, kind="pptx")
    assert [one.text for one in document.segments] == ["A cloud", "Title", "Rain by month", "Sea", "Sea", "Too long?"]
    written = members(document.written([louder(one) for one in document.segments]))
    assert b"<a:t>SEA</a:t>" in written["ppt/others/diagramDrawing.xml"]
    assert b"<p:text>TOO LONG?</p:text>" in written["ppt/others/comments.xml"]
    assert written["ppt/others/image.xml"] == members(data)["ppt/others/image.xml"]
    silent = open_document(data, kind="pptx", options=DocumentOptions(comments=False))
    assert "Too long?" not in [one.text for one in silent.segments]


def test_a_presentation_of_another_library_is_translated_and_opens_in_it() -> None:
    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "The water cycle"
    frame = slide.placeholders[1].text_frame
    frame.text = "Water rises"
    part = frame.add_paragraph()
    part.level = 1
    for text, bold in (("The sun ", None), ("heats", True), (" it.", None)):
        added = part.add_run()
        added.text, added.font.bold = text, bold
    slide.notes_slide.notes_text_frame.text = "Ask them."
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(2), Inches(6), Inches(2)).table
    table.cell(0, 1).text = "Two pears"
    buffer = io.BytesIO()
    made.save(buffer)
    document = open_document(buffer.getvalue(), kind="pptx")
    assert document.written(document.segments) == buffer.getvalue()
    again = Presentation(io.BytesIO(document.written([louder(one) for one in document.segments])))
    (slide,) = again.slides
    assert slide.shapes.title.text == "THE WATER CYCLE"
    assert [(one.text, one.level) for one in slide.placeholders[1].text_frame.paragraphs] == [
        ("WATER RISES", 0),
        ("THE SUN HEATS IT.", 1),
    ]
    runs = slide.placeholders[1].text_frame.paragraphs[1].runs
    assert [(one.text, one.font.bold) for one in runs] == [("THE SUN ", None), ("HEATS", True), (" IT.", None)]
    assert slide.notes_slide.notes_text_frame.text == "ASK THEM."
    assert slide.shapes[-1].table.cell(0, 1).text == "TWO PEARS"


def test_parts_are_in_the_order_of_their_numbers_however_long_these_are() -> None:
    names = ["slide", "slide0", "slide2", "slide10", "slide10a", "slide" + "9" * 5000, "slides"]
    assert sorted({*names}, key=natural) == names
