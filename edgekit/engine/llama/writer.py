"""What runs a language model for whoever asks: in this process, or in a child."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from edgekit.core.errors import EngineError
from edgekit.core.events import Note, Reporter
from edgekit.engine.llama.language_model import Described
from edgekit.engine.llama.request import Outcome, Piece, Sampling

# How long after a cancel an answer is waited for. llama.cpp looks at its flag hundreds of times a token; a grammar that
# multiplies without end never does.
PATIENCE_SECONDS = 1.0
Parts = Sequence[tuple[str, bool]]
T = TypeVar("T")


class Writer(Protocol):
    """A model that writes: one answer at a time."""

    described: Described

    def controls(self) -> list[str]:
        """Names of the control tokens."""
        ...

    def write(self, parts: Parts, sampling: Sampling) -> Iterator[Piece | Outcome]:
        """Pieces, then how it ended; what is not taken to its end is cancelled when the iterator is closed.

        parts: text, and whether names of control tokens in it are these tokens.
        """
        ...

    @property
    def has_died(self) -> bool:
        """Whether a process of its own ended, and not by `close`: the next call starts another."""
        ...

    def cancel(self) -> None:
        """End the answer that is being written, from any thread; without one, nothing."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


def gpu_steps(layers: int) -> list[int]:
    """How many layers to try on a card after all of them did not fit; the CPU alone at last."""
    return list(dict.fromkeys([layers * 3 // 4, layers // 2, layers // 4, 0]))


def open_stepped(
    open_with: Callable[[int | None], T], asked: int | None, count_layers: Callable[[], int], report: Reporter
) -> T:
    """Open a model with fewer layers on the graphics card each time that its memory does not do; the CPU at last.

    asked: -1 or None for all layers.  count_layers: of the model, 0 without a card; asked for after a failure.
    report: hears of each step. Raises what open_with does for another reason, or on the CPU.
    """
    try:
        return open_with(asked)
    except EngineError as problem:
        if asked == 0 or not is_about_memory(problem) or not (layers := count_layers()):
            raise
        failed = problem
    if asked is not None and asked > 0:
        layers = min(layers, asked)
    for count in gpu_steps(layers):
        where = f"{count} of {layers} layers on the graphics card" if count else "the CPU"
        report(Note(f"the graphics card has too little memory ({failed.reasons[0]}); going on with {where}"))
        try:
            return open_with(count)
        except EngineError as problem:
            if count == 0 or not is_about_memory(problem):
                raise
            failed = problem
    raise failed


_MEMORY = re.compile(r"memory|alloc|VRAM", re.IGNORECASE)


def is_about_memory(problem: EngineError) -> bool:
    """Whether llama.cpp, or the card's driver, says that memory was not to be had."""
    return any(_MEMORY.search(reason) for reason in problem.reasons)
