"""A language model that runs in this process, in a thread of its own: Ctrl-C reaches the one that waits at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from edgekit.core.errors import EngineError
from edgekit.core.events import Reporter
from edgekit.engine.llama.grammar_check import check_grammar
from edgekit.engine.llama.language_model import LanguageModel, Settings, Stop, count_layers
from edgekit.engine.llama.request import Outcome, Piece, Sampling
from edgekit.engine.llama.write import write
from edgekit.engine.llama.writer import PATIENCE_SECONDS, Parts, open_stepped
from edgekit.engine.memory import available_memory

T = TypeVar("T")


class InProcess:
    """A `Writer`. What ends llama.cpp's process ends this one: see `InChild`."""

    def __init__(self, settings: Settings, report: Reporter) -> None:
        self._stop = Stop()
        self._stuck = False
        self._closed = False

        def opened(layers: int | None) -> LanguageModel:
            return LanguageModel(settings.on_card(layers), self._stop, available_memory)

        self._model = self._waited(
            lambda: open_stepped(opened, settings.gpu_layers, lambda: count_layers(settings.path), report)
        )
        self.described = self._model.describe()

    def controls(self) -> list[str]:
        """Names of the control tokens."""
        return self._model.controls()

    def write(self, parts: Parts, sampling: Sampling) -> Iterator[Piece | Outcome]:
        """As `Writer`. Raises EngineError after `close`, and where an answer that was cancelled goes on for ever."""
        self._require_open()
        if sampling.grammar is not None:
            check_grammar(sampling.grammar)
        self._stop.clear()
        answers: queue.SimpleQueue[Piece | Outcome | BaseException] = queue.SimpleQueue()

        def compute() -> None:
            try:
                for item in write(self._model, self._model.prompt(parts), sampling):
                    answers.put(item)
            except BaseException as problem:  # noqa: BLE001 - raised in the thread that waits
                answers.put(problem)

        thread = self._started(compute)
        try:
            while True:
                item = answers.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
                if isinstance(item, Outcome):
                    return
        finally:
            self._stop.set()
            thread.join(PATIENCE_SECONDS)
            self._stuck = thread.is_alive()

    @property
    def has_died(self) -> bool:
        """Never: it would not say so."""
        return False

    def cancel(self) -> None:
        """Set the flag that llama.cpp looks at."""
        self._stop.set()

    def close(self) -> None:
        """Free the model, unless something computes with it for ever."""
        if not self._closed and not self._stuck:
            self._model.close()
        self._closed = True

    def _require_open(self) -> None:
        if self._closed:
            raise EngineError("the generator is closed")
        if self._stuck:
            raise EngineError(
                "llama.cpp goes on with an answer that was cancelled", hint="open the model with `process=True`"
            )

    def _waited(self, made: Callable[[], T]) -> T:
        """What made gives, computed in another thread; left to itself where this one is interrupted."""
        found: queue.SimpleQueue[T | BaseException] = queue.SimpleQueue()

        def compute() -> None:
            try:
                found.put(made())
            except BaseException as problem:  # noqa: BLE001 - raised in the thread that waits
                found.put(problem)

        self._started(compute)
        got = found.get()
        if isinstance(got, BaseException):
            raise got
        return got

    def _started(self, compute: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=compute, name="edgekit-llama", daemon=True)
        thread.start()
        return thread
