"""Answers that teachers marked, as grading's scripts read them, and token states kept on disk between runs."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.engine.encoder import Adapter, Encoder, TokenStates

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "grading"
_AT_ONCE = 512


def faults_end() -> None:
    """Let a fault of edgekit end this script; in a class it sends one answer to a person."""
    os.environ.setdefault("EDGEKIT_DEBUG", "1")


def read_set(name: str) -> list[dict[str, Any]]:
    """The lines of one of the sets."""
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def digest(name: str) -> str:
    """SHA-256 of a set's file."""
    return hashlib.sha256((DATA / f"{name}.jsonl").read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """A figure with its interval.  target: at least, or at most where `most`; None where none was set."""

    what: str
    value: float
    low: float
    high: float
    target: float | None = None
    most: bool = False

    @property
    def verdict(self) -> str:
        """`pass`, `FAIL`, or nothing where nothing was asked."""
        if self.target is None:
            return ""
        return "pass" if (self.value <= self.target if self.most else self.value >= self.target) else "FAIL"


def print_lines(lines: Sequence[Line]) -> None:
    """A row each."""
    for line in lines:
        target = "" if line.target is None else f"{'at most' if line.most else 'at least'} {line.target:g}"
        print(f"{line.what:82}{line.value:8.3f}  [{line.low:.3f}, {line.high:.3f}]  {target:14}{line.verdict}")


class KeptStates:
    """An encoder whose answers are kept in a folder, in half precision: a set takes minutes to read."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        self.width = encoder.width
        self._encoder = encoder
        self._folder = folder
        self._known: dict[str, TokenStates] = {}
        self._is_keeping = False

    def prepare(self, name: str, texts: Sequence[str]) -> None:
        """Read the texts of a set, or take them from the folder."""
        wanted = sorted(set(texts))
        self._load(name)
        new = [text for text in wanted if text not in self._known]
        for begin in range(0, len(new), _AT_ONCE):
            some = new[begin : begin + _AT_ONCE]
            self._known.update(zip(some, self._encoder.token_states(some), strict=True))
            print(f"{name}: {begin + len(some):,} of {len(new):,} texts read", flush=True)
        if new:
            self._store(name, wanted)

    @contextmanager
    def keeping(self, name: str) -> Iterator[None]:
        """Whatever is asked for meanwhile is kept, and forgotten then: a grader also reads parts of its answers."""
        self._load(name)
        before, self._is_keeping = len(self._known), True
        try:
            yield
        finally:
            self._is_keeping = False
            if len(self._known) > before:
                self._store(name, sorted(self._known))
            self._known.clear()

    def token_states(
        self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
    ) -> list[TokenStates]:
        """See `edgekit.engine.encoder.Encoder.token_states`; what it gives with an adapter is not kept."""
        assert prefix is None
        if adapter is not None:
            return self._encoder.token_states(texts, adapter=adapter)
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(new, self._encoder.token_states(new), strict=True)) if new else {}
        if self._is_keeping:
            self._known.update(fresh)
        return [self._known[text] if text in self._known else fresh[text] for text in texts]

    def _path(self, name: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{name}.npz"

    def _load(self, name: str) -> None:
        path = self._path(name)
        if path is None or not path.is_file():
            return
        stored = np.load(path)
        known, edges = json.loads(str(stored["texts"])), stored["edges"]
        pieces, states, embeddings = json.loads(str(stored["pieces"])), stored["states"], stored["embeddings"]
        for at, text in enumerate(known):
            rows = states[edges[at] : edges[at + 1]].astype(np.float32)
            self._known[text] = TokenStates(tuple(pieces[at]), rows, embeddings[at])

    def _store(self, name: str, texts: Sequence[str]) -> None:
        path = self._path(name)
        if path is None:
            return
        found = [self._known[text] for text in texts]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            path,
            texts=np.array(json.dumps(texts)),
            pieces=np.array(json.dumps([one.pieces for one in found])),
            edges=np.cumsum([0, *(len(one.states) for one in found)]),
            states=np.concatenate([one.states for one in found]).astype(np.float16),
            embeddings=np.stack([one.embedding for one in found]),
        )
