from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Event, Note, silent
from edgekit.engine.devices import (
    CPU,
    DeviceChoice,
    FallbackSession,
    available_providers,
    choose_providers,
    count_cuda_cards,
)
from edgekit.engine.machine import describe_machine

CUDA = "CUDAExecutionProvider"
QNN = "QNNExecutionProvider"
OPENVINO = "OpenVINOExecutionProvider"
EVERYTHING = [
    "TensorrtExecutionProvider",
    CUDA,
    "OpenVINOExecutionProvider",
    "VitisAIExecutionProvider",
    QNN,
    "CoreMLExecutionProvider",
    "DmlExecutionProvider",
    "MIGraphXExecutionProvider",
    "AzureExecutionProvider",
    CPU,
]


def one_card() -> tuple[int, str]:
    return 1, "1 NVIDIA card"


def no_card() -> tuple[int, str]:
    return 0, "no NVIDIA driver on this machine"


def names(choice: DeviceChoice) -> list[str]:
    return [name for name, _ in choice.providers]


def test_only_the_cpu_is_chosen_when_nothing_else_is_there() -> None:
    choice = choose_providers(available=[CPU])
    assert names(choice) == [CPU]
    assert choice.first == CPU


def test_no_npu_is_chosen_and_the_reason_says_loop_when_the_graph_decodes_in_one() -> None:
    choice = choose_providers(available=EVERYTHING, cuda_cards=one_card)
    assert names(choice) == [CUDA, CPU]
    reasons = dict(choice.reasons)
    for npu in (QNN, "VitisAIExecutionProvider", "OpenVINOExecutionProvider", "CoreMLExecutionProvider"):
        assert "`Loop`" in reasons[npu]
    assert set(reasons) == set(EVERYTHING)


def test_npu_comes_before_gpu_before_cpu_when_the_graph_has_no_loop() -> None:
    chosen = names(choose_providers(decode_loop=False, available=EVERYTHING, cuda_cards=one_card))
    assert chosen[0] == QNN
    assert chosen.index("OpenVINOExecutionProvider") < chosen.index(CUDA) < chosen.index(CPU)
    assert chosen[-1] == CPU


def test_cuda_is_no_choice_when_there_is_no_card() -> None:
    choice = choose_providers(available=[CUDA, CPU], cuda_cards=no_card)
    assert names(choice) == [CPU]
    assert "no NVIDIA driver" in dict(choice.reasons)[CUDA]


@pytest.mark.parametrize(("preference", "first"), [("cpu", CPU), ("gpu", CUDA), ("npu", QNN)])
def test_the_kind_asked_for_comes_first_and_the_cpu_last(preference: str, first: str) -> None:
    chosen = names(choose_providers(preference, decode_loop=False, available=EVERYTHING, cuda_cards=one_card))
    assert (chosen[0], chosen[-1]) == (first, CPU)


@pytest.mark.parametrize("preference", ["tpu", "qnn:htp", "openvinoo", "", ":", "npu:1"])
def test_an_unknown_preference_is_a_usage_error(preference: str) -> None:
    with pytest.raises(UsageError, match=f"`{preference}`"):
        choose_providers(preference, available=[CPU])


def choose(preference: str, *, devices: dict[str, list[str]], **more: Any) -> DeviceChoice:
    return choose_providers(preference, available=EVERYTHING, cuda_cards=no_card, devices=devices.get, **more)


def test_only_the_provider_that_the_model_has_an_encoder_for_is_chosen() -> None:
    choice = choose("auto", devices={OPENVINO: ["CPU", "NPU"], QNN: ["NPU"]}, encoder_for=OPENVINO)
    assert choice.providers == ((OPENVINO, {"device_type": "NPU"}), (CPU, {}))
    assert "made for Intel OpenVINO" in dict(choice.reasons)[QNN]


def test_a_simulated_npu_is_taken_only_by_its_name() -> None:
    devices = {QNN: ["CPU"]}
    for preference in ("auto", "npu"):
        choice = choose(preference, devices=devices, encoder_for=QNN)
        assert names(choice) == [CPU]
        assert "simulation" in dict(choice.reasons)[QNN]
    assert names(choose("qnn", devices=devices, encoder_for=QNN)) == [QNN, CPU]


