"""Which processor runs a model: NPU before GPU before CPU, each only where it is there and can run the graph."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from edgekit.core.cores import usable_cores
from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Note, Reporter
from edgekit.engine.runtime import load_onnxruntime

Provider: TypeAlias = tuple[str, Mapping[str, str]]
CPU = "CPUExecutionProvider"
PREFERENCES = ("auto", "npu", "gpu", "cpu")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one onnxruntime provider; `no_loop` says why it is no choice for a graph with a decode loop."""

    name: str
    kind: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)
    no_loop: str | None = None


# In order of preference. onnxruntime's own list (get_all_providers) has more: without a Python wheel, or a browser's.
_KNOWN = (
    _Known(
        "QNNExecutionProvider",
        "npu",
        "Qualcomm NPU (QNN)",
        {"backend_path": "QnnHtp.dll" if sys.platform == "win32" else "libQnnHtp.so"},
        "an NPU takes graphs of fixed shape, without `Loop`",
    ),
    _Known(
        "VitisAIExecutionProvider",
        "npu",
        "AMD NPU (Vitis AI)",
        {},
        "an NPU takes graphs of fixed shape, without `Loop`",
    ),
    _Known(
        "OpenVINOExecutionProvider",
        "npu",
        "Intel NPU (OpenVINO)",
        {"device_type": "NPU"},
        "OpenVINO fails to load the whole graph with `Loop`",
    ),
    _Known("CoreMLExecutionProvider", "npu", "Apple Neural Engine (CoreML)", {}, "CoreML takes graphs without `Loop`"),
    _Known("CUDAExecutionProvider", "gpu", "NVIDIA GPU (CUDA)"),
    _Known(
        "TensorrtExecutionProvider",
        "gpu",
        "NVIDIA GPU (TensorRT)",
        {},
        "TensorRT builds an engine for every shape; CUDA runs the loop as it is",
    ),
    _Known("MIGraphXExecutionProvider", "gpu", "AMD GPU (MIGraphX)", {}, "MIGraphX takes graphs without `Loop`"),
    _Known(
        "DmlExecutionProvider",
        "gpu",
        "DirectX 12 GPU (DirectML)",
        {},
        "DirectML runs one call at a time",
    ),
    _Known(CPU, "cpu", "CPU"),
)


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """Providers in the order in which they are tried, and why each known one is or is not among them.

    providers: (onnxruntime name, its options); the CPU is always the last.
    reasons: (name, sentence) for every provider that is known or found.
    """

    providers: tuple[Provider, ...]
    reasons: tuple[tuple[str, str], ...]

    @property
    def first(self) -> str:
        """The name of the provider that is tried first."""
        return self.providers[0][0]


def available_providers() -> list[str]:
    """What this onnxruntime was built with; says nothing about the hardware."""
    return list(load_onnxruntime().get_available_providers())


def choose_providers(
    preference: str = "auto",
    *,
    decode_loop: bool = True,
    available: Sequence[str] | None = None,
    cuda_cards: Callable[[], tuple[int, str]] | None = None,
) -> DeviceChoice:
    """The providers for a model, NPU, GPU, CPU in this order.

    preference: `auto`, or the kind to take: `npu`, `gpu`, `cpu`. The CPU stays behind it in every case.
    decode_loop: whether the model's graph holds its decode as `Loop`.
    available, cuda_cards: what is there; found out when None.
    Raises UsageError for another preference.
    """
    if preference not in PREFERENCES:
        raise UsageError(f"`{preference}` is no device", hint=f"choose one of {', '.join(PREFERENCES)}")
    found = available_providers() if available is None else list(available)
    chosen: list[Provider] = []
    reasons: list[tuple[str, str]] = []
    for known in _KNOWN:
        reason = _refusal(known, found, preference, decode_loop, cuda_cards or count_cuda_cards)
        if reason is None:
            chosen.append((known.name, known.options))
            reason = f"{known.label}: " + ("tried first" if len(chosen) == 1 else "taken if the one before fails")
        else:
            reason = f"{known.label}: {reason}"
        reasons.append((known.name, reason))
    names = {known.name for known in _KNOWN}
    reasons += [(name, "edgekit has no use for it") for name in found if name not in names]
    return DeviceChoice(tuple(chosen), tuple(reasons))


def _refusal(
    known: _Known, found: Sequence[str], preference: str, decode_loop: bool, cuda_cards: Callable[[], tuple[int, str]]
) -> str | None:
    if known.name == CPU:
        return None
    if known.name not in found:
        return "not in this onnxruntime"
    if preference not in ("auto", known.kind):
        return f"not asked for (`{preference}`)"
    if decode_loop and known.no_loop is not None:
        return known.no_loop
    if known.name == "CUDAExecutionProvider":
        cards, detail = cuda_cards()
        if cards == 0:
            return detail
    return None


