"""Documents through a real model: the formats are on the right words, notes are translated, nothing else moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docx as python_docx
import pytest
from documents.zip_files import docx, epub, kinds, members, odt, paragraph, pptx, run
from translate.real_models import home_with

from edgekit.core.languages import Direction
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document
from edgekit.translate.around import Around, open_careful_translator
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.documents import DocumentResult, translate_document

pytestmark = pytest.mark.real

_BOLD = "<w:b/>"
_NOTE = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="2"/></w:r>'


@pytest.fixture(scope="module")
def translator() -> Iterator[CarefulTranslator]:
    home = home_with("firefox-en-pt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGEKIT_HOME", str(home))
        with open_careful_translator(Direction("en", "pt"), Around(threads=1)) as opened:
            yield opened


def translated(folder: Path, name: str, data: bytes, translator: CarefulTranslator) -> tuple[Path, DocumentResult]:
    path, out = folder / name, folder / f"out-{name}"
    path.write_bytes(data)
    result = translate_document(path, out, translator, options=DocumentOptions(target="pt", set_language=True))
    assert kinds(out.read_bytes()) == kinds(data)
    assert result.count("translated") == len(result.rows)
    assert result.left == 0
    return out, result


def test_a_worksheet_has_its_formats_on_the_words_that_its_words_became(
    tmp_path: Path, translator: CarefulTranslator
) -> None:
    data = docx(
        paragraph(run("Water is "), run("very important", _BOLD), run(" for plants."), _NOTE, run(" It falls as rain."))
        + paragraph(run("The "), run("red", _BOLD), run(" house is beside the river."))
        + paragraph(run("Write to teacher@school.org about H"), run("2", '<w:vertAlign w:val="subscript"/>'), run("O."))
        + paragraph(run("Your name:"), "<w:r><w:tab/></w:r>", run("Your class:"))
        + paragraph("<w:hyperlink>" + run("The first page") + "</w:hyperlink>", run(" is about clouds.")),
        {
            "footnotes": '<w:footnote w:id="2">'
            + paragraph("<w:r><w:footnoteRef/></w:r>", run(" And for all animals."))
            + "</w:footnote>",
            "header1": paragraph(run("Science for the fifth year")),
        },
        title="Rivers and lakes",
    )
    out, result = translated(tmp_path, "sheet.docx", data, translator)
    assert result.protected == result.kept == 2
    found = python_docx.Document(str(out))
    bold = [[one.text for one in line.runs if one.bold] for line in found.paragraphs]
    assert bold[0] == ["muito importante"]
    assert [one.text for one in found.paragraphs[1].runs if one.bold] == ["vermelha"]
    assert "casa vermelha" in found.paragraphs[1].text
    assert "teacher@school.org" in found.paragraphs[2].text
    assert [one.text for one in found.paragraphs[2].runs if one.font.subscript] == ["2"]
    assert found.paragraphs[3].text.count("\t") == 1
    assert "página" in found.paragraphs[4].hyperlinks[0].text
    body = members(out.read_bytes())["word/document.xml"]
    assert body.index(b"plantas") < body.index(b"footnoteReference") < body.index(b"chuva")
    assert b"animais" in members(out.read_bytes())["word/footnotes.xml"]
    assert result.rows[-1].target == "Rios e lagos"


def test_slides_a_text_and_a_book_are_translated_as_well(tmp_path: Path, translator: CarefulTranslator) -> None:
    runs = "<a:r><a:t>The sun </a:t></a:r><a:r><a:rPr b='1'/><a:t>heats</a:t></a:r><a:r><a:t> the sea.</a:t></a:r>"
    out, _ = translated(tmp_path, "a.pptx", pptx([f"<a:p>{runs}</a:p>"]), translator)
    assert b'<a:rPr b="1"/><a:t>aquece</a:t>' in members(out.read_bytes())["ppt/slides/slide1.xml"]
    text = '<text:p>It rains <text:a xlink:href="x">in the mountains</text:a> today.</text:p>'
    out, _ = translated(tmp_path, "a.odt", odt(text, title="Rain"), translator)
    (mark,) = open_document(out).segments[0].marks
    assert "montanhas" in open_document(out).segments[0].text[mark.begin : mark.end]
    out, _ = translated(tmp_path, "a.epub", epub({"rain.xhtml": "<p>The river is <b>very</b> low.</p>"}), translator)
    chapter = members(out.read_bytes())["EPUB/rain.xhtml"].decode()
    assert "<b>muito</b>" in chapter
    assert 'lang="pt"' in chapter
