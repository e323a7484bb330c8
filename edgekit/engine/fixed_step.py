"""Translation models whose decode runs on an NPU as well, step by step, in graphs of fixed shapes.

An NPU knows no `Loop`, so the loop is here: it looks the last tokens' rows up, runs one step, picks the best candidate
of each row. What it takes and gives is what the one-file model's loop takes and gives, which can go on where it stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import EngineError, ModelFormatError
from edgekit.core.events import Reporter
from edgekit.engine.devices import CPU, DeviceChoice, FallbackSession, Provider
from edgekit.engine.fixed_encoder import (
    OnFixedGraphs,
    Table,
    Whole,
    encoder_provider,
    read_graphs,
    read_mask,
    read_tables,
)
from edgekit.engine.session import new_session

Array = NDArray[Any]
_MOST_ROWS = 64


@dataclass(frozen=True, slots=True)
class StepSettings:
    """The `step` part of a receipt's `engine`.

    graphs: length of the source in tokens, end mark included -> file, shortest first.  rows: sentences in each.
    mask: what hides padding.  target_factor: what a row of target_rows is multiplied with.
    """

    provider: str
    graphs: Mapping[int, str]
    rows: int
    mask: float
    target_factor: float
    target_rows: Table
    place_rows: Table

    @classmethod
    def read(cls, said: Any) -> StepSettings:
        """Check that part of a receipt; all reasons at once. Raises ModelFormatError."""
        said = said if isinstance(said, Mapping) else {}
        reasons: list[str] = []
        graphs = read_graphs(said, reasons)
        tables = read_tables(said, ("target_rows", "place_rows"), reasons)
        mask = read_mask(said, reasons)
        provider, rows, factor = said.get("provider"), said.get("rows"), said.get("target_factor")
        if not isinstance(rows, int) or isinstance(rows, bool) or not 1 <= rows <= _MOST_ROWS:
            reasons.append(f"`rows` is {rows}")
        if not isinstance(factor, int | float) or isinstance(factor, bool) or not 0 < factor < 1e6:
            reasons.append(f"`target_factor` is {factor}")
        if not isinstance(provider, str) or not provider:
            reasons.append("it names no provider")
        if reasons:
            raise ModelFormatError("the receipt does not describe a decoder step of fixed shapes", reasons=reasons)
        return cls(str(provider), graphs, int(rows or 0), mask, float(factor or 0), **tables)


class FixedSteps(OnFixedGraphs):
    """A session of the one-file model that decodes with the graphs of fixed shapes where they are long enough."""

    def __init__(
        self,
        whole: Any,
        sessions: Mapping[int, Any],
        settings: StepSettings,
        tables: Mapping[str, Array],
        unknown: int,
    ) -> None:
        super().__init__(whole, sessions)
        self._settings = settings
        self._tables = tables
        self._unknown = unknown

    def run(self, output_names: Sequence[str], input_feed: Mapping[str, Any]) -> list[Any]:
        """As the one-file model's; tokens come from the NPU."""
        if "source_ids" in input_feed or self._longest(input_feed) > max(self.sessions):
            return list(self._session.run(output_names, input_feed))
        found = self._decode(input_feed)
        return [found[name] for name in output_names]

    @staticmethod
    def _longest(feed: Mapping[str, Any]) -> int:
        alive = feed["alive"][:, 0] > 0
        return int((feed["keys_0"][alive, 0, -1] == 0).sum(axis=-1).max(initial=0))

    def _decode(self, feed: Mapping[str, Any]) -> dict[str, Array]:
        alive: Array = feed["alive"].copy()
        rows = len(alive)
        cells = {name: value.copy() for name, value in feed.items() if name.startswith("cell_")}
        embedding, position = feed["embedding"].copy(), feed["position"].copy()
        groups = self._groups(feed)
        tokens, probabilities, attention = [], [], []
        for _ in range(int(feed["steps"])):
            token = np.zeros((rows, 1), np.int64)
            probability = np.zeros((rows, 1), np.float32)
            weights = np.zeros((rows, 1, feed["keys_0"].shape[-1]), np.float32)
            for group in groups:
                if not alive[group.rows].any():
                    continue
                found = group.step(embedding, position, cells)
                token[group.rows, 0], probability[group.rows, 0] = group.choose(found["scores"], feed["details"])
                visible = min(group.length, weights.shape[-1])
                weights[group.rows, 0, :visible] = found["attention"][: len(group.rows), 0, 0, :visible]
                for name, cell in cells.items():
                    cell[group.rows, 0] = found[f"next_{name}"][: len(group.rows)]
                table = self._tables["target_rows"][token[group.rows, 0]]
                embedding[group.rows, 0] = table * np.float32(self._settings.target_factor)
            position += 1
            alive = np.minimum(alive, token)
            tokens.append(token)
            probabilities.append(probability)
            attention.append(weights)
            if alive.sum() <= int(feed["fewest"]):
                break
        return {
            "tokens": np.concatenate(tokens, axis=1),
            "log_probabilities": np.concatenate(probabilities, axis=1),
            "alignment": np.concatenate(attention, axis=1),
            "next_position": position,
            "next_alive": alive,
            "next_embedding": embedding,
            **{f"next_{name}": value for name, value in cells.items()},
        }

    def _groups(self, feed: Mapping[str, Any]) -> list[_Group]:
        """The rows that are alive, those of like length together, as many as a graph has."""
        alive = np.flatnonzero(feed["alive"][:, 0] > 0)
        counts = (feed["keys_0"][:, 0, -1] == 0).sum(axis=-1)
        order = alive[np.argsort(-counts[alive], kind="stable")]
        size = self._settings.rows
        return [self._group(feed, order[at : at + size], counts) for at in range(0, len(order), size)]

    def _group(self, feed: Mapping[str, Any], rows: Array, counts: Array) -> _Group:
        length = next(length for length in self.sessions if length >= counts[rows].max())
        size = self._settings.rows
        memory = {"mask": np.full((size, 1, 1, length), self._settings.mask, np.float32)}
        for at, row in enumerate(rows):
            count = int(counts[row])
            memory["mask"][at, ..., :count] = 0
            for name, value in feed.items():
                if name.startswith("keys_"):
                    keys = memory.setdefault(
                        name, np.zeros((size, value.shape[1], value.shape[2] - 1, length), np.float32)
                    )
                    keys[at, ..., :count] = value[row, :, :-1, :count]
                elif name.startswith("values_"):
                    values = memory.setdefault(
                        name, np.zeros((size, value.shape[1], length, value.shape[3]), np.float32)
                    )
                    values[at, :, :count] = value[row, :, :count]
        candidates = feed["candidates"][rows]
        places = self._tables["place_rows"]
        return _Group(
            rows, length, size, memory, candidates, candidates == self._unknown, places, self.sessions[length]
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Rows that are decoded together.

    rows: their places in the batch.  length, size: of the graph.  memory: its inputs that do not change.
    candidates, never: [rows, C] what may be chosen, and which of them may not.
    """

    rows: Array
    length: int
    size: int
    memory: Mapping[str, Array]
    candidates: Array
    never: Array
    places: Array
    session: Any

    def step(self, embedding: Array, position: Array, cells: Mapping[str, Array]) -> dict[str, Array]:
        """Run one step of these rows; the graph's outputs by name."""
        x = self._filled(embedding)
        x[: len(self.rows)] += self.places[position[self.rows, 0]]
        feed = {"x": x, **self.memory, **{name: self._filled(cell) for name, cell in cells.items()}}
        names = [port.name for port in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, feed), strict=True))

    def _filled(self, value: Array) -> Array:
        filled = np.zeros((self.size, value.shape[-1]), np.float32)
        filled[: len(self.rows)] = value[self.rows, 0]
        return filled

    def choose(self, scores: Array, details: Any) -> tuple[Array, Array | float]:
        """The best candidate of each row and, with details, the logarithm of its share. Raises EngineError."""
        mine = np.take_along_axis(scores[: len(self.rows)], self.candidates, axis=1)
        if not np.isfinite(mine).all():
            raise EngineError("the scores of a decoder step are not finite")
        mine[self.never] = -np.inf
        best = mine.argmax(axis=1, keepdims=True)
        token = np.take_along_axis(self.candidates, best, axis=1)[:, 0]
        if not details:
            return token, 0.0
        above = mine - np.take_along_axis(mine, best, axis=1)
        return token, -np.log(np.exp(above).sum(axis=1))


