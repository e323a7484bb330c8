"""Runs the one-file ONNX translation models that `exporters.families` builds."""

from __future__ import annotations

import math
import queue
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.cores import usable_cores
from edgekit.core.errors import EngineError, ModelFormatError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction
from edgekit.engine.base import Hypothesis, Tokenizer
from edgekit.engine.devices import DeviceChoice, FallbackSession, choose_providers
from edgekit.engine.fixed_encoder import encoder_provider, open_fixed_encoders
from edgekit.engine.fixed_step import open_fixed_steps
from edgekit.engine.language_tokens import NO_MARKS, LanguageTokens, Marks
from edgekit.engine.memory import give_back_memory
from edgekit.engine.refill import ROWS, ROWS_OF_ONE_TABLE, Ports, RefilledBatch, Source
from edgekit.engine.session import open_session
from edgekit.engine.shortlist import FullVocabulary, Shortlist

# The number goes up with every change of the graph's interface: an artifact of another one is built again.
KIND = "onnx-translation-2"
# As many as an exporter takes; a vector of all of them is made for every sentence.
MOST_TOKENS = 1_000_000
# Sentences after which freed pages go back: a class of forty answers leaves 105 MB in use instead of 118 to 127.
MANY_SOURCES = 32
# Steps of a call of a model with caches; an exporter writes 4.
MOST_CALL = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What the receipt says of the model; every file name is relative to the artifact's folder.

    max_length_factor, max_length_extra: a sentence of n tokens (end mark included) becomes at most
    ceil(factor * n) + extra tokens, and never more than `positions`.
    tokens: what decoding begins with and where languages are named, of a model that needs to be told.
    """

    graph: str
    source_tokenizer: str
    target_tokenizer: str
    source_vocabulary: int
    target_vocabulary: int
    end: int
    unknown: int
    positions: int
    max_source_tokens: int
    max_length_factor: float
    max_length_extra: int
    shortlist: Mapping[str, Any] | None
    tokens: LanguageTokens | None = None

    @classmethod
    def read(cls, engine: Mapping[str, Any]) -> Settings:
        """Check the receipt's `engine` part; all reasons at once. Raises ModelFormatError."""
        kinds: dict[str, type | tuple[type, ...]] = {
            "graph": str,
            "source_tokenizer": str,
            "target_tokenizer": str,
            "source_vocabulary": int,
            "target_vocabulary": int,
            "end": int,
            "unknown": int,
            "positions": int,
            "max_source_tokens": int,
            "max_length_factor": (int, float),
            "max_length_extra": int,
            "shortlist": (Mapping, type(None)),
        }
        reasons = [] if engine.get("kind") == KIND else [f"its kind is `{engine.get('kind')}`, not `{KIND}`"]
        for name, kind in kinds.items():
            value = engine.get(name)
            if not isinstance(value, kind) or isinstance(value, bool):
                reasons.append(f"`{name}` is missing or of a wrong type")
            elif isinstance(value, int | float) and not 0 <= value < 2**31:
                reasons.append(f"`{name}` is {value}")
            elif isinstance(value, str) and not _is_file_name(value):
                reasons.append(f"`{name}` is no plain file name")
        if not reasons:
            smallest, largest = sorted((engine["source_vocabulary"], engine["target_vocabulary"]))
            if largest > MOST_TOKENS:
                reasons.append(f"its vocabulary has {largest:,} tokens, more than {MOST_TOKENS:,}")
            reasons += [
                f"`{name}` is {engine[name]}, no token of its vocabularies"
                for name in ("end", "unknown")
                if engine[name] >= smallest
            ]
        if reasons:
            raise ModelFormatError("the receipt does not describe a translation model", reasons=reasons)
        tokens = LanguageTokens.read(engine, engine["target_vocabulary"]) if "start" in engine else None
        return cls(**{name: engine[name] for name in kinds}, tokens=tokens)

    def limit(self, source_length: int) -> int:
        """Most tokens for a source of this many tokens, end marks included on both sides."""
        return min(self.positions, math.ceil(self.max_length_factor * source_length) + self.max_length_extra)


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
        self._ports = _read_ports(session.session, settings, marks)
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
    if not all(isinstance(name, str) and _is_file_name(name) for name in names):
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


