"""Markdown: headings, paragraphs, items and cells, with links, emphasis and code as marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from edgekit.core.characters import has_letters
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.front_matter import front_matter_units
from edgekit.documents.html import markup_units
from edgekit.documents.inline import Passage, Piece, passage
from edgekit.documents.markdown_inline import HTML_TAGS, Inline, inline_of, parsed_inline, parser, said_by
from edgekit.documents.plain import in_one_line
from edgekit.documents.rendering import SOFT_SPACE
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit
from edgekit.documents.wrapping import columns, wrapped

if TYPE_CHECKING:
    from markdown_it.token import Token

_LINE_END = re.compile(r"\r\n?|\n")
# Before a paragraph's words: a task's box, the kind of a note. After a heading's: its name for links.
_LEAD = re.compile(r"\[[ xX]\][ \t]+|\[![A-Za-z]+\][-+]?[ \t]*(?:\n|\Z)")
_TAIL = re.compile(r"[ \t]*\{[#.:][^{}\n]*\}[ \t]*\Z")
# What begins another kind of block where a paragraph's line begins with it.
_BLOCK_START = re.compile(r"(?:[-+*]|#{1,6}|\d{1,9}[.)])(?:\s|\Z)|>|[-=_*~`:|]{2,}|[=|]|\[[^\]]*\]:|</?[A-Za-z!?]|:\s")
# The same for lines that a translation begins, where what codes begin with (`**`, `[`) is none; and between lines.
_LINE_START = re.compile(
    r"(?:[-+*]|#{1,6}|(?P<number>\d{1,9})[.)])(?:\s|\Z)|>|[-=]+\s*\Z|[-_*](?:\s*[-_*]){2,}\s*\Z|\||:\s|~{3}|\[[^\]\n]+\]:"
)
_PREFIXED = re.compile(r"((?:\r\n?|\n)[> \t]*)")
_NO_BREAKS = {ord("\n"): " ", ord("\r"): " "}
# Short items that happen to have two lines are not wrapped at 20 columns.
_NARROWEST = 60
_LAST_BACKSLASH = re.compile(r"\\(?=\s|\Z)")
_SPECIAL = re.compile(r"[\\`*_\[\]<>~$|]|&(?=[A-Za-z#])|!(?=\[)")


def read_markdown(data: bytes, name: str, options: DocumentOptions) -> Document:
    """A Markdown file; code, mathematics, definitions of links and front matter are left as they are.

    Of front matter `title` and `description` are translated.
    """
    source = decoded(data, name, options=options)
    reading = _Reading(source.text, options)
    reading.read()
    return SplicedDocument(source, reading.units, reading.notes)


class _Reading:
    def __init__(self, text: str, options: DocumentOptions) -> None:
        self._text, self._options = text, options
        self.units: list[Unit] = []
        self.notes: list[str] = []
        self._env: dict[str, Any] = {}
        ends = [match.span() for match in _LINE_END.finditer(text)]
        begins = [0, *(end for _, end in ends)]
        self._lines = list(zip(begins, [*(begin for begin, _ in ends), len(text)], strict=True))
        self._cursors: dict[int, int] = {}

    def read(self) -> None:
        """Find all units."""
        lost = 0
        before: Token | None = None
        for token in parser().parse(self._text, self._env):
            if token.type == "front_matter" and token.map:
                units, left = front_matter_units(self._text, self._lines[token.map[0] + 1 : token.map[1] - 1])
                self.units += units
                what = "but for `title` and `description`" if units else "all of it"
                self.notes.append(f"front matter is left as it is, {what}")
                if left:
                    self.notes.append(f"titles or descriptions in front matter that cannot be read: {left}")
            elif token.type == "html_block" and token.map:
                begin, end = self._lines[token.map[0]][0], self._lines[token.map[1] - 1][1]
                self.units += markup_units(self._text, self._options, xml=False, begin=begin, end=end)
            elif token.type == "inline" and token.map:
                places = self._places(token, before)
                found = inline_of(token.children or [], token.content, places) if places else None
                if found is None:
                    lost += has_letters(token.content)
                else:
                    self._paragraph(token, found, places or [], before)
            before = token
        if lost:
            self.notes.append(f"{lost} paragraphs are too entangled to be taken apart, left as they are")
        self.units.sort(key=lambda unit: (unit.begin, -unit.end))

    def _places(self, token: Token, before: Token | None) -> list[int] | None:
        """For each character of an inline token's content its place in the file, and the end."""
        assert token.map is not None  # noqa: S101
        places: list[int] = []
        cell = _is_cell(before)
        for offset, line in enumerate(token.content.split("\n")):
            number = token.map[0] + offset
            if number >= len(self._lines):
                return None
            begin, end = self._lines[number]
            file_line = self._text[begin:end]
            words = line.lstrip()
            if cell:
                pattern = re.escape(words).replace(r"\|", r"\\?\|")
                match = re.compile(pattern).search(file_line, self._cursors.get(number, 0))
                at = match.start() if match else -1
            elif file_line.rstrip().endswith(words.rstrip()):
                at = len(file_line.rstrip()) - len(words.rstrip())
            else:
                at = file_line.find(words)
            if at < 0:
                return None
            places += [begin + at] * (len(line) - len(words))
            for letter in words:
                if cell and letter == "|" and file_line[at : at + 2] == "\\|":
                    at += 1
                places.append(begin + at)
                at += 1
            if cell:
                self._cursors[number] = at
            places.append(begin + at)
        return places

    def _paragraph(self, token: Token, found: Inline, places: Sequence[int], before: Token | None) -> None:
        pieces = _without_lead(found.pieces, token.content, places)
        made = passage(pieces)
        # A heading that is underlined with dashes would be a table's.
        underlined = before is not None and before.type == "heading_open" and before.markup in ("-", "=")
        pipe = "\\|" if _is_cell(before) else "&#124;" if underlined else ""
        if made is not None:
            width = self._width(token) if found.soft else 0
            self.units.append(_unit(made, found, self._env, pipe, width, *self._breaks(token, places)))
        for children, alt, label in found.images:
            inner = inline_of(children, alt, places[label:])
            made = passage(inner.pieces) if inner is not None else None
            if made is not None and inner is not None:
                self.units.append(_unit(made, inner, self._env, pipe, 0, 0, "", within=True))
        for begin, end in found.titles:
            self.units += _title(self._text, begin, end)

    def _width(self, token: Token) -> int:
        assert token.map is not None  # noqa: S101
        first, last = token.map[0], token.map[0] + token.content.count("\n")
        return max(
            _NARROWEST,
            *(columns(self._text[begin:end].expandtabs(4).rstrip()) for begin, end in self._lines[first : last + 1]),
        )

    def _breaks(self, token: Token, places: Sequence[int]) -> tuple[int, str]:
        """The columns before a paragraph's first word and what stands between its first two lines."""
        assert token.map is not None  # noqa: S101
        begin, _ = self._lines[token.map[0]]
        lead = columns(self._text[begin : places[0]].expandtabs(4))
        newline = token.content.find("\n")
        return lead, self._text[places[newline] : places[newline + 1]] if newline >= 0 else ""


