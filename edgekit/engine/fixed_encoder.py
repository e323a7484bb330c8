"""Translation models whose encoder runs on an NPU, in graphs of fixed lengths.

The one-file model is there as well, on the CPU: it decodes where `fixed_step` does not, encodes what is longer than
the longest of these graphs, and takes over as a whole where the NPU does not come along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.errors import EngineError, ModelFormatError
from edgekit.core.events import Reporter
from edgekit.engine.devices import CPU, DeviceChoice, FallbackSession, Provider
from edgekit.engine.hardware import nodes_by_provider
from edgekit.engine.session import new_session

_MOST_LENGTH = 512
_MOST_GRAPHS = 16
_TYPES = ("int8", "int32", "float32")


@dataclass(frozen=True, slots=True)
class Table:
    """Raw little-endian values of one type in a file of their own."""

    file: str
    type: str

    def open(self, folder: Path, shape: tuple[int, ...]) -> NDArray[Any]:
        """The values, mapped. Raises ModelFormatError where the file does not hold exactly these."""
        path, dtype = folder / self.file, np.dtype(self.type).newbyteorder("<")
        wanted = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        size = path.stat().st_size if path.is_file() else -1
        if size != wanted or not wanted:
            raise ModelFormatError(f"`{self.file}` has {size:,} bytes, {' x '.join(map(str, shape))} need {wanted:,}")
        return np.memmap(path, dtype, "r", shape=shape)


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The `encoder` part of a receipt's `engine`.

    graphs: length in tokens, end mark included -> file, shortest first.  mask: what hides padding.
    """

    provider: str
    graphs: Mapping[int, str]
    mask: float
    source_rows: Table
    head_rows: Table
    head_bias: Table

    @classmethod
    def read(cls, said: Any) -> EncoderSettings:
        """Check that part of a receipt; all reasons at once. Raises ModelFormatError."""
        said = said if isinstance(said, Mapping) else {}
        reasons: list[str] = []
        graphs = read_graphs(said, reasons)
        tables = read_tables(said, ("source_rows", "head_rows", "head_bias"), reasons)
        mask, provider = read_mask(said, reasons), said.get("provider")
        if not isinstance(provider, str) or not provider:
            reasons.append("it names no provider")
        if reasons:
            raise ModelFormatError("the receipt does not describe an encoder of fixed lengths", reasons=reasons)
        return cls(str(provider), graphs, mask, **tables)


def read_graphs(said: Mapping[str, Any], reasons: list[str]) -> dict[int, str]:
    """`graphs` of a part of a receipt, length -> file, shortest first; what is wrong is added to reasons."""
    graphs: dict[int, str] = {}
    listed = said.get("graphs")
    for one in listed if isinstance(listed, Sequence) and len(listed) <= _MOST_GRAPHS else ():
        entry = one if isinstance(one, Mapping) else {}
        length, file = entry.get("length"), entry.get("file")
        if isinstance(length, int) and 1 < length <= _MOST_LENGTH and _is_file(file):
            graphs[length] = str(file)
        else:
            reasons.append(f"`{str(one)[:80]}` is no graph of a length")
    if not graphs:
        reasons.append("it lists no graphs")
    return dict(sorted(graphs.items()))


def read_tables(said: Mapping[str, Any], names: Sequence[str], reasons: list[str]) -> dict[str, Table]:
    """The tables of a part of a receipt; what is wrong is added to reasons."""
    tables = {}
    for name in names:
        table = said.get(name)
        entry = table if isinstance(table, Mapping) else {}
        if _is_file(entry.get("file")) and entry.get("type") in _TYPES:
            tables[name] = Table(str(entry["file"]), str(entry["type"]))
        else:
            reasons.append(f"`{name}` is no table")
    return tables


def read_mask(said: Mapping[str, Any], reasons: list[str]) -> float:
    """`mask` of a part of a receipt; what is wrong is added to reasons."""
    mask = said.get("mask")
    if isinstance(mask, int | float) and not isinstance(mask, bool) and -1e9 <= mask <= -100:
        return float(mask)
    reasons.append(f"`mask` is {mask}")
    return 0.0


def encoder_provider(engine: Mapping[str, Any]) -> str | None:
    """The provider that a model has an encoder for; None for one that has none. Raises ModelFormatError."""
    return EncoderSettings.read(engine["encoder"]).provider if "encoder" in engine else None


def _is_file(value: Any) -> bool:
    return isinstance(value, str) and "/" not in value and why_unsafe_path(value) is None