@pytest.mark.parametrize(
    ("preference", "there", "device"),
    [
        ("auto", ["CPU", "GPU"], None),
        ("npu", ["CPU"], None),
        ("auto", ["CPU", "NPU"], "NPU"),
        ("openvino", ["CPU", "GPU"], "GPU"),
        ("openvino", ["CPU"], "CPU"),
        ("openvino:cpu", ["CPU", "NPU"], "CPU"),
        ("openvino:gpu", ["CPU"], None),
        ("cpu", ["NPU"], None),
    ],
)
def test_openvino_gets_the_device_that_is_here(preference: str, there: list[str], device: str | None) -> None:
    choice = choose(preference, devices={OPENVINO: there}, encoder_for=OPENVINO)
    assert dict(choice.providers).get(OPENVINO) == (None if device is None else {"device_type": device})


def test_a_provider_by_its_name_still_needs_a_graph_that_it_takes() -> None:
    choice = choose("openvino", devices={OPENVINO: ["NPU"]})
    assert names(choice) == [CPU]
    assert "`Loop`" in dict(choice.reasons)[OPENVINO]


def test_the_installed_onnxruntime_offers_the_cpu() -> None:
    assert CPU in available_providers()
    assert choose_providers().providers[-1][0] == CPU


def test_count_cuda_cards_says_why_when_there_is_none() -> None:
    cards, detail = count_cuda_cards()
    assert cards >= 0
    assert detail


class FakeSession:
    """A session as onnxruntime makes them: with the providers that really loaded."""

    def __init__(self, got: list[str], fails: bool = False) -> None:
        self.got = got
        self.fails = fails
        self.runs = 0

    def get_providers(self) -> list[str]:
        return self.got

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        self.runs += 1
        if self.fails:
            raise RuntimeError("CUDA failure 2: out of memory\nand more")
        return [self.got[0], input_feed]


CHOICE = DeviceChoice(((CUDA, {"device_id": "0"}), (CPU, {})), ())


def test_the_first_provider_is_used_when_it_works() -> None:
    asked: list[list[str]] = []

    def make(providers: Sequence[tuple[str, Mapping[str, str]]]) -> FakeSession:
        asked.append([name for name, _ in providers])
        return FakeSession([name for name, _ in providers])

    session = FallbackSession(make, CHOICE, silent)
    assert session.run(None, {"a": 1}) == [CUDA, {"a": 1}]
    assert (session.provider, session.notes, asked) == (CUDA, [], [[CUDA, CPU]])


def test_the_cpu_takes_over_and_says_so_when_a_provider_does_not_open() -> None:
    events: list[Event] = []

    def make(providers: Sequence[tuple[str, Mapping[str, str]]]) -> FakeSession:
        if providers[0][0] == CUDA:
            raise RuntimeError("libcudnn.so.9: cannot open shared object file")
        return FakeSession([name for name, _ in providers])

    session = FallbackSession(make, CHOICE, events.append)
    assert session.run(None, {})[0] == CPU
    assert session.provider == CPU
    assert events == [Note(text) for text in session.notes]
    assert "libcudnn" in session.notes[0]


def test_the_silent_fallback_of_onnxruntime_is_noticed_and_said() -> None:
    session = FallbackSession(lambda _: FakeSession([CPU]), CHOICE, silent)
    assert session.provider == CPU
    assert session.notes == [f"{CUDA} could not be loaded; going on with {CPU}"]


class Assigned(FakeSession):
    """A session that says who was given its ten nodes."""

    def __init__(self, got: list[str], mine: int, operator: str = "MatMul") -> None:
        super().__init__(got)
        self.mine, self.operator = mine, operator

    def get_provider_graph_assignment_info(self) -> list[Any]:
        def part(name: str, operator: str, count: int) -> Any:
            return SimpleNamespace(ep_name=name, get_nodes=lambda: [SimpleNamespace(op_type=operator)] * count)

        return [part(self.got[0], self.operator, self.mine), part(CPU, "Add", 10 - self.mine)]


@pytest.mark.parametrize(
    ("mine", "operator", "notes"),
    [
        (10, "MatMul", []),
        (5, "MatMul", []),
        (1, "MatMul", [f"{CUDA} takes only 10% of the model's nodes; the CPU does the rest"]),
        (0, "MatMul", [f"{CUDA} takes no node of the model; going on with {CPU}"]),
        (1, "EPContext", []),
    ],
)
def test_a_provider_that_takes_few_nodes_is_said_to(mine: int, operator: str, notes: list[str]) -> None:
    assert FallbackSession(lambda _: Assigned([CUDA, CPU], mine, operator), CHOICE, silent).notes == notes