def _is_cell(before: Token | None) -> bool:
    return before is not None and before.type in ("td_open", "th_open")


def _without_lead(pieces: Sequence[Piece], content: str, places: Sequence[int]) -> list[Piece]:
    """The pieces with a task's box before the words, and a name after them, as points."""
    lead, tail = _LEAD.match(content), _TAIL.search(content)
    first = places[lead.end()] if lead else 0
    last = places[tail.start()] if tail else places[-1]
    kept: list[Piece] = []
    for piece in pieces:
        if piece.end <= first or piece.begin >= last:
            kept.append(Piece("point", piece.begin, piece.end))
        elif (
            piece.kind == "text"
            and piece.end - piece.begin == len(piece.text)
            and (piece.begin < first or piece.end > last)
        ):
            begin, end = max(piece.begin, first), min(piece.end, last)
            if piece.begin < begin:
                kept.append(Piece("point", piece.begin, begin))
            kept.append(Piece("text", begin, end, piece.text[begin - piece.begin : end - piece.begin]))
            if end < piece.end:
                kept.append(Piece("point", end, piece.end))
        else:
            kept.append(piece)
    return kept


def _unit(
    made: Passage,
    found: Inline,
    env: MutableMapping[str, Any],
    pipe: str,
    width: int,
    lead: int,
    between: str,
    *,
    within: bool = False,
) -> Unit:
    """The unit that writes a paragraph such that it is read again as it was meant.

    pipe: what is written for `|`, where it would make a table.  width, lead, between: see `_in_lines`; 0 for no lines.
    within: whether it is part of another paragraph, where what it opens may be closed.
    """
    wanted_kinds: list[str] | None = None

    def render(translated: Sequence[MarkedText], raw: Raw) -> list[Splice]:
        nonlocal wanted_kinds
        text = _breaks_inside(made, MarkedText(translated[0].text.translate(_NO_BREAKS), translated[0].marks), raw)
        if wanted_kinds is None:
            plain = made.rendered(made.text, _escape(found.spellings, pipe, all_of_it=False), raw)
            wanted_kinds = said_by(parsed_inline(_seen(plain, pipe, between), env))[1]
        wanted = " ".join(text.text.split())
        spans = [span for code in made.dropped(text, raw) for span in (code.before, code.after) if span is not None]
        gone = Counter(_HTML_NAMES[found.html[span]] for span in spans if span in found.html)
        kinds_left = sorted((Counter(map(_kind, wanted_kinds)) - gone).elements())
        written = ""
        for written in _candidates(made, found, text, raw, pipe, within):
            said, kinds = said_by(parsed_inline(_seen(written, pipe, between), env))
            if said == wanted and sorted(map(_kind, kinds)) == kinds_left:
                break
        if width:
            written = _in_lines(written, width, lead, between)
        return [Splice(made.begin, made.end, written.replace(SOFT_SPACE, " "))]

    return Unit(made.begin, made.end, (made.text,), render)


