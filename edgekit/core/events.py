"""What long work tells whoever watches: typed events, rendered elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["bytes", "lines", "tensors", "files", "segments", "steps", "answers"]


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A named step begins (`fetch`, `convert`, ...); detail says to what."""

    step: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """done of total units of the running step; total is None when it is not known."""

    step: str
    done: int
    total: int | None
    unit: Unit


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step is done; detail is its result in a few words."""

    step: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know that is no error."""

    text: str


Event: TypeAlias = StepStarted | Progress | StepFinished | Note
Reporter: TypeAlias = Callable[[Event], None]


def silent(event: Event) -> None:
    """Report to nobody."""
