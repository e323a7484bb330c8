"""A paragraph of runs and nested elements as one text with marks, and the other way for its translation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from edgekit.core.characters import has_letters
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.documents.nodes import Inline, Solid, Words, Wrap, part, text_of, whole_tokens
from edgekit.documents.placing import (
    Atom,
    Path,
    by_side,
    grouped,
    nearest_word,
    outside,
    path_of_point,
    paths_of,
    placed_spans,
)

# Marks must not cost more than the text: the formatting of more runs in one paragraph is that of most of it.
_MOST_FORMATS = 200
# What a gap to fill in, made of underlined spaces, looks like to a reader and to the model.
BLANK = "____"


@dataclass(slots=True)
class Layout:
    """The inline content of a paragraph.

    What stands before the first and after the last word (anchors, tabs, notes at its end) is in no segment and stays
    where it is, and so is an element around all of it.
    """

    nodes: Sequence[Inline]
    marked: MarkedText = field(init=False)
    _lead: list[Atom] = field(init=False, default_factory=list)
    _trail: list[Atom] = field(init=False, default_factory=list)
    _outer: Path = field(init=False, default=())
    _solids: dict[str, Atom] = field(init=False, default_factory=dict)
    _wraps: dict[str, Wrap] = field(init=False, default_factory=dict)
    _styles: dict[str, Words] = field(init=False, default_factory=dict)
    # The words whose style is that of most letters directly in an element (None: in none).
    _bases: dict[Wrap | None, Words] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        atoms = list(_atoms(whole_tokens(self.nodes), ()))
        core = self._trim(atoms)
        self._find_bases(core)
        self.marked = self._mark(core)

    @property
    def has_letters(self) -> bool:
        """Whether there is anything to translate."""
        return has_letters(self.marked.text)

    def placed(self, translated: MarkedText) -> list[Inline]:
        """The paragraph with another text; the marks are those of `marked`, wherever they are now."""
        # Without a word the element around all of them is still there.
        found = list(self._unmark(translated)) or [Atom(Words("", None, base.source), ()) for base in self._any_base]
        core = [Atom(atom.node, (*self._outer, *atom.path)) for atom in found]
        return grouped([*self._lead, *core, *self._trail], 0)

    @property
    def _any_base(self) -> list[Words]:
        """The formatting of most letters, where there are any."""
        return list(self._bases.values())[:1]

    def _trim(self, atoms: list[Atom]) -> list[Atom]:
        """The atoms from the first word to the last; sets what is around them."""
        wordy = [index for index, atom in enumerate(atoms) if _is_wordy(atom.node)]
        # The number of a page behind a tab is no part of the sentence.
        while wordy and isinstance(atoms[wordy[-1]].node, Solid):
            between = [atom.node for atom in atoms[wordy[-2] if len(wordy) > 1 else 0 : wordy[-1]]]
            if len(wordy) > 1 and not any(mark in text_of(between) for mark in "\t\n"):
                break
            wordy.pop()
        if not any(isinstance(atoms[index].node, Words) for index in wordy):
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
            self._lead += [Atom(part(first.node, 0, space), first.path)] if space else []
            core[0] = Atom(part(first.node, space, None), first.path)
            last = core[-1]
        if isinstance(last.node, Words) and not inner.intersection(last.path):
            length = len(last.node.text.rstrip())
            self._trail[:0] = [Atom(part(last.node, length, None), last.path)] if last.node.text[length:] else []
            core[-1] = Atom(part(last.node, 0, length), last.path)
        return _joined([Atom(atom.node, atom.path[len(outer) :]) for atom in core])

    def _find_bases(self, core: Sequence[Atom]) -> None:
        letters: Counter[tuple[Wrap | None, Hashable]] = Counter()
        first: dict[tuple[Wrap | None, Hashable], Words] = {}
        for atom in core:
            if isinstance(atom.node, Words):
                key = (atom.path[-1] if atom.path else None, atom.node.style)
                letters[key] += 1 + 1000 * sum(map(str.isalnum, atom.node.text))
                first.setdefault(key, atom.node)
        for (wrap, style), _ in letters.most_common():
            self._bases.setdefault(wrap, first[wrap, style])

    def _mark(self, core: Sequence[Atom]) -> MarkedText:
        marks: list[Mark] = []
        written: list[str] = []
        length = 0
        open_wraps: dict[Wrap, tuple[int, int]] = {}
        runs: list[tuple[int, int, Words, Path]] = []
        held: dict[Wrap, list[int]] = {}
        between: list[str] = []  # what was said since the last of them
        for atom in core:
            text = atom.node.text
            end = length + len(text)
            for wrap in atom.path:
                open_wraps[wrap] = (open_wraps.get(wrap, (length, 0))[0], end)
            if isinstance(atom.node, Words):
                base = self._bases[atom.path[-1] if atom.path else None]
                if atom.node.style != base.style and any(map(str.isalnum, text)):
                    joins = runs and runs[-1][2].style == atom.node.style and runs[-1][3] == atom.path
                    if joins and not "".join(between).strip():
                        runs[-1] = (runs[-1][0], end, runs[-1][2], atom.path)
                    else:
                        runs.append((length, end, atom.node, atom.path))
                    between = []
                else:
                    between.append(text)
            else:
                if atom.path:
                    held.setdefault(atom.path[-1], []).append(length)
                name = f"{'keep' if text.strip() else 'point'}{len(self._solids) + 1}"
                self._solids[name] = atom
                if text.strip():
                    marks.append(Mark(length, end, "keep", name))
                else:
                    text, end = "", length
                    marks.append(Mark(length, length, "point", name))
                between.append(text)
            written.append(text)
            length = end
        whole = "".join(written)
        # Elements before formatting: of two marks of the same words the element is the outer one.
        for wrap, (begin, end) in _tight(whole, open_wraps, held, [atom.path for atom in core]).items():
            name = f"element{len(self._wraps) + 1}"
            self._wraps[name] = wrap
            marks.append(Mark(begin, end, "pair" if begin < end else "point", name))
        for begin, end, words, _ in runs[:_MOST_FORMATS]:
            begin, end = _stripped(whole, begin, end)
            name = f"format{len(self._styles) + 1}"
            self._styles[name] = words
            marks.append(Mark(begin, end, "pair", name))
        order = {name: rank for rank, name in enumerate([*self._wraps, *self._styles, *self._solids])}
        marks.sort(key=lambda mark: order[mark.name])
        return MarkedText(whole, in_order(marks))

    def _unmark(self, translated: MarkedText) -> Iterator[Atom]:
        """The atoms of a translated core."""
        text = translated.text
        marks = {mark.name: mark for mark in translated.marks}
        self._put_links(text, marks)
        keeps = sorted((marks[name].begin, marks[name].end, name) for name in self._solids if name.startswith("keep"))
        inside = {place for begin, end, _ in keeps for place in range(begin + 1, end)}
        spans = placed_spans([(marks[name], wrap) for name, wrap in self._wraps.items()], keeps)
        paths = paths_of(spans, len(text))
        styles: list[Words | None] = [None] * len(text)
        for name, words in self._styles.items():
            if name in marks:
                styles[marks[name].begin : marks[name].end] = [words] * (marks[name].end - marks[name].begin)
        at: dict[int, list[Atom]] = {}
        for name, atom in self._solids.items():
            if name.startswith("point"):
                place = outside(marks[name].begin, inside, keeps)
                at.setdefault(place, []).append(Atom(atom.node, path_of_point(spans, place, set(atom.path))))
        for name, wrap in self._wraps.items():
            if marks[name].begin == marks[name].end:  # its words have no translation: the element stays, empty
                place = outside(marks[name].begin, inside, keeps)
                path = path_of_point(spans, place, set())
                at.setdefault(place, []).append(Atom(Solid("", Wrap((), wrap.source)), path))
        keep_at = {begin: (end, name) for begin, end, name in keeps}
        place = 0
        while place <= len(text):
            yield from by_side(at.get(place, []), spans, place)
            if place == len(text):
                return
            path = paths[place]
            if place in keep_at:
                end, name = keep_at[place]
                yield Atom(self._solids[name].node, path)
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
            words = styles[place] or self._bases.get(path[-1] if path else None) or self._any_base[0]
            yield Atom(Words(text[place:end], words.style, words.source), path)
            place = end

    def _put_links(self, text: str, marks: dict[str, Mark]) -> None:
        """Put links whose words have no translation on the nearest word that is in no other link and in no keep."""
        named: list[tuple[str, Wrap | Words]] = [*self._wraps.items(), *self._styles.items()]
        links = [name for name, node in named if node.link and name in marks]
        taken = [marks[name] for name in (*links, *self._solids) if marks[name].begin < marks[name].end]
        spans = [(mark.begin, mark.end) for mark in taken]
        for name in links:
            mark = marks[name]
            if mark.begin == mark.end and (word := nearest_word(text, mark.begin, spans)) is not None:
                marks[name] = Mark(*word, "pair", name)
                spans.append(word)


def _stripped(text: str, begin: int, end: int) -> tuple[int, int]:
    """A span less the white space at its ends; empty where it has nothing else."""
    inner = text[begin:end]
    if not inner.strip():
        return begin, begin
    return begin + len(inner) - len(inner.lstrip()), begin + len(inner.rstrip())


def _tight(
    text: str, spans: dict[Wrap, tuple[int, int]], held: dict[Wrap, list[int]], paths: Sequence[Path]
) -> dict[Wrap, tuple[int, int]]:
    """Spans of elements less the white space at their ends, but not less than the anchors and elements in them."""
    parents = {inner: outer for path in paths for outer, inner in pairwise(path)}
    found: dict[Wrap, tuple[int, int]] = {}
    for wrap, (begin, end) in reversed(spans.items()):  # the inner ones first
        first, last = _stripped(text, begin, end)
        places = held.get(wrap, [])
        if first < last or not places:
            begin, end = min([first, *places]), max([last, *places])
        found[wrap] = (begin, end)
        if wrap in parents:
            held.setdefault(parents[wrap], []).extend((begin, end))
    return {wrap: found[wrap] for wrap in spans}


def _atoms(nodes: Sequence[Inline], path: Path) -> Iterator[Atom]:
    for node in nodes:
        if isinstance(node, Wrap):
            if text_of([node]):
                yield from _atoms(node.children, (*path, node))
            else:
                yield Atom(Solid("", node), path)
        elif isinstance(node, Words) and node.shows_space and not node.text.strip() and _is_gap(node.text):
            yield Atom(Solid(BLANK, node), path)
        elif isinstance(node, Solid) or node.text:
            yield Atom(node, path)


def _is_gap(space: str) -> bool:
    """Whether underlined white space is to be written on; one space between underlined words is not."""
    return len(space) > 1 or space == "\t"


def _joined(atoms: Sequence[Atom]) -> list[Atom]:
    """Atoms in which anchors side by side are one."""
    found: list[Atom] = []
    for atom in atoms:
        before = found[-1] if found else None
        if before is not None and _is_point(before.node) and _is_point(atom.node) and before.path == atom.path:
            held = before.node.source if isinstance(before.node.source, _Joined) else _Joined((before.node,))
            found[-1] = Atom(Solid("", _Joined((*held, atom.node))), atom.path)
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


class LaidOut:
    """A paragraph of a part whose content a Layout holds."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def marked(self) -> MarkedText:
        """Its text from the first word to the last."""
        return self._layout.marked

    @property
    def has_letters(self) -> bool:
        """Whether there is anything to translate."""
        return self._layout.has_letters
