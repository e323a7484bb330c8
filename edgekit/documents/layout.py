"""A paragraph of runs and nested elements as one text with marks, and the other way for its translation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from edgekit.core.marked import Mark, MarkedText, in_order

_ORDINAL = re.compile(r"(?i)(st|nd|rd|th|ª|º|o|a|er|e|re|ème|os|as)\Z")
# Marks must not cost more than the text: the formatting of more runs in one paragraph is that of most of it.
_MOST_FORMATS = 200
_SPACE = re.compile(r"\s")
# What a gap to fill in, made of underlined spaces, looks like to a reader and to the model.
BLANK = "____"


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Characters of one formatting; a line break is `\\n`, a tab `\\t`.

    style: equal for what looks the same.
    source: whatever the format needs to write text of this style.
    raised: superscript or subscript.
    shows_space: white space is to be seen (underlined).
    """

    text: str
    style: Hashable = None
    source: Any = None
    raised: bool = False
    shows_space: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Something that is moved as it is.

    text: what a reader sees of it in the line, for example a page number; empty for a picture or an anchor.
    source: whatever the format needs to write it.
    """

    text: str
    source: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Wrap:
    """An element around words: a link, a span, an insertion."""

    children: tuple[Inline, ...]
    source: Any = None
    raised: bool = False


Inline: TypeAlias = Words | Solid | Wrap
_Path: TypeAlias = tuple[Wrap, ...]


def text_of(nodes: Sequence[Inline]) -> str:
    """What a reader sees of nodes."""
    return "".join(text_of(node.children) if isinstance(node, Wrap) else node.text for node in nodes)


@dataclass(frozen=True, slots=True)
class _Atom:
    node: Words | Solid
    path: _Path


@dataclass(slots=True)
class _Span:
    """A pair mark of the translation that is an element."""

    begin: int
    end: int
    wrap: Wrap
    parent: _Span | None = None


@dataclass(slots=True)
class Layout:
    """The inline content of a paragraph.

    What stands before the first and after the last word (anchors, tabs, notes at its end) is in no segment and stays
    where it is, and so is an element around all of it.
    """

    nodes: Sequence[Inline]
    marked: MarkedText = field(init=False)
    _lead: list[_Atom] = field(init=False, default_factory=list)
    _trail: list[_Atom] = field(init=False, default_factory=list)
    _outer: _Path = field(init=False, default=())
    _solids: dict[str, _Atom] = field(init=False, default_factory=dict)
    _wraps: dict[str, Wrap] = field(init=False, default_factory=dict)
    _styles: dict[str, Words] = field(init=False, default_factory=dict)
    # The words whose style is that of most letters directly in an element (None: in none).
    _bases: dict[Wrap | None, Words] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        atoms = list(_atoms(_whole_tokens(self.nodes), ()))
        core = self._trim(atoms)
        self._find_bases(core)
        self.marked = self._mark(core)

    @property
    def has_letters(self) -> bool:
        """Whether there is anything to translate."""
        return any(character.isalpha() for character in self.marked.text)

    def placed(self, translated: MarkedText) -> list[Inline]:
        """The paragraph with another text; the marks are those of `marked`, wherever they are now."""
        core = [_Atom(atom.node, (*self._outer, *atom.path)) for atom in self._unmark(translated)]
        return _grouped([*self._lead, *core, *self._trail], 0)

    def _trim(self, atoms: list[_Atom]) -> list[_Atom]:
        """The atoms from the first word to the last; sets what is around them."""
        wordy = [index for index, atom in enumerate(atoms) if _is_wordy(atom.node)]
        # The number of a page behind a tab is no part of the sentence.
        while wordy and isinstance(atoms[wordy[-1]].node, Solid):
            between = [atom.node for atom in atoms[wordy[-2] if len(wordy) > 1 else 0 : wordy[-1]]]
            if len(wordy) > 1 and not any(mark in text_of(between) for mark in "\t\n"):
                break
            wordy.pop()
        if not wordy:
            self._lead = atoms
            return []
        begin, end = wordy[0], wordy[-1] + 1
        outer: list[Wrap] = []
        for level in zip(*(atom.path for atom in atoms[begin:end]), strict=False):
            if any(wrap is not level[0] for wrap in level):
                break
            outer.append(level[0])
        inner = {wrap for atom in atoms[begin:end] for wrap in atom.path} - set(outer)
        # An anchor in an element that does not hold all of the words moves with the element.
        held = [index for index, atom in enumerate(atoms) if inner.intersection(atom.path)]
        begin, end = min([begin, *held]), max([end, *(index + 1 for index in held)])
        self._outer = tuple(outer)
        self._lead, core, self._trail = atoms[:begin], atoms[begin:end], atoms[end:]
        first, last = core[0], core[-1]
        if isinstance(first.node, Words) and not inner.intersection(first.path):
            space = len(first.node.text) - len(first.node.text.lstrip())
            self._lead += [_Atom(_part(first.node, 0, space), first.path)] if space else []
            core[0] = _Atom(_part(first.node, space, None), first.path)
            last = core[-1]
        if isinstance(last.node, Words) and not inner.intersection(last.path):
            length = len(last.node.text.rstrip())
            self._trail[:0] = [_Atom(_part(last.node, length, None), last.path)] if last.node.text[length:] else []
            core[-1] = _Atom(_part(last.node, 0, length), last.path)
        return _joined([_Atom(atom.node, atom.path[len(outer) :]) for atom in core])

    def _find_bases(self, core: Sequence[_Atom]) -> None:
        letters: Counter[tuple[Wrap | None, Hashable]] = Counter()
        first: dict[tuple[Wrap | None, Hashable], Words] = {}
        for atom in core:
            if isinstance(atom.node, Words):
                key = (atom.path[-1] if atom.path else None, atom.node.style)
                letters[key] += 1 + 1000 * sum(map(str.isalnum, atom.node.text))
                first.setdefault(key, atom.node)
        for (wrap, style), _ in letters.most_common():
            self._bases.setdefault(wrap, first[wrap, style])

    def _mark(self, core: Sequence[_Atom]) -> MarkedText:
        marks: list[Mark] = []
        written: list[str] = []
        length = 0
        open_wraps: dict[Wrap, tuple[int, int]] = {}
        runs: list[tuple[int, int, Words, _Path]] = []
        for atom in core:
            text = atom.node.text
            end = length + len(text)
            for wrap in atom.path:
                open_wraps[wrap] = (open_wraps.get(wrap, (length, 0))[0], end)
            if isinstance(atom.node, Words):
                base = self._bases[atom.path[-1] if atom.path else None]
                if atom.node.style != base.style and any(map(str.isalnum, text)):
                    joins = runs and runs[-1][2].style == atom.node.style and runs[-1][3] == atom.path
                    if joins and not "".join(written)[runs[-1][1] :].strip():
                        runs[-1] = (runs[-1][0], end, runs[-1][2], atom.path)
                    else:
                        runs.append((length, end, atom.node, atom.path))
            else:
                name = f"{'keep' if text.strip() else 'point'}{len(self._solids) + 1}"
                self._solids[name] = atom
                if text.strip():
                    marks.append(Mark(length, end, "keep", name))
                else:
                    text, end = "", length
                    marks.append(Mark(length, length, "point", name))
            written.append(text)
            length = end
        whole = "".join(written)
        # Elements before formatting: of two marks of the same words the element is the outer one.
        for wrap, (begin, end) in open_wraps.items():
            name = f"element{len(self._wraps) + 1}"
            self._wraps[name] = wrap
            begin, end = _stripped(whole, begin, end)
            marks.append(Mark(begin, end, "pair" if begin < end else "point", name))
        for begin, end, words, _ in runs[:_MOST_FORMATS]:
            begin, end = _stripped(whole, begin, end)
            name = f"format{len(self._styles) + 1}"
            self._styles[name] = words
            marks.append(Mark(begin, end, "pair", name))
        order = {name: rank for rank, name in enumerate([*self._wraps, *self._styles, *self._solids])}
        marks.sort(key=lambda mark: order[mark.name])
        return MarkedText(whole, in_order(marks))

    def _unmark(self, translated: MarkedText) -> Iterator[_Atom]:
        """The atoms of a translated core."""
        text = translated.text
        marks = {mark.name: mark for mark in translated.marks}
        keeps = sorted((marks[name].begin, marks[name].end, name) for name in self._solids if name.startswith("keep"))
        inside = {place for begin, end, _ in keeps for place in range(begin + 1, end)}
        spans = self._spans(marks, keeps)
        paths = _paths(spans, len(text))
        styles: list[Words | None] = [None] * len(text)
        for name, words in self._styles.items():
            if name in marks:
                styles[marks[name].begin : marks[name].end] = [words] * (marks[name].end - marks[name].begin)
        at: dict[int, list[_Atom]] = {}
        for name, atom in self._solids.items():
            if name.startswith("point"):
                place = _outside(marks[name].begin, inside, keeps)
                at.setdefault(place, []).append(_Atom(atom.node, _path_of_point(spans, place, set(atom.path))))
        for name, wrap in self._wraps.items():
            if marks[name].begin == marks[name].end:  # its words have no translation: the element stays, empty
                place = _outside(marks[name].begin, inside, keeps)
                path = _path_of_point(spans, place, set())
                at.setdefault(place, []).append(_Atom(Solid("", Wrap((), wrap.source)), path))
        keep_at = {begin: (end, name) for begin, end, name in keeps}
        place = 0
        while place <= len(text):
            yield from _by_side(at.get(place, []), spans, place)
            if place == len(text):
                return
            path = paths[place]
            if place in keep_at:
                end, name = keep_at[place]
                yield _Atom(self._solids[name].node, path)
                place = end
                continue
            end = place + 1
            while (
                end < len(text)
                and end not in at
                and end not in keep_at
                and paths[end] == path
                and styles[end] is styles[place]
            ):
                end += 1
            words = styles[place] or self._bases.get(path[-1] if path else None) or next(iter(self._bases.values()))
            yield _Atom(Words(text[place:end], words.style, words.source), path)
            place = end

    def _spans(self, marks: dict[str, Mark], keeps: Sequence[tuple[int, int, str]]) -> list[_Span]:
        """Elements where they are now, each inside one before it or beside it; what crosses is cut."""
        spans: list[_Span] = []
        for name, wrap in self._wraps.items():
            begin, end = marks[name].begin, marks[name].end
            for first, last, _ in keeps:
                if first < begin < last:
                    begin = first
                if first < end < last:
                    end = last
            if begin < end:
                spans.append(_Span(begin, end, wrap))
        spans.sort(key=lambda span: (span.begin, -span.end))  # stable: of equal ones the outer one first
        stack: list[_Span] = []
        for span in spans:
            while stack and stack[-1].end <= span.begin:
                stack.pop()
            if stack:
                span.parent = stack[-1]
                span.end = min(span.end, stack[-1].end)
            stack.append(span)
        return spans


def _part(words: Words, begin: int, end: int | None) -> Words:
    return Words(words.text[begin:end], words.style, words.source, words.raised, words.shows_space)


def _stripped(text: str, begin: int, end: int) -> tuple[int, int]:
    """A span less the white space at its ends, but not less than one character where it has any."""
    inner = text[begin:end]
    if not inner.strip():
        return begin, begin
    return begin + len(inner) - len(inner.lstrip()), begin + len(inner.rstrip())


def _atoms(nodes: Sequence[Inline], path: _Path) -> Iterator[_Atom]:
    for node in nodes:
        if isinstance(node, Wrap):
            if text_of([node]):
                yield from _atoms(node.children, (*path, node))
            else:
                yield _Atom(Solid("", node), path)
        elif isinstance(node, Words) and node.shows_space and not node.text.strip():
            yield _Atom(Solid(BLANK, node), path)
        elif isinstance(node, Solid) or node.text:
            yield _Atom(node, path)


def _joined(atoms: Sequence[_Atom]) -> list[_Atom]:
    """Atoms in which anchors side by side are one."""
    found: list[_Atom] = []
    for atom in atoms:
        before = found[-1] if found else None
        if before is not None and _is_point(before.node) and _is_point(atom.node) and before.path == atom.path:
            held = before.node.source if isinstance(before.node.source, _Joined) else _Joined((before.node,))
            found[-1] = _Atom(Solid("", _Joined((*held, atom.node))), atom.path)
        else:
            found.append(atom)
    return found


class _Joined(tuple[Inline, ...]):
    """Anchors side by side."""

    __slots__ = ()


def _is_point(node: Words | Solid) -> bool:
    return isinstance(node, Solid) and not node.text.strip()


def _is_wordy(node: Words | Solid) -> bool:
    return bool(node.text.strip()) if isinstance(node, Words) else any(map(str.isalnum, node.text))


def _paths(spans: Sequence[_Span], length: int) -> list[_Path]:
    """For each character the elements around it, the outermost first."""
    paths: list[_Path] = [()] * length
    for span in spans:
        for place in range(span.begin, span.end):
            paths[place] = (*paths[place], span.wrap)
    return paths


def _path_of_point(spans: Sequence[_Span], place: int, owners: set[Wrap]) -> _Path:
    """The elements around a point: those that it is within, and at their ends those that it was in before."""
    held: list[_Span] = []
    for span in spans:
        inside = span.begin < place < span.end or (place in (span.begin, span.end) and span.wrap in owners)
        if inside and span.parent is (held[-1] if held else None):
            held.append(span)
    return tuple(span.wrap for span in held)


def _by_side(atoms: Sequence[_Atom], spans: Sequence[_Span], place: int) -> list[_Atom]:
    """Points of one place: first those in elements that end here, then those outside, then those of what begins."""
    ending = {span.wrap for span in spans if span.end == place}
    beginning = {span.wrap for span in spans if span.begin == place}

    def rank(atom: _Atom) -> tuple[int, int]:
        return (-len(ending.intersection(atom.path)), len(beginning.intersection(atom.path)))

    return sorted(atoms, key=rank)


def _outside(place: int, inside: set[int], keeps: Sequence[tuple[int, int, str]]) -> int:
    """A place that is in no keep: the end of the one that it is in."""
    return next(end for begin, end, _ in keeps if begin < place < end) if place in inside else place


def _grouped(atoms: Sequence[_Atom], depth: int) -> list[Inline]:
    """A tree out of atoms that lie one after another."""
    nodes: list[Inline] = []
    index = 0
    while index < len(atoms):
        atom = atoms[index]
        if len(atom.path) == depth:
            nodes.append(atom.node)
            index += 1
            continue
        wrap = atom.path[depth]
        end = index
        while end < len(atoms) and len(atoms[end].path) > depth and atoms[end].path[depth] is wrap:
            end += 1
        nodes.append(Wrap(tuple(_grouped(atoms[index:end], depth + 1)), wrap.source))
        index = end
    return nodes


def _whole_tokens(nodes: Sequence[Inline]) -> list[Inline]:
    """Nodes in which `H`, lowered `2`, `O` is one solid token: a model cannot raise or lower a part of a word.

    Ordinals (`1st`) are words of a language and stay as they are.
    """
    found: list[Inline] = [
        Wrap(tuple(_whole_tokens(node.children)), node.source, node.raised) if isinstance(node, Wrap) else node
        for node in nodes
    ]
    index = 0
    while index < len(found):
        node = found[index]
        raised = isinstance(node, (Words, Wrap)) and node.raised
        text = text_of([node])
        if not raised or not text.strip() or _SPACE.search(text) or _ORDINAL.fullmatch(text):
            index += 1
            continue
        begin, end = index, index + 1
        before = found[begin - 1] if begin else None
        after = found[end] if end < len(found) else None
        token: list[Inline] = [node]
        pieces_before: list[Inline] = []
        pieces_after: list[Inline] = []
        if isinstance(before, Words) and before.text and not before.text[-1].isspace():
            cut = max((match.end() for match in _SPACE.finditer(before.text)), default=0)
            token.insert(0, _part(before, cut, None))
            pieces_before = [_part(before, 0, cut)] if cut else []
            begin -= 1
        elif isinstance(before, Solid) and before.text.strip():
            token.insert(0, before)
            begin -= 1
        if isinstance(after, Words) and after.text and after.text[0].isalnum():
            cut = next((at for at, one in enumerate(after.text) if not one.isalnum()), len(after.text))
            token.append(_part(after, 0, cut))
            pieces_after = [_part(after, cut, None)] if cut < len(after.text) else []
            end += 1
        if len(token) > 1:
            found[begin:end] = [*pieces_before, Solid(text_of(token), tuple(token)), *pieces_after]
            index = begin + len(pieces_before) + 1
        else:
            index += 1
    return found
