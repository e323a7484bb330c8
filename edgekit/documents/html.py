"""HTML and XHTML: paragraphs between block tags, and the attributes that people read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgekit.core.characters import has_letters
from edgekit.core.marked import MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.inline import Piece, passage
from edgekit.documents.languages import is_right_to_left, restated, restated_fact
from edgekit.documents.markup import Attribute, Token, escaping, references, tokens
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit, stating

# Elements that end a paragraph (HTML, 15.3); every other one, unknown ones among them, stands between words.
_BLOCK = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "col", "colgroup",
        "datalist", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
        "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html",
        "legend", "li", "link", "main", "menu", "menuitem", "meta", "nav", "noframes", "noscript", "ol", "optgroup",
        "option", "p", "pre", "search", "section", "select", "summary", "table", "tbody", "td", "template", "tfoot",
        "th", "thead", "title", "tr", "ul", "xmp"
    }
)  # fmt: skip
# Their characters come through as they are, as part of the sentence or, of the second, as something without words.
_KEPT = frozenset({"code", "kbd", "math", "samp", "tt", "var"})
_SILENT = frozenset(
    {
        "applet", "audio", "canvas", "embed", "iframe", "noembed", "object", "rp", "rt", "script", "style", "svg",
        "textarea", "video"
    }
)  # fmt: skip
_RUBY = frozenset({"rp", "rt"})
# Of the second what people see words of.
_SHOWN = frozenset({"svg", "textarea"})
# A note's number, as it stands close behind a word.
_LONGEST_NOTE = 16
_NOTE = re.compile(r"[\[(]?[\d*†‡§,]{1,6}[\])]?")
_SILENT_BLOCK = frozenset({"frameset", "noframes", "pre", "xmp"})
_READ = frozenset({"alt", "aria-description", "aria-label", "aria-placeholder", "aria-roledescription", "label",
                   "placeholder", "summary", "title"})  # fmt: skip
_READ_META = frozenset({"description", "og:description", "og:title", "twitter:description", "twitter:title"})
_BUTTONS = frozenset({"button", "reset", "submit"})
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_:.-]+)["']""")
_SPACE = " \t\r\n\f"


def read_html(data: bytes, name: str, options: DocumentOptions) -> SplicedDocument:
    """An HTML document; tags that never close or close crosswise are kept as they are."""
    found = _CHARSET.search(data[:1024]) or _DECLARATION.match(data[:200])
    source = decoded(data, name, declared=found[1].decode() if found else None, options=options)
    return SplicedDocument(source, markup_units(source.text, options, xml=False), references=True)


def read_xhtml(data: bytes, name: str, options: DocumentOptions) -> SplicedDocument:
    """An XHTML document. Raises InputError where it is not well formed, and for entities of its own."""
    from edgekit.documents.xml_check import check_xml, xml_encoding

    source = decoded(data, name, declared=xml_encoding(data), options=options)
    check_xml(source.text, name)
    return SplicedDocument(source, markup_units(source.text, options, xml=True), references=True)


def markup_units(
    text: str, options: DocumentOptions, *, xml: bool, begin: int = 0, end: int | None = None
) -> list[Unit]:
    """The units of a span of HTML, by begin."""
    reader = _Reader(text, options, xml)
    for token in tokens(text, xml=xml, begin=begin, end=end):
        reader.read(token)
    reader.finish(len(text) if end is None else end)
    if reader.reads:
        reader.units.append(stating(begin, begin, "", "readings above words (ruby) are left out where these changed"))
    if reader.left:
        fact = f"texts in drawings (svg) and in fields to fill in: {reader.left:,}, left as they are"
        reader.units.append(stating(begin, begin, "", fact))
    return sorted(reader.units, key=lambda unit: (unit.begin, -unit.end))


