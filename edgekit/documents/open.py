"""A document by its name and content, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePath

from edgekit.core.errors import InputError
from edgekit.core.foreign_file import read_bounded
from edgekit.documents.base import Document, DocumentOptions

# A text of 64 MB is 10 million words; what is read from it takes some ten times that in memory.
MAX_BYTES = 64 << 20
# Pictures and films in an archive are copied, never read.
MAX_ARCHIVE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of document.

    endings: of file names, lower case, with the dot.
    reader: `module:function` below `edgekit.documents`; `function(data, name, options)` gives a Document.
    archive: whether such a file is a zip archive.
    """

    kind: str
    endings: tuple[str, ...]
    reader: str
    archive: bool = False

    def read(self, data: bytes, name: str, options: DocumentOptions) -> Document:
        """The document in `data`; its room is imported here, so that a command loads only what it opens."""
        module, _, function = self.reader.partition(":")
        reader: Callable[[bytes, str, DocumentOptions], Document]
        reader = getattr(import_module(f"edgekit.documents.{module}"), function)
        return reader(data, name, options)


FORMATS = {
    form.kind: form
    for form in (
        Format("txt", (".txt", ".text"), "plain:read_plain"),
        Format("md", (".md", ".markdown", ".mkd"), "markdown:read_markdown"),
        Format("html", (".html", ".htm"), "html:read_html"),
        Format("xhtml", (".xhtml", ".xht"), "html:read_xhtml"),
        Format("srt", (".srt",), "subtitles:read_srt"),
        Format("vtt", (".vtt",), "subtitles:read_vtt"),
        Format("po", (".po", ".pot"), "po:read_po"),
        Format("xliff", (".xliff", ".xlf"), "xliff:read_xliff"),
        Format("csv", (".csv",), "table:read_csv"),
        Format("tsv", (".tsv", ".tab"), "table:read_tsv"),
        Format("json", (".json",), "json_values:read_json"),
        Format("jsonl", (".jsonl", ".ndjson"), "json_values:read_jsonl"),
        Format("docx", (".docx",), "docx:read_docx", archive=True),
        Format("odt", (".odt",), "odt:read_odt", archive=True),
        Format("pptx", (".pptx",), "pptx:read_pptx", archive=True),
        Format("epub", (".epub",), "epub:read_epub", archive=True),
    )
}
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}")
# What other files begin with, so that an error can name them.
_MAGIC = {
    b"PK\x03\x04": "a zip archive",
    b"%PDF-": "a PDF",
    b"\xd0\xcf\x11\xe0": "an Office file that is old or protected by a password",
    b"{\\rtf": "a rich text file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a gzip archive",
}


def kind_of(name: str) -> str | None:
    """The kind of document that a file name stands for, by its ending in any case; None for an unknown one."""
    ending = PurePath(name).suffix.lower()
    return next((form.kind for form in FORMATS.values() if ending in form.endings), None)


def why_plain(name: str) -> str | None:
    """What a person should know of a file whose ending is that of something else than text, and is no kind of document.

    None where there is nothing to say: a known kind, or a name without an ending.
    """
    path = PurePath(name)
    if kind_of(name) is not None or not _ENDING.fullmatch(path.suffix):
        return None
    return (
        f"`{path.name}` is translated as plain text: its keys and commands may change, "
        f"as edgekit does not read the format of `{path.suffix}` files"
    )


def open_document(
    source: str | Path | bytes,
    *,
    kind: str | None = None,
    options: DocumentOptions | None = None,
    name: str | None = None,
) -> Document:
    """Read a document.

    source: a path, or the content itself, which needs `kind` or a name.
    kind: a key of FORMATS; by default what the name's ending says.
    name: what error messages call the document; by default its path.
    Raises UnavailableError for a file that is not there, InputError for a kind that is not known, a file that cannot be
    read, or content that is not of its kind.
    """
    name = name or ("the text" if isinstance(source, bytes) else str(source))
    found = kind if kind is not None else kind_of(name)
    if found is None or found not in FORMATS:
        known = ", ".join(form.kind for form in FORMATS.values())
        raise InputError(
            f"`{found or PurePath(name).name}` is no kind of document that can be translated", hint=f"known: {known}"
        )
    form = FORMATS[found]
    data = source if isinstance(source, bytes) else content_of(Path(source), found)
    magic = next((what for start, what in _MAGIC.items() if data.startswith(start)), None)
    if form.archive and not data.startswith(b"PK"):
        raise InputError(f"`{name}` is {magic or 'no zip archive'}, not {found}")
    if not form.archive and magic is not None:
        raise InputError(f"`{name}` is {magic}, not {found}")
    return form.read(data, name, options or DocumentOptions())


def content_of(path: Path, kind: str | None) -> bytes:
    """The bytes of a document of a kind.

    Raises UnavailableError (it is not there) and InputError: it cannot be read, or is larger than these may be.
    """
    form = FORMATS.get(kind or "")
    limit = MAX_ARCHIVE_BYTES if form is not None and form.archive else MAX_BYTES
    return read_bounded(path, limit)
