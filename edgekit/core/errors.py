"""Every error edgekit raises on purpose.

EdgekitError                    exit code
├── FailedError            1    the work ran and failed
│   ├── ModelFormatError        a model file is damaged, hostile or not what it says
│   ├── UnsupportedModelError   a sound model that this exporter cannot carry over
│   ├── IntegrityError          bytes differ from the size or digest that was promised
│   ├── EngineError             the engine could not open or run an artifact
│   ├── SegmentError            a translated segment lost marks that a document needs back
│   └── OutputError             a result could not be written
├── UsageError             2    a wrong flag, argument or setting
│   ├── InputError              text or a file given to a task cannot be read
│   └── CatalogueError          `models.toml` has problems, all of them listed
├── UnavailableError       3    something that is needed is not on this machine
│   ├── ModelNotFoundError      no such id, or it is not installed
│   ├── DirectionError          no installed model translates this direction
│   ├── OfflineError            the network is needed and was refused
│   ├── SourceError             a source did not give the file
│   └── MissingExtraError       an optional package is not installed
└── ResourceError          4    too little disk or memory, found before starting

Interruption is KeyboardInterrupt (130). Exit codes are frozen; a test holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

MOST_REASONS = 200


def capped(reasons: Sequence[str], most: int = MOST_REASONS) -> list[str]:
    """The first reasons and how many more there are: a file of one wrong thing a line is no screen of them."""
    more = len(reasons) - most
    return [*reasons[:most], *([f"and {more:,} more"] if more > 0 else [])]


class EdgekitError(Exception):
    """What happened, to what, at which step, and what to do next.

    message: one sentence, names the object, literals in backticks, no full stop.
    reasons: everything that is wrong, one line each, all at once.
    hint: the next step as one line; a command stands in backticks, ready to paste.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, reasons: Sequence[str] = (), hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = tuple(reasons)
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  - {reason}" for reason in self.reasons)])


class FailedError(EdgekitError):
    """The work ran and failed."""

    exit_code = 1


class ModelFormatError(FailedError):
    """A model file is damaged, hostile or not what it says."""


class UnsupportedModelError(FailedError):
    """A sound model that this exporter cannot carry over."""


class IntegrityError(FailedError):
    """Bytes differ from the size or digest that was promised."""


class EngineError(FailedError):
    """The engine could not open or run an artifact."""


class SegmentError(FailedError):
    """Translated segments lost marks that a document needs back; `segments` are their indexes, from 0."""

    def __init__(
        self, message: str, *, reasons: Sequence[str] = (), hint: str | None = None, segments: Sequence[int] = ()
    ) -> None:
        super().__init__(message, reasons=reasons, hint=hint)
        self.segments = tuple(segments)


class OutputError(FailedError):
    """A result could not be written."""


class UsageError(EdgekitError):
    """A wrong flag, argument or setting."""

    exit_code = 2


class InputError(UsageError):
    """Text or a file given to a task cannot be read."""


class CatalogueError(UsageError):
    """`models.toml` has problems; `reasons` lists all of them."""


class UnavailableError(EdgekitError):
    """Something that is needed is not on this machine."""

    exit_code = 3


class ModelNotFoundError(UnavailableError):
    """No such model id, or the model is not installed."""


class DirectionError(UnavailableError):
    """No installed model translates this direction."""


class OfflineError(UnavailableError):
    """The network is needed and was refused."""


class SourceError(UnavailableError):
    """A source did not give the file that was asked of it."""


class MissingExtraError(UnavailableError):
    """An optional package is not installed."""


class ResourceError(EdgekitError):
    """Too little disk or memory, found before starting."""

    exit_code = 4
