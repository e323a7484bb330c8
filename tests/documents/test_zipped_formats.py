"""What holds for every format in an archive: nothing but the words changes."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from documents.zip_files import canonical, docx, kinds, louder, members, odt, paragraph, run, zipped
from documents.zip_samples import SAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edgekit.core.errors import InputError, SegmentError
from edgekit.core.marked import MarkedText
from edgekit.documents import open as opening
from edgekit.documents import xml_part
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document

# Words may need more or fewer runs than before; everything else is counted.
_RUNS = {"r", "t", "rPr", "b", "rStyle", "lang", "vertAlign", "vanish", "proofErr", "s", "br", "tab"}


def paragraphs(data: bytes) -> list[bytes]:
    """Those that hold no others, as canonical XML."""
    found = [element for element in etree.fromstring(data).iter() if str(element.tag).endswith("}p")]
    return [
        etree.tostring(element, method="c14n", with_tail=False)
        for element in found
        if not any(str(inner.tag).endswith("}p") for inner in element.iterdescendants())
    ]


KINDS = sorted(SAMPLES)


def tags(data: bytes) -> Counter[str]:
    elements = (element for element in etree.fromstring(data).iter() if isinstance(element.tag, str))
    # A span whose style says nothing is what an editor leaves at each change: as runs, they are joined.
    found = (element.tag for element in elements if "T2" not in element.attrib.values())
    return Counter(tag for tag in found if tag.rpartition("}")[2] not in _RUNS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_its_bytes_when_its_own_texts_are_its_translation(kind: str) -> None:
    document = open_document(SAMPLES[kind], kind=kind)
    assert document.segments
    assert all(segment.problems() == [] for segment in document.segments)
    assert document.written(document.segments) == SAMPLES[kind]
    assert document.written([MarkedText(one.text, one.marks) for one in document.segments]) == SAMPLES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_has_the_same_parts_and_elements_when_every_text_is_another(kind: str) -> None:
    document = open_document(SAMPLES[kind], kind=kind)
    written = document.written([louder(one) for one in document.segments])
    assert kinds(written) == kinds(SAMPLES[kind])
    assert written == document.written([louder(one) for one in document.segments])
    before, after = members(SAMPLES[kind]), members(written)
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    for name in changed:
        assert tags(after[name]) == tags(before[name])
        assert after[name].split(b"<", 3)[1] == before[name].split(b"<", 3)[1]  # the declaration
    again = open_document(written, kind=kind)
    assert [one.text for one in again.segments] == [louder(one).text for one in document.segments]
    assert [len(one.marks) for one in again.segments] == [len(one.marks) for one in document.segments]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_changes_in_one_part_and_place_when_one_text_is_another(kind: str) -> None:
    document = open_document(SAMPLES[kind], kind=kind)
    before = members(SAMPLES[kind])
    for index, segment in enumerate(document.segments):
        texts = list(document.segments)
        texts[index] = louder(segment)
        written = document.written(texts)
        after = members(written)
        changed = [name for name in before if before[name] != after[name]]
        assert len(changed) == (louder(segment) != segment)
        for name in changed:
            if kind in ("odt", "epub"):  # in the others runs are joined
                assert canonical(after[name]).lower() == canonical(before[name]).lower() or segment.marks
            one, other = paragraphs(before[name]), paragraphs(after[name])
            assert len(one) == len(other)
            assert sum(old != new for old, new in zip(one, other, strict=True)) <= 1
        others = open_document(written, kind=kind).segments
        assert [one.text for place, one in enumerate(others) if place != index] == [
            one.text for place, one in enumerate(document.segments) if place != index
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_names_the_segments_when_marks_or_line_breaks_are_missing(kind: str) -> None:
    document = open_document(SAMPLES[kind], kind=kind)
    wanted = [index for index, one in enumerate(document.segments) if one.marks]
    with pytest.raises(SegmentError) as caught:
        document.written([MarkedText(one.text) for one in document.segments])
    assert list(caught.value.segments) == wanted
    broken = [index for index, one in enumerate(document.segments) if "\n" in one.text]
    if broken:
        with pytest.raises(SegmentError) as caught:
            document.written([MarkedText(one.text.replace("\n", " "), one.marks) for one in document.segments])
        assert list(caught.value.segments) == broken


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", ["\0", "\x1b", "\ud800", "\ufffe"])
def test_a_document_names_the_segments_when_xml_cannot_hold_their_characters(kind: str, bad: str) -> None:
    document = open_document(SAMPLES[kind], kind=kind)
    texts = [MarkedText(one.text + bad * (index == 1), one.marks) for index, one in enumerate(document.segments)]
    with pytest.raises(SegmentError, match="cannot be written") as caught:
        document.written(texts)
    assert caught.value.segments == (1,)


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_one_error_when_it_is_cut_off_or_another_kind(kind: str) -> None:
    data = SAMPLES[kind]
    for bad in (data[: len(data) // 2], data[:100], b"", b"PK\x03\x04garbage", zipped({"a.txt": "hello"})):
        with pytest.raises(InputError) as caught:
            open_document(bad, kind=kind, name=f"sheet.{kind}")
        assert "\n" not in caught.value.message
        assert f"sheet.{kind}" in caught.value.message
    for other in KINDS:
        if other != kind:
            with pytest.raises(InputError, match=r"zip archive, but no|has no part"):
                open_document(SAMPLES[other], kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_one_error_when_a_part_is_no_xml_or_declares_entities(kind: str) -> None:
    part = {"docx": "word/document.xml", "pptx": "ppt/slides/slide1.xml", "odt": "content.xml", "epub": "EPUB/a.xhtml"}
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'
    outside = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    content = members(SAMPLES[kind])
    sound = content[part[kind]]
    body = sound[sound.index(b"<", sound.index(b"?>")) :]
    wide = (bomb.decode() + body.decode()).replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")
    for bad in (b"", b"<a><b></a>", bomb + body, outside + body, wide, sound[:-20], b"<a>" * 100_000):
        with pytest.raises(InputError) as caught:
            open_document(zipped({**content, part[kind]: bad}, stored=("mimetype",)), kind=kind)
        assert part[kind] in caught.value.message


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_packed_when_it_is_written(kind: str) -> None:
    document = open_document(SAMPLES[kind], kind=kind)
    written = document.written([louder(one) for one in document.segments])
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        stored = [info.filename for info in archive.infolist() if info.compress_type == zipfile.ZIP_STORED]
    assert set(stored) <= {"mimetype", "Pictures/", "word/media/image1.png"}
    if kind in ("odt", "epub"):
        assert written[30:38] == b"mimetype"
        assert written[8:10] == b"\0\0"


def test_an_archive_may_be_larger_than_a_text_but_none_of_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(SAMPLES["docx"])
    monkeypatch.setattr(opening, "MAX_BYTES", 10)
    assert open_document(path).segments
    monkeypatch.setattr(opening, "MAX_ARCHIVE_BYTES", 10)
    with pytest.raises(InputError, match="is larger than 0 MB"):
        open_document(path)
    monkeypatch.setattr(xml_part, "MAX_PART", 10)
    with pytest.raises(InputError, match="more than 0 MB"):
        open_document(SAMPLES["docx"], kind="docx")


PARTS = {
    "docx": ("word/document.xml", "[Content_Types].xml"),
    "pptx": ("ppt/slides/slide2.xml", "ppt/slides/_rels/slide2.xml.rels"),
    "odt": ("content.xml", "META-INF/manifest.xml"),
    "epub": ("EPUB/package.opf", "META-INF/container.xml", "EPUB/toc.ncx"),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_document_is_sound_or_one_error_when_its_elements_are_mixed_up(kind: str, data: st.DataObject) -> None:
    content = members(SAMPLES[kind])
    part = data.draw(st.sampled_from(PARTS[kind]))
    pieces = re.split(rb"(<[^>]*>)", content[part])
    for _ in range(data.draw(st.integers(1, 4))):
        place, other = (data.draw(st.integers(0, len(pieces) - 1)) for _ in range(2))
        pieces[place] = data.draw(st.sampled_from([b"", pieces[other], pieces[place] * 2, pieces[place][:-1], b"<a/>"]))
    changed = zipped({**content, part: b"".join(pieces)}, stored=("mimetype",))
    try:
        document = open_document(changed, kind=kind)
    except InputError:
        return
    assert document.written(document.segments) == changed
    written = document.written([louder(one) for one in document.segments])
    assert [one.text for one in open_document(written, kind=kind).segments] == [
        louder(one).text for one in document.segments
    ]


def test_words_of_the_source_language_are_of_the_target_language_when_a_word_document_is_translated() -> None:
    said = '<w:lang w:val="{}"/>'
    body = paragraph(run("One", said.format("en-US")), run(" two", said.format("de-DE")))
    defaults = f"<w:rPrDefault><w:rPr>{said.format('en-GB')}</w:rPr></w:rPrDefault>"
    data = docx(body, {"styles": f"<w:docDefaults>{defaults}</w:docDefaults>"})
    document = open_document(data, kind="docx", options=DocumentOptions(source="en", target="pt-BR"))
    assert members(document.written(document.segments)) == members(data)
    written = members(document.written([louder(segment) for segment in document.segments]))
    assert b'w:val="pt-BR"' in written["word/styles.xml"]
    assert b'w:val="en' not in written["word/document.xml"]
    assert b'w:val="pt-BR"' in written["word/document.xml"]
    assert document.facts[-1] == "where the document says that its language is `en-GB`, it says `pt-BR` now"
    left = open_document(data, kind="docx", options=DocumentOptions(source="en", target="pt", set_language=False))
    assert b"pt" not in members(left.written([louder(one) for one in left.segments]))["word/styles.xml"]


def test_styles_of_the_source_language_are_of_the_target_language_when_an_opendocument_text_is_translated() -> None:
    looks = '<style:style style:name="{0}"><style:text-properties fo:language="{0}" fo:country="GB"/></style:style>'
    data = odt("<text:p>One</text:p>", styles=looks.format("en") + looks.format("de"))
    document = open_document(data, kind="odt", options=DocumentOptions(source="en", target="pt"))
    assert members(document.written(document.segments)) == members(data)
    written = members(document.written([louder(segment) for segment in document.segments]))["content.xml"]
    assert b'fo:language="pt" fo:country="none"' in written
    assert b'fo:language="de" fo:country="GB"' in written


def test_runs_of_the_source_language_are_of_the_target_language_when_slides_are_translated() -> None:
    data = SAMPLES["pptx"]
    changed = {
        name: content.replace(b"<a:rPr", b'<a:rPr lang="en-US"') if b'lang="' not in content else content
        for name, content in members(data).items()
    }
    data = zipped(changed)
    document = open_document(data, kind="pptx", options=DocumentOptions(source="en", target="pt"))
    assert members(document.written(document.segments)) == changed
    written = members(document.written([louder(segment) for segment in document.segments]))
    assert not any(b'lang="en' in content for name, content in written.items() if "slides/slide" in name)
    assert any(b'lang="pt"' in content for content in written.values())
