"""Inline Markdown with positions: markdown-it's own parser, asked where each of its tokens begins and ends."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from edgekit.documents.html import is_kept_element
from edgekit.documents.inline import Piece
from edgekit.documents.markup import tokens as markup_tokens
from edgekit.documents.wrapping import is_wide

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_TITLE = re.compile(
    r"""\]\(\s*(?:<[^<>\n]*>|[^\s<]\S*)\s+(?P<title>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))\s*\)\Z"""
)
_SPAN = "span"
HTML_TAGS = {"em": "em", "strong": "strong", "s": "del"}


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """CommonMark with tables, strikethrough, footnotes, mathematics, definition lists and front matter."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    made = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    made.use(front_matter_plugin).use(deflist_plugin)
    made.use(footnote_plugin, inline=False, move_to_end=False)
    # `$5 and $6` is money: a dollar sign beside a digit or a space ends nothing.
    made.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    for rule in made.inline.ruler.__rules__:
        made.inline.ruler.at(rule.name, _placing(rule.name, rule.fn), {"alt": rule.alt})
    # Both join texts and would lose where they came from.
    made.inline.ruler2.disable("fragments_join")
    made.core.ruler.disable("text_join")
    return made


def _placing(name: str, rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """A rule that notes the span of what it made in `meta`; texts between are what no rule took."""

    def placed(state: StateInline, silent: bool) -> bool:
        begin, count, waited = state.pos, len(state.tokens), bool(state.pending)
        if not rule(state, silent):
            return False
        made = state.tokens[count + waited :] if len(state.tokens) > count else []
        if silent or not made:
            return True
        end = state.pos
        if name in ("emphasis", "strikethrough"):
            at = begin
            for token in made:
                token.meta[_SPAN] = (at, at + len(token.content))
                at += len(token.content)
        elif name == "link":
            closing = made[-1]
            label = state.md.helpers.parseLinkLabel(_at(state, begin), begin, True)
            made[0].meta[_SPAN] = (begin, begin + 1)
            closing.meta[_SPAN] = (label, end)
            state.pos = end
        elif name == "autolink":
            made[0].type, made[0].content = "autolink", made[1].content
            made[0].meta[_SPAN] = (begin, end)
            made[1].meta[_SPAN] = made[2].meta[_SPAN] = (end, end)
            made[1].content, made[2].type = "", "text"
        else:
            made[0].meta[_SPAN] = (begin, end)
        return True

    return placed


def _at(state: StateInline, begin: int) -> StateInline:
    state.pos = begin
    return state


@dataclass
class Inline:
    """What a paragraph is made of, in positions of the file.

    images: alternative texts: the tokens in them and the offset of their label in the content.
    titles: spans of titles with their quotes.  instead: what is written for a code's span once its text changed.
    html: HTML for a code's span that says the same.  spellings: how characters were escaped.
    """

    pieces: list[Piece] = field(default_factory=list)
    images: list[tuple[Sequence[Token], str, int]] = field(default_factory=list)
    titles: list[tuple[int, int]] = field(default_factory=list)
    instead: dict[tuple[int, int], str] = field(default_factory=dict)
    html: dict[tuple[int, int], str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    soft: bool = False


def inline_of(children: Sequence[Token], content: str, places: Sequence[int]) -> Inline | None:
    """The pieces of a paragraph; None where positions cannot be told.

    children: of an inline token, of `parser()`.  content: its content.
    places: for each character of the content its place in the file, and one more for the end.
    """
    reading = _Reading(content, places)
    return reading.found if reading.read(children) else None


class _Reading:
    def __init__(self, content: str, places: Sequence[int]) -> None:
        self._content, self._places = content, places
        self.found = Inline()
        self._at = 0
        self._closed: tuple[str, int, Piece] | None = None  # an element of HTML whose content is kept

    def read(self, children: Sequence[Token]) -> bool:
        for token in children:
            span = token.meta.get(_SPAN)
            begin, end = span if span is not None else (self._at, self._at + len(token.content))
            if token.type in ("strong_open", "strong_close"):
                begin, end = (begin - 1, end) if token.nesting > 0 else (begin, end + 1)
            if token.type in ("text", "text_special") and not token.content:
                continue
            if begin < self._at and not (token.type == "text" and span is None):
                return False
            if begin > self._at and not self._content[self._at : begin].isspace():
                return False
            if span is None and (token.type != "text" or self._content[begin:end] != token.content):
                return False
            self._take(token, begin, end)
            self._at = end
        if self._closed is not None:
            self.found.pieces.append(self._closed[2])
        return not self._content[self._at :].strip()

    def _take(self, token: Token, begin: int, end: int) -> None:
        if self._closed is not None and token.type != "html_inline":
            self._closed[2].end = self._end(begin, end)
            self._closed[2].text += token.content
            return
        kind = token.type
        if kind in ("text", "text_special"):
            self._text(begin, end, token)
        elif kind == "softbreak":
            wide = self._at > 0 and end < len(self._content)
            wide = wide and is_wide(self._content[self._at - 1]) and is_wide(self._content[end])
            self._add("text", self._at, end, "" if wide else " ")
            self.found.soft = True
        elif kind == "hardbreak":
            self._add("break", self._at, end)
        elif kind in ("code_inline", "math_inline", "math_inline_double", "autolink"):
            self._add("keep", begin, end, token.content)
        elif kind == "html_inline":
            self._html(begin, end)
        elif kind == "image":
            self._image(token, begin, end)
        elif token.nesting:
            self._pair(token, begin, end)
        else:
            self._add("point", begin, end)

    def _text(self, begin: int, end: int, token: Token) -> None:
        if token.type == "text_special":
            self.found.spellings.setdefault(token.content, self._content[begin:end])
        at = begin
        for place in range(begin + 1, end + 1):
            # A pipe in a table has a backslash in the file.
            if place == end or self._places[place] != self._places[place - 1] + 1:
                said = token.content if (at, place) == (begin, end) else self._content[at:place]
                self._add("text", at, place, said)
                at = place

    def _add(self, kind: Any, begin: int, end: int, text: str = "", tag: str = "") -> None:
        first, last = self._places[begin], self._end(begin, end)
        self.found.pieces.append(Piece(kind, first, last, text, tag))

    def _end(self, begin: int, end: int) -> int:
        """Where a span of the content ends in the file; a line break has the next line's prefix with it."""
        if end == begin or self._content[end - 1] == "\n":
            return self._places[end]
        return self._places[end - 1] + 1

    def _pair(self, token: Token, begin: int, end: int) -> None:
        tag = "link" if token.type.startswith("link") else token.type.rpartition("_")[0] + token.markup
        self._add("open" if token.nesting > 0 else "close", begin, end, tag=tag)
        span = (self.found.pieces[-1].begin, self.found.pieces[-1].end)
        if token.tag in HTML_TAGS:
            tag = HTML_TAGS[token.tag]
            self.found.html[span] = f"<{tag}>" if token.nesting > 0 else f"</{tag}>"
        if token.type == "link_close":
            raw = self._content[begin:end]
            if raw in ("]", "][]"):
                # A link that is named by its own text keeps the name.
                self.found.instead[span] = f"][{self._content[self._label_begin(begin) : begin]}]"
            else:
                self._title(raw, begin)

    def _label_begin(self, close: int) -> int:
        depth = 0
        for piece in reversed(self.found.pieces[:-1]):
            if piece.tag == "link":
                depth += 1 if piece.kind == "close" else -1
                if depth < 0:
                    return next(index for index in range(close) if self._places[index] == piece.begin) + 1
        return close

    def _title(self, raw: str, begin: int) -> None:
        match = _TITLE.search(raw)
        if match is not None:
            first, last = match.span("title")
            self.found.titles.append((self._places[begin + first], self._places[begin + last - 1] + 1))

    def _image(self, token: Token, begin: int, end: int) -> None:
        self._add("point", begin, end)
        label = begin + 2
        rest = self._content[label + len(token.content) : end]
        # An image that is named by its own text keeps it.
        if token.content and self._content.startswith(token.content, label) and rest not in ("]", "][]"):
            self.found.images.append((token.children or [], token.content, label))
            self._title(rest, label + len(token.content))

    def _html(self, begin: int, end: int) -> None:
        tag = next(markup_tokens(self._content[begin:end], xml=False))
        if self._closed is not None:
            name, depth, piece = self._closed
            depth += (tag.name == name) * ((tag.kind == "start") - (tag.kind == "end"))
            piece.end = self._end(begin, end)
            self._closed = (name, depth, piece)
            if depth == 0:
                self.found.pieces.append(piece)
                self._closed = None
        elif tag.name == "br":
            self._add("break", begin, end)
        elif tag.kind == "start" and is_kept_element(tag, self._content[begin:end]):
            self._closed = (tag.name, 1, Piece("keep", self._places[begin], self._end(begin, end)))
        elif tag.kind in ("start", "end"):
            self._add("open" if tag.kind == "start" else "close", begin, end, tag=f"<{tag.name}>")
        else:
            self._add("point", begin, end)


def said_by(children: Sequence[Token]) -> tuple[str, list[str]]:
    """What parsed Markdown says and the kinds of its codes, to compare a paragraph with what it was to be."""
    said: list[str] = []
    kinds: list[str] = []
    for token in children:
        if token.type in ("text", "text_special"):
            said.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            said.append(" ")
            kinds += ["hardbreak"] * (token.type == "hardbreak")
        else:
            kinds.append(token.type if token.type != "html_inline" else token.content)
            if token.type in ("code_inline", "math_inline", "math_inline_double", "autolink"):
                said.append(token.content)
    return " ".join("".join(said).split()), sorted(kinds)


def parsed_inline(text: str, env: MutableMapping[str, Any]) -> Sequence[Token]:
    """One paragraph's text, parsed."""
    found = parser().parseInline(text, env)
    return found[0].children or []
