"""Which processor runs a model: NPU before GPU before CPU, each only where it is there and can run the graph."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Note, Reporter
from edgekit.engine.hardware import devices_of, nodes_by_provider, register_plugins, share_of_nodes
from edgekit.engine.runtime import load_onnxruntime

Provider: TypeAlias = tuple[str, Mapping[str, str]]
CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
OPENVINO = "OpenVINOExecutionProvider"
QNN = "QNNExecutionProvider"
# Below this share of the nodes a provider is there in name only.
_MOST_OF_IT = 0.5
PREFERENCES = ("auto", "npu", "gpu", "cpu")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one onnxruntime provider.

    short: what people call it.  no_loop: why it is no choice for a graph with a decode loop.
    """

    name: str
    short: str
    kind: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)
    no_loop: str | None = None


# In order of preference. onnxruntime's own list (get_all_providers) has more: without a Python wheel, or a browser's.
_KNOWN = (
    _Known(
        "QNNExecutionProvider",
        "qnn",
        "npu",
        "Qualcomm NPU (QNN)",
        {"backend_path": "QnnHtp.dll" if sys.platform == "win32" else "libQnnHtp.so"},
        "an NPU takes graphs of fixed shape, without `Loop`; `edgekit export --target` makes such",
    ),
    _Known(
        "VitisAIExecutionProvider",
        "vitisai",
        "npu",
        "AMD NPU (Vitis AI)",
        {},
        "an NPU takes graphs of fixed shape, without `Loop`; `edgekit export --target` makes such",
    ),
    _Known(
        "OpenVINOExecutionProvider",
        "openvino",
        "npu",
        "Intel OpenVINO",
        {"device_type": "NPU"},
        "it fails to load a graph with `Loop`; `edgekit export --target openvino` makes one without",
    ),
    _Known(
        "CoreMLExecutionProvider",
        "coreml",
        "npu",
        "Apple Neural Engine (CoreML)",
        {},
        "CoreML takes graphs without `Loop`",
    ),
    _Known("CUDAExecutionProvider", "cuda", "gpu", "NVIDIA GPU (CUDA)"),
    _Known(
        "TensorrtExecutionProvider",
        "tensorrt",
        "gpu",
        "NVIDIA GPU (TensorRT)",
        {},
        "TensorRT builds an engine for every shape; CUDA runs the loop as it is",
    ),
    _Known(
        "MIGraphXExecutionProvider", "migraphx", "gpu", "AMD GPU (MIGraphX)", {}, "MIGraphX takes graphs without `Loop`"
    ),
    _Known(
        "DmlExecutionProvider",
        "directml",
        "gpu",
        "DirectX 12 GPU (DirectML)",
        {},
        "DirectML runs one call at a time",
    ),
    _Known(CPU, "cpu", "cpu", "CPU"),
)
_BY_NAME = {known.name: known for known in _KNOWN}
_BY_SHORT = {known.short: known for known in _KNOWN if known.name != CPU}


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
    """What this onnxruntime was built with or has as a plugin; says nothing about the hardware."""
    register_plugins()
    return list(load_onnxruntime().get_available_providers())


def providers_by_name() -> dict[str, str]:
    """What people call each provider that is known and here, without the CPU -> onnxruntime's name; best first."""
    found = available_providers()
    return {short: known.name for short, known in _BY_SHORT.items() if known.name in found}


def choose_providers(
    preference: str = "auto",
    *,
    decode_loop: bool = True,
    encoder_for: str | None = None,
    available: Sequence[str] | None = None,
    cuda_cards: Callable[[], tuple[int, str]] | None = None,
    devices: Callable[[str], Sequence[str] | None] = devices_of,
) -> DeviceChoice:
    """The providers for a model, NPU, GPU, CPU in this order.

    preference: `auto`; the kind to take, `npu`, `gpu`, `cpu`; or one provider, `qnn`, `openvino`, `openvino:gpu`. The
    CPU stays behind it in every case.
    decode_loop: whether the model's graph holds its decode as `Loop`.  encoder_for: the provider that the model has an
    encoder without one for.
    available, cuda_cards, devices: what is there; found out when None.
    Raises UsageError for another preference.
    """
    wanted, _, device = preference.partition(":")
    if preference not in PREFERENCES and (wanted not in _BY_SHORT or (device and wanted != "openvino")):
        raise UsageError(f"`{preference}` is no device", hint=f"choose one of {', '.join((*PREFERENCES, *_BY_SHORT))}")
    found = available_providers() if available is None else list(available)
    chosen: list[Provider] = []
    reasons: list[tuple[str, str]] = []
    for known in _KNOWN:
        reason = None
        options = dict(known.options)
        if known.name == OPENVINO:
            options["device_type"] = _openvino_device(wanted, device, devices(OPENVINO))
        if known.name != CPU:
            reason = (
                _not_wanted(known, found, wanted)
                or _not_for_the_graph(known, decode_loop, encoder_for)
                or _no_hardware(known, wanted, options, devices(known.name), cuda_cards or count_cuda_cards)
            )
        if reason is None:
            chosen.append((known.name, options))
            reason = f"{known.label}: " + ("tried first" if len(chosen) == 1 else "taken if the one before fails")
        else:
            reason = f"{known.label}: {reason}"
        reasons.append((known.name, reason))
    names = {known.name for known in _KNOWN}
    reasons += [(name, "edgekit has no use for it") for name in found if name not in names]
    return DeviceChoice(tuple(chosen), tuple(reasons))