def _breaks_inside(made: Passage, text: MarkedText, raw: Raw) -> MarkedText:
    """A translation with its line breaks between words: before the first and after the last they would be none."""
    first, last = text.text.find(" "), text.text.rstrip().rfind(" ")
    if last <= 0:
        return text
    marks = []
    for mark in text.marks:
        code = made.codes.get(mark.name)
        if code is not None and mark.kind == "point" and "\n" in raw(*code.before).replace("\r", "\n"):
            place = min(max(mark.begin, first), last)
            mark = Mark(place, place, "point", mark.name)
        marks.append(mark)
    return MarkedText(text.text, tuple(marks))


def _seen(written: str, pipe: str, between: str) -> str:
    """A paragraph as the inline parser sees it."""
    seen = written.replace(SOFT_SPACE, " ")
    if pipe == "\\|":
        seen = seen.replace("\\|", "|")
    return seen.replace(between, "\n") if between else seen


_HTML_NAMES = {f"<{tag}>": f"{name}_open" for name, tag in HTML_TAGS.items()} | {
    f"</{tag}>": f"{name}_close" for name, tag in HTML_TAGS.items()
}


def _kind(kind: str) -> str:
    return _HTML_NAMES.get(kind, kind)


def _candidates(made: Passage, found: Inline, text: MarkedText, raw: Raw, pipe: str, within: bool) -> Iterator[str]:
    """Ways to write a paragraph, the plainest first: few escapes, all escapes, emphasis as HTML."""

    def instead(begin: int, end: int) -> str:
        return found.instead.get((begin, end)) or raw(begin, end)

    def as_html(begin: int, end: int) -> str:
        return found.html.get((begin, end)) or instead(begin, end)

    for all_of_it, codes in ((False, instead), (True, instead), (False, as_html), (True, as_html)):
        if all_of_it or not within:
            written = made.rendered(text, _escape(found.spellings, pipe, all_of_it=all_of_it), codes)
            yield written if within else _as_paragraph(written)


def _as_paragraph(written: str) -> str:
    """Lines of a paragraph such that none begins a list, a heading or another block."""
    lines = _PREFIXED.split(written.replace(SOFT_SPACE, " "))
    at = 0
    kept: list[str] = []
    for index, line in enumerate(lines):
        own = written[at : at + len(line)]
        at += len(line)
        match = _LINE_START.match(line) if index % 2 == 0 else None
        if match is not None:
            place = len(match["number"] or "")
            own = f"{own[:place]}\\{own[place:]}"
        kept.append(own)
    return "".join(kept)


def _escape(spellings: dict[str, str], pipe: str, *, all_of_it: bool) -> Callable[[str], str]:
    table = {ord(said): written for said, written in spellings.items() if len(said) == 1 and not said.isalnum()}
    if pipe:
        table[ord("|")] = pipe

    def escape(text: str) -> str:
        if all_of_it:
            text = _SPECIAL.sub(lambda match: pipe if pipe and match[0] == "|" else "\\" + match[0], text)
        else:
            # At the end of a line a backslash is a line break.
            text = _LAST_BACKSLASH.sub(r"\\\\", text.translate(table))
        return text.replace(" ", SOFT_SPACE)

    return escape


def _in_lines(written: str, width: int, lead: int, between: str) -> str:
    """A paragraph in lines as wide as they were; no line begins another block.

    lead: columns before the first word.  between: what stands in the file between two lines.
    """
    later = columns(re.sub(r"^[\r\n]+", "", between).expandtabs(4))
    made = []
    # The paragraph's own line breaks, at odd places, stay.
    for index, line in enumerate(_PREFIXED.split(written)):
        if index % 2 == 0:
            parts = [(" " if place else "") + part for place, part in enumerate(line.split(SOFT_SPACE))]
            lines = wrapped(parts, width, first=later if index else lead, later=later, starts=_may_begin)
            made.append(between.join(lines))
        else:
            made.append(line)
    return _as_paragraph("".join(made))


def _may_begin(word: str) -> bool:
    return _BLOCK_START.match(word + " ") is None


def _title(text: str, begin: int, end: int) -> list[Unit]:
    """The title of a link or an image, within its quotes."""
    said = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text[begin + 1 : end - 1])
    closing = text[end - 1]
    if not has_letters(said) or "\n" in said:
        return []

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        # Code, mathematics and HTML that it opened would be closed behind the link.
        made = re.sub(r"[\\`$<]|" + re.escape(closing), lambda match: "\\" + match[0], in_one_line(translated[0].text))
        return [Splice(begin + 1, end - 1, made.replace("(", "\\(") if closing == ")" else made)]

    return [Unit(begin + 1, end - 1, (MarkedText(said),), render)]
