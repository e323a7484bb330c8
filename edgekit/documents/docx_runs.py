"""The runs of WordprocessingML (ECMA-376 part 1, 17.3) as inline content, and back."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.documents.layout import LaidOut, Layout
from edgekit.documents.nodes import Inline, Solid, Words, Wrap, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

    from edgekit.core.marked import MarkedText

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WRAPS = {W + name for name in ("hyperlink", "ins", "moveTo", "smartTag", "customXml", "bdo", "dir", "sdt")}
# Marks of the spelling checker and of the last layout: gone with the words that they were about.
_DROPPED = {W + name for name in ("proofErr", "lastRenderedPageBreak", "softHyphen")}
# What does not change how a run looks.
_UNSEEN = {W + name for name in ("lang", "noProof", "webHidden", "rPrChange", "ins", "del", "bCs", "iCs", "szCs")}
# Fields whose result is words of the document: of a link, of what is referred to (`Figure 3`). The others are numbers,
# dates, citations and what is typed into forms; an editor makes all of them anew.
_TEXT_FIELDS = (["HYPERLINK"], ["REF"], ["STYLEREF"])
_OFF = ("0", "false", "none", "off")
_CODE = re.compile(r"(?i)(^|[^a-z])(code|verbatim|keyboard|typewriter|sample)|(html|source|verbatim|inline)code")
_PIECES = re.compile(r"[\n\t]|[^\n\t]+")


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A child of a run that is no text; it is written in a run of its own with the same properties."""

    run: _Element
    child: _Element


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """A complex field around its result: its begin, instruction and separator, and its end."""

    opening: tuple[Inline, ...]
    closing: tuple[Inline, ...]


class Paragraph(LaidOut):
    """A `w:p`."""

    def __init__(self, element: _Element) -> None:
        self._element = element
        super().__init__(Layout(_fields(list(_inlines(element)))))

    def write(self, translated: MarkedText) -> None:
        """Put other runs in the place of its own; the paragraph's properties stay."""
        _refill(self._element, self._layout.placed(translated))


def _inlines(parent: _Element) -> Iterator[Inline]:
    for child in parent:
        tag = child.tag
        if tag == W + "r":
            yield from _run(child)
        elif tag in _WRAPS:
            held = child.find(W + "sdtContent") if tag == W + "sdt" else child
            if held is None:
                yield Solid("", child)
            else:
                yield Wrap(tuple(_fields(list(_inlines(held)))), child, link=tag == W + "hyperlink")
        elif tag == W + "fldSimple":
            children = tuple(_inlines(child))
            said = _says_text(child.get(W + "instr") or "")
            yield Wrap(children, child, link=True) if said else Solid(text_of(children), child)
        elif isinstance(tag, str) and (tag in _DROPPED or tag.endswith("Pr")):
            continue
        elif tag == _MATH + "oMath":  # a noun of the sentence: without it `where r is the radius` loses its subject
            yield Solid("".join(one.text or "" for one in child.iter(_MATH + "t")).strip(), child)
        else:
            yield Solid("", child)


def _run(run: _Element) -> Iterator[Inline]:
    properties = run.find(W + "rPr")
    style = _style(properties)
    raised = _value(properties, "vertAlign") in ("superscript", "subscript")
    shows = _value(properties, "u") not in (None, *_OFF)
    hidden = properties is not None and _is_on(properties, "vanish")
    code = _CODE.search(_value(properties, "rStyle") or "") is not None
    text = ""
    for child in run:
        more = None if hidden else _text(child)
        if more is not None:
            text += more
        elif child.tag != W + "rPr" and child.tag not in _DROPPED:
            yield from _words(text, style, run, raised, shows, code)
            text = ""
            base = child.find(W + "rubyBase") if child.tag == W + "ruby" else None
            if base is None:
                yield Solid("", _Piece(run, child))
            else:
                yield Wrap(tuple(_inlines(base)), _Piece(run, child))
    yield from _words(text, style, run, raised, shows, code)


def _words(text: str, style: object, run: _Element, raised: bool, shows: bool, code: bool) -> Iterator[Inline]:
    if text:
        words = Words(text, style, run, raised, shows)
        yield Solid(text, (words,)) if code and text.strip() else words


def _text(child: _Element) -> str | None:
    """What a child of a run is as characters; None for what is no text."""
    if child.tag == W + "t":
        text = child.text or ""
        return text if child.get(_SPACE) == "preserve" else text.strip()
    if child.tag == W + "tab":
        return "\t"
    if child.tag == W + "cr" or (child.tag == W + "br" and child.get(W + "type", "textWrapping") == "textWrapping"):
        return "\n"
    if child.tag == W + "noBreakHyphen":
        return "\u2011"
    return None