def _not_wanted(known: _Known, found: Sequence[str], wanted: str) -> str | None:
    if known.name not in found:
        return "not in this onnxruntime"
    return None if wanted in ("auto", known.kind, known.short) else f"not asked for (`{wanted}`)"


def _not_for_the_graph(known: _Known, decode_loop: bool, encoder_for: str | None) -> str | None:
    if encoder_for is not None:
        label = _BY_NAME[encoder_for].label if encoder_for in _BY_NAME else encoder_for
        return None if known.name == encoder_for else f"the model is made for {label}"
    return known.no_loop if decode_loop else None


def _no_hardware(
    known: _Known,
    wanted: str,
    options: Mapping[str, str],
    there: Sequence[str] | None,
    cuda_cards: Callable[[], tuple[int, str]],
) -> str | None:
    if known.name == CUDA:
        cards, detail = cuda_cards()
        return detail if cards == 0 else None
    if there is None:
        return None
    if known.name == OPENVINO and options["device_type"] not in there:
        return f"no {options['device_type']} is here, it finds {', '.join(there) or 'nothing'}"
    if known.name == QNN and "NPU" not in there and wanted != known.short:
        return "no NPU is here, only its simulation on the CPU, which `--device qnn` takes"
    return None


def _openvino_device(wanted: str, asked: str, there: Sequence[str] | None) -> str:
    """The device of OpenVINO: the one that was asked for, else its NPU; what there is where only OpenVINO will do."""
    if asked:
        return asked.upper()
    best = next((kind for kind in ("NPU", "GPU", "CPU") if kind in (there or ())), "NPU")
    return best if wanted == "openvino" else "NPU"


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

    onnxruntime falls back silently when a provider's libraries are missing, and when a provider takes few nodes of a
    graph or none: what a session got is looked at, not whether it opened. Everything that happens is said through
    `report` and kept in `notes`.
    """

    def __init__(
        self,
        make: Callable[[Sequence[Provider]], S],
        choice: DeviceChoice,
        report: Reporter,
        *,
        what: str = "the model",
    ) -> None:
        """Open the session. make: providers -> session. Raises EngineError when not even the CPU opens it.

        what: is opened and run, as notes name it.
        """
        self._make = make
        self._what = what
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
            check_cancelled()
            wanted: list[Provider] = [(name, options)] if name == CPU else [(name, options), (CPU, {})]
            try:
                session = self._make(wanted)
            except Exception as problem:  # noqa: BLE001  every provider has errors of its own
                reasons.append(f"{name}: {_first_line(problem)}")
                if self._left:
                    self._say(
                        f"{name} does not open {self._what} ({_first_line(problem)}); going on with {self._left[0][0]}"
                    )
                continue
            got = session.get_providers()
            share = share_of_nodes(nodes_by_provider(session), name)
            if name in got and share != 0:
                if share is not None and share < _MOST_OF_IT:
                    self._say(f"{name} takes only {share:.0%} of {self._what}'s nodes; the CPU does the rest")
                return session, name
            told = f"takes no node of {self._what}" if name in got else "could not be loaded"
            reasons.append(f"{name}: {told}")
            if self._left:
                self._say(f"{name} {told}; going on with {self._left[0][0]}")
        raise EngineError(
            f"no provider opens {self._what}",
            reasons=reasons,
            hint="`edgekit verify` tells of a model whether its files are what they were",
        )

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Run the graph; a failure on anything but the last provider is reported and the run is made again there.

        Raises EngineError when the last provider fails.
        """
        while True:
            check_cancelled()
            session, provider = self._session, self._provider
            try:
                return session.run(output_names, input_feed)
            except Exception as problem:
                with self._lock:
                    if self._session is not session:
                        continue  # another thread has moved on already
                    if not self._left:
                        raise EngineError(
                            f"{self._what} failed on {provider}", reasons=[_first_line(problem)]
                        ) from problem
                    self._say(f"{provider} failed ({_first_line(problem)}); going on with {self._left[0][0]}")
                    self._session, self._provider = self._open()


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return lines[0][:200] if lines else type(problem).__name__
