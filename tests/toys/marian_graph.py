"""Runs a translation graph as its docstring says: one call encodes, later calls decode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from exporters.families.marian.student import UNK_ID

Array = NDArray[Any]


def open_session(model: onnx.ModelProto, **options: Any) -> Any:
    """An onnxruntime session of one thread on the CPU."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    for name, value in options.items():
        setattr(settings, name, value)
    return onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def candidate_table(lists: Sequence[Array], multiple: int = 64) -> Array:
    """[B, C] candidates, padded with the unknown token; C a multiple of 64."""
    width = -(-max(map(len, lists)) // multiple) * multiple
    table = np.full((len(lists), width), UNK_ID, np.int64)
    for row, ids in zip(table, lists, strict=True):
        row[: len(ids)] = ids
    return table


@dataclass
class Decoded:
    """What one decode call gave; state is what the next call takes."""

    tokens: Array
    log_probabilities: Array
    alignment: Array
    state: dict[str, Array]


class GraphRunner:
    """One session; shapes and types come from the graph's own ports."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.session = open_session(model)
        self.ports = {port.name: port for port in self.session.get_overridable_initializers()}
        names = [port.name for port in self.session.get_outputs()]
        self.state = [name.removeprefix("next_") for name in names if name.startswith("next_")]
        self.memory = [name.removeprefix("new_") for name in names if name.startswith("new_")]

    def encode(self, sources: Sequence[Sequence[int]], table: Array, *, step: int = 1) -> dict[str, Array]:
        """The memory of sources, end marks included; padded and masked to the longest, at multiples of step."""
        longest = -(-max(map(len, sources)) // step) * step
        alone = [
            self.session.run(
                [f"new_{name}" for name in self.memory],
                {"source_ids": np.array([ids], np.int64), "candidates": table[at : at + 1]},
            )
            for at, ids in enumerate(sources)
        ]
        return {
            name: np.concatenate([_padded(name, one[at], longest) for one in alone])
            for at, name in enumerate(self.memory)
        }

    def start(self, rows: int) -> dict[str, Array]:
        """The state in front of the first token."""
        types = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
        return {
            name: np.full((rows, *self.ports[name].shape[1:]), name == "alive", types[self.ports[name].type])
            for name in self.state
        }

    def decode(
        self,
        memory: dict[str, Array],
        table: Array,
        *,
        state: dict[str, Array] | None = None,
        details: bool = False,
        **scalars: int,
    ) -> Decoded:
        """Decode every row; scalars are `steps` and `fewest`."""
        outputs = ["tokens", "log_probabilities", "alignment", *(f"next_{name}" for name in self.state)]
        feed = {
            **memory,
            **(self.start(len(table)) if state is None else state),
            "candidates": table,
            "details": np.array(details),
            **{name: np.array(value, np.int64) for name, value in scalars.items()},
        }
        tokens, log_probabilities, alignment, *after = self.session.run(outputs, feed)
        return Decoded(tokens, log_probabilities, alignment, dict(zip(self.state, after, strict=True)))

    def translate(
        self, sources: Sequence[Sequence[int]], lists: Sequence[Array], limits: Sequence[int], *, details: bool = False
    ) -> Decoded:
        """Both calls; the longest limit is that of all."""
        table = candidate_table(lists)
        return self.decode(self.encode(sources, table), table, steps=max(limits), details=details)


def _padded(name: str, value: Array, length: int) -> Array:
    """One sentence's memory with room for this many source tokens."""
    if name.startswith("keys"):
        room = np.zeros((*value.shape[:3], length - value.shape[3]), value.dtype)
        room[:, :, -1] = -1e9
        return np.concatenate([value, room], axis=3)
    if name.startswith("values"):
        return np.pad(value, [(0, 0), (0, 0), (0, length - value.shape[2]), (0, 0)])
    return value


def until_end(tokens: Array, limit: int) -> list[int]:
    """A row's tokens without the end mark and what follows it or the row's limit."""
    row = tokens[:limit].tolist()
    return row[: row.index(0)] if 0 in row else row
