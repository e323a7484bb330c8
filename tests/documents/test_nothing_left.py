"""What a reader sees of a document is translated, wherever it stands in it, or it is said that it was left."""

from __future__ import annotations

import io
import re
import zipfile

import docx as python_docx
import pytest
from documents.zip_files import docx, louder, members, paragraph, run, zipped
from documents.zip_samples import SAMPLES
from docx.oxml import parse_xml
from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
    for name, full in (("office", "office"), ("text", "text"), ("style", "style"), ("draw", "drawing"))
)


def loud(data: bytes, kind: str) -> tuple[str, tuple[str, ...]]:
    """All members of a document with its texts in capitals, and what it says of itself."""
    document = open_document(data, kind=kind)
    written = document.written([louder(one) for one in document.segments])
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        inside = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.endswith("xml")]
    return "\n".join(inside), document.facts


def saved(made: object) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)  # type: ignore[attr-defined]  # each of its kinds can be saved
    return buffer.getvalue()


def test_all_that_a_word_document_shows_is_translated() -> None:
    made = python_docx.Document()
    made.core_properties.title = "zebra title"
    made.add_heading("zebra heading", 1)
    made.add_paragraph("zebra item", style="List Bullet")
    made.add_table(1, 2).cell(0, 1).text = "zebra cell"
    section = made.sections[0]
    section.different_first_page_header_footer = True
    made.settings.odd_and_even_pages_header_footer = True
    for place in (section.header, section.footer, section.first_page_header, section.first_page_footer,
                  section.even_page_header, section.even_page_footer):  # fmt: skip
        place.paragraphs[0].text = "zebra margin"
    watermark = (
        f'<w:r xmlns:w="{W}" xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape>'
        '<v:textpath string="zebra watermark"/></v:shape></w:pict></w:r>'
    )
    section.header.paragraphs[0]._p.append(parse_xml(watermark))
    choice = (
        f'<w:sdt xmlns:w="{W}"><w:sdtPr><w:dropDownList><w:listItem w:displayText="zebra choice" w:value="1"/>'
        "</w:dropDownList></w:sdtPr><w:sdtContent><w:r><w:t>zebra chosen</w:t></w:r></w:sdtContent></w:sdt>"
    )
    made.add_paragraph("")._p.append(parse_xml(choice))
    numbering = made.part.numbering_part.element
    numbering.find(f".//{{{W}}}lvlText").set(f"{{{W}}}val", "zebra question %1:")
    shown, facts = loud(saved(made), "docx")
    assert "zebra" not in shown
    assert shown.count("ZEBRA") == 14
    assert "ZEBRA QUESTION %1:" in shown
    assert facts == ()


