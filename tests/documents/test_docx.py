"""Word documents: what is text, what is not, and which words get which format."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx as python_docx
import pytest
from documents.zip_files import W, docx, louder, members, paragraph, run, zipped
from documents.zip_samples import BOLD, WORD, box, field
from lxml import etree

from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document


def texts(data: bytes, **options: bool) -> list[str]:
    return [one.text for one in open_document(data, kind="docx", options=DocumentOptions(**options)).segments]  # type: ignore[arg-type]  # options of any type


def changed(data: bytes, change: Callable[[MarkedText], MarkedText] = louder) -> etree._Element:
    """The body after a translation."""
    document = open_document(data, kind="docx")
    written = document.written([change(one) for one in document.segments])
    return etree.fromstring(members(written)["word/document.xml"])


def shown(root: etree._Element) -> str:
    """The body in short: `[bold]`, `<hyperlink>`, `{footnoteReference}`."""
    found = []
    for element in root.iter():
        tag = etree.QName(element).localname
        if "/math}" in element.tag and tag != "oMath":
            continue
        if tag == "t":
            run_element = element.getparent()
            bold = run_element.find(f"{{{W}}}rPr/{{{W}}}b") is not None
            found.append(f"[{element.text}]" if bold else element.text)
        elif tag in ("hyperlink", "ins", "del", "sdt", "smartTag"):
            found.append(f"<{tag}>")
        elif tag not in (
            "document",
            "body",
            "p",
            "r",
            "rPr",
            "b",
            "pPr",
            "jc",
            "sectPr",
            "rStyle",
            "lang",
            "vertAlign",
        ):
            found.append(f"{{{tag}}}")
    return "".join(found)


def test_all_stories_are_read_in_the_order_that_a_person_reads_them() -> None:
    assert texts(WORD) == [
        "The water cycle",
        "Water is very important for plants. It falls as rain.",
        "The new sentence has x+y in it, see page 7 or the site.",
        "Name:\tClass:",
        "First line\nsecond line",
        "A drawing of a cloud",
        "Words in a box",
        "Words in a box",
        "Word",
        "Choose one answer",
        "London is big.",
        "Water is H2O, call print() now.",
        "And for people.",
        "At the end.",
        "Science, year 5",
        "1 of the worksheet",
        "Please explain.",
        "Rivers and lakes",
    ]
    assert "Please explain." not in texts(WORD, comments=False)


def test_runs_that_look_the_same_are_one_and_formats_follow_their_words() -> None:
    data = docx(paragraph(run("The "), run("re", BOLD), run("d", BOLD + '<w:lang w:val="en-GB"/>'), run(" house")))
    (segment,) = open_document(data, kind="docx").segments
    assert [(mark.begin, mark.end, mark.kind) for mark in segment.marks] == [(4, 7, "pair")]
    moved = changed(data, lambda text: MarkedText("A casa vermelha", (Mark(7, 15, "pair", text.marks[0].name),)))
    assert shown(moved) == "A casa [vermelha]"
    assert [one.get("{http://www.w3.org/XML/1998/namespace}space") for one in moved.iter(f"{{{W}}}t")] == [
        "preserve",
        None,
    ]
    lost = changed(data, lambda text: MarkedText("A casa", (Mark(6, 6, "point", text.marks[0].name),)))
    assert shown(lost) == "A casa"


def test_what_is_no_text_stays_between_the_same_words() -> None:
    note = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    data = docx(
        paragraph("<w:bookmarkStart w:id='1' w:name='a'/>", run("One."), note, run(" Two"), run(" three", BOLD),
                  "<w:r><w:tab/><w:t>four</w:t><w:br w:type='page'/></w:r>", "<w:bookmarkEnd w:id='1'/>")
    )  # fmt: skip
    assert shown(changed(data)) == "{bookmarkStart}ONE.{footnoteReference} TWO [THREE]{tab}FOUR{br}{bookmarkEnd}"


@pytest.mark.parametrize(
    ("content", "text", "after"),
    [
        (run("See ") + field("REF a", run("Figure 1")) + run(" now"), "See Figure 1 now",
         "SEE {fldChar}{instrText}{fldChar}FIGURE 1{fldChar} NOW"),
        (run("On ") + field("DATE \\@ d", run("May 1")) + run(" now"), "On May 1 now",
         "ON {fldChar}{instrText}{fldChar}May 1{fldChar} NOW"),
        (run("On ") + '<w:fldSimple w:instr=" REF a ">' + run("top") + "</w:fldSimple>" + run(" now"), "On top now",
         "ON {fldSimple}TOP NOW"),
        (run("See ") + field('HYPERLINK "x"', run("the site")) + run(" now"), "See the site now",
         "SEE {fldChar}{instrText}{fldChar}THE SITE{fldChar} NOW"),
        (field("TOC", run("Rain") + "<w:r><w:tab/></w:r>" + field("PAGEREF a", run("5"))).replace(
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>', "", 1), "Rain",
         "{fldChar}{instrText}{fldChar}RAIN{tab}{fldChar}{instrText}{fldChar}5{fldChar}"),
        ("<w:ins w:id='1'>" + run("New") + "</w:ins><w:del w:id='2'><w:r><w:delText>old</w:delText></w:r></w:del>"
         + run(" words are here"), "New words are here", "<ins>NEW<del>{delText} WORDS ARE HERE"),
        ("<w:hyperlink>" + run("All of it") + "</w:hyperlink>", "All of it", "<hyperlink>ALL OF IT"),
        ("<w:hyperlink>" + "<w:r><w:drawing/></w:r></w:hyperlink>" + run("Words"), "Words",
         "<hyperlink>{drawing}WORDS"),
        (run("hidden", "<w:vanish/>") + run("Seen"), "Seen", "{vanish}hiddenSEEN"),
        (run("Soft") + "<w:r><w:softHyphen/><w:t>ly</w:t><w:noBreakHyphen/><w:t>so</w:t></w:r>", "Softly\u2011so",
         "SOFTLY\u2011SO"),
        (run("Sum ") + "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>" + run(" up"), "Sum x up", "SUM {oMath} UP"),
        ("<w:sdt><w:sdtPr/><w:sdtContent>" + run("Pick") + "</w:sdtContent></w:sdt>" + run(" one"), "Pick one",
         "<sdt>{sdtPr}{sdtContent}PICK ONE"),
        (run("line") + "<w:proofErr w:type='gramStart'/>" + run(" one"), "line one", "LINE ONE"),
    ],
)  # fmt: skip
def test_fields_links_revisions_and_controls_keep_their_elements(content: str, text: str, after: str) -> None:
    data = docx(paragraph(content))
    (segment,) = open_document(data, kind="docx").segments
    assert segment.text == text
    root = changed(data)
    assert shown(root) == after


def test_text_boxes_are_translated_in_both_of_their_forms() -> None:
    root = changed(docx(paragraph(run("Before"), box("Inside"), run(" after"))))
    assert [one.text for one in root.iter(f"{{{W}}}t")] == ["BEFORE", "INSIDE", "INSIDE", " AFTER"]


def test_a_gap_to_fill_in_is_kept_and_shown_as_one() -> None:
    data = docx(paragraph(run("Rain falls from the "), run("\u00a0      ", '<w:u w:val="single"/>'), run(" today.")))
    (segment,) = open_document(data, kind="docx").segments
    assert segment.text == "Rain falls from the ____ today."
    root = changed(data)
    assert [one.text for one in root.iter(f"{{{W}}}t")] == ["RAIN FALLS FROM THE ", "\u00a0      ", " TODAY."]


def test_a_signed_document_says_that_its_signature_does_not_hold() -> None:
    document = open_document(zipped({**members(WORD), "_xmlsignatures/sig1.xml": "<a/>"}), kind="docx")
    assert document.facts == ("the document is signed; the signature does not hold for a translation",)


def test_a_document_of_another_library_is_translated_and_opens_in_it() -> None:
    made = python_docx.Document()
    made.core_properties.title = "Rain"
    made.add_heading("The water cycle", 1)
    line = made.add_paragraph("Water is ", style="List Number")
    line.add_run("very").bold = True
    line.add_run(" important.")
    made.add_table(1, 2).cell(0, 1).text = "Two pears"
    made.sections[0].header.paragraphs[0].text = "Science"
    buffer = io.BytesIO()
    made.save(buffer)
    document = open_document(buffer.getvalue(), kind="docx")
    written = document.written([louder(one) for one in document.segments])
    again = python_docx.Document(io.BytesIO(written))
    assert [(one.text, one.style.name) for one in again.paragraphs] == [
        ("THE WATER CYCLE", "Heading 1"),
        ("WATER IS VERY IMPORTANT.", "List Number"),
    ]
    assert [(one.text, one.bold) for one in again.paragraphs[1].runs] == [
        ("WATER IS ", None), ("VERY", True), (" IMPORTANT.", None)]  # fmt: skip
    assert again.tables[0].cell(0, 1).text == "TWO PEARS"
    assert again.sections[0].header.paragraphs[0].text == "SCIENCE"
    assert again.core_properties.title == "RAIN"


def test_a_document_of_the_strict_kind_is_translated_under_its_own_names() -> None:
    older, strict = W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    content = {name: data.replace(older, strict) for name, data in members(WORD).items()}
    data = zipped(content)
    assert texts(data) == texts(WORD)
    document = open_document(data, kind="docx")
    written = members(document.written([louder(one) for one in document.segments]))
    assert b"THE WATER CYCLE" in written["word/document.xml"]
    assert strict in written["word/document.xml"]
    assert older not in written["word/document.xml"]
