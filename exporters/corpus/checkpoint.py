"""Where counting was when it was cut off: one small file that is replaced every few seconds.

It says how many blocks are counted and the digest of their text. A later run reads them again, which is ten times
faster than counting them, and goes on only where the digest is the same: a corpus that changed is counted anew,
whatever its name and date say.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import EdgekitError
from exporters.corpus.tallying import Growing, Part

_DAMAGED = (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class State:
    """Where a run leaves what the next one goes on with.

    folder: made where it is missing; whoever gives it removes it.  tokenizer: what identifies the tokenizer, such as
    the sha256 of the model's file: with another one, everything is counted anew.
    """

    folder: Path
    tokenizer: str

    @property
    def file(self) -> Path:
        """The checkpoint of this tokenizer."""
        return self.folder / f"counts-{hashlib.sha256(self.tokenizer.encode()).hexdigest()[:16]}.npz"

    def words_file(self, digest: str) -> Path:
        """The counts of a list of words by this tokenizer."""
        return self.folder / f"words-{hashlib.sha256(f'{self.tokenizer} {digest}'.encode()).hexdigest()[:16]}.npz"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """blocks: counted so far.  digests: of each language's text in them.  corpora: each language's counts."""

    blocks: int
    digests: Mapping[str, str]
    corpora: Mapping[str, Growing]


def save(state: State, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint, all or nothing; a disk that takes none only costs the next run its time."""
    arrays: dict[str, Any] = {}
    languages = []
    for at, (language, growing) in enumerate(checkpoint.corpora.items()):
        entry: dict[str, Any] = {
            "language": language,
            "digest": checkpoint.digests[language],
            "sample": [[rank.hex(), text] for rank, text in growing.sample],
        }
        for name, running in (("train", growing.train), ("held_out", growing.held_out)):
            part = running.part()
            arrays[f"{name}_{at}_ids"], arrays[f"{name}_{at}_counts"] = part.ids, part.counts
            entry[name] = [part.lines, part.words, part.size_bytes, part.fallback_lines]
        languages.append(entry)
    head = json.dumps({"tokenizer": state.tokenizer, "blocks": checkpoint.blocks, "languages": languages})
    stream = io.BytesIO()
    np.savez(stream, head=np.frombuffer(head.encode(), np.uint8), **arrays)
    _keep(state.file, stream.getvalue())


def load(state: State, size: int) -> Checkpoint | None:
    """The checkpoint that was left; size: V. None where there is none, or none that can be used."""
    try:
        with np.load(io.BytesIO(state.file.read_bytes()), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["tokenizer"] != state.tokenizer:
                return None
            corpora: dict[str, Growing] = {}
            for at, entry in enumerate(head["languages"]):
                growing = corpora[entry["language"]] = Growing.empty(size)
                growing.sample = [(bytes.fromhex(rank), text) for rank, text in entry["sample"]]
                for name, running in (("train", growing.train), ("held_out", growing.held_out)):
                    running.add(Part(arrays[f"{name}_{at}_ids"], arrays[f"{name}_{at}_counts"], *entry[name]))
        return Checkpoint(head["blocks"], {one["language"]: one["digest"] for one in head["languages"]}, corpora)
    except _DAMAGED:
        return None


def save_counts(state: State, digest: str, counts: NDArray[np.float64]) -> None:
    """Keep the counts of a list; a disk that takes none only costs the next plan its time."""
    ids = np.flatnonzero(counts)
    stream = io.BytesIO()
    head = np.frombuffer(f"{state.tokenizer} {digest}".encode(), np.uint8)
    np.savez(stream, head=head, ids=ids, counts=counts[ids])
    _keep(state.words_file(digest), stream.getvalue())


def load_counts(state: State, digest: str, size: int) -> NDArray[np.float64] | None:
    """(V,) what was kept for a list; size: V. None where there is nothing, or nothing that can be used."""
    try:
        with np.load(io.BytesIO(state.words_file(digest).read_bytes()), allow_pickle=False) as arrays:
            if arrays["head"].tobytes() != f"{state.tokenizer} {digest}".encode():
                return None
            found = np.zeros(size)
            found[arrays["ids"]] = arrays["counts"]
            return found if np.isfinite(found).all() and found.min() >= 0 else None
    except _DAMAGED:
        return None


def _keep(path: Path, data: bytes) -> None:
    with contextlib.suppress(OSError, EdgekitError):
        write_bytes(path, data)