def test_all_that_a_presentation_shows_is_translated_and_its_tables_behind_charts_are_counted() -> None:
    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "zebra title"
    slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "zebra box"
    slide.notes_slide.notes_text_frame.text = "zebra notes"
    slide.shapes.add_table(1, 1, 0, 0, Inches(1), Inches(1)).table.cell(0, 0).text = "zebra cell"
    for holder in (made.slide_master, made.slide_layouts[5]):
        pasted = Presentation().slides.add_slide(made.slide_layouts[6]).shapes
        pasted.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "zebra school"
        holder.shapes._spTree.append(pasted[0]._element)
    data = CategoryChartData()
    data.categories = ["zebra january", "zebra february"]
    data.add_series("zebra rain", (1, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
    shown, facts = loud(saved(made), "pptx")
    assert "zebra" not in shown
    assert shown.count("ZEBRA") == 9
    assert "Click to edit Master title style" in shown  # only who makes a slide reads that
    assert facts == ("embedded files, such as the tables behind charts: 1, left as they are",)


def test_all_that_an_opendocument_text_shows_is_translated() -> None:
    parts = members(SAMPLES["odt"])
    content = parts["content.xml"].decode()
    numbers = (
        '<text:list-style style:name="questions"><text:list-level-style-number text:level="1"'
        ' style:num-prefix="zebra question "/></text:list-style>'
    )
    chart = (
        f"<office:document-content {_SPACES}><office:body><office:chart><text:p>zebra axis</text:p></office:chart>"
        "</office:body></office:document-content>"
    )
    line = (
        "<text:p>zebra line <draw:frame><draw:text-box><text:p>zebra box</text:p></draw:text-box></draw:frame></text:p>"
    )
    page = (
        f"<office:document-styles {_SPACES}><office:automatic-styles>{numbers}</office:automatic-styles>"
        "<office:master-styles><style:master-page><style:header><text:p>zebra head</text:p></style:header>"
        "<style:footer><text:p>zebra foot</text:p></style:footer></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )
    at = content.rindex("</office:text>")
    content = content[:at] + line + content[at:]
    data = zipped({**parts, "content.xml": content, "styles.xml": page, "Object 1/content.xml": chart})
    shown, facts = loud(data, "odt")
    assert "zebra" not in shown
    assert shown.count("ZEBRA") == 6
    assert facts == ()


def test_all_that_an_opendocument_presentation_shows_is_translated() -> None:
    content = members(SAMPLES["odt"])["content.xml"].decode()
    declared = '<presentation:footer-decl presentation:name="f">zebra foot</presentation:footer-decl>'
    space = 'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
    content = content.replace("<office:text", f"<office:text {space}", 1)
    at = content.index(">", content.index("<office:text")) + 1
    data = zipped({**members(SAMPLES["odt"]), "content.xml": content[:at] + declared + content[at:]})
    assert "ZEBRA FOOT" in loud(data, "odt")[0]


@pytest.mark.parametrize(
    ("kind", "paragraph_of"),
    [
        ("docx", "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>kanji</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>zebra</w:t></w:r>"
                 "</w:rubyBase></w:ruby>"),
        ("odt", "<text:ruby><text:ruby-base>zebra</text:ruby-base><text:ruby-text>kanji</text:ruby-text></text:ruby>"),
    ],
)  # fmt: skip
def test_words_under_a_reading_are_translated_and_the_reading_goes_where_they_changed(
    kind: str, paragraph_of: str
) -> None:
    if kind == "docx":
        data = docx(paragraph(run("Say "), f"<w:r>{paragraph_of}</w:r>", run(" now")))
    else:
        parts = members(SAMPLES["odt"])
        content = parts["content.xml"].decode()
        at = content.rindex("</office:text>")
        parts["content.xml"] = (
            f"{content[:at]}<text:p>Say {paragraph_of} now</text:p>{content[at:]}".encode()
        )  # fmt: skip
        data = zipped(parts)
    document = open_document(data, kind=kind)
    assert "Say zebra now" in [one.text for one in document.segments]
    assert document.facts == ("readings above words (ruby): 1, left out where the words are translated",)
    shown, _ = loud(data, kind)
    assert "kanji" not in shown
    assert "ZEBRA" in shown
    assert document.written(document.segments) == data
    said = [MarkedText(one.text.replace("Say", "SAY"), one.marks) for one in document.segments]
    content = members(document.written(said))["content.xml" if kind == "odt" else "word/document.xml"].decode()
    assert paragraph_of.replace("<w:rubyPr/>", "") in content.replace("<w:rubyPr/>", "")


def test_words_under_a_reading_of_a_page_are_translated_and_its_tags_stay() -> None:
    page = b"<p>Say <ruby>zebra<rp>(</rp><rt>kanji</rt><rp>)</rp></ruby> now</p>"
    document = open_document(page, kind="html")
    assert [one.text for one in document.segments] == ["Say zebra now"]
    written = document.written([louder(one) for one in document.segments])
    assert written == b"<p>SAY <ruby>ZEBRA<rp></rp><rt></rt><rp></rp></ruby> NOW</p>"
    assert document.facts == ("readings above words (ruby) are left out where these changed",)
    assert document.written(document.segments) == page
    said = [MarkedText("SAY zebra NOW", one.marks) for one in document.segments]
    assert document.written(said) == page.replace(b"Say", b"SAY").replace(b"now", b"NOW")


def test_each_reading_of_a_page_goes_with_its_own_words() -> None:
    page = b"<p><ruby>kan<rt>1</rt>ji<rt>2</rt></ruby> say</p>"
    document = open_document(page, kind="html")
    (one,) = document.segments
    written = document.written([MarkedText("kanJI say", one.marks)])
    assert written == b"<p><ruby>kan<rt>1</rt>JI<rt></rt></ruby> say</p>"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            '<p>The rich countries.<a href="#n"><sup>1</sup></a> More.</p>',
            'OS RICOS.<a href="#n"><sup>1</sup></a> MAIS.',
        ),
        ("<p>The area is big<sup>[2]</sup> here</p>", "A AREA<sup>[2]</sup> AQUI"),
    ],
)
def test_the_number_of_a_note_is_no_part_of_the_word_before_it(page: str, expected: str) -> None:
    document = open_document(page.encode(), kind="html")
    (segment,) = document.segments
    assert not any(map(str.isdigit, segment.text))
    (mark,) = segment.marks
    assert mark.kind == "point"
    said, place = (re.sub("<.*>", "", expected), expected.index("<"))
    moved = MarkedText(said, (Mark(place, place, "point", mark.name),))
    assert document.written([moved]).decode() == f"<p>{expected}</p>"


