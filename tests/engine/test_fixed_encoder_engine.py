"""Models with an encoder for an NPU: the same translations, and the job goes on where the NPU does not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from toys.marian_student import toy_lines
from toys.npu import NPU, ON_NPU, ToyNpu, build_for_npu, plug_in

from edgekit.core.errors import EngineError, ModelFormatError
from edgekit.core.events import Event, Note, silent
from edgekit.engine.devices import CPU, DeviceChoice
from edgekit.engine.fixed_encoder import EncoderSettings, encoder_provider
from edgekit.engine.marian import MarianEngine

FORMS: dict[str, tuple[int, dict[str, Any]]] = {
    "static": (1, {}),
    "static-split": (6, {"joint": False}),
    "static-untied": (3, {"untied": True}),
    "dynamic": (4, {"alphas": False}),
    "float": (1, {"form": "float32"}),
}


class Toy:
    def __init__(self, folder: Path, seed: int, **toy: Any) -> None:
        self.folder = folder
        self.engine = build_for_npu(folder, seed, **toy)
        cpu = MarianEngine.open(folder, {k: v for k, v in self.engine.items() if k != "encoder"}, threads=1)
        lines = [*toy_lines(seed + 50, 40), " ".join(toy_lines(seed + 51, 40))]
        self.sources = [ids[: cpu.max_source_tokens] for ids in cpu.source_tokenizer.encode(lines)]
        self.alone = {at: hypothesis.token_ids for at, hypothesis in cpu.decode(self.sources)}

    def open(
        self, choice: DeviceChoice = ON_NPU, report: Callable[[Event], None] = silent, **more: Any
    ) -> MarianEngine:
        return MarianEngine.open(self.folder, self.engine, choice=choice, report=report, **{"threads": 1, **more})


@pytest.fixture(scope="module", params=FORMS)
def any_toy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    seed, arguments = FORMS[request.param]
    return Toy(tmp_path_factory.mktemp("npu") / "toy", seed, **arguments)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    # float32 throughout: what the NPU encodes is what the CPU encodes, so texts must be equal.
    return Toy(tmp_path_factory.mktemp("npu") / "toy", 1, form="float32")


def ids_of(found: Sequence[tuple[int, Any]]) -> dict[int, list[int]]:
    assert len({at for at, _ in found}) == len(found), "a line was translated twice"
    return {at: hypothesis.token_ids for at, hypothesis in found}


def test_what_the_decoder_gets_is_what_the_cpu_encodes(any_toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    engine = any_toy.open()
    names = [port.name for port in engine.device.session.get_outputs() if port.name.startswith("new_")]
    for count in (1, 5, 40, 128):
        ids = np.array([ids[:count] for ids in any_toy.sources if len(ids) >= count][:3], np.int64)
        candidates = np.arange(64 * len(ids)).reshape(len(ids), 64) % 150
        feed = {"source_ids": ids, "candidates": candidates}
        found, expected = engine.device.run(names, feed), engine.device.session._session.run(names, feed)
        for name, mine, theirs in zip(names, found, expected, strict=True):
            assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype), name
            if name.startswith("new_head"):
                np.testing.assert_array_equal(mine, theirs)
            else:  # where the one-file model quantises, a value between two steps may go to another one than here
                assert np.sqrt(((mine - theirs) ** 2).mean() / (theirs**2).mean()) < 0.06, name
    assert engine.device.provider == NPU
    assert npu.runs == 10


def test_translations_are_those_of_the_cpu(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    engine = toy.open()
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    assert engine.device.provider == NPU
    assert npu.runs == sum(0 < len(ids) < 128 for ids in toy.sources)


def test_a_line_has_one_translation_whatever_is_beside_it(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open(threads=3)
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    for at in range(0, len(toy.sources), 7):
        assert ids_of(list(engine.decode([toy.sources[at]]))) == {0: toy.alone[at]}


def test_the_shortest_graph_that_is_long_enough_encodes(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    lengths: list[int] = []
    engine = toy.open()
    for length, session in engine.device.session.sessions.items():
        monkeypatch.setattr(session, "run", lambda *a, n=length, s=session: lengths.append(n) or s._session.run(*a))
    for count, expected in ((1, [16]), (15, [16]), (16, [32]), (63, [64]), (64, [128]), (127, [128]), (128, [])):
        lengths.clear()
        list(engine.decode([[5] * count]))
        assert lengths == expected
    assert npu.opened == ["encoder-16.onnx", "encoder-32.onnx", "encoder-64.onnx", "encoder-128.onnx"]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("last", [0, 1, 17])
def test_the_job_goes_on_on_the_cpu_when_the_npu_fails_in_the_middle(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, last: int, threads: int
) -> None:
    def fail(number: int) -> None:
        if number > last:
            raise RuntimeError("SSR: the NPU was restarted\nmore")

    plug_in(monkeypatch, ToyNpu(fail))
    events: list[Event] = []
    engine = toy.open(report=events.append, threads=threads)
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    assert events == [Note(f"{NPU} failed (SSR: the NPU was restarted); going on with {CPU}")]
    assert engine.device.provider == CPU


def test_the_cpu_takes_over_when_the_npu_gives_no_numbers(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open()
    session = engine.device.session.sessions[16]
    real = session._session.run
    monkeypatch.setattr(session, "run", lambda *a: [np.full_like(one, np.nan) for one in real(*a)])
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    assert engine.device.provider == CPU
    assert "not finite" in engine.device.notes[0]


def test_the_cpu_takes_over_and_says_so_when_one_graph_does_not_open(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    npu.fails_to_open = "encoder-64.onnx"
    engine = toy.open()
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    assert engine.device.provider == CPU
    assert engine.device.notes == [f"{NPU} does not open the model (the driver is gone); going on with {CPU}"]


def test_a_silent_fallback_is_said(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    npu.listed = False
    engine = toy.open()
    assert ids_of(list(engine.decode(toy.sources))) == toy.alone
    assert npu.runs == 0, "the one-file model is what the CPU is fast with"
    assert engine.device.notes == [f"{NPU} could not be loaded; going on with {CPU}"]
    assert engine.device.provider == CPU


def test_an_error_of_the_cpu_is_no_reason_to_go_on_for_ever(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open()
    with pytest.raises(EngineError, match="tokens, the model takes"):
        list(engine.decode([[5] * 1000]))


def spoiled(engine: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(dict(engine))
    made["encoder"].update(changes)
    return made


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"graphs": []}, "lists no graphs"),
        ({"graphs": [{"length": 16, "file": "../encoder-16.onnx"}]}, "no graph of a length"),
        ({"graphs": [{"length": 10**9, "file": "encoder-16.onnx"}]}, "no graph of a length"),
        ({"graphs": [{"length": True, "file": "encoder-16.onnx"}]}, "no graph of a length"),
        ({"graphs": [{"length": 16, "file": "encoder-16.onnx"}] * 1000}, "lists no graphs"),
        ({"graphs": "encoder"}, "no graph of a length"),
        ({"source_rows": {"file": "source.rows", "type": "object"}}, "`source_rows` is no table"),
        ({"head_rows": {"file": "/etc/passwd", "type": "int8"}}, "`head_rows` is no table"),
        ({"head_bias": None}, "`head_bias` is no table"),
        ({"mask": 0.0}, "`mask` is 0.0"),
        ({"mask": float("nan")}, "`mask` is nan"),
        ({"provider": 3}, "names no provider"),
    ],
)
def test_a_receipt_that_lies_is_refused_with_the_reason(toy: Toy, changes: Any, reason: str) -> None:
    engine = spoiled(toy.engine, **changes)
    with pytest.raises(ModelFormatError) as caught:
        MarianEngine.open(toy.folder, engine, choice=ON_NPU)
    assert any(reason in one for one in caught.value.reasons)


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(ModelFormatError) as caught:
        EncoderSettings.read({})
    assert len(caught.value.reasons) == 6


@pytest.mark.parametrize("size", [0, 100])
def test_a_table_of_another_size_is_refused(toy: Toy, tmp_path: Path, size: int) -> None:
    import shutil

    folder = shutil.copytree(toy.folder, tmp_path / "toy")
    data = (folder / "source.rows").read_bytes()
    (folder / "source.rows").write_bytes(data[:size] if size else data + b"\0")
    with pytest.raises(ModelFormatError, match="bytes"):
        MarianEngine.open(folder, toy.engine, choice=ON_NPU)


def test_a_graph_of_another_shape_is_dropped_for_the_cpu(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    folder = shutil.copytree(toy.folder, tmp_path / "toy")
    (folder / "encoder-16.onnx").write_bytes((folder / "encoder-32.onnx").read_bytes())
    plug_in(monkeypatch, ToyNpu())
    engine = MarianEngine.open(folder, toy.engine, choice=ON_NPU, threads=1)
    assert engine.device.provider == CPU
    assert "an encoder does not fit the model" in engine.device.notes[0]


def test_weights_that_the_graphs_share_are_stored_once(toy: Toy) -> None:
    size = (toy.folder / "encoder.weights").stat().st_size
    models = [onnx.load_model(str(toy.folder / f"encoder-{n}.onnx"), load_external_data=False) for n in (16, 128)]
    places = [
        {tensor.name: [entry.value for entry in tensor.external_data] for tensor in model.graph.initializer}
        for model in models
    ]
    shared = [name for name, place in places[0].items() if place and places[1].get(name) == place]
    assert len(shared) >= 12
    assert size < 1.2 * (toy.folder / "model.onnx").stat().st_size


def test_the_provider_of_an_encoder_is_told_and_none_where_there_is_none(toy: Toy) -> None:
    assert encoder_provider(toy.engine) == NPU
    assert encoder_provider({"kind": "onnx-translation-2"}) is None
