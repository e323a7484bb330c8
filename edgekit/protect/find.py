"""What in a text must come through a translation as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from edgekit.core.marked import Mark, in_order
from edgekit.protect.addresses import addresses
from edgekit.protect.code import code, maths
from edgekit.protect.emoji import emoji
from edgekit.protect.foreign import Unreadable, foreign
from edgekit.protect.found import Found
from edgekit.protect.gaps import gaps, has_others
from edgekit.protect.icu import Argument, arguments, quoted, skeleton
from edgekit.protect.markup import markup
from edgekit.protect.placeholders import placeholders
from edgekit.protect.quantities import quantities

# Any of the rooms needs one of these; a text without is not searched (a digit may have a unit).
_SIGNS = frozenset("{}%$<&`\\:@#/._[0123456789")


def find(text: str, *, unreadable: Unreadable | None = None, marks: Sequence[Mark] = ()) -> tuple[Mark, ...]:
    """Marks of kind `keep` for everything that is no word of the language, in order and without an overlap.

    Placeholders, tags, comments, entities, code, LaTeX, addresses, paths, handles, emoji, quantities, gaps to fill
    in, the skeletons of ICU messages. Takes time proportional to the text's length, whatever stands in it.
    unreadable: gives those of a set of characters that the model cannot read; the words that have any are found too.
    marks: keeps of the caller's own, terms for example, which are among the answer and win where they overlap.
    """
    own = [mark for mark in marks if mark.kind == "keep"]
    taken = {mark.name for mark in marks}
    found: list[Mark] = []
    number = 0
    for one in search(text, unreadable=unreadable, taken=[(mark.begin, mark.end) for mark in own]):
        while (name := f"{one.kind}-{number}") in taken:
            number += 1
        number += 1
        found.append(Mark(one.begin, one.end, "keep", name))
    return in_order([*own, *found])


def search(
    text: str,
    *,
    unreadable: Unreadable | None = None,
    taken: Iterable[tuple[int, int]] = (),
    counts: bool = False,
) -> tuple[Found, ...]:
    """As `find`, with what each span is.

    taken: spans in which nothing is looked for.  counts: the text is a branch of a message in which `#` is the number.
    """
    found: list[Found] = []
    messages: list[Argument] = []
    if not text.isascii() or not _SIGNS.isdisjoint(text) or has_others(text):
        messages = arguments(text, counts=counts)
        rooms = (markup, code, maths, addresses, placeholders, emoji, quantities, gaps)
        found = list(chain.from_iterable(room(text) for room in rooms))
    if unreadable is not None:
        found += foreign(text, unreadable)
    elif "\u2581" in text:
        found += foreign(text, lambda _: set())
    if not found and not messages:
        return ()
    blocked = list(taken)
    spans = [span for argument in messages for span in _message_spans(text, argument)]
    skeletons = _without_overlap([Found(begin, end, "message") for begin, end in spans], blocked)
    blocked += [(one.begin, one.end) for one in skeletons]
    return tuple(sorted([*skeletons, *_without_overlap(found, blocked)]))


def _message_spans(text: str, argument: Argument) -> Iterator[tuple[int, int]]:
    yield from skeleton(argument)
    waiting = [argument]
    while waiting:
        for branch in waiting.pop().branches:
            yield from quoted(text, branch)
            waiting += branch.arguments


def _without_overlap(found: Iterable[Found], blocked: Iterable[tuple[int, int]]) -> list[Found]:
    """Those that begin first, of these the longest; none that touches a blocked span.

    What lies around a blocked span is none: a caller's mark is smaller for a reason.
    """
    barriers = sorted((begin, end) for begin, end in blocked)
    kept: list[Found] = []
    done = at = 0
    for one in sorted(found, key=lambda one: (one.begin, -one.end)):
        if one.begin < done or one.begin >= one.end:
            continue
        while at < len(barriers) and barriers[at][1] <= one.begin:
            at += 1
        if at < len(barriers) and barriers[at][0] < one.end:
            continue
        kept.append(one)
        done = one.end
    return kept
