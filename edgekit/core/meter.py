"""How fast long work goes and how long it will take, in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from edgekit.core.events import Progress, Unit
from edgekit.core.units import bytes_in_words, duration_in_words

_WINDOW_SECONDS = 10.0  # a rate over the last seconds: a slow start does not spoil the time left

Clock: TypeAlias = Callable[[], float]


class Meter:
    """Rate and time left of one step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, done: int) -> None:
        """Note that `done` units are done by now."""
        now = self._clock()
        self._samples.append((now, done))
        while len(self._samples) > 2 and now - self._samples[1][0] > _WINDOW_SECONDS:
            self._samples.popleft()

    def rate(self) -> float | None:
        """Units per second over the last seconds, or None where it is not known yet."""
        if len(self._samples) < 2:
            return None
        (start, first), (end, last) = self._samples[0], self._samples[-1]
        return (last - first) / (end - start) if end > start and last > first else None


def in_words(event: Progress, rate: float | None) -> str:
    """`12.0 MB of 35.5 MB, 4.1 MB/s, 6s left`; what is not known is left out."""
    text = _amount(event.done, event.unit)
    if event.total is not None:
        text = f"{text} of {_amount(event.total, event.unit)}"
    if event.unit != "bytes":
        text += f" {_noun(text.rpartition(' ')[2], event.unit)}"
    if rate is not None:
        speed = _amount(rate, event.unit)
        # A step or two a minute are no rate that a person reads.
        text += (
            ""
            if event.unit == "steps"
            else f", {speed}{'' if event.unit == 'bytes' else ' ' + _noun(speed, event.unit)}/s"
        )
        if event.total is not None and event.total > event.done:
            text += f", {duration_in_words((event.total - event.done) / rate)} left"
    return text


def _noun(amount: str, unit: Unit) -> str:
    return unit.removesuffix("s") if amount == "1" else unit


def _amount(count: float, unit: Unit) -> str:
    if unit == "bytes":
        return bytes_in_words(count)
    return f"{count:.0f}" if count >= 10 or count == int(count) else f"{count:.1f}"
