"""The child's side of `edgekit.engine.llama.in_child`: `python -m edgekit.engine.llama.write_worker`."""

from __future__ import annotations

import dataclasses
import os
import queue
import threading
from collections.abc import Iterator
from typing import IO

import numpy as np

from edgekit.core.errors import EdgekitError, EngineError
from edgekit.engine.llama.frames import Frame, receive, send, unpacked
from edgekit.engine.llama.language_model import LanguageModel, Settings, Stop, count_layers
from edgekit.engine.llama.request import Piece, Sampling
from edgekit.engine.llama.worker import private_pipes
from edgekit.engine.llama.write import write
from edgekit.engine.memory import available_memory


def main() -> None:
    """Answer requests until the other side closes the pipe."""
    requests, replies = private_pipes()
    waiting: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    worker = _Worker()
    threading.Thread(target=_read, args=(requests, waiting, worker.stop), daemon=True).start()
    while True:
        request = waiting.get()
        try:
            for answer in worker.answers(request):
                send(replies, answer)
        except OSError:
            os._exit(0)


def _read(requests: IO[bytes], waiting: queue.SimpleQueue[Frame], stop: Stop) -> None:
    """Take requests; a cancel holds for the one before it. When the pipe ends nobody wants an answer."""
    try:
        while (request := receive(requests)) is not None:
            if request.say == "cancel":
                stop.set()
            else:
                stop.clear()
                waiting.put(request)
    finally:
        os._exit(0)


class _Worker:
    def __init__(self) -> None:
        self.stop = Stop()
        self._model: LanguageModel | None = None

    def answers(self, request: Frame) -> Iterator[Frame]:
        """What is answered; an error in its place where there is one."""
        try:
            yield from self._answers(request)
        except EdgekitError as problem:
            yield _described(problem)
        except (MemoryError, OSError, ValueError, OverflowError) as problem:
            yield _described(EngineError("llama.cpp failed", reasons=[f"{type(problem).__name__}: {problem}"[:500]]))

    def _answers(self, request: Frame) -> Iterator[Frame]:
        if request.say == "layers":
            yield Frame("ok", {"layers": count_layers(request.values["path"])})
            return
        if request.say == "open":
            self._model = LanguageModel(Settings(**request.values), self.stop, available_memory)
            yield Frame("ok", dataclasses.asdict(self._model.describe()))
            return
        assert self._model is not None  # noqa: S101 - the parent opens first
        if request.say == "controls":
            names = "\0".join(self._model.controls()).encode("utf-8")
            yield Frame("ok", arrays=[np.frombuffer(names, np.uint8)])
            return
        texts = [part.tobytes().decode("utf-8") for part in unpacked(*request.arrays[:2])]
        parts = list(zip(texts, request.arrays[2].astype(bool).tolist(), strict=True))
        for item in write(self._model, self._model.prompt(parts), Sampling.from_json(request.values)):
            if isinstance(item, Piece):
                yield Frame("piece", {"text": item.text, "tokens": [one.to_json() for one in item.tokens]})
            else:
                yield Frame("ok", dataclasses.asdict(item))


def _described(problem: EdgekitError) -> Frame:
    values = {"message": problem.message, "reasons": list(problem.reasons), "hint": problem.hint}
    return Frame("error", {"kind": type(problem).__name__, **values})


if __name__ == "__main__":
    main()
