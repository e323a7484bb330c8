"""A text document whose segments are exchanged in place: what is not translated is copied, never written anew."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from edgekit.core.marked import MarkedText
from edgekit.documents.base import check_translated
from edgekit.documents.encoding import Encoded


@dataclass(frozen=True, slots=True)
class Splice:
    """`text` in place of a span, in code points, of the document."""

    begin: int
    end: int
    text: str


# A span of the document as it is to be written: with the splices of units that lie in it.
Raw: TypeAlias = Callable[[int, int], str]
Render: TypeAlias = Callable[[Sequence[MarkedText], Raw], Iterable[Splice]]


@dataclass(frozen=True, slots=True)
class Unit:
    """Segments that are written together, and how.

    begin, end: the span that its splices stay in; units either nest or have nothing in common.
    render: splices for changed segments, in order. It is not asked where every segment came back as it was.
    always: it is asked even then.
    states: where it is not empty, it is asked where any segment of the document changed, and this is a fact then.
    """

    begin: int
    end: int
    segments: tuple[MarkedText, ...]
    render: Render
    always: bool = False
    states: str = ""


def stating(begin: int, end: int, text: str, fact: str) -> Unit:
    """A unit without segments, for what a document says of itself."""
    return Unit(begin, end, (), lambda _translated, _raw: [Splice(begin, end, text)], states=fact)


def spliced(text: str, splices: Sequence[Splice], begin: int = 0, end: int | None = None) -> str:
    """A span of `text` with splices, ordered and apart from each other, in their places."""
    pieces: list[str] = []
    at = begin
    for splice in splices:
        pieces += (text[at : splice.begin], splice.text)
        at = splice.end
    pieces.append(text[at:end])
    return "".join(pieces)


def has_changed(units: Sequence[Unit], translated: Sequence[MarkedText]) -> bool:
    """Whether any segment of the units is another text now."""
    segments = (segment for unit in units for segment in unit.segments)
    return any(one != other for one, other in zip(segments, translated, strict=True))


def rewritten(
    text: str, units: Sequence[Unit], translated: Sequence[MarkedText], *, changed: bool | None = None
) -> str:
    """`text` with the translations of its units' segments, which follow each other as the units do.

    changed: whether any segment of the document did; None looks at these.
    """
    if changed is None:
        changed = has_changed(units, translated)
    chosen: list[tuple[Unit, Sequence[MarkedText]]] = []
    at = 0
    for unit in units:
        came = tuple(translated[at : at + len(unit.segments)])
        at += len(unit.segments)
        if unit.always or (changed and unit.states) or came != unit.segments:
            chosen.append((unit, came))
    # Innermost first: a unit that holds others copies what they became.
    chosen.sort(key=lambda item: (-item[0].begin, item[0].end))
    done: list[Splice] = []  # from the last to the first

    def raw(begin: int, end: int) -> str:
        # `done` falls in its begins; negated they rise.
        first = bisect_right(done, -end, key=lambda splice: -splice.begin)
        inside = []
        for splice in done[first:]:
            if splice.begin < begin:
                break
            inside.append(splice)
        return spliced(text, inside[::-1], begin, end)

    for unit, texts in chosen:
        made = sorted(unit.render(texts, raw), key=lambda splice: splice.begin)
        # What lies in a new splice was copied by it; what lies between two of them stays.
        kept: list[Splice] = []
        while done and done[-1].begin < unit.end and done[-1].begin >= unit.begin and made:
            inner = done.pop()
            if not any(one.begin <= inner.begin and inner.end <= one.end for one in made):
                kept.append(inner)
        done += sorted([*made, *kept], key=lambda splice: -splice.begin)
    return spliced(text, done[::-1])


@dataclass
class SplicedDocument:
    """A Document over text with positions.

    source: the bytes it was read from and how.
    units: by begin; their segments in this order are the document's.
    notes: facts found in reading.
    references: whether the format has `&#233;` for what the encoding cannot hold.
    """

    source: Encoded
    units: Sequence[Unit]
    notes: list[str] = field(default_factory=list)
    references: bool = False

    def __post_init__(self) -> None:
        self.segments: Sequence[MarkedText] = tuple(segment for unit in self.units for segment in unit.segments)
        self._stated: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """What a person should know, a sentence each."""
        return (*self.source.facts, *self.notes, *self._stated)

    def written(self, translated: Sequence[MarkedText], *, changed: bool = False) -> bytes:
        """The file with these texts in it; see `Document`.  changed: something did in what it is a part of."""
        check_translated(self.segments, translated)
        changed = changed or has_changed(self.units, translated)
        self._stated = tuple(dict.fromkeys(unit.states for unit in self.units if unit.states)) if changed else ()
        text = rewritten(self.source.text, self.units, translated, changed=changed)
        return self.source.encode(text, references=self.references)
