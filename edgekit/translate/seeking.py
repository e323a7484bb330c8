"""Formatting on a word that the model's alignment has no link for: the word is found by what it becomes alone.

`green` of `the green garden` has none, since both of `jardim verde` attend to `garden`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from edgekit.core.characters import has_letters
from edgekit.core.marked import Mark
from edgekit.core.segments import Span
from edgekit.projection.words import word_spans
from edgekit.translate.ladder import Translate
from edgekit.translate.placed import Placed, place_again
from edgekit.translate.prepared import Prepared

# Of two forms of one word, `verde` and `verdes`, so many letters begin both; of short ones less.
_STEM, _SHORT_STEM, _SHORT_WORD = 4, 3, 5


@dataclass(frozen=True, slots=True)
class _Lost:
    """A pair without words: in which text, its span there, and the segment round it in both texts."""

    text: int
    mark: Mark
    segment: tuple[Span, Span]


def seek(texts: Sequence[tuple[Prepared, Placed]], translate: Translate) -> list[Placed]:
    """Where everything is, pairs on words that were found otherwise among it.

    The words of each pair that has none are translated alone, and their segment without them. What came of the words
    alone is looked for in the segment's translation; else its words that the one without has not are taken. Either
    must be there once.
    """
    placed = [one for _, one in texts]
    lost = [one for at, (prepared, there) in enumerate(texts) for one in _lost(at, prepared, there)]
    if not lost:
        return placed
    asked: list[str] = []
    for one in lost:
        asked += _asked(texts[one.text][0].model.text, one)
    said = iter([one.text for one in translate(asked, False)])
    found: dict[int, dict[str, tuple[Span, Span]]] = {}
    for one in lost:
        span = _found(placed[one.text].text, one.segment[1], next(said), next(said))
        if span is not None:
            found.setdefault(one.text, {})[one.mark.name] = ((one.mark.begin, one.mark.end), span)
    for at, spans in found.items():
        placed[at] = place_again(texts[at][0], placed[at], spans)
    return placed


def _lost(at: int, prepared: Prepared, placed: Placed) -> Iterator[_Lost]:
    for mark in prepared.model.marks:
        if mark.kind != "pair" or placed.marks[mark.name].kind == "pair":
            continue
        for segment in placed.segments:
            (begin, end), _ = segment
            if begin <= mark.begin and mark.end <= end:
                if has_letters(prepared.model.text[mark.begin : mark.end]) and mark.end - mark.begin < end - begin:
                    yield _Lost(at, mark, segment)
                break


def _asked(text: str, one: _Lost) -> tuple[str, str]:
    """The words alone, and their segment without them."""
    (begin, end), _ = one.segment
    before, after = text[begin : one.mark.begin], text[one.mark.end : end]
    if (before[-1:] in ("", " ")) and after.startswith(" "):
        after = after[1:]
    return text[one.mark.begin : one.mark.end].strip(), before + after


def _found(text: str, span: Span, alone: str, without: str) -> Span | None:
    words = [(span[0] + begin, span[0] + end) for begin, end in word_spans(text[slice(*span)])]
    there = [text[slice(*one)].casefold() for one in words]
    said = _words(alone)
    run = _same_once(said, there) or _added_once(_words(without), there, 2 * len(said))
    return run and (words[run[0]][0], words[run[1] - 1][1])


def _words(text: str) -> list[str]:
    return [text[slice(*one)].casefold() for one in word_spans(text)]


def _same_once(said: Sequence[str], there: Sequence[str]) -> Span | None:
    """Where a run of words is in others, if it is there once; in another form where not as it is."""
    ways: tuple[Callable[[str, str], bool], ...] = (str.__eq__, _is_form_of)
    for same in ways:
        begins = [
            begin
            for begin in range(len(there) - len(said) + 1)
            if said and all(map(same, said, there[begin : begin + len(said)]))
        ]
        if begins:
            return (begins[0], begins[0] + len(said)) if len(begins) == 1 else None
    return None


def _is_form_of(one: str, other: str) -> bool:
    short = max(len(one), len(other)) <= _SHORT_WORD
    stem = _SHORT_STEM if short else _STEM
    return one == other or (len(one) >= stem and one[:stem] == other[:stem])


def _added_once(without: Sequence[str], there: Sequence[str], most: int) -> Span | None:
    """The one run of at most so many words that others have not, where all else of them is the same or of one form."""
    added = []
    for way, begin, end, first, last in SequenceMatcher(None, without, there, autojunk=False).get_opcodes():
        if way == "equal":
            continue
        same_number = end - begin == last - first
        if way == "replace" and same_number and all(map(_is_form_of, without[begin:end], there[first:last])):
            continue
        if way != "insert":
            return None
        added.append((first, last))
    return added[0] if len(added) == 1 and added[0][1] - added[0][0] <= most else None