class _Reader:
    """Tokens in, units out."""

    def __init__(self, text: str, options: DocumentOptions, xml: bool) -> None:
        self._text, self._options, self._xml = text, options, xml
        self.units: list[Unit] = []
        self.reads = False  # whether it says how words are read
        self.left = 0  # texts that people see in what is not looked into
        self._pieces: list[Piece] = []
        self._spellings: dict[str, str] = {}
        self._broke = False  # whether a line break came last
        # An element that is not looked into: its name, how many of this name are open, and how it ends up.
        self._closed: tuple[str, int, Piece | None] | None = None

    def read(self, token: Token) -> None:
        """Take the next token."""
        if self._closed is not None and not self._leaves(token):
            return
        if token.kind == "text":
            self._say(token)
        elif token.kind == "other":
            self._other(token)
        else:
            self._tag(token)

    def finish(self, end: int) -> None:
        """Take what is left."""
        if self._closed is not None and self._closed[2] is not None:
            self._closed[2].end = end
            self._pieces.append(self._closed[2])
        self._closed = None
        self._flush()

    def _leaves(self, token: Token) -> bool:
        """Whether a token is behind the element that is not looked into; it is part of it else."""
        assert self._closed is not None  # noqa: S101
        name, depth, piece = self._closed
        if piece is None and name == "p" and not self._xml and token.kind == "start" and token.name in _BLOCK:
            self._closed = None  # no end tag: a paragraph ends where the next block begins
            return True
        if token.kind == "text" and name.lower() in _SHOWN and has_letters(self._text[token.begin : token.end]):
            self.left += 1
        open_ended = piece is not None and (piece.kind == "keep" or name in _RUBY)
        if piece is not None and open_ended and token.kind in ("start", "end") and token.name.lower() in _BLOCK:
            # An inline element that was never closed ends with its paragraph.
            piece.end = token.begin
            self._pieces.append(piece)
            self._closed = None
            return True
        if token.kind == "text" and piece is not None and piece.kind == "keep":
            piece.text += "".join(said for _, _, said in references(self._text, token.begin, token.end, xml=self._xml))
        depth += (token.name == name) * ((token.kind == "start") - (token.kind == "end"))
        self._closed = (name, depth, piece)
        if depth == 0:
            if piece is not None:
                piece.end = token.end
                piece.text = " ".join(piece.text.split(None))
                self._pieces.append(piece)
            self._closed = None
        return False

    def _say(self, token: Token) -> None:
        for begin, end, said in references(self._text, token.begin, token.end, xml=self._xml):
            if end - begin != len(said) or self._text[begin] == "&":
                self._spellings.setdefault(said, self._text[begin:end])
            self._pieces.append(Piece("text", begin, end, said))
            self._broke = self._broke and not said.strip(_SPACE)

    def _other(self, token: Token) -> None:
        if self._xml and self._text.startswith("<![CDATA[", token.begin):
            self._pieces.append(Piece("text", token.begin, token.end, self._text[token.begin + 9 : token.end - 3]))
            self._broke = False
        else:
            self._pieces.append(Piece("point", token.begin, token.end))

    def _tag(self, token: Token) -> None:
        name = token.name.lower()
        values = {one.name: self._text[one.begin : one.end] for one in token.attributes}
        kept = token.kind == "start" and _is_kept(values)
        if token.kind != "end" and not _is_kept(values) and name not in _KEPT | _SILENT | _SILENT_BLOCK:
            self.units += _languages(token, values, self._options, whole=name == "html")
        if name in _BLOCK:
            self._flush()
            if token.kind == "start" and (kept or name in _SILENT_BLOCK):
                self._closed = (token.name, 1, None)
                return
        elif token.kind == "start" and (kept or name in _KEPT or name in _SILENT):
            piece = Piece("point" if name in _SILENT else "keep", token.begin, token.end, reading=name in _RUBY)
            self._closed = (token.name, 1, piece)
            self.reads = self.reads or name in _RUBY
            self._broke = False
            return
        elif name == "br":
            if self._broke:
                self._flush()
            self._pieces.append(Piece("break", token.begin, token.end))
            self._broke = True
        elif token.kind == "empty":
            self._pieces.append(Piece("point", token.begin, token.end))
            self._broke = False
        else:
            self._pieces.append(
                Piece("open" if token.kind == "start" else "close", token.begin, token.end, tag=token.name)
            )
        if token.kind != "end" and not _is_kept(values):
            for attribute in token.attributes:
                if _is_read(name, attribute.name, values):
                    self._attribute(attribute)

    def _attribute(self, attribute: Attribute) -> None:
        spellings: dict[str, str] = {}
        pieces = []
        for begin, end, said in references(self._text, attribute.begin, attribute.end, xml=self._xml):
            if end - begin != len(said):
                spellings.setdefault(said, self._text[begin:end])
            pieces.append(Piece("text", begin, end, said))
        found = passage(pieces)
        if found is None:
            return
        if attribute.quote:
            self.units.append(found.unit(escaping(spellings, attribute.quote)))
            return
        escape = escaping(spellings, '"')

        def render(translated: Sequence[MarkedText], raw: Raw) -> list[Splice]:
            return [Splice(attribute.begin, attribute.end, f'"{found.rendered(translated[0], escape, raw)}"')]

        self.units.append(Unit(attribute.begin, attribute.end, (found.text,), render))

    def _flush(self) -> None:
        found = passage(_with_notes(self._pieces))
        if found is not None:
            self.units.append(found.unit(escaping(self._spellings)))
        self._pieces, self._spellings, self._broke = [], {}, False


