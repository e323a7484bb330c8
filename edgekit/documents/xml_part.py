"""XML parts of an archive, parsed as foreign files, and their paragraphs exchanged one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from edgekit.core.characters import has_letters
from edgekit.core.errors import InputError, SegmentError
from edgekit.core.marked import MarkedText

if TYPE_CHECKING:
    from lxml.etree import _Element

# 10 million words; the tree of a part takes some ten times its bytes.
MAX_PART = 64 << 20
_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^>\"'\[]|\"[^\"]*\"|'[^']*')*>)*", re.DOTALL
)
_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=["']([A-Za-z0-9._-]+)["']""")
_BREAKS = re.compile(r"[\n\t\r]")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Editable(Protocol):
    """A paragraph in a tree."""

    @property
    def marked(self) -> MarkedText:
        """Its text."""

    def write(self, translated: MarkedText) -> None:
        """Change the tree so that the paragraph has this text."""


Find = Callable[["_Element"], Iterator[Editable]]


def parse(data: bytes, name: str) -> _Element:
    """The root of an XML part.

    Raises InputError for what is not well formed, and for any declaration of entities: parts of documents need none.
    """
    from lxml import etree

    if len(data) > MAX_PART:
        raise InputError(f"`{name}` has {len(data) >> 20} MB, more than {MAX_PART >> 20} MB")
    if b"<!ENTITY" in data or re.search(rb"<!DOCTYPE[^>]*\[", data):
        raise InputError(f"`{name}` declares entities of its own")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_blank_text=False,
        strip_cdata=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:
        raise InputError(f"`{name}` is no sound XML: {(str(problem) or 'it is empty').splitlines()[0]}") from None
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:  # in another encoding
        raise InputError(f"`{name}` declares entities of its own")
    return root


def serialise(root: _Element, original: bytes) -> bytes:
    """A changed tree as bytes, with the declaration, document type and end of the original around it."""
    from lxml import etree

    found = _ENCODING.match(original)
    encoding = found.group(1).decode("ascii").lower() if found else "utf-8"
    prolog = _PROLOG.match(original)
    begin = prolog.end() if prolog else 0
    if encoding not in ("utf-8", "utf8", "us-ascii", "ascii") or original[begin : begin + 1] != b"<":
        tree = root.getroottree()
        whole = etree.tostring(tree, encoding=tree.docinfo.encoding or "utf-8", xml_declaration=True)
        return whole if isinstance(whole, bytes) else whole.encode()
    # ASCII stays ASCII: what is beyond it is written as references.
    body = etree.tostring(root, encoding="us-ascii" if "ascii" in encoding else "utf-8", with_tail=False)
    if body.startswith(b"<?xml"):
        body = body[body.index(b"?>") + 2 :].lstrip()
    return original[:begin] + body + original[original.rfind(b">") + 1 :]


class XmlPart:
    """The paragraphs of an XML part; `written` parses it anew, so it may be called again."""

    def __init__(
        self, data: bytes, name: str, find: Find, *, finish: Callable[[_Element], Sequence[str]] = lambda _root: ()
    ) -> None:
        """finish: a last change of the tree where anything has been translated; gives facts, none for no change."""
        self._data = data
        self._name = name
        self._find = find
        self._finish = finish
        self.segments: Sequence[MarkedText] = tuple(one.marked for one in find(parse(data, name)))
        self.facts: tuple[str, ...] = ()

    def written(self, translated: Sequence[MarkedText], *, changed: bool = False) -> bytes:
        """The part with these texts; paragraphs whose text is as it was are not touched.

        changed: something did in what it is a part of.
        """
        root = parse(self._data, self._name)
        own = any(one != other for one, other in zip(self.segments, translated, strict=True))
        for editable, text in zip(list(self._find(root)), translated, strict=True):
            if text != editable.marked:
                editable.write(text)
        self.facts = tuple(dict.fromkeys(self._finish(root))) if own or changed else ()
        return serialise(root, self._data) if own or self.facts else self._data


def check_characters(segments: Sequence[MarkedText], translated: Sequence[MarkedText]) -> None:
    """Raise SegmentError where a translation has other line breaks or tabs than its segment, or what no XML holds."""
    found: dict[int, str] = {}
    for index, (one, other) in enumerate(zip(segments, translated, strict=True)):
        if _BREAKS.findall(one.text) != _BREAKS.findall(other.text):
            found[index] = "other line breaks or tabs than before"
        elif bad := _NO_XML.search(other.text):
            found[index] = f"the character U+{ord(bad[0]):04X}, which no document can hold"
    if found:
        raise SegmentError(
            f"{len(found)} of {len(segments)} segments cannot be written",
            reasons=[f"segment {index + 1}: {reason}" for index, reason in found.items()],
            segments=tuple(found),
        )


class PlainText:
    """A text without marks that is one string in the tree: a title, the description of a picture."""

    def __init__(self, text: str, write: Callable[[str], None]) -> None:
        self._text = text
        self._write = write

    @property
    def marked(self) -> MarkedText:
        """The text less the white space around it."""
        return MarkedText(self._text.strip())

    def write(self, translated: MarkedText) -> None:
        """Put a text in its place, with the white space around it."""
        inner = self._text.strip()
        begin = self._text.index(inner)
        self._write(self._text[:begin] + translated.text + self._text[begin + len(inner) :])


def attribute_text(element: _Element, name: str) -> Iterator[PlainText]:
    """An attribute as a text, where it has letters."""
    value = element.get(name)
    if isinstance(value, str) and has_letters(value):
        yield PlainText(value, lambda text: element.set(name, text))


def element_text(element: _Element) -> Iterator[PlainText]:
    """The text of an element without children, where it has letters."""

    def write(text: str) -> None:
        element.text = text

    if len(element) == 0 and has_letters(element.text or ""):
        yield PlainText(element.text or "", write)
