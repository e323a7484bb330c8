"""HTML and XML to tokens with positions, every character in one of them, in time linear in the text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

TokenKind: TypeAlias = Literal["text", "start", "end", "empty", "other"]

# WHATWG HTML, 13.2.5: what a tag's name begins with, and what ends it.
_NAME = re.compile(r"[A-Za-z_:][^\s/>]*")
_XML_NAME = re.compile(r"[^\s/>\"'=<!?&][^\s/>]*")
_ATTRIBUTE = re.compile(r"""[\s/]*(?P<name>[^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<u>[^\s>"']*)))?""")
_TAG_END = re.compile(r"[\s/]*>")
# Elements whose content is text up to their end tag.
_RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)  # fmt: skip
_REFERENCE = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});?")
_XML_NAMES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'"}


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute; begin and end are its value's span without quotes, quote is `"`, `'` or nothing."""

    name: str
    begin: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Token:
    """A part of the text.

    kind: `other` is a comment, a doctype, a processing instruction, a section of CDATA.
    name: of an element, lower case in HTML, with its prefix.
    """

    kind: TokenKind
    begin: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = field(default=())


def tokens(text: str, *, xml: bool, begin: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of a span of `text`, in order and without gaps; whatever is no markup is text."""
    end = len(text) if end is None else end
    at = done = begin
    # Looked for once where it is not there: each unclosed comment would read the rest again.
    never: set[str] = set()
    while (at := text.find("<", at, end)) >= 0:
        found = _markup(text, at, end, xml, never)
        if found is None:
            at += 1
            continue
        if done < at:
            yield Token("text", done, at)
        yield found
        at = done = found.end
        if not xml and found.kind == "start" and found.name in _RAW_TEXT:
            close = _raw_end(text, at, end, found.name, never)
            if at < close:
                yield Token("text", at, close)
            at = done = close
    if done < end:
        yield Token("text", done, end)


def _raw_end(text: str, at: int, end: int, name: str, never: set[str]) -> int:
    """Where the end tag of an element of raw text begins; where there is none, nothing of it is raw."""
    if name in never:
        return at
    match = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE).search(text, at, end)
    if match is None:
        never.add(name)
        return end if name in ("script", "style") else at
    return match.start()


def _markup(text: str, at: int, end: int, xml: bool, never: set[str]) -> Token | None:
    after = text[at + 1 : at + 2]
    if after == "!":
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>")):
            if text.startswith(opening, at, end):
                return _up_to(text, at, end, closing, never)
        return _up_to(text, at, end, ">", never)
    if after == "?":
        return _up_to(text, at, end, "?>" if xml else ">", never)
    if ">" in never or text.find(">", at, end) < 0:
        never.add(">")
        return None
    name = (_XML_NAME if xml else _NAME).match(text, at + (2 if after == "/" else 1), end)
    if name is None:
        return _up_to(text, at, end, ">", never) if after == "/" and not xml else None
    tag = name[0] if xml else name[0].lower()
    place, attributes = name.end(), []
    while (match := _ATTRIBUTE.match(text, place, end)) is not None:
        group = next((key for key in "dsu" if match[key] is not None), None)
        if group is not None:
            begin, stop = match.span(group)
            attributes.append(Attribute(match["name"].lower(), begin, stop, {"d": '"', "s": "'", "u": ""}[group]))
        place = match.end()
    close = _TAG_END.match(text, place, end)
    if close is None:
        # A quote that never closes, say: a browser reads on to the next `>`.
        return _up_to(text, at, end, ">", never)
    if after == "/":
        return Token("end", at, close.end(), tag)
    empty = text[close.end() - 2] == "/" if xml else tag in _VOID
    return Token("empty" if empty else "start", at, close.end(), tag, tuple(attributes))


def _up_to(text: str, at: int, end: int, closing: str, never: set[str]) -> Token | None:
    if closing in never:
        return None
    place = text.find(closing, at + 1, end)
    if place < 0:
        never.add(closing)
        return None
    return Token("other", at, place + len(closing))


def references(text: str, begin: int, end: int, *, xml: bool) -> Iterator[tuple[int, int, str]]:
    """A span of text in parts: begin, end and what each says, a character reference alone in one."""
    at = begin
    for match in _REFERENCE.finditer(text, begin, end):
        said = _referred(match[0], xml)
        if said == match[0]:
            continue
        if at < match.start():
            yield at, match.start(), text[at : match.start()]
        yield match.start(), match.end(), said
        at = match.end()
    if at < end:
        yield at, end, text[at:end]


def _referred(reference: str, xml: bool) -> str:
    if xml and not reference.startswith("&#"):
        return _XML_NAMES.get(reference, reference)
    if xml and not reference.endswith(";"):
        return reference
    said = html.unescape(reference)
    # `&notit;` is `&not` and letters: left as it is written rather than half read.
    return said if len(said) <= 2 else reference


def escaping(spellings: dict[str, str], quote: str = "") -> Callable[[str], str]:
    """A function that writes text between tags, or in an attribute with `quote`.

    spellings: how the paragraph wrote characters that need no reference, `\\u00a0` as `&nbsp;` for one; kept.
    """
    table = {ord(said): written for said, written in spellings.items() if len(said) == 1 and not said.isalnum()}
    table |= {ord("&"): spellings.get("&", "&amp;"), ord("<"): spellings.get("<", "&lt;")}
    if quote:
        table[ord(quote)] = spellings.get(quote, "&quot;" if quote == '"' else "&#39;")
    return lambda text: text.translate(table)
