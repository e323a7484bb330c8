"""Subtitles: sentences out of cues that share them, and back over the same cues in lines that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from unicodedata import category

from edgekit.core.languages import is_unspaced
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.inline import Passage, Piece, inner_pieces, passage
from edgekit.documents.rendering import SOFT_SPACE, Code
from edgekit.documents.spliced import Raw, Splice, Unit
from edgekit.documents.wrapping import columns, is_wide, pieces, wrapped

# Netflix, English Template Timed Text Style Guide, 2 and 5: 17 characters a second in programmes for adults, 42 in a
# line, one line where that is enough.
WIDEST = 42
FASTEST = 17.0
# Two full lines seldom break where the words do: 78 characters are two lines of most texts.
_TWO_LINES = 78
# A longer silence separates what is said; more cues than six are no sentence but a text without punctuation.
_PAUSE = 1500
_LONGEST = 6
_SENTENCE_END = re.compile(r"""[.!?。！？।።۔؟…♪♫][\s"'”’»)\]」』]*\Z""")
_DASH = re.compile(r"[ \t]*[-–—‐][ \t]*(?=\S)")
_CODE = re.compile(r"<[^<>]*>|\{\\[^{}]*\}|&[#A-Za-z0-9]+;")
# What a whole line says of a sound or a speaker is no part of the sentence on the next line.
_ASIDE = re.compile(r"\s*(?:\[[^\[\]]*\]|\([^()]*\)|（[^（）]*）)\s*")
_OWN_LINE = re.compile(r"\s*[\[(（♪♫#]")
# For a boundary behind a comma or a full stop a part of the text this long is a fair detour.
_DETOUR = 0.12


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue: its time in milliseconds, and for each line of it the pieces that it is made of.

    alone: whether it shares no sentence with others, as one with timestamps between its words.
    voice: who speaks, where the file says.  parted: lines, by number, with a blank one before them.
    """

    begin: int
    end: int
    lines: tuple[tuple[Piece, ...], ...]
    alone: bool = False
    voice: str = ""
    parted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Speech:
    """What one person says within a cue."""

    cue: Cue
    pieces: tuple[Piece, ...]
    passage: Passage
    lines: int
    whole: bool  # whether it is all of its cue


def speed(cue: Cue) -> float:
    """Characters a second of a cue, spaces among them, tags not."""
    said = sum(len(piece.text) for line in cue.lines for piece in line if piece.kind in ("text", "keep"))
    return 1000 * said / (cue.end - cue.begin) if cue.end > cue.begin else 0.0


def too_fast(cues: Sequence[Cue]) -> int:
    """How many cues are faster than people read."""
    return sum(speed(cue) > FASTEST for cue in cues)


def cue_units(cues: Sequence[Cue], newline: str, escape: Callable[[str], str], target: str | None) -> list[Unit]:
    """The units of subtitles: one for each run of cues that share a sentence."""
    return [_unit(group, newline, escape, target) for group in _groups(cues)]


def _groups(cues: Sequence[Cue]) -> Iterator[list[_Speech]]:
    group: list[_Speech] = []
    for cue in cues:
        for speech in _speeches(cue):
            if group and len(group) < _LONGEST and _goes_on(group[-1], speech):
                group.append(speech)
            else:
                if group:
                    yield group
                group = [speech]
    if group:
        yield group


def _speeches(cue: Cue) -> Iterator[_Speech]:
    """A cue's speeches: a line with a dash begins one where two lines have them, or the first does not.

    A line that is all in brackets is one, and a blank line ends one.
    """
    said = [_said(line) for line in cue.lines]
    parts: list[list[tuple[Piece, ...]]] = []
    for at, line in enumerate(cue.lines):
        aside = any(_ASIDE.fullmatch(one) for one in said[max(at - 1, 0) : at + 1])
        if parts and not aside and at not in cue.parted and not _DASH.match(said[at]):
            parts[-1].append(line)
        else:
            parts.append([line])
    for part in parts:
        joined: list[Piece] = []
        for index, line in enumerate(part):
            if index and joined:
                last, first = _said(joined)[-1:], _said(line)[:1]
                between = "" if last and first and is_wide(last) and is_wide(first) else " "
                joined.append(Piece("text", joined[-1].end, line[0].begin, between))
            joined += _without_dash(line) if index == 0 else line
        inside = inner_pieces(joined)
        made = passage(inside)
        if made is not None:
            yield _Speech(cue, tuple(inside), made, len(part), len(parts) == 1)


def _said(line: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in line if piece.kind in ("text", "keep"))


def _without_dash(line: Sequence[Piece]) -> list[Piece]:
    """A line with the dash before its words as a code."""
    found = list(line)
    for index, piece in enumerate(found):
        if piece.kind == "text" and piece.text.strip():
            match = _DASH.match(piece.text)
            if match is not None and piece.end - piece.begin == len(piece.text):
                at = piece.begin + match.end()
                rest = Piece("text", at, piece.end, piece.text[match.end() :])
                found[index : index + 1] = [Piece("point", piece.begin, at), rest]
            break
    return found


def _goes_on(one: _Speech, other: _Speech) -> bool:
    """Whether a sentence goes on from one cue to the next."""
    if one.cue is other.cue or not one.whole or not other.whole or one.cue.alone or other.cue.alone:
        return False
    if other.cue.begin - one.cue.end > _PAUSE or one.cue.voice != other.cue.voice:
        return False
    before, after = _said(one.cue.lines[-1]), _said(other.cue.lines[0])
    if _DASH.match(after) or _OWN_LINE.match(after) or _OWN_LINE.match(_said(one.cue.lines[0])):
        return False
    first = next((letter for letter in after if letter.isalpha()), "")
    return first.islower() or not _SENTENCE_END.search(before)


def _unit(group: Sequence[_Speech], newline: str, escape: Callable[[str], str], target: str | None) -> Unit:
    if len(group) == 1:
        whole = group[0].passage
    else:
        joined: list[Piece] = []
        for speech in group:
            if joined:
                glued = is_wide(_said(joined)[-1]) and is_wide(_said(speech.pieces)[0])
                joined.append(Piece("text", speech.passage.begin, speech.passage.begin, "" if glued else " "))
            joined += speech.pieces
        made = passage(joined)
        whole = made if made is not None else group[0].passage
    shares = _shares(group)

    def render(translated: Sequence[MarkedText], raw: Raw) -> list[Splice]:
        splices = []
        for speech, part in zip(group, divided(translated[0], shares, target), strict=True):
            own = {mark.name: mark for mark in part.marks}
            marks = tuple(mark for mark in whole.text.marks if mark.name in own)
            codes = {
                mark.name: Code(
                    whole.codes[mark.name].before,
                    whole.codes[mark.name].after,
                    whole.codes[mark.name].parent if whole.codes[mark.name].parent in own else None,
                    whole.codes[mark.name].glue,
                )
                for mark in marks
            }
            here = Passage(0, 0, MarkedText(whole.text.text, marks), codes)
            written = here.rendered(part, lambda text: escape(text).replace(" ", SOFT_SPACE), raw)
            begin, end = speech.passage.begin, speech.passage.end
            splices.append(Splice(begin, end, _in_lines(written, part.text, speech, newline, target)))
        return splices

    return Unit(group[0].passage.begin, group[-1].passage.end, (whole.text,), render)


def _shares(group: Sequence[_Speech]) -> list[float]:
    """For each cue its part of the text: the mean of its parts of the characters and of the time."""
    sizes = [len(speech.passage.text.text) for speech in group]
    times = [max(speech.cue.end - speech.cue.begin, 1) for speech in group]
    return [(size / sum(sizes) + time / sum(times)) / 2 for size, time in zip(sizes, times, strict=True)]


def divided(text: MarkedText, shares: Sequence[float], target: str | None) -> list[MarkedText]:
    """A text in as many parts as there are shares, about as large, between words and never within a mark.

    Where there are fewer words than parts, the last words stay: each part has some. A mark that no boundary avoids
    goes with the part that has most of it.
    """
    if len(shares) == 1:
        return [text]
    # Characters become spans of their own for languages without spaces, words for the others.
    places = _boundaries(text, unspaced=target is not None and is_unspaced(target))
    if len(places) < len(shares) - 1:
        places = sorted({*places, *_boundaries(text, unspaced=True)})
    bounds = [0]
    reached = 0.0
    for index, share in enumerate(shares[:-1]):
        reached += share * len(text.text)
        left = len(shares) - 2 - index
        free = [place for place in places if place > bounds[-1]]
        free = free[: len(free) - left] if left and len(free) > left else free
        if not free:
            bounds.append(bounds[-1])
            continue
        bounds.append(min(free, key=partial(_cost, text.text, reached, bounds[-1], left + 1)))
    bounds.append(len(text.text))
    return _parts(text, bounds)


def _cost(text: str, wanted: float, begin: int, left: int, place: int) -> float:
    """What speaks against a part from begin to place, with so many parts behind it: the detour, and a third line."""
    over = max(0, place - begin - _TWO_LINES) + max(0, len(text) - place - left * _TWO_LINES)
    return _detour(text, place, wanted) + 2 * over


def _detour(text: str, place: int, wanted: float) -> float:
    before = text[:place].rstrip()[-1:]
    return abs(place - wanted) - (_DETOUR * len(text) if before and category(before) == "Po" else 0)


def _boundaries(text: MarkedText, *, unspaced: bool) -> list[int]:
    """Where a part may begin."""
    words = text.text
    if unspaced:
        found = [
            index
            for index in range(1, len(words))
            if category(words[index])[0] not in "MPZ" and words[index - 1] != "\u200d" and words[index] != "\u200d"
        ]
    else:
        found, at = [], 0
        for part in pieces(words)[:-1]:
            at += len(part)
            found.append(at + (words[at : at + 1] == " "))
    spans = [(mark.begin, mark.end) for mark in text.marks if mark.end > mark.begin]
    return [place for place in found if not any(begin < place < end for begin, end in spans)]


def _parts(text: MarkedText, bounds: Sequence[int]) -> list[MarkedText]:
    parts: list[MarkedText] = []
    homes: dict[str, int] = {}
    spans = list(pairwise(bounds))
    for mark in text.marks:
        overlaps = [min(mark.end, end) - max(mark.begin, begin) for begin, end in spans]
        if mark.begin == mark.end:
            homes[mark.name] = next(i for i, (_, end) in enumerate(spans) if mark.begin < end or i == len(spans) - 1)
        else:
            homes[mark.name] = max(range(len(spans)), key=lambda index: (overlaps[index], -index))
    for index, (begin, end) in enumerate(spans):
        words = text.text[begin:end]
        shift = begin + len(words) - len(words.lstrip(" "))
        words = words.strip(" ")
        marks = []
        for mark in text.marks:
            if homes[mark.name] == index:
                first, last = (min(max(place - shift, 0), len(words)) for place in (mark.begin, mark.end))
                marks.append(Mark(first, last, mark.kind if first < last else "point", mark.name))
        parts.append(MarkedText(words, tuple(marks)))
    # The words before, else those after, are shown on rather than an empty cue.
    shown = next((part.text for part in parts if part.text), "")
    for index, part in enumerate(parts):
        shown = part.text or shown
        parts[index] = MarkedText(shown, part.marks)
    return parts


def _in_lines(written: str, words: str, speech: _Speech, newline: str, target: str | None) -> str:
    """A cue's text in lines of at most 42 columns, about as long as each other.

    Chinese, Japanese and their like keep the number of lines they had.
    """
    wide = (target is not None and is_unspaced(target)) or sum(map(is_wide, words)) * 2 > len(words)
    total = columns(words)
    if wide:
        if speech.lines == 1:
            return written.replace(SOFT_SPACE, " ")
        parts = pieces(written.replace(SOFT_SPACE, " "))
        count = speech.lines
    else:
        if total <= WIDEST or not speech.whole:
            return written.replace(SOFT_SPACE, " ")
        parts = [(" " if index else "") + part for index, part in enumerate(written.split(SOFT_SPACE))]
        count = 0
    best = written.replace(SOFT_SPACE, " ")
    for width in range(max(total // max(count, -(-total // WIDEST)), 1), max(WIDEST, total) + 1):
        lines = wrapped(parts, width, size=_seen)
        if len(lines) <= max(count, -(-total // WIDEST)) or width == WIDEST:
            best = newline.join(lines)
            break
    return best


def _seen(part: str) -> int:
    """The columns of what is seen of a cue's text."""
    return columns(_CODE.sub(lambda match: "x" if match[0].startswith("&") else "", part))