def _style(properties: _Element | None) -> bytes | None:
    """Equal for runs that look the same."""
    from lxml import etree

    if properties is None:
        return None
    kept = [
        etree.tostring(child, method="c14n", with_tail=False)
        for child in properties
        if child.tag not in _UNSEEN and not (child.tag == W + "rFonts" and list(child.attrib) == [W + "hint"])
    ]
    return b"".join(sorted(kept)) or None


def _value(properties: _Element | None, name: str) -> str | None:
    found = properties.find(W + name) if properties is not None else None
    return None if found is None else found.get(W + "val")


def _is_on(properties: _Element, name: str) -> bool:
    found = properties.find(W + name)
    return found is not None and found.get(W + "val") not in _OFF


def _fields(nodes: list[Inline]) -> list[Inline]:
    """Nodes in which each complex field (17.16.18) is one: an element around its words, or its result as it is."""
    found: list[Inline] = []
    begins: list[int] = []
    for node in nodes:
        kind = _field_mark(node)
        found.append(node)
        if kind == "begin":
            begins.append(len(found) - 1)
        elif kind == "end" and begins:
            begin = begins.pop()
            field = found[begin:]
            found[begin:] = [_field(field)]
    return found


def _field(nodes: list[Inline]) -> Inline:
    separator = next((index for index, node in enumerate(nodes) if _field_mark(node) == "separate"), None)
    if separator is None:
        return Solid("", tuple(nodes))
    if _says_text("".join(_instruction(node) for node in nodes[:separator])):
        field = _Field(tuple(nodes[: separator + 1]), (nodes[-1],))
        return Wrap(tuple(nodes[separator + 1 : -1]), field, link=True)
    return Solid(text_of(nodes[separator + 1 : -1]), tuple(nodes))


def _says_text(instruction: str) -> bool:
    return instruction.split(maxsplit=1)[:1] in _TEXT_FIELDS


def _field_mark(node: Inline) -> str | None:
    if isinstance(node, Solid) and isinstance(node.source, _Piece) and node.source.child.tag == W + "fldChar":
        return node.source.child.get(W + "fldCharType")
    return None


def _instruction(node: Inline) -> str:
    if isinstance(node, Solid) and isinstance(node.source, _Piece) and node.source.child.tag == W + "instrText":
        return node.source.child.text or ""
    return ""


def _refill(parent: _Element, nodes: Sequence[Inline]) -> None:
    """Exchange what is in an element, less its properties."""
    for child in list(parent):
        if not (isinstance(child.tag, str) and child.tag.startswith(W) and child.tag.endswith("Pr")):
            parent.remove(child)
    for child in _elements(nodes, parent.makeelement):
        child.tail = None
        parent.append(child)


def _elements(nodes: Sequence[Inline], make: Callable[..., _Element]) -> Iterator[_Element]:
    for node in nodes:
        source = node.source
        if isinstance(node, Words):
            yield _new_run(node, make)
        elif isinstance(source, (Words, Wrap)):  # a gap to fill in, an element without text
            yield from _elements([source], make)
        elif isinstance(node, Wrap) and isinstance(source, _Piece):  # a ruby, whose reading goes with other words
            bases = tuple(one for base in source.child.iter(W + "rubyBase") for one in _inlines(base))
            if text_of(node.children) == text_of(bases):
                yield from _elements([Solid("", source)], make)
            else:
                yield from _elements(node.children, make)
        elif isinstance(source, _Piece):
            run = _empty_run(source.run, make)
            run.append(source.child)
            yield run
        elif isinstance(source, tuple):
            yield from _elements(source, make)
        elif isinstance(source, _Field) and isinstance(node, Wrap):
            yield from _elements([*source.opening, *node.children, *source.closing], make)
        elif isinstance(node, Wrap):
            held = source.find(W + "sdtContent") if source.tag == W + "sdt" else source
            _refill(held, node.children)
            yield source
        else:
            yield source


def _empty_run(like: _Element, make: Callable[..., _Element]) -> _Element:
    run = make(W + "r", dict(like.attrib))
    properties = like.find(W + "rPr")
    if properties is not None:
        run.append(copy.deepcopy(properties))
    return run


def _new_run(words: Words, make: Callable[..., _Element]) -> _Element:
    run = _empty_run(words.source, make)
    for piece in _PIECES.findall(words.text):
        if piece in "\n\t":
            run.append(make(W + ("br" if piece == "\n" else "tab")))
            continue
        text = make(W + "t")
        text.text = piece
        if piece != piece.strip():
            text.set(_SPACE, "preserve")
        run.append(text)
    return run