def open_fixed_steps(
    folder: Path,
    engine: Mapping[str, Any],
    whole: FallbackSession[Any],
    choice: DeviceChoice,
    *,
    threads: int,
    report: Reporter,
) -> FallbackSession[Any]:
    """The model with its decode on the first device of choice that takes it; on the CPU it is the one-file model.

    engine: the receipt's.  whole: the one-file model on the CPU.  Raises ModelFormatError for files that do not fit.
    """
    settings = StepSettings.read(engine.get("step"))
    if settings.provider != encoder_provider(engine):
        raise ModelFormatError(f"the decoder step is for {settings.provider}, the encoder is not")
    ports = {port.name: port for port in [*whole.session.get_inputs(), *whole.session.get_overridable_initializers()]}
    if "embedding" not in ports or not isinstance(ports["embedding"].shape[2], int):
        raise ModelFormatError("the graph is not a translation model with a state of fixed size")
    width, targets = ports["embedding"].shape[2], engine["target_vocabulary"]
    tables = {
        "target_rows": settings.target_rows.open(folder, (targets, width)),
        "place_rows": settings.place_rows.open(folder, (engine["positions"], width)),
    }

    def make(providers: Sequence[Provider]) -> Any:
        if providers[0][0] == CPU:
            return Whole(whole.session)
        sessions = {
            length: new_session(folder / name, providers, threads=threads) for length, name in settings.graphs.items()
        }
        reasons = [
            reason
            for length, session in sessions.items()
            for reason in _unfit(session, length, settings.rows, targets, ports)
        ]
        if reasons:
            raise ModelFormatError("a decoder step does not fit the model", reasons=reasons)
        return FixedSteps(whole.session, sessions, settings, tables, engine["unknown"])

    return FallbackSession(make, choice, report, what="the decoder step")


def _unfit(session: Any, length: int, rows: int, targets: int, ports: Mapping[str, Any]) -> list[str]:
    """What of a step's interface is not that of the model's state and memory."""
    width, heads = ports["embedding"].shape[2], ports["keys_0"].shape[1]
    wanted: dict[str, list[int]] = {
        "x": [rows, width],
        "mask": [rows, 1, 1, length],
        "scores": [rows, targets],
        "attention": [rows, heads, 1, length],
    }
    for name, port in ports.items():
        if name.startswith("keys_"):
            wanted[name] = [rows, port.shape[1], port.shape[2] - 1, length]
        elif name.startswith("values_"):
            wanted[name] = [rows, port.shape[1], length, port.shape[3]]
        elif name.startswith("cell_"):
            wanted[name] = wanted[f"next_{name}"] = [rows, port.shape[2]]
    found = {port.name: list(port.shape) for port in [*session.get_inputs(), *session.get_outputs()]}
    return [
        f"`{name}` for {length} tokens is {found.get(name, 'missing')}, not {wanted.get(name, 'known')}"
        for name in sorted(wanted.keys() | found.keys())
        if found.get(name) != wanted.get(name)
    ]