class Whole:
    """The one-file model alone, as what takes over."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class OnFixedGraphs(Whole):
    """The one-file model with graphs of fixed lengths beside it."""

    def __init__(self, whole: Any, sessions: Mapping[int, Any]) -> None:
        super().__init__(whole)
        self.sessions = sessions

    def get_providers(self) -> list[str]:
        """Those that every graph of a fixed length has."""
        first, *others = (session.get_providers() for session in self.sessions.values())
        return [name for name in first if all(name in other for other in others)]

    def nodes_by_provider(self) -> dict[str, dict[str, int]]:
        """Where the nodes of the graph of the greatest length run."""
        return nodes_by_provider(self.sessions[max(self.sessions)])


class FixedEncoders(OnFixedGraphs):
    """A session of the one-file model that encodes with the graphs of fixed lengths where they are long enough.

    Sentences are encoded one by one: an NPU's graph has one row, and nobody's result depends on who came with it.
    decoder: what runs the steps of the decode, the one-file model where it is None.
    """

    def __init__(
        self,
        whole: Any,
        sessions: Mapping[int, Any],
        settings: EncoderSettings,
        tables: Mapping[str, NDArray[Any]],
        decoder: FallbackSession[Any] | None,
    ) -> None:
        super().__init__(whole, sessions)
        self.decoder = decoder
        self._settings = settings
        self._tables = tables
        # Where scores are sums of integers the weights stay integers.
        self._weights_type = np.int8 if tables["head_bias"].dtype == np.int32 else np.float32

    def run(self, output_names: Sequence[str], input_feed: Mapping[str, Any]) -> list[Any]:
        """As the one-file model's; encodings come from the NPU."""
        ids = input_feed.get("source_ids")
        if ids is None:
            return list((self.decoder or self._session).run(output_names, input_feed))
        length = next((length for length in self.sessions if length >= ids.shape[1]), None)
        if length is None:
            return list(self._session.run(output_names, input_feed))
        rows = [self._encode(one, length) for one in ids]
        candidates = input_feed["candidates"]
        found = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
        weights = self._tables["head_rows"][candidates].transpose(0, 2, 1)
        found["head_weights"] = np.ascontiguousarray(weights, self._weights_type)
        found["head_bias"] = np.ascontiguousarray(self._tables["head_bias"][candidates])
        return [found[name.removeprefix("new_")] for name in output_names]

    def _encode(self, ids: NDArray[np.int64], length: int) -> dict[str, NDArray[np.float32]]:
        """keys_i [1, H, D/H + 1, S] and values_i [1, H, S, D/H] of one sentence, of its own length."""
        table = self._tables["source_rows"]
        count = len(ids)
        rows = np.zeros((1, length, table.shape[1]), np.float32)
        rows[0, :count] = table[ids]
        mask = np.full((1, 1, 1, length), self._settings.mask, np.float32)
        mask[..., :count] = 0
        session = self.sessions[length]
        names = [port.name for port in session.get_outputs()]
        memory = {}
        for name, value in zip(names, session.run(names, {"rows": rows, "mask": mask}), strict=True):
            if not np.isfinite(value).all():
                raise EngineError(f"`{name}` of the encoder is not finite")
            if name.startswith("keys"):
                # The last row says which tokens are padding: none.
                shape = (1, value.shape[1], value.shape[2] + 1, count)
                keys = np.zeros(shape, np.float32)
                keys[:, :, :-1] = value[..., :count]
                memory[name] = keys
            else:
                memory[name] = np.ascontiguousarray(value[:, :, :count])
        return memory


def open_fixed_encoders(
    folder: Path,
    engine: Mapping[str, Any],
    whole: FallbackSession[Any],
    choice: DeviceChoice,
    *,
    threads: int,
    report: Reporter,
    decoder: FallbackSession[Any] | None = None,
) -> FallbackSession[Any]:
    """The model with its encoder on the first device of choice that takes it; on the CPU it is the one-file model.

    engine: the receipt's.  whole: the one-file model on the CPU.  decoder: see `FixedEncoders`.
    Raises ModelFormatError for files that do not fit.
    """
    settings = EncoderSettings.read(engine.get("encoder"))
    ports = {port.name: port for port in [*whole.session.get_inputs(), *whole.session.get_overridable_initializers()]}
    width = ports["head_weights"].shape[1] if "head_weights" in ports else None
    if not isinstance(width, int):
        raise ModelFormatError("the graph is not a translation model")
    sources, targets = engine["source_vocabulary"], engine["target_vocabulary"]
    tables = {
        "source_rows": settings.source_rows.open(folder, (sources, width)),
        "head_rows": settings.head_rows.open(folder, (targets, width)),
        "head_bias": settings.head_bias.open(folder, (targets,)),
    }
    memory = {port.name.removeprefix("new_"): port for port in whole.session.get_outputs() if port.name[:4] == "new_"}

    def make(providers: Sequence[Provider]) -> Any:
        if providers[0][0] == CPU:
            return Whole(whole.session)
        sessions = {
            length: new_session(folder / name, providers, threads=threads) for length, name in settings.graphs.items()
        }
        reasons = [reason for length, session in sessions.items() for reason in _unfit(session, length, width, memory)]
        if reasons:
            raise ModelFormatError("an encoder does not fit the model", reasons=reasons)
        return FixedEncoders(whole.session, sessions, settings, tables, decoder)

    return FallbackSession(make, choice, report)


def _unfit(session: Any, length: int, width: int, memory: Mapping[str, Any]) -> list[str]:
    """What of an encoder's interface is not that of the model's memory."""
    wanted: dict[str, list[int]] = {"rows": [1, length, width], "mask": [1, 1, 1, length]}
    for name, port in memory.items():
        if name.startswith("keys"):
            wanted[name] = [1, port.shape[1], port.shape[2] - 1, length]
        elif name.startswith("values"):
            wanted[name] = [1, port.shape[1], length, port.shape[3]]
    found = {port.name: list(port.shape) for port in [*session.get_inputs(), *session.get_outputs()]}
    return [
        f"`{name}` for {length} tokens is {found.get(name, 'missing')}, not {shape}"
        for name, shape in wanted.items()
        if found.get(name) != shape
    ] + [f"`{name}` for {length} tokens has no place in the model" for name in sorted(found.keys() - wanted.keys())]
