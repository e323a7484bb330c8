"""Books: any folder, both tables of contents, chapters in their order, the language, no copy protection."""

from __future__ import annotations

import pytest
from documents.zip_files import epub, louder, members, zipped
from documents.zip_samples import BOOK

from edgekit.core.errors import InputError
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document

_ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData></encryption>'
)


def test_a_book_is_read_title_first_then_contents_then_chapters() -> None:
    document = open_document(BOOK, kind="epub")
    assert [
        (place.rpartition(" ")[0], one.text) for place, one in zip(document.places, document.segments, strict=True)
    ] == [
        ("EPUB/package.opf", "The water cycle"),
        ("EPUB/nav.xhtml", "Contents"),
        ("EPUB/nav.xhtml", "Rain"),
        ("EPUB/toc.ncx", "The water cycle"),
        ("EPUB/toc.ncx", "Rain"),
        ("EPUB/a.xhtml", "a.xhtml"),
        ("EPUB/a.xhtml", "Rain"),
        ("EPUB/a.xhtml", "It has not rained for three weeks, & the river is low."),
        ("EPUB/a.xhtml", "A dry river"),
        ("EPUB/text/b c.xhtml", "text/b c.xhtml"),
        ("EPUB/text/b c.xhtml", "The end of\u00a0the story."),
    ]


@pytest.mark.parametrize("folder", ["", "EPUB", "OEBPS", "deep/er"])
def test_a_book_is_translated_wherever_its_parts_lie(folder: str) -> None:
    document = open_document(epub({"a.xhtml": "<p>Rain</p>"}, folder=folder), kind="epub")
    written = document.written([louder(one) for one in document.segments])
    prefix = f"{folder}/" if folder else ""
    assert b"<p>RAIN</p>" in members(written)[f"{prefix}a.xhtml"]
    assert b"<dc:title>THE WATER CYCLE</dc:title>" in members(written)[f"{prefix}package.opf"]
    assert b"<dc:creator>Ann Teacher</dc:creator>" in members(written)[f"{prefix}package.opf"]
    assert members(written)[f"{prefix}toc.ncx"].count(b"<!DOCTYPE ncx PUBLIC") == 1


def test_a_book_says_its_new_language_when_it_is_translated() -> None:
    plain = open_document(BOOK, kind="epub", options=DocumentOptions(target="pt", set_language=False))
    assert (
        b"<dc:language>en</dc:language>"
        in members(plain.written([louder(one) for one in plain.segments]))["EPUB/package.opf"]
    )
    document = open_document(BOOK, kind="epub", options=DocumentOptions(source="en", target="pt"))
    assert members(document.written(document.segments)) == members(BOOK)
    written = members(document.written([louder(one) for one in document.segments]))
    assert b"<dc:language>pt</dc:language>" in written["EPUB/package.opf"]
    assert b'xml:lang="pt"' in written["EPUB/package.opf"]
    for name in ("EPUB/a.xhtml", "EPUB/text/b c.xhtml", "EPUB/nav.xhtml"):
        assert b'lang="pt"' in written[name]
        assert b'lang="en"' not in written[name]


@pytest.mark.parametrize(
    ("algorithm", "readable"),
    [
        ("http://www.idpf.org/2008/embedding", True),
        ("http://ns.adobe.com/pdf/enc#RC", True),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", False),
    ],
)
def test_a_book_is_refused_when_more_than_its_fonts_is_encrypted(algorithm: str, readable: bool) -> None:
    data = zipped({**members(BOOK), "META-INF/encryption.xml": _ENCRYPTED.format(algorithm)}, stored=("mimetype",))
    if readable:
        assert open_document(data, kind="epub").segments
    else:
        with pytest.raises(InputError, match=r"encrypted \(DRM\)"):
            open_document(data, kind="epub")


def test_a_book_is_one_error_when_its_container_leads_nowhere() -> None:
    content = members(BOOK)
    container = content["META-INF/container.xml"].replace(b"EPUB/package.opf", b"../../etc/passwd")
    with pytest.raises(InputError, match="without a package document"):
        open_document(zipped({**content, "META-INF/container.xml": container}), kind="epub")
    del content["META-INF/container.xml"]
    with pytest.raises(InputError, match="but no epub"):
        open_document(zipped(content), kind="epub")


def test_a_chapter_that_is_listed_and_not_there_is_passed_over() -> None:
    content = members(BOOK)
    del content["EPUB/a.xhtml"]
    assert open_document(zipped(content), kind="epub").segments