@pytest.mark.parametrize("page", ["<p>In <a href='x'>1990</a> it rained</p>", "<p>It is <b>no<i>t</i></b> 5</p>"])
def test_a_link_on_a_number_is_no_note(page: str) -> None:
    (segment,) = open_document(page.encode(), kind="html").segments
    assert all(mark.kind == "pair" for mark in segment.marks)


def test_words_in_drawings_and_fields_of_a_page_are_counted() -> None:
    page = b"<p>Words <svg><text>Sea</text></svg> here</p><textarea>Write</textarea><script>var a</script>"
    document = open_document(page, kind="html")
    document.written([louder(one) for one in document.segments])
    assert document.facts == ("texts in drawings (svg) and in fields to fill in: 2, left as they are",)


def gone(segment: MarkedText, said: str, place: int) -> MarkedText:
    """A translation without words for any pair."""
    return MarkedText(said, tuple(Mark(place, place, "point", mark.name) for mark in segment.marks))


def test_a_link_is_on_the_nearest_word_when_its_own_is_gone() -> None:
    link = '<w:hyperlink w:anchor="top">' + run("indeed") + "</w:hyperlink>"
    document = open_document(docx(paragraph(run("It is "), link, run(" here"))), kind="docx")
    root = etree.fromstring(
        members(document.written([gone(document.segments[0], "Fica mesmo aqui", 5)]))["word/document.xml"]
    )
    (element,) = root.iter(f"{{{W}}}hyperlink")
    assert "".join(element.itertext()) == "mesmo"
    page = open_document(b'<p>It <b>is</b> <a href="x">indeed</a> here</p>', kind="html")
    assert page.written([gone(page.segments[0], "Fica aqui", 5)]) == b'<p>Fica <b></b><a href="x">aqui</a></p>'
    made = Presentation()
    frame = made.slides.add_slide(made.slide_layouts[6]).shapes.add_textbox(0, 0, 9, 9).text_frame
    for words in ("It is ", "indeed", " here"):
        frame.paragraphs[0].add_run().text = words
    frame.paragraphs[0].runs[1].hyperlink.address = "https://example.org/"
    slides = open_document(saved(made), kind="pptx")
    moved = [gone(one, "Fica aqui", 4) if one.text == "It is indeed here" else one for one in slides.segments]
    again = Presentation(io.BytesIO(slides.written(moved)))
    runs = again.slides[0].shapes[0].text_frame.paragraphs[0].runs
    assert [(one.text, one.hyperlink.address) for one in runs] == [
        ("Fica", "https://example.org/"),
        (" aqui", None),
    ]


@pytest.mark.parametrize(
    ("source", "target", "stated", "after"),
    [
        ("en", "pt", {"val": "en-US", "eastAsia": "en-US", "bidi": "ar-SA"},
         {"val": "pt", "eastAsia": "pt", "bidi": "ar-SA"}),
        ("en", "ja", {"val": "en-US"}, {"val": "ja", "eastAsia": "ja"}),
        ("en", "ar", {"val": "en-US", "eastAsia": "zh-CN"}, {"val": "ar", "eastAsia": "zh-CN", "bidi": "ar"}),
        ("ja", "en", {"val": "en-US", "eastAsia": "ja-JP"}, {"val": "en-US", "eastAsia": "en"}),
        ("de", "pt", {"val": "en-US"}, {"val": "en-US"}),
    ],
)  # fmt: skip
def test_a_word_document_states_its_language_for_each_kind_of_letters(
    source: str, target: str, stated: dict[str, str], after: dict[str, str]
) -> None:
    lang = "<w:lang " + " ".join(f'w:{name}="{value}"' for name, value in stated.items()) + "/>"
    options = DocumentOptions(source=source, target=target)
    document = open_document(docx(paragraph(run("Words", lang))), kind="docx", options=options)
    root = etree.fromstring(members(document.written([louder(one) for one in document.segments]))["word/document.xml"])
    (element,) = root.iter(f"{{{W}}}lang")
    assert {name.rpartition("}")[2]: value for name, value in element.attrib.items()} == after
