"""XLIFF 1.2 and 2.x: sources to targets, inline codes as marks, everything else copied."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from edgekit.core.errors import InputError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.inline import Passage, Piece, passage
from edgekit.documents.languages import restated, same_language
from edgekit.documents.markup import Token, escaping, references, tokens
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit, stating
from edgekit.documents.xml_check import check_xml, xml_encoding

# XLIFF 1.2, 2.3, and 2.1, 4.3: elements around text, and those that stand for something that is none. What native
# codes say (`bpt`, `ph`, ...) is not for people, so they are points with their content.
_PAIRS = frozenset({"g", "pc", "mrk"})
_POINTS = frozenset({"x", "bx", "ex", "bpt", "ept", "ph", "it", "sc", "ec", "sm", "em", "cp"})
# States of a target that is still to be translated (1.2), and of a segment (2.x).
_WAITING = frozenset({"new", "needs-translation", "needs-l10n", "initial"})


@dataclass(slots=True)
class _Element:
    """An element that is open: its attributes as value spans, and whether it says that it is not to be translated."""

    token: Token
    values: dict[str, str]
    translate: bool
    preserve: bool


@dataclass(slots=True)
class _Segment:
    """A source and its target, with the elements around them.

    source: the tokens between its tags.  target: the same, None where there is none.
    """

    preserve: bool
    source: tuple[int, int] = (0, 0)
    source_end: int = 0  # behind `</source>`
    behind: int = 0  # where a target goes: behind `</seg-source>` in 1.2, if there is one
    source_begin: int = 0
    target: Token | None = None
    target_inner: tuple[int, int] | None = None
    target_end: int = 0
    holder: Token | None = None
    parts: list[tuple[int, int]] = field(default_factory=list)  # the insides of `<mrk mtype="seg">` in `<seg-source>`
    parted: tuple[int, int] | None = None
    elsewhere: str = ""  # the languages that it is from and into, where they are not those asked for


def read_xliff(data: bytes, name: str, options: DocumentOptions) -> Document:
    """An XLIFF file; what has a target that is no draft is left as it is.

    A segment that comes back as it was is no translation: its target stays as it is. New targets of 1.2 state
    `needs-review-translation`. Raises InputError for what is no XLIFF, and for entities of its own.
    """
    source = decoded(data, name, declared=xml_encoding(data), options=options)
    check_xml(source.text, name)
    reading = _Reading(source.text, name, options)
    reading.read()
    return SplicedDocument(source, reading.units, reading.notes, references=True)


class _Reading:
    def __init__(self, text: str, name: str, options: DocumentOptions) -> None:
        self._text, self._name, self._options = text, name, options
        self._open: list[_Element] = []
        self._segment: _Segment | None = None
        self._tokens: list[Token] = []
        self.units: list[Unit] = []
        self.notes: list[str] = []
        self._second = False
        self._known = False
        self._elsewhere = ""  # the languages of the part of the file that is read, where they are not those asked for

    def read(self) -> None:
        """Find all units."""
        done = 0
        elsewhere: Counter[str] = Counter()
        found = list(self._segments())
        if not self._known:
            raise InputError(f"`{self._name}` is no XLIFF file: its first element is not `xliff`")
        for segment in found:
            if segment.elsewhere:
                elsewhere[segment.elsewhere] += 1
            elif self._is_done(segment):
                done += 1
            else:
                self.units += self._unit(segment)
        if done:
            self.notes.append(f"segments that have a target, left as they are: {done}")
        self.notes += [
            f"segments that the file says are {languages}, left as they are: {count}"
            for languages, count in elsewhere.items()
        ]
        self.units.sort(key=lambda unit: (unit.begin, -unit.end))

    def _segments(self) -> Iterator[_Segment]:
        for token in tokens(self._text, xml=True):
            if token.kind == "start" or token.kind == "empty":
                name = _local(token.name)
                values = {_local(one.name): self._text[one.begin : one.end] for one in token.attributes}
                if not self._open and name == "xliff":
                    self._known, self._second = True, values.get("version", "1.2").startswith("2")
                above = self._open[-1] if self._open else None
                element = _Element(
                    token,
                    values,
                    values.get("translate", "yes" if above is None or above.translate else "no") != "no",
                    values.get("space", "preserve" if above is not None and above.preserve else "") == "preserve",
                )
                if name == ("xliff" if self._second else "file"):
                    self._elsewhere = self._other_languages(values)
                    self._language(token, values)
                self._start(name, token, element)
                if token.kind == "start":
                    self._open.append(element)
            elif token.kind == "end" and self._open:
                element = self._open.pop()
                yield from self._end(_local(token.name), token, element)

    def _other_languages(self, values: dict[str, str]) -> str:
        """From which language the file is and into which, where one of them is another than asked for; else empty."""
        names = ("srclang", "trglang") if self._second else ("source-language", "target-language")
        stated = [values.get(name, "").strip() for name in names]
        asked = [self._options.source, self._options.target]
        for one, other in zip(stated, asked, strict=True):
            # A file that nobody has begun to translate often states its source language twice.
            is_source = other == self._options.target and same_language(one, stated[0])
            if one and other and not is_source and not same_language(one, other):
                return "→".join(f"`{said}`" if said else "?" for said in stated)
        return ""

    def _language(self, token: Token, values: dict[str, str]) -> None:
        """The target language of the file, where it has none; 2.x needs one as soon as there are targets."""
        attribute = "trglang" if self._second else "target-language"
        target = self._options.target
        if target is None or not self._options.set_language or self._elsewhere:
            return
        stated = next((one for one in token.attributes if _local(one.name) == attribute), None)
        fact = f"the file says that its translation is in `{target}`"
        if stated is None:
            after = token.begin + 1 + len(token.name)
            said = f' {"trgLang" if self._second else attribute}="{target}"'
            self.units.append(stating(after, after, said, fact))
        elif restated(values[attribute], self._options) is not None:
            self.units.append(stating(stated.begin, stated.end, target, fact))

    def _start(self, name: str, token: Token, element: _Element) -> None:
        holder = "segment" if self._second else "trans-unit"
        if name == holder and token.kind == "start" and element.translate:
            self._segment = _Segment(element.preserve, holder=token, elsewhere=self._elsewhere)
        segment = self._segment
        if segment is None or not self._open or _local(self._open[-1].token.name) != holder:
            return
        if name == "source":
            segment.source_begin, segment.source = token.begin, (token.end, token.end)
            segment.preserve = element.preserve
            if token.kind == "empty":
                self._segment = None
        elif name == "seg-source" and token.kind == "start":
            segment.parted = (0, 0)
        elif name == "target":
            segment.target, segment.target_end = token, token.end
            segment.target_inner = (token.end, token.end)

    def _end(self, name: str, token: Token, element: _Element) -> Iterator[_Segment]:
        segment = self._segment
        holder = "segment" if self._second else "trans-unit"
        if segment is None:
            return
        above = _local(self._open[-1].token.name) if self._open else ""
        if name == holder:
            self._segment = None
            if segment.source_end:
                yield segment
        elif above == holder and name == "source":
            segment.source = (element.token.end, token.begin)
            segment.source_end = segment.behind = token.end
        elif above == holder and name == "seg-source":
            segment.parted, segment.behind = (element.token.end, token.begin), token.end
        elif above == holder and name == "target":
            segment.target_inner, segment.target_end = (element.token.end, token.begin), token.end
        elif name == "mrk" and segment.parted == (0, 0) and element.values.get("mtype") == "seg":
            segment.parts.append((element.token.end, token.begin))

    def _is_done(self, segment: _Segment) -> bool:
        if segment.target is None or segment.target_inner is None:
            return False
        state = self._value(segment.target if not self._second else segment.holder, "state")
        begin, end = segment.target_inner
        return bool(self._text[begin:end].strip()) and state not in _WAITING

    def _value(self, token: Token | None, name: str) -> str:
        attributes = token.attributes if token is not None else ()
        return next((self._text[one.begin : one.end] for one in attributes if _local(one.name) == name), "")

    def _unit(self, segment: _Segment) -> list[Unit]:
        """The unit of a segment: a passage for each part of it, all copied into one target."""
        around = segment.source
        insides = [segment.source]
        if segment.parted is not None and segment.parts:
            around, insides = segment.parted, segment.parts
        spellings: dict[str, str] = {}
        passages = [
            made
            for begin, end in insides
            if (made := passage(self._pieces(begin, end, spellings), collapse=not segment.preserve)) is not None
        ]
        if not passages:
            return []
        escape = escaping(spellings)

        def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
            inner, at = [], around[0]
            for made, text in zip(passages, translated, strict=True):
                inner += [self._text[at : made.begin], _unchanged(made, text, escape, self._text)]
                at = made.end
            inner.append(self._text[at : around[1]])
            return self._target(segment, "".join(inner))

        begin = segment.target.begin if segment.target is not None else segment.behind
        end = segment.target_end if segment.target is not None else segment.behind
        if self._second and segment.holder is not None:
            begin = min(begin, segment.holder.begin)
        return [Unit(begin, end, tuple(made.text for made in passages), render)]

    def _target(self, segment: _Segment, inner: str) -> list[Splice]:
        splices = []
        if self._second and segment.holder is not None:
            splices += [
                Splice(one.begin, one.end, "translated")
                for one in segment.holder.attributes
                if one.name == "state" and self._text[one.begin : one.end] in _WAITING
            ]
        if segment.target is not None and segment.target_inner is not None:
            token = segment.target
            if not self._second:
                splices += [
                    Splice(one.begin, one.end, "needs-review-translation")
                    for one in token.attributes
                    if one.name == "state" and self._text[one.begin : one.end] in _WAITING
                ]
            if token.kind == "empty":
                slash = self._text.rindex("/", token.begin, token.end)
                return [*splices, Splice(slash, token.end, f">{inner}</{token.name}>")]
            return [*splices, Splice(*segment.target_inner, inner)]
        opened = self._text.rfind("\n", 0, segment.source_begin)
        indent = self._text[opened + 1 : segment.source_begin] if opened >= 0 else ""
        if self._text[opened - 1 : opened] == "\r":
            opened -= 1
        newline = self._text[opened : segment.source_begin] if opened >= 0 and not indent.strip() else ""
        prefix = re.match(r"<((?:[^\s:<>/]+:)?)", self._text[segment.source_begin :])
        name = f"{prefix[1] if prefix else ''}target"
        state = "" if self._second else ' state="needs-review-translation"'
        made = f"{newline}<{name}{state}>{inner}</{name}>"
        return [*splices, Splice(segment.behind, segment.behind, made)]

    def _pieces(self, begin: int, end: int, spellings: dict[str, str]) -> list[Piece]:
        """A source's content: text, codes, and what is marked as not to be translated."""
        pieces: list[Piece] = []
        closed: list[Piece] = []  # an element whose content is not looked into
        depth = 0
        for token in tokens(self._text, xml=True, begin=begin, end=end):
            name = _local(token.name)
            if closed:
                depth += (token.kind == "start") - (token.kind == "end")
                if closed[0].kind == "keep" and token.kind == "text":
                    closed[0].text += "".join(
                        said for _, _, said in references(self._text, token.begin, token.end, xml=True)
                    )
                closed[0].end = token.end
                if depth == 0:
                    pieces.append(closed.pop())
            elif token.kind == "text":
                for first, last, said in references(self._text, token.begin, token.end, xml=True):
                    if last - first != len(said):
                        spellings.setdefault(said, self._text[first:last])
                    pieces.append(Piece("text", first, last, said))
            elif token.kind == "other" and self._text.startswith("<![CDATA[", token.begin):
                said = self._text[token.begin + 9 : token.end - 3]
                pieces.append(Piece("text", token.begin, token.end, said))
            elif token.kind in ("other", "empty"):
                pieces.append(Piece("point", token.begin, token.end))
            elif token.kind == "start" and (name in _POINTS or self._is_kept(token)):
                depth = 1
                closed.append(Piece("point" if name in _POINTS else "keep", token.begin, token.end))
            else:
                pieces.append(
                    Piece("open" if token.kind == "start" else "close", token.begin, token.end, tag=token.name)
                )
        return pieces

    def _is_kept(self, token: Token) -> bool:
        return self._value(token, "translate") == "no" or self._value(token, "mtype") == "protected"


def _unchanged(made: Passage, text: MarkedText, escape: Callable[[str], str], source: str) -> str:
    """A passage as it is where its text is, else with its translation."""
    if text == made.text:
        return source[made.begin : made.end]
    return made.rendered(text, escape, lambda begin, end: source[begin:end])


def _local(name: str) -> str:
    return name.rpartition(":")[2]
