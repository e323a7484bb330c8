"""The model runner's side of the pipes: `python -m edgekit.engine.llama.worker`; see `edgekit.engine.llama.process`."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Sequence
from typing import IO, Any

import numpy as np

from edgekit.core.errors import EngineError, UsageError
from edgekit.engine.llama.frames import Array, Frame, packed, receive, send, unpacked
from edgekit.engine.llama.model import Model, log_probability
from edgekit.engine.llama.prefixes import Prefixes


def main() -> None:
    """Answer requests until the other side closes the pipe."""
    requests, replies = private_pipes()
    waiting: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, waiting), daemon=True).start()
    worker = _Worker(replies)
    while True:
        request = waiting.get()
        try:
            answer = worker.answer(request)
        except UsageError as problem:
            answer = Frame("usage", {"message": problem.message, "reasons": list(problem.reasons)})
        except EngineError as problem:
            answer = Frame("failed", {"reasons": list(problem.reasons)})
        except (MemoryError, ImportError, OSError, ValueError) as problem:
            answer = Frame("failed", {"reasons": [f"{type(problem).__name__}: {problem}"[:500]]})
        try:
            send(replies, answer)
        except OSError:
            os._exit(0)


def private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the parent, out of reach of libraries that print or read."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _read(requests: IO[bytes], waiting: queue.SimpleQueue[Frame]) -> None:
    """Take requests; when the pipe ends nobody wants the answer that is being computed."""
    try:
        while (request := receive(requests)) is not None:
            waiting.put(request)
    finally:
        os._exit(0)


class _Worker:
    def __init__(self, replies: IO[bytes]) -> None:
        self._replies = replies
        self._model: Model | None = None
        self._prefixes: Prefixes | None = None

    def answer(self, request: Frame) -> Frame:
        values, arrays = request.values, request.arrays
        if request.say == "open":
            self._model = Model(
                values["path"],
                threads=values["threads"],
                context=values["context"],
                vocabulary_only=values["vocabulary_only"],
            )
            return Frame("ok", {"size": self._model.size})
        assert self._model is not None  # noqa: S101 - the parent opens first
        answers: dict[str, Any] = {
            "log_probabilities": _log_probabilities,
            "greedy": _greedy,
            "embed": _embed,
            "tokenize": _tokenize,
        }
        if request.say == "logits":
            return self._logits(self._model, arrays[0])
        if request.say == "continuations":
            self._prefixes = self._prefixes or Prefixes(self._model)
            scored = self._prefixes.score(unpacked(*arrays), values["given"])
            return Frame("ok", arrays=[np.concatenate([np.empty(0), *scored])])
        return answers[request.say](self._model, arrays, values)  # type: ignore[no-any-return]

    def _logits(self, model: Model, ids: Array) -> Frame:
        """A frame a row: a text of 500 tokens would need 0.5 GB at once with a vocabulary of 262,144."""
        # What follows the last id has logits too; the id that stands there is not looked at.
        for _, place, row in model.rows([np.append(ids, np.int32(0))]):
            send(self._replies, Frame("row", {"place": place}, [row]))
        return Frame("ok")


def _log_probabilities(model: Model, arrays: Sequence[Array], _: object) -> Frame:
    flat, lengths = arrays
    lines = unpacked(flat, lengths)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    found = np.empty(len(flat), np.float64)
    scratch = np.empty(model.size, np.float32)
    for line, place, row in model.rows(lines):
        found[begins[line] + place] = log_probability(row, lines[line][place], scratch)
    return Frame("ok", arrays=[found])


def _greedy(model: Model, arrays: Sequence[Array], values: Any) -> Frame:
    return Frame("ok", arrays=[np.array(model.greedy(arrays[0], values["count"]), np.int32)])


def _embed(model: Model, arrays: Sequence[Array], _: object) -> Frame:
    return Frame("ok", arrays=[model.embed(unpacked(*arrays))])


def _tokenize(model: Model, arrays: Sequence[Array], _: object) -> Frame:
    texts = unpacked(*arrays)
    return Frame("ok", arrays=packed([model.tokenize(text.tobytes()) for text in texts]))


if __name__ == "__main__":
    main()
