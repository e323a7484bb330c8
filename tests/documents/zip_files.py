"""Small packages of each format, written by hand, and translators for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from lxml import etree

from edgekit.core.marked import MarkedText

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_OFFICE = "application/vnd.openxmlformats-officedocument."
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(members: Mapping[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def kinds(data: bytes) -> list[tuple[str, int]]:
    """Names and ways of compression, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, info.compress_type) for info in archive.infolist()]


def canonical(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), method="c14n")


def docx(body: str, more: Mapping[str, str] | None = None, *, title: str = "") -> bytes:
    """A Word document; more: kind of a part (`footnotes`, `header1`) to the content of its root."""
    overrides = [("document", "document.main")]
    parts: dict[str, str] = {"word/document.xml": _word("document", f"<w:body>{body}<w:sectPr/></w:body>")}
    for name, content in (more or {}).items():
        kind = name.rstrip("0123456789")
        root = {"header": "hdr", "footer": "ftr"}.get(kind, kind)
        parts[f"word/{name}.xml"] = _word(root, content)
        overrides.append((name, kind))
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_OFFICE}wordprocessingml.{kind}+xml"/>'
        for name, kind in overrides
    )
    return zipped(
        {
            "[Content_Types].xml": _types(types),
            "_rels/.rels": f'{_DECLARATION}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
            f'Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
            "docProps/core.xml": f'{_DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package'
            '/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{title}</dc:title><dc:creator>Ann Teacher</dc:creator></cp:coreProperties>",
            **parts,
            "word/media/image1.png": bytes(range(256)),
        },
        stored=("word/media/image1.png",),
    )


def _word(root: str, content: str) -> str:
    return (
        f'{_DECLARATION}<w:{root} xmlns:w="{W}" xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument'
        '/2006/math" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        f'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{content}</w:{root}>'
    )


def _types(overrides: str) -> str:
    return (
        f'{_DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        f'Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def run(text: str, properties: str = "") -> str:
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str) -> str:
    return f"<w:p><w:pPr><w:jc/></w:pPr>{''.join(content)}</w:p>"


def pptx(
    slides: list[str], notes: Mapping[int, str] | None = None, parts_of_first: Mapping[str, str] | None = None
) -> bytes:
    """A presentation; slides: content of each shape's text (`a:p`); notes: by the number of the slide.

    parts_of_first: content of a part by the kind of its relation to the first slide.
    """
    overrides = [("presentation.xml", "presentationml.presentation.main")]
    parts: dict[str, str] = {
        "ppt/presentation.xml": f'{_DECLARATION}<p:presentation xmlns:p="{P}"/>',
    }
    for number, text in enumerate(slides, 1):
        name = f"slides/slide{number}.xml"
        parts[f"ppt/{name}"] = _slide("sld", text)
        overrides.append((name, "presentationml.slide"))
        relations = ""
        if number in (notes or {}):
            other = f"notesSlides/notesSlide{number}.xml"
            parts[f"ppt/{other}"] = _slide("notes", (notes or {})[number])
            overrides.append((other, "presentationml.notesSlide"))
            relations = f'<Relationship Id="rId2" Type="{R}/notesSlide" Target="../{other}"/>'
        for kind, content in (parts_of_first or {}).items() if number == 1 else ():
            parts[f"ppt/others/{kind}.xml"] = f"{_DECLARATION}{content}"
            relations += f'<Relationship Id="{kind}" Type="{R}/{kind}" Target="/ppt/others/{kind}.xml"/>'
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = (
            f'{_DECLARATION}<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>'
        )
    types = "".join(f'<Override PartName="/ppt/{name}" ContentType="{_OFFICE}{kind}+xml"/>' for name, kind in overrides)
    return zipped({"[Content_Types].xml": _types(types), **parts})


def _slide(root: str, paragraphs: str) -> str:
    return (
        f'{_DECLARATION}<p:{root} xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:cNvPr id="2" '
        f'name="Title 1" descr="A cloud"/></p:nvSpPr><p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp></p:spTree>'
        f"</p:cSld></p:{root}>"
    )


_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:officeooo="http://openoffice.org/2009/office" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def odt(body: str, *, styles: str = "", header: str = "", title: str = "", manifest: str = "") -> bytes:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"{declaration}<office:document-content {_ODF}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
            "styles.xml": f"{declaration}<office:document-styles {_ODF}><office:master-styles><style:master-page>"
            f"<style:header>{header}</style:header></style:master-page></office:master-styles>"
            "</office:document-styles>",
            "meta.xml": f"{declaration}<office:document-meta {_ODF}><office:meta><dc:title>{title}</dc:title>"
            "</office:meta></office:document-meta>",
            "Pictures/": b"",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            f'manifest:1.0">{manifest}</manifest:manifest>',
        },
        stored=("mimetype", "Pictures/"),
    )


def epub(chapters: Mapping[str, str], *, folder: str = "EPUB", more: Mapping[str, str] | None = None) -> bytes:
    """A book; chapters: name of the file to the content of its body."""
    listed = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    opf = (
        '<?xml version="1.0"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xml:lang="en">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The water cycle</dc:title>'
        "<dc:language>en</dc:language><dc:creator>Ann Teacher</dc:creator></metadata><manifest>"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        f'<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>{listed}</manifest>'
        f'<spine toc="ncx">{spine}</spine></package>'
    )
    page = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en" '
        'xml:lang="en"><head><title>{0}</title></head><body>{1}</body></html>\n'
    )
    prefix = f"{folder}/" if folder else ""
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:'
            f'opendocument:xmlns:container"><rootfiles><rootfile full-path="{prefix}package.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>',
            f"{prefix}package.opf": opf,
            f"{prefix}nav.xhtml": page.format("Contents", "<nav><ol><li><a href='a.xhtml'>Rain</a></li></ol></nav>"),
            f"{prefix}toc.ncx": '<?xml version="1.0"?>\n<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" '
            '"http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">\n<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/">'
            "<docTitle><text>The water cycle</text></docTitle><navMap><navPoint><navLabel><text>Rain</text></navLabel>"
            "</navPoint></navMap></ncx>",
            **{f"{prefix}{name}": page.format(name, body) for name, body in chapters.items()},
            **(more or {}),
        },
        stored=("mimetype",),
    )


def louder(text: MarkedText) -> MarkedText:
    """The text in capitals, what is kept as it is; every mark where it was."""
    kept = {place for mark in text.marks if mark.kind == "keep" for place in range(mark.begin, mark.end)}
    written = [one if place in kept or len(one.upper()) != 1 else one.upper() for place, one in enumerate(text.text)]
    return MarkedText("".join(written), text.marks)
