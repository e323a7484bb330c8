"""HTML and XML in plain text: tags, comments, entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from edgekit.protect.found import Found

_TAG = re.compile(
    r"<(?P<close>/)?(?P<name>[A-Za-z][\w:.-]{0,63})"
    r"(?P<attributes>(?:\s{1,64}[\w:@.-]{1,64}(?:\s{0,8}=\s{0,8}"
    r"(?:\"[^\"<]{0,4000}\"|'[^'<]{0,4000}'|[^\s\"'<>=`]{1,2000}))?){0,64})"
    r"\s{0,64}(?P<empty>/)?>"
)
# For what no parser would take and a reader still means as a tag: an attribute with a quote too many.
_LOOSE_TAG = re.compile(r"</?[A-Za-z][\w:-]{0,63}\s[^<>]{0,2000}=[^<>]{0,2000}>")
# An ASS override tag of subtitles, as `{\an8}`.
_OVERRIDE = re.compile(r"\{\\[A-Za-z0-9][^{}\n]{0,200}\}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENCLOSED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HTML_NAMES = _names(
    """
    a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center
    cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font
    footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main map mark meta
    meter nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section
    select small source span strong style sub summary sup svg table tbody td template textarea tfoot th thead time title
    tr track tt u ul var video wbr x g bpt ept ph it mrk
    """
)
# What these stand around is one word with what is beside them, as in `under<u>line</u>`.
_INLINE = _names(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup time
    tt u var wbr g mrk bpt ept
    """
)
_DEEPEST = 32
_VOID = _names(
    """
    area base br col embed hr img input link meta param source track wbr x ph bpt ept it
    """
)


def markup(text: str) -> Iterator[Found]:
    """Tags, comments and entities, in no order of all."""
    if "<" in text and ">" in text:
        yield from _enclosed(text)
        for match in _TAG.finditer(text):
            # `if x<y and z>w` reads as a tag of the name `y` with two attributes.
            known = match["name"].lower() in _HTML_NAMES
            if known or not match["attributes"] or "=" in match["attributes"]:
                yield Found(*match.span(), "tag")
        yield from (Found(*match.span(), "tag") for match in _LOOSE_TAG.finditer(text))
    if "{\\" in text:
        yield from (Found(*match.span(), "tag") for match in _OVERRIDE.finditer(text))
    if "&" in text:
        for match in _ENTITY.finditer(text):
            if match.group().startswith("&#") or match.group()[1:] in html5:
                yield Found(*match.span(), "entity")


def separates(tag: str) -> bool:
    """Whether words on either side of a tag, comment or picture are two words."""
    match = _TAG.fullmatch(tag)
    return match is None or match["name"].lower() not in _INLINE


def _enclosed(text: str) -> Iterator[Found]:
    """Comments, CDATA, processing instructions, doctypes; a kind whose end is missing is not looked for again."""
    at = text.find("<")
    missing: set[str] = set()
    while at >= 0:
        following = at + 1
        for begin, end in _ENCLOSED:
            if end not in missing and text.startswith(begin, at):
                if begin == "<!" and not text[at + 2 : at + 3].isalpha():
                    continue
                close = text.find(end, at + len(begin))
                if close < 0:
                    missing.add(end)
                    continue
                following = close + len(end)
                yield Found(at, following, "comment")
                break
        at = text.find("<", following)


def pairs(text: str, tags: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Indices of tags that open and close each other, properly nested; tags: their spans, in order.

    A closing tag goes with the nearest open one of its name, and those that are still open inside it go with none;
    nor do those that lie in more than 32 others.
    """
    found: list[tuple[int, int]] = []
    open_tags: list[tuple[str, int]] = []
    depth: dict[str, int] = {}
    for index, (begin, end) in enumerate(tags):
        match = _TAG.fullmatch(text, begin, end)
        if match is None:
            continue
        name = match["name"].lower()
        if match["empty"] or (name in _VOID and not match["close"]):
            continue
        if not match["close"]:
            open_tags.append((name, index))
            depth[name] = depth.get(name, 0) + 1
        elif depth.get(name):
            while open_tags:
                last, opened = open_tags.pop()
                depth[last] -= 1
                if last == name:
                    if len(open_tags) < _DEEPEST:
                        found.append((opened, index))
                    break
    return found
