"""Runaway repetition: a translation that says the same over and over where the source does not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgekit.core.findings import Finding

_TOKEN = re.compile(r"\w+|[^\w\s]")
# A phrase of at most this many words, or characters where there are no spaces, repeated at least so often.
_LONGEST_PERIOD = 12
_LEAST_WORDS = 8
_LEAST_TIMES = 4
_LEAST_CHARACTERS = 16
_CHARACTERS = re.compile(r"(.{1,12}?)\1{3,}", re.DOTALL)
# Of a run of 16 characters or more, four times a phrase of 1 to 12, five stretches of eight at least were there before.
_STRETCH = 8
_LEAST_SAME = 5


def check_repetition(source: str, target: str) -> list[Finding]:
    """At most one finding: where the longest run of a repeated phrase is, if the source has none nearly as long.

    A phrase is one to 12 words, said four times and over at least 8 words, or 1 to 12 characters over at least 16.
    Marks and digits alone (`...`, `-----`) are none. Linear time.
    """
    run = _words(target)
    if run is not None:
        own = _words(source)
        if own is None or 2 * own.times < run.times:
            return [_finding(target, run)]
    run = _characters(target)
    if run is not None:
        own = _characters(source)
        if own is None or 2 * (own.end - own.begin) < run.end - run.begin:
            return [_finding(target, run)]
    return []


@dataclass(frozen=True, slots=True)
class _Run:
    """A phrase that is repeated: the run's span, where its first time ends, how often it is said."""

    begin: int
    end: int
    first_end: int
    times: int


def _finding(target: str, run: _Run) -> Finding:
    phrase = target[run.begin : run.first_end]
    shown = phrase if len(phrase) <= 40 else f"{phrase[:40]}..."
    return Finding("repetition", f"`{shown}` comes {run.times:,} times in a row", target=(run.begin, run.end))


def _characters(text: str) -> _Run | None:
    # Nearly every text is done here, in a tenth of the time that the expression takes.
    stretches = len(text) - _STRETCH + 1
    if stretches - len({text[at : at + _STRETCH] for at in range(stretches)}) < _LEAST_SAME:
        return None
    best: _Run | None = None
    for found in _CHARACTERS.finditer(text):
        begin, end = found.span()
        if end - begin >= _LEAST_CHARACTERS and (best is None or end - begin > best.end - best.begin):
            phrase = found[1]
            if any(map(str.isalpha, phrase)):
                best = _Run(begin, end, begin + len(phrase), (end - begin) // len(phrase))
    return best


def _words(text: str) -> _Run | None:
    spoken = [found[0].casefold() for found in _TOKEN.finditer(text)]
    # A run of eight has six at least that were there before: nearly every sentence is done here.
    if len(spoken) - len(set(spoken)) < _LEAST_WORDS - _LEAST_WORDS // _LEAST_TIMES:
        return None
    best: tuple[int, int, int] | None = None
    for period in range(1, _LONGEST_PERIOD + 1):
        begin = 0
        for at in range(period, len(spoken) + 1):
            if at < len(spoken) and spoken[at] == spoken[at - period]:
                continue
            length = at - begin
            # Periods are tried from the shortest: `aaaa` is `a` four times, not `aa` twice.
            if (
                length >= max(_LEAST_WORDS, _LEAST_TIMES * period)
                and (best is None or length > best[1] - best[0])
                and any(any(map(str.isalpha, word)) for word in spoken[begin : begin + period])
            ):
                best = (begin, at, period)
            begin = at - period + 1
    if best is None:
        return None
    begin, end, period = best
    spans = [found.span() for found in _TOKEN.finditer(text)]
    return _Run(spans[begin][0], spans[end - 1][1], spans[begin + period - 1][1], (end - begin) // period)
