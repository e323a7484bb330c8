"""Runs the one-file ONNX translation models that `exporters.families` builds."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any

from edgekit.core.cores import usable_cores
from edgekit.core.errors import EngineError, ModelFormatError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction
from edgekit.engine.base import Hypothesis, Tokenizer
from edgekit.engine.devices import DeviceChoice, FallbackSession, choose_providers
from edgekit.engine.fixed_encoder import encoder_provider, open_fixed_encoders
from edgekit.engine.fixed_step import open_fixed_steps
from edgekit.engine.language_tokens import NO_MARKS, Marks
from edgekit.engine.marian_ports import read_ports
from edgekit.engine.marian_settings import Settings, is_file_name
from edgekit.engine.memory import give_back_memory
from edgekit.engine.refill import ROWS, ROWS_OF_ONE_TABLE, RefilledBatch, Source
from edgekit.engine.session import open_session
from edgekit.engine.shortlist import FullVocabulary, Shortlist

# Sentences after which freed pages go back: a class of forty answers leaves 105 MB in use instead of 118 to 127.
MANY_SOURCES = 32


class MarianEngine:
    """One direction, loaded once and shared by every thread that calls it.

    Parallelism is by callers: each thread decodes a batch of its own on one session, whose operators use one thread.
    Two such threads gain as much as two processes, and pools that spin never fight each other.
    """

    def __init__(
        self,
        session: FallbackSession[Any],
        settings: Settings,
        tokenizers: tuple[Tokenizer, Tokenizer],
        candidates: Shortlist | FullVocabulary,
        threads: int,
        marks: Marks = NO_MARKS,
    ) -> None:
        self.source_tokenizer, self.target_tokenizer = tokenizers
        self.max_source_tokens = settings.max_source_tokens
        self.device = session
        self._settings = settings
        self._candidates = candidates
        self._threads = threads
        self._session: FallbackSession[Any] | None = session
        self._marks = marks
        self._ports = read_ports(session.session, settings, marks)
        self._since_given_back = 0

    @classmethod
    def open(
        cls,
        folder: Path,
        engine: Mapping[str, Any],
        *,
        direction: Direction | None = None,
        threads: int | None = None,
        choice: DeviceChoice | None = None,
        report: Reporter = silent,
    ) -> MarianEngine:
        """Open the artifact in folder.

        engine: the receipt's `engine`. direction: of a model that has several, which it is told.
        threads: decoding threads, the usable cores when None.
        Raises ModelFormatError for files that do not fit together, DirectionError for a language that the model has no
        token for, EngineError when no provider opens the graph.
        """
        from edgekit.tokenizer.json_tokenizer import open_tokenizer

        settings = Settings.read(engine)
        marks = NO_MARKS if settings.tokens is None else settings.tokens.marks(direction)
        source = open_tokenizer(folder / settings.source_tokenizer)
        same = settings.source_tokenizer == settings.target_tokenizer
        target = source if same else open_tokenizer(folder / settings.target_tokenizer)
        sizes = {"source": settings.source_vocabulary, "target": settings.target_vocabulary}
        reasons = [
            f"the {side} vocabulary has {len(tokenizer):,} tokens, the model {sizes[side]:,}"
            for side, tokenizer in (("source", source), ("target", target))
            if len(tokenizer) > sizes[side]
        ]
        if reasons:
            raise ModelFormatError("the vocabulary is not that of the model", reasons=reasons)
        candidates = _open_candidates(folder, settings, len(target))
        # Parallelism is by callers: an operator has one thread.
        on_npu = "encoder" in engine
        whole = choose_providers("cpu") if on_npu else choice or choose_providers()
        session = open_session(folder / settings.graph, whole, threads=1, report=report)
        if on_npu:
            npu = choice or choose_providers(encoder_for=encoder_provider(engine))
            steps = (
                open_fixed_steps(folder, engine, session, npu, threads=1, report=report) if "step" in engine else None
            )
            session = open_fixed_encoders(folder, engine, session, npu, threads=1, report=report, decoder=steps)
        return cls(session, settings, (source, target), candidates, threads or usable_cores(), marks)

    def decode(
        self, sources: Sequence[Sequence[int]], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[tuple[int, Hypothesis]]:
        """Decode every source; see TranslationEngine."""
        session = self._session
        if session is None:
            raise EngineError("the translator is closed")
        work: list[Source] = []
        for index, ids in enumerate(sources):
            if len(ids) > self.max_source_tokens:
                raise EngineError(f"segment {index} has {len(ids)} tokens, the model takes {self.max_source_tokens}")
            limit = self._settings.limit(len(ids) + 1)
            if ids and limit:
                whole = [*self._marks.before, *ids, self._settings.end, *self._marks.after]
                # What is prescribed takes a position of its own.
                limit = min(limit + self._marks.initial.get("prompted", 0), self._settings.positions)
                work.append(Source(index, whole, limit))
            else:
                yield index, Hypothesis([], complete=not ids)
        tray = _Tray(work)
        details = scores or alignment
        threads = max(1, min(self._threads, len(work) // 2))

        def batch() -> RefilledBatch:
            most = ROWS if self._ports.candidates else ROWS_OF_ONE_TABLE
            rows = max(1, min(most, -(-len(work) // threads)))
            return RefilledBatch(
                session, self._ports, tray.take, self._candidates.candidates, rows=rows, details=details
            )

        results = batch().run() if threads == 1 else _in_threads([batch() for _ in range(threads)], tray)
        for index, hypothesis in results:
            yield index, self._marks.without(hypothesis, len(sources[index]) + 1)
        # A millisecond each time, of the 200 that so many sentences take.
        self._since_given_back += len(work)
        if self._since_given_back >= MANY_SOURCES:
            self._since_given_back = 0
            give_back_memory()

    def close(self) -> None:
        """Free the model."""
        self._session = None


class _Tray:
    """Sources by length, longest first, handed out to whoever asks."""

    def __init__(self, work: Sequence[Source]) -> None:
        self._left = deque(sorted(work, key=lambda source: -len(source.ids)))
        self._lock = threading.Lock()

    def take(self, tokens: int) -> list[Source]:
        """Sources of one length, together at most this many tokens, but always one; none when there are no more."""
        with self._lock:
            taken: list[Source] = []
            while self._left:
                length = len(self._left[0].ids)
                if taken and (length != len(taken[0].ids) or length * (len(taken) + 1) > tokens):
                    break
                taken.append(self._left.popleft())
            return taken

    def empty(self) -> None:
        """Nothing more to take."""
        with self._lock:
            self._left.clear()


def _in_threads(batches: Sequence[RefilledBatch], tray: _Tray) -> Iterator[tuple[int, Hypothesis]]:
    results: queue.SimpleQueue[tuple[int, Hypothesis] | BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def work(batch: RefilledBatch) -> None:
        try:
            for result in batch.run():
                if stopped.is_set():
                    break
                results.put(result)
        except BaseException as problem:  # noqa: BLE001  it is raised again in the caller's thread
            results.put(problem)
        finally:
            results.put(None)

    workers = [
        threading.Thread(target=copy_context().run, args=(work, batch), name="edgekit-decode", daemon=True)
        for batch in batches
    ]
    for worker in workers:
        worker.start()
    running = len(workers)
    try:
        while running:
            result = results.get()
            if result is None:
                running -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result
    finally:
        # Reached early when the caller stops listening or a worker failed: no thread goes on behind their back.
        stopped.set()
        tray.empty()
        for worker in workers:
            worker.join()


def _open_candidates(folder: Path, settings: Settings, pieces: int) -> Shortlist | FullVocabulary:
    shortlist = settings.shortlist
    if shortlist is None:
        return FullVocabulary(pieces)
    names = [shortlist.get("offsets"), shortlist.get("words")]
    frequent, joint = shortlist.get("frequent"), shortlist.get("joint")
    if not all(isinstance(name, str) and is_file_name(name) for name in names):
        raise ModelFormatError("the receipt names no files for the shortlist")
    if not isinstance(frequent, int) or isinstance(frequent, bool) or not isinstance(joint, bool):
        raise ModelFormatError("the receipt does not describe the shortlist")
    offsets, words = (folder / str(name) for name in names)
    candidates = Shortlist.open(
        offsets,
        words,
        frequent=frequent,
        joint=joint,
        target_vocabulary=settings.target_vocabulary,
        pieces=pieces,
    )
    if candidates.source_vocabulary != settings.source_vocabulary:
        raise ModelFormatError(
            f"the shortlist is for {candidates.source_vocabulary:,} source tokens, "
            f"the model has {settings.source_vocabulary:,}"
        )
    return candidates
