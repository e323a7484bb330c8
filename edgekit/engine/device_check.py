"""Runs one model on every provider that is here: where its nodes ran, how far it drifts, how fast it is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.chrf import corpus_chrf
from edgekit.core.errors import EngineError
from edgekit.core.events import Event, Note, Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.units import counted
from edgekit.engine import encoder, marian_settings
from edgekit.engine.devices import CPU, OPENVINO, DeviceChoice, choose_providers, providers_by_name
from edgekit.engine.fixed_encoder import encoder_provider
from edgekit.engine.hardware import devices_of, nodes_by_provider, share_of_nodes
from edgekit.engine.marian import MarianEngine
from edgekit.engine.refill import CANDIDATE_STEP
from edgekit.store.installed import Installed

MADE_UP = 24
_SHORTEST, _LONGEST = 2, 40
# Lines whose encodings are compared; a simulated NPU takes seconds for one.
_COMPARED = 8


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """What one provider did.

    device: as `--device` takes it.  provider: onnxruntime's name.  ran: the provider that the model was on at the end,
    None where it was not tried.  why: why it was not tried, what went wrong, or that the CPU did the work; None where
    nothing is to be said.  nodes: provider -> operator -> how many of the graph's nodes it was given.
    same: lines whose result is exactly the CPU's.  chrf: of the translations against the CPU's; cosine: the least of
    the embeddings with the CPU's.  max_error: the largest difference of what the encoder gives from the CPU's,
    error: root mean square of it over that of the CPU's values.
    step_ran, step_nodes: likewise of the decoder step, where the model has one for a provider.
    open_seconds, seconds: to open, and for all lines.
    """

    device: str
    provider: str
    ran: str | None = None
    why: str | None = None
    nodes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    step_ran: str | None = None
    step_nodes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    same: int | None = None
    chrf: float | None = None
    cosine: float | None = None
    max_error: float | None = None
    error: float | None = None
    open_seconds: float | None = None
    seconds: float | None = None

    @property
    def fell_back(self) -> bool:
        """Whether it was tried and something else did the work."""
        return any(one is not None and one != self.provider for one in (self.ran, self.step_ran))

    def share(self) -> float | None:
        """See `hardware.share_of_nodes`."""
        return share_of_nodes(self.nodes, self.provider)


@dataclass(frozen=True, slots=True)
class _Result:
    """What a model made of the lines.  memory: what its encoder gives, line by line."""

    texts: Sequence[str]
    memory: Sequence[NDArray[np.float32]]
    seconds: float


def check_providers(
    installed: Installed,
    lines: Sequence[str] = (),
    *,
    most: int = MADE_UP,
    threads: int = 1,
    report: Reporter = silent,
) -> list[ProviderCheck]:
    """The CPU first, then every other provider that this onnxruntime has; one that cannot be tried says why.

    lines: of the source language; some are made up of the vocabulary where there are none, at most `most`.
    Raises EdgekitError where not even the CPU runs the model.
    """
    kind = _kind(installed, threads)
    report(StepStarted("check", installed.receipt.id))
    texts = list(lines) or kind.made_up()[:most]
    base, expected = _run(kind, "cpu", CPU, texts, None)
    found = [base]
    devices = _devices()
    for done, (device, provider) in enumerate(devices, 1):
        choice = kind.choose(device)
        if choice.first == CPU:
            found.append(ProviderCheck(device, provider, why=dict(choice.reasons)[provider]))
        else:
            found.append(_run(kind, device, provider, texts, expected)[0])
        report(Progress("check", done, len(devices), "steps"))
    report(StepFinished("check", f"{counted(len(texts), 'line')}, on {', '.join(one.device for one in found)}"))
    return found


def _devices() -> list[tuple[str, str]]:
    """(as `--device` takes it, onnxruntime's name) of all but the CPU; OpenVINO's devices one by one."""
    found = []
    for short, provider in providers_by_name().items():
        if provider == OPENVINO:
            found += [(f"{short}:{one.lower()}", provider) for one in devices_of(OPENVINO) or ["NPU"]]
        else:
            found.append((short, provider))
    return found


def _run(
    kind: _Kind, device: str, provider: str, texts: Sequence[str], expected: _Result | None
) -> tuple[ProviderCheck, _Result]:
    notes: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Note):
            notes.append(event.text)

    begun = time.perf_counter()
    model = kind.open(kind.choose(device), listen)
    opened = time.perf_counter() - begun
    try:
        result = kind.run(model, texts)
        nodes = nodes_by_provider(model.device.session)
        ran = model.device.provider
        decoder = getattr(model.device.session, "decoder", None)
        step_ran = None if decoder is None else decoder.provider
        step_nodes = {} if decoder is None else nodes_by_provider(decoder.session)
    finally:
        model.close()
    if ran != provider:
        notes.append(f"{ran} did the work")
    elif step_ran not in (None, provider):
        notes.append(f"{step_ran} did the decode")
    drift = {} if expected is None else kind.drift(result, expected)
    why = "; ".join(notes) or None
    check = ProviderCheck(
        device, provider, ran, why, nodes, step_ran, step_nodes, open_seconds=opened, seconds=result.seconds, **drift
    )
    return check, result


class _Kind(Protocol):
    """A kind of model: how it is opened and run, and how two runs are compared."""

    def made_up(self) -> list[str]:
        """Lines of random tokens, the same every time."""
        ...

    def choose(self, device: str) -> DeviceChoice:
        """The providers for a device."""
        ...

    def open(self, choice: DeviceChoice, report: Reporter) -> Any:
        """The engine on a choice of providers."""
        ...

    def run(self, model: Any, texts: Sequence[str]) -> _Result:
        """What an engine makes of the lines."""
        ...

    def drift(self, mine: _Result, cpu: _Result) -> dict[str, Any]:
        """Fields of ProviderCheck: how far a result is from the CPU's."""
        ...


def _kind(installed: Installed, threads: int) -> _Kind:
    engine = installed.receipt.engine
    if engine.get("kind") == marian_settings.KIND:
        return _Translation(installed, threads)
    if engine.get("kind") == encoder.KIND:
        return _Embedding(installed, threads)
    hint = "llama.cpp runs it: see `edgekit generate --help`" if installed.receipt.task == "generate" else None
    raise EngineError(f"`{installed.receipt.id}` is no model that onnxruntime runs", hint=hint)


@dataclass(frozen=True, slots=True)
class _Translation:
    installed: Installed
    threads: int

    def made_up(self) -> list[str]:
        model = self.open(self.choose("cpu"), silent)
        try:
            return _random_lines(
                model.source_tokenizer, marian_settings.Settings.read(self.installed.receipt.engine).unknown
            )
        finally:
            model.close()

    def choose(self, device: str) -> DeviceChoice:
        return choose_providers(device, decode_loop=True, encoder_for=encoder_provider(self.installed.receipt.engine))

    def open(self, choice: DeviceChoice, report: Reporter) -> Any:
        folder, engine = self.installed.folder, self.installed.receipt.engine
        return MarianEngine.open(folder, engine, threads=self.threads, choice=choice, report=report)

    def run(self, model: Any, texts: Sequence[str]) -> _Result:
        ids = [one[: model.max_source_tokens] for one in model.source_tokenizer.encode(texts)]
        dict(model.decode(ids[:1]))  # what a provider does once at the first run is no part of its speed
        begun = time.perf_counter()
        found = dict(model.decode(ids))
        seconds = time.perf_counter() - begun
        memory = [_memory(model.device, one) for one in ids[:_COMPARED] if one]
        return _Result(model.target_tokenizer.decode([found[at].token_ids for at in range(len(ids))]), memory, seconds)

    def drift(self, mine: _Result, cpu: _Result) -> dict[str, Any]:
        same = sum(one == other for one, other in zip(mine.texts, cpu.texts, strict=True))
        return {"same": same, "chrf": corpus_chrf(mine.texts, cpu.texts), **_errors(mine, cpu)}


@dataclass(frozen=True, slots=True)
class _Embedding:
    installed: Installed
    threads: int

    def made_up(self) -> list[str]:
        model = self.open(self.choose("cpu"), silent)
        try:
            return _random_lines(model.tokenizer, 0)
        finally:
            model.close()

    def choose(self, device: str) -> DeviceChoice:
        return choose_providers(device, decode_loop=False)

    def open(self, choice: DeviceChoice, report: Reporter) -> Any:
        folder, engine = self.installed.folder, self.installed.receipt.engine
        return encoder.Encoder.open(folder, engine, threads=self.threads, choice=choice, report=report)

    def run(self, model: Any, texts: Sequence[str]) -> _Result:
        model.embed(texts[:1], prefix="")
        begun = time.perf_counter()
        found = model.embed(texts, prefix="")
        return _Result([], list(found), time.perf_counter() - begun)

    def drift(self, mine: _Result, cpu: _Result) -> dict[str, Any]:
        same = sum(np.array_equal(one, other) for one, other in zip(mine.memory, cpu.memory, strict=True))
        cosine = min(float(one @ other) for one, other in zip(mine.memory, cpu.memory, strict=True))
        return {"same": same, "cosine": cosine, **_errors(mine, cpu)}


def _memory(session: Any, ids: Sequence[int]) -> NDArray[np.float32]:
    """All that the encoder gives for one sentence, in one row."""
    names = [port.name for port in session.session.get_outputs() if port.name.startswith(("new_keys", "new_values"))]
    # One block of candidates: which they are makes no difference here.
    feed = {"source_ids": np.array([ids], np.int64), "candidates": np.zeros((1, CANDIDATE_STEP), np.int64)}
    return np.concatenate([value.ravel() for value in session.run(names, feed)])


def _errors(mine: _Result, cpu: _Result) -> dict[str, float]:
    one, other = np.concatenate(mine.memory), np.concatenate(cpu.memory)
    size = float(np.sqrt(np.mean(other.astype(np.float64) ** 2))) or 1.0
    off = (one - other).astype(np.float64)
    return {"max_error": float(np.abs(off).max()), "error": float(np.sqrt(np.mean(off**2))) / size}


def _random_lines(tokenizer: Any, unknown: int) -> list[str]:
    chooser = np.random.default_rng(0)
    lengths = chooser.integers(_SHORTEST, _LONGEST, MADE_UP)
    ids = [[at for at in chooser.integers(1, len(tokenizer), length).tolist() if at != unknown] for length in lengths]
    return [" ".join(text.split()) or "." for text in tokenizer.decode(ids)]