def _read_ports(session: Any, settings: Settings, marks: Marks) -> Ports:
    """The graph's interface, from its own inputs and outputs. Raises ModelFormatError for another graph."""
    # Inputs with a default count as initializers there.
    inputs = {port.name: port for port in [*session.get_inputs(), *session.get_overridable_initializers()]}
    names = [port.name for port in session.get_outputs()]
    state = tuple(name.removeprefix("next_") for name in names if name.startswith("next_"))
    memory = tuple(name.removeprefix("new_") for name in names if name.startswith("new_"))
    added = {port.name.removeprefix("added_"): port for port in session.get_outputs() if port.name.startswith("added_")}
    caches = tuple(added)
    candidates = "candidates" in inputs
    needed = {"steps", "fewest", "details", "source_ids", "position", "alive", "keys_0"}
    needed |= {"head_bias"} if candidates else {"token", "forced", "prompted"}
    missing = sorted({*needed, *state, *memory, *caches} - inputs.keys())
    unknown = [name for name in (*state, *memory) if name in inputs and not _is_known(inputs[name])]
    calls = {port.shape[2] if len(port.shape) == 4 else None for port in added.values()}
    call: Any = calls.pop() if len(calls) == 1 else 1
    unknown += [
        name
        for name in caches
        if name in inputs
        and not (
            _is_known(inputs[name])
            and inputs[name].shape[2:3] == ["P"]
            and isinstance(call, int)
            and 0 < call <= MOST_CALL
            and added[name].shape == [*inputs[name].shape[:2], call, *inputs[name].shape[3:]]
        )
    ]
    lacking = sorted({"tokens", "log_probabilities", "alignment"} - set(names))
    lacking += sorted({"next_position", "next_alive", "new_keys_0"} - set(names))
    lacking += ["new_head_bias"] if candidates and "new_head_bias" not in names else []
    if any("P" in inputs[name].shape for name in state if name in inputs):
        raise ModelFormatError(
            "the graph is one of an older version, which carried its caches through every step",
            hint="convert the checkpoint again with `edgekit export`",
        )
    if missing or unknown or lacking:
        reasons = [f"it has no input `{name}`" for name in missing]
        reasons += [f"it has no output `{name}`" for name in lacking]
        reasons += [f"`{name}` is of an unexpected type or shape" for name in unknown]
        raise ModelFormatError("the graph is not a translation model", reasons=reasons)
    dtypes = {name: np.dtype(_DTYPES[inputs[name].type]) for name in (*state, *memory, *caches)}
    never = float(-(2**30)) if candidates and dtypes["head_bias"].kind == "i" else -1e9
    return Ports(
        state=state,
        memory=memory,
        shapes={name: tuple(inputs[name].shape) for name in (*state, *memory, *caches)},
        dtypes=dtypes,
        end=settings.end,
        padding=settings.unknown,
        never=never,
        candidates=candidates,
        initial={"alive": 1, **marks.initial},
        caches=caches,
        call=call,
    )


def _is_known(port: Any) -> bool:
    """Whether arrays of this type and shape can be made; the first dimension is that of the rows, the last of a key
    that of the source tokens, where padding is masked.
    """
    return (
        port.type in _DTYPES
        and port.shape[:1] == ["B"]
        and (not port.name.startswith("keys") or (len(port.shape) == 4 and port.shape[3] == "S"))
        and all(
            size in ("B", "S", "C", "P") or (isinstance(size, int) and 0 < size <= MOST_TOKENS) for size in port.shape
        )
    )


def _is_file_name(text: str) -> bool:
    return "/" not in text and why_unsafe_path(text) is None


_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