def count_cuda_cards() -> tuple[int, str]:
    """How many cards NVIDIA's driver shows, and a sentence; asks the driver's own library, which needs no toolkit."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
        count = ctypes.c_int(0)
        if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
            return 0, "the NVIDIA driver shows no card"
    except (OSError, AttributeError):
        return 0, "no NVIDIA driver on this machine"
    return count.value, f"{count.value} NVIDIA cards" if count.value != 1 else "1 NVIDIA card"


class Session(Protocol):
    """The part of onnxruntime.InferenceSession that is used here."""

    def get_providers(self) -> list[str]:
        """The providers that the session really has, in order."""
        ...

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Run the graph once."""
        ...


S = TypeVar("S", bound=Session)


class FallbackSession(Generic[S]):
    """A session that goes on with the next provider, at last the CPU, when one does not open or fails in a run.

    onnxruntime falls back silently when a provider's libraries are missing: what a session got is looked at, not
    whether it opened. Everything that happens is said through `report` and kept in `notes`.
    """

    def __init__(self, make: Callable[[Sequence[Provider]], S], choice: DeviceChoice, report: Reporter) -> None:
        """Open the session. make: providers -> session. Raises EngineError when not even the CPU opens it."""
        self._make = make
        self._report = report
        self._lock = threading.Lock()
        self._left = list(choice.providers)
        self.notes: list[str] = []
        self._session, self._provider = self._open()

    @property
    def session(self) -> S:
        """The session in use."""
        return self._session

    @property
    def provider(self) -> str:
        """The name of the provider in use."""
        return self._provider

    def _say(self, text: str) -> None:
        self.notes.append(text)
        self._report(Note(text))

    def _open(self) -> tuple[S, str]:
        reasons = []
        while self._left:
            name, options = self._left.pop(0)
            wanted: list[Provider] = [(name, options)] if name == CPU else [(name, options), (CPU, {})]
            try:
                session = self._make(wanted)
            except Exception as problem:  # noqa: BLE001  every provider has errors of its own
                reasons.append(f"{name}: {_first_line(problem)}")
                if self._left:
                    self._say(
                        f"{name} does not open the model ({_first_line(problem)}); going on with {self._left[0][0]}"
                    )
                continue
            got = session.get_providers()
            if name in got:
                return session, name
            # It fell back behind our back. With nothing between it and the CPU, the session is the one we want.
            if all(left == CPU for left, _ in self._left):
                self._left.clear()
                self._say(f"{name} could not be loaded; going on with {got[0] if got else CPU}")
                return session, got[0] if got else CPU
            self._say(f"{name} could not be loaded; going on with {self._left[0][0]}")
        raise EngineError("no provider opens the model", reasons=reasons)

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Run the graph; a failure on anything but the last provider is reported and the run is made again there.

        Raises EngineError when the last provider fails.
        """
        while True:
            session, provider = self._session, self._provider
            try:
                return session.run(output_names, input_feed)
            except Exception as problem:
                with self._lock:
                    if self._session is not session:
                        continue  # another thread has moved on already
                    if not self._left:
                        raise EngineError(
                            f"the model failed on {provider}", reasons=[_first_line(problem)]
                        ) from problem
                    self._say(f"{provider} failed ({_first_line(problem)}); going on with {self._left[0][0]}")
                    self._session, self._provider = self._open()


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return lines[0][:200] if lines else type(problem).__name__


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine is; None where it cannot be found out.

    cores: usable by this process.  memory_bytes: physical.  available_bytes: free or reclaimable now.
    instructions: those that int8 and float32 matrix products use, of those that the processor has.
    """

    processor: str
    architecture: str
    cores: int
    memory_bytes: int | None
    available_bytes: int | None
    instructions: tuple[str, ...] | None


# /proc/cpuinfo flag -> the name that people know; x86 (`flags`) and aarch64 (`Features`).
_INSTRUCTIONS = {
    "sse4_1": "SSE4.1",
    "avx": "AVX",
    "avx2": "AVX2",
    "fma": "FMA",
    "f16c": "F16C",
    "avx_vnni": "AVX-VNNI",
    "avx512f": "AVX512F",
    "avx512bw": "AVX512BW",
    "avx512_vnni": "AVX512-VNNI",
    "avx512_bf16": "AVX512-BF16",
    "amx_int8": "AMX-INT8",
    "asimd": "NEON",
    "asimdhp": "NEON FP16",
    "asimddp": "NEON dotprod",
    "i8mm": "NEON i8mm",
    "bf16": "NEON BF16",
    "sve": "SVE",
}


def describe_machine(proc: Path = Path("/proc")) -> Machine:
    """Processor, cores, memory and instruction sets, from `/proc` where there is one."""
    cpuinfo = _read(proc / "cpuinfo")
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    memory: dict[str, int] = {}
    for line in _read(proc / "meminfo").splitlines():
        key, _, value = line.partition(":")
        number = value.split()[:1]
        if number and number[0].isdigit():
            memory[key] = 1024 * int(number[0])
    return Machine(
        processor=fields.get("model name") or fields.get("Model") or platform.processor() or "unknown",
        architecture=platform.machine(),
        cores=usable_cores(),
        memory_bytes=memory.get("MemTotal") or _physical_memory(),
        available_bytes=memory.get("MemAvailable"),
        instructions=tuple(name for flag, name in _INSTRUCTIONS.items() if flag in flags) if flags else None,
    )


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