def _with_notes(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces in which a link or a superscript that is a note's number, close behind a word, is a point.

    `countries.1` would be one word, and the link be on what became of all of it.
    """
    found: list[Piece] = []
    waiting: list[tuple[int, str]] = []  # where an element begins and the character before it
    last = " "
    for piece in pieces:
        found.append(piece)
        if piece.kind == "open":
            waiting.append((len(found) - 1, last))
        elif piece.kind == "close" and waiting:
            begin, before = waiting.pop()
            inside = found[begin + 1 : -1] if len(found) - begin <= _LONGEST_NOTE else []
            said = "".join(one.text for one in inside)
            own = found[begin].tag.lower() in ("a", "sup") and found[begin].tag == piece.tag
            if own and _NOTE.fullmatch(said) and not before.isspace() and all(one.kind != "keep" for one in inside):
                found[begin:] = [Piece("point", found[begin].begin, piece.end)]
                last = before
        elif piece.kind == "break":
            last = " "
        elif piece.text:
            last = piece.text[-1]
    return found


def is_kept_element(token: Token, text: str) -> bool:
    """Whether what an inline element says comes through as it is.  text: what the token's positions are of."""
    values = {one.name: text[one.begin : one.end] for one in token.attributes}
    return token.name.lower() in _KEPT | _SILENT or _is_kept(values)


def _is_kept(values: dict[str, str]) -> bool:
    """Whether an element says that it is not to be translated (HTML, 6.6.2, and what translators of pages look for)."""
    return values.get("translate", "").lower() == "no" or "notranslate" in values.get("class", "").split()


def _is_read(element: str, attribute: str, values: dict[str, str]) -> bool:
    if element == "meta":
        what = values.get("name") or values.get("property") or ""
        return attribute == "content" and what.lower() in _READ_META
    if attribute == "value":
        return element == "input" and values.get("type", "").lower() in _BUTTONS
    # The title of a link to a style sheet is the name of an alternative, which scripts look for.
    return attribute in _READ and element != "link"


def _languages(token: Token, values: dict[str, str], options: DocumentOptions, *, whole: bool) -> list[Unit]:
    """The language of a page or an element and, of a page, its direction where that is right to left, stated anew."""
    found = []
    for attribute in token.attributes:
        if attribute.name.lower() not in ("lang", "xml:lang"):
            continue
        stated = values[attribute.name]
        target = restated(stated, options, whole=whole)
        if target is not None:
            found.append(stating(attribute.begin, attribute.end, target, restated_fact(stated, target)))
    if found and whole and is_right_to_left(options.target or "") and "dir" not in values:
        after = token.begin + 1 + len(token.name)
        found.append(stating(after, after, ' dir="rtl"', "the page runs from right to left now"))
    return found