def test_a_silent_fallback_does_not_hide_a_provider_that_is_still_to_be_tried() -> None:
    choice = DeviceChoice(((QNN, {}), (CUDA, {}), (CPU, {})), ())
    session = FallbackSession(
        lambda providers: FakeSession([CPU] if providers[0][0] == QNN else [providers[0][0], CPU]), choice, silent
    )
    assert session.provider == CUDA


def test_the_job_goes_on_on_the_cpu_when_a_run_fails() -> None:
    events: list[Event] = []
    made: list[FakeSession] = []

    def make(providers: Sequence[tuple[str, Mapping[str, str]]]) -> FakeSession:
        made.append(FakeSession([name for name, _ in providers], fails=providers[0][0] == CUDA))
        return made[-1]

    session = FallbackSession(make, CHOICE, events.append)
    assert [session.run(None, {})[0] for _ in range(3)] == [CPU] * 3
    assert [one.runs for one in made] == [1, 3]
    assert events == [Note(f"{CUDA} failed (CUDA failure 2: out of memory); going on with {CPU}")]


def test_an_engine_error_with_every_reason_is_raised_when_nothing_opens() -> None:
    def make(providers: Sequence[tuple[str, Mapping[str, str]]]) -> FakeSession:
        raise RuntimeError(f"no {providers[0][0]}")

    with pytest.raises(EngineError, match="no provider opens") as raised:
        FallbackSession(make, CHOICE, silent)
    assert raised.value.reasons == (f"{CUDA}: no {CUDA}", f"{CPU}: no {CPU}")
    assert "edgekit verify" in str(raised.value.hint)


def test_an_engine_error_is_raised_when_the_cpu_fails_in_a_run() -> None:
    session = FallbackSession(lambda _: FakeSession([CPU], fails=True), DeviceChoice(((CPU, {}),), ()), silent)
    with pytest.raises(EngineError, match=CPU):
        session.run(None, {})


def test_a_real_session_runs_on_the_cpu_through_the_same_door() -> None:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["y"])],
        "negate",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)

    def make(providers: Sequence[tuple[str, Mapping[str, str]]]) -> onnxruntime.InferenceSession:
        return onnxruntime.InferenceSession(model.SerializeToString(), providers=[(n, dict(o)) for n, o in providers])

    session = FallbackSession(make, choose_providers("cpu"), silent)
    assert session.run(None, {"x": np.array([1, -2], np.float32)})[0].tolist() == [-1, 2]
    assert session.provider == CPU


X86 = """processor\t: 0
model name\t: Some CPU @ 3 GHz
flags\t\t: fpu sse4_1 avx2 avx512f avx512_vnni

processor\t: 1
model name\t: x
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd asimdhp asimddp i8mm\n\nModel\t\t: Raspberry Pi 5 Model B Rev 1.0\n"


@pytest.mark.parametrize(
    ("cpuinfo", "processor", "instructions"),
    [
        (X86, "Some CPU @ 3 GHz", ("SSE4.1", "AVX2", "AVX512F", "AVX512-VNNI")),
        (ARM, "Raspberry Pi 5 Model B Rev 1.0", ("NEON", "NEON FP16", "NEON dotprod", "NEON i8mm")),
    ],
)
def test_describe_machine_reads_proc_when_there_is_one(
    tmp_path: Path, cpuinfo: str, processor: str, instructions: tuple[str, ...]
) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo, "utf-8")
    (tmp_path / "meminfo").write_text("MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  600 kB\n", "utf-8")
    machine = describe_machine(tmp_path)
    assert (machine.processor, machine.instructions) == (processor, instructions)
    assert (machine.memory_bytes, machine.available_bytes) == (1_024_000, 614_400)
    assert machine.cores >= 1


def test_describe_machine_says_unknown_when_there_is_no_proc(tmp_path: Path) -> None:
    machine = describe_machine(tmp_path / "none")
    assert machine.processor
    assert machine.instructions is None
    assert machine.available_bytes is None
