"""A language model that runs in a child process: nothing that ends it, or prints on its way, reaches this one."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.core import errors
from edgekit.core.cancelling import CancelledError, leaving
from edgekit.core.children import Child
from edgekit.core.errors import EngineError
from edgekit.core.events import Reporter
from edgekit.core.llama_extra import require_llama
from edgekit.engine.llama.frames import Array, Frame, receive, send
from edgekit.engine.llama.grammar_check import check_grammar
from edgekit.engine.llama.language_model import Described, Settings
from edgekit.engine.llama.process import ENVIRONMENT
from edgekit.engine.llama.request import Outcome, Piece, Sampling, Token
from edgekit.engine.llama.writer import PATIENCE_SECONDS, Parts, open_stepped

_MODULE = "edgekit.engine.llama.write_worker"
_ERRORS = {
    one.__name__: one
    for one in (EngineError, errors.InputError, errors.MissingExtraError, errors.ResourceError, errors.UsageError)
}


class InChild:
    """A `Writer`. A child that dies is an EngineError of the call it died in; the next call starts another."""

    def __init__(self, settings: Settings, report: Reporter) -> None:
        require_llama()
        self._settings = settings
        self._report = report
        self._name = Path(settings.path).name
        self._closed = False
        self._sending = threading.Lock()
        self._done = threading.Event()
        self._done.set()
        self._cancelled = False
        self._child, self.described = self._opened()

    @property
    def process_id(self) -> int:
        """The child's number in the system."""
        return self._child.process_id

    @property
    def has_died(self) -> bool:
        """Whether the child ended, and not by `close`."""
        return self._child.ended and not self._closed

    def controls(self) -> list[str]:
        """Names of the control tokens."""
        (names,) = self._ask(self._running(), Frame("controls")).arrays
        return names.tobytes().decode("utf-8").split("\0")

    def write(self, parts: Parts, sampling: Sampling) -> Iterator[Piece | Outcome]:
        """As `Writer`. Raises EngineError after `close` and where the child dies."""
        child = self._running()
        if sampling.grammar is not None:
            check_grammar(sampling.grammar)
        done = self._done = threading.Event()
        self._cancelled = False
        try:
            self._send(child, Frame("write", sampling.to_json(), _packed(parts)))
            while not done.is_set():
                item = self._item(child, done)
                yield item
        finally:
            if not done.is_set():
                self.cancel()
                while not done.is_set():
                    self._item(child, done)

    def cancel(self) -> None:
        """Tell the child; one that does not answer is ended."""
        child, done = self._child, self._done
        if done.is_set():
            return
        self._cancelled = True
        with contextlib.suppress(EngineError):
            self._send(child, Frame("cancel"))
        threading.Thread(target=_watch, args=(child, done), daemon=True).start()

    def close(self) -> None:
        """End the child; nothing is lost when it has to be killed."""
        self._closed = True
        self._child.close()

    def _item(self, child: Child, done: threading.Event) -> Piece | Outcome:
        """The next answer; done is set with the last, or with an error."""
        try:
            answer = self._received(child, "write", cancelled=self._cancelled)
        except BaseException as problem:
            if isinstance(problem, CancelledError):
                child.end()  # what still waits for its answer ends with it
            if isinstance(problem, (errors.EdgekitError, CancelledError)):
                done.set()
            raise
        if answer is not None and answer.say == "piece":
            return Piece(answer.values["text"], tuple(map(Token.from_json, answer.values["tokens"])))
        done.set()
        if answer is None:
            return Outcome("cancelled", 0)
        return Outcome(answer.values["finish"], answer.values["prompt_tokens"])

    def _running(self) -> Child:
        if self._closed:
            raise EngineError("the generator is closed")
        if self._child.ended:
            self._child, self.described = self._opened()
        return self._child

    def _opened(self) -> tuple[Child, Described]:
        def attempt(layers: int | None) -> tuple[Child, Described]:
            child = self._started()
            try:
                values = dataclasses.asdict(self._settings.on_card(layers))
                return child, Described(**self._ask(child, Frame("open", values)).values)
            except BaseException:
                child.end()
                raise

        return open_stepped(attempt, self._settings.gpu_layers, self._count_layers, self._report)

    def _count_layers(self) -> int:
        child = self._started()
        try:
            return int(self._ask(child, Frame("layers", {"path": self._settings.path})).values["layers"])
        finally:
            child.end()

    def _started(self) -> Child:
        return Child(_MODULE, f"the process that runs `{self._name}`", environment=ENVIRONMENT)

    def _ask(self, child: Child, request: Frame) -> Frame:
        try:
            self._send(child, request)
            answer = self._received(child, request.say, cancelled=False)
        except errors.EdgekitError:
            raise
        except BaseException:
            # The answer to this would be taken for the answer to the next.
            child.end()
            raise
        assert answer is not None  # noqa: S101 - only what was cancelled has none
        return answer

    def _send(self, child: Child, request: Frame) -> None:
        try:
            with self._sending:
                send(child.input, request)
        except (OSError, ValueError):
            raise child.died(request.say) from None

    def _received(self, child: Child, step: str, *, cancelled: bool) -> Frame | None:
        """An answer; None for the end of a child that was asked to stop. Raises what the child tells."""
        try:
            answer = leaving(lambda: receive(child.output))
        except (OSError, ValueError):
            answer = None
        if answer is None:
            if cancelled or self._cancelled:
                child.end()
                return None
            raise child.died(step)
        if answer.say == "error":
            raise told(answer.values)
        return answer


def told(values: Any) -> errors.EdgekitError:
    """The error that a child describes."""
    return _ERRORS[values["kind"]](values["message"], reasons=values["reasons"], hint=values["hint"])


def _packed(parts: Parts) -> list[Array]:
    texts = [text.encode("utf-8", "replace") for text, _ in parts]
    return [
        np.frombuffer(b"".join(texts), np.uint8),
        np.array([len(text) for text in texts], np.int32),
        np.array([special for _, special in parts], np.uint8),
    ]


def _watch(child: Child, done: threading.Event) -> None:
    if not done.wait(PATIENCE_SECONDS):
        child.end()
