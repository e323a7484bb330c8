"""Models whose decode runs on an NPU as well: the same translations, and the CPU goes on wherever the NPU stops."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.marian_student import toy_lines
from toys.npu import NPU, ON_NPU, ToyNpu, build_for_npu, plug_in

from edgekit.core.errors import ModelFormatError
from edgekit.core.events import Event, Note, silent
from edgekit.engine.base import Hypothesis
from edgekit.engine.devices import CPU
from edgekit.engine.fixed_step import StepSettings
from edgekit.engine.marian import MarianEngine

FORMS: dict[str, tuple[int, dict[str, Any]]] = {
    "tied-1": (1, {"form": "float32", "rows": 1}),
    "split-3": (6, {"form": "float32", "joint": False, "rows": 3}),
    "untied-8": (3, {"form": "float32", "untied": True, "decoder_depth": 1, "rows": 8}),
    "dynamic-3": (4, {"alphas": False, "rows": 3}),
    "static-3": (1, {"rows": 3}),
}


class Toy:
    def __init__(self, folder: Path, seed: int, **toy: Any) -> None:
        self.folder = folder
        self.engine = build_for_npu(folder, seed, **toy)
        cpu = MarianEngine.open(
            folder, {k: v for k, v in self.engine.items() if k not in ("encoder", "step")}, threads=1
        )
        lines = [*toy_lines(seed + 50, 40), " ".join(toy_lines(seed + 51, 40))]
        self.sources = [ids[: cpu.max_source_tokens] for ids in cpu.source_tokenizer.encode(lines)]
        self.alone = dict(cpu.decode(self.sources, scores=True, alignment=True))
        self.ids = {at: hypothesis.token_ids for at, hypothesis in self.alone.items()}

    def open(
        self, report: Callable[[Event], None] = silent, threads: int = 1, engine: Mapping[str, Any] | None = None
    ) -> MarianEngine:
        return MarianEngine.open(self.folder, engine or self.engine, choice=ON_NPU, report=report, threads=threads)


@pytest.fixture(scope="module", params=FORMS)
def any_toy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    seed, arguments = FORMS[request.param]
    return Toy(tmp_path_factory.mktemp("npu") / "toy", seed, **arguments)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    # float32 throughout: what the NPU decodes is what the CPU decodes, so tokens must be equal.
    return Toy(tmp_path_factory.mktemp("npu") / "toy", 1, form="float32", rows=4)


def ids_of(found: Sequence[tuple[int, Hypothesis]]) -> dict[int, list[int]]:
    assert len({at for at, _ in found}) == len(found), "a line was translated twice"
    return {at: hypothesis.token_ids for at, hypothesis in found}


def decoder_of(engine: MarianEngine) -> Any:
    return engine.device.session.decoder


def spoil_steps(monkeypatch: pytest.MonkeyPatch, engine: MarianEngine, spoil: Callable[..., Any]) -> None:
    """spoil: the real run and its arguments -> what the session gives instead."""
    for session in decoder_of(engine).session.sessions.values():
        real = session.run
        monkeypatch.setattr(session, "run", lambda *a, real=real: spoil(real, *a))


def test_a_call_of_the_steps_is_a_call_of_the_loop(any_toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = any_toy.open()
    steps, whole = decoder_of(engine), decoder_of(engine).session._session
    names = [port.name for port in whole.get_outputs() if port.name.startswith("new_")]
    memory_of = {}
    rows = [ids[:6] for ids in any_toy.sources if len(ids) >= 6][:5]
    table = np.tile(np.arange(128), (len(rows), 1))
    for name, value in zip(
        names, whole.run(names, {"source_ids": np.array(rows, np.int64), "candidates": table}), strict=True
    ):
        memory_of[name.removeprefix("new_")] = value
    width = any_toy.engine["width"] if "width" in any_toy.engine else memory_of["head_weights"].shape[1]
    chooser = np.random.default_rng(0)
    cells = [port.name for port in whole.get_overridable_initializers() if port.name.startswith("cell_")]
    state = {
        "position": np.array([[0], [3], [0], [7], [1]]),
        "alive": np.array([[1], [1], [0], [1], [1]]),
        "embedding": chooser.normal(0, 1, (5, 1, width)).astype(np.float32),
        **{name: chooser.normal(0, 1, (5, 1, width)).astype(np.float32) for name in cells},
    }
    feed = {
        "steps": np.array(1), "fewest": np.array(0), "details": np.array(True),
        "candidates": table, **memory_of, **state,
    }  # fmt: skip
    outputs = ["next_position", "next_alive", "log_probabilities", "alignment", *(f"next_{name}" for name in cells)]
    lived = state["alive"][:, 0] > 0
    exact = any_toy.engine["step"]["form"] == "float" and any_toy.engine["activations"] == "float"
    for name, mine, theirs in zip(outputs, steps.run(outputs, feed), whole.run(outputs, feed), strict=True):
        assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype), name
        mine, theirs = mine[lived].astype(np.float64), theirs[lived].astype(np.float64)
        if name in ("next_position", "next_alive"):
            np.testing.assert_array_equal(mine, theirs)
        elif exact:
            np.testing.assert_allclose(mine, theirs, atol=2e-4, err_msg=name)
        else:  # a value between two steps of a grid may go to another one than in the one-file model
            assert np.sqrt(((mine - theirs) ** 2).mean() / (theirs**2).mean()) < 0.1, name
    assert steps.provider == NPU


def test_translations_scores_and_alignments_are_those_of_the_cpu(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open()
    found = dict(engine.decode(toy.sources, scores=True, alignment=True))
    assert {at: one.token_ids for at, one in found.items()} == toy.ids
    assert len({tuple(ids) for ids in toy.ids.values()}) > 20
    for at, one in found.items():
        expected = toy.alone[at]
        assert one.complete == expected.complete
        if expected.log_probabilities is None or expected.alignment is None:
            continue
        np.testing.assert_allclose(one.log_probabilities, expected.log_probabilities, atol=1e-3)
        np.testing.assert_allclose(one.alignment, expected.alignment, atol=1e-3)
    assert decoder_of(engine).provider == engine.device.provider == NPU


@pytest.mark.parametrize("threads", [1, 3])
def test_a_line_has_one_translation_whatever_is_beside_it(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open(threads=threads)
    assert ids_of(list(engine.decode(toy.sources))) == toy.ids
    for at in range(0, len(toy.sources), 9):
        assert ids_of(list(engine.decode([toy.sources[at]]))) == {0: toy.ids[at]}


def test_the_loop_on_the_cpu_is_never_run_for_sources_that_fit(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open()
    steps = decoder_of(engine).session
    whole, calls = steps._session, []

    class Counted:
        def run(self, names: Any, feed: Any) -> Any:
            calls.append("source_ids" in feed)
            return whole.run(names, feed)

    monkeypatch.setattr(steps, "_session", Counted())
    list(engine.decode([ids for ids in toy.sources if len(ids) < 128]))
    assert calls == []
    # 128 tokens and the end mark are longer than the longest graph.
    assert ids_of(list(engine.decode([[5] * 128]))) == ids_of(
        list(toy.open(engine={k: v for k, v in toy.engine.items() if k != "step"}).decode([[5] * 128]))
    )
    assert calls
    assert not any(calls)


@pytest.mark.parametrize("last", [0, 1, 25])
def test_the_loop_of_the_cpu_goes_on_in_the_middle_of_a_line_when_a_step_fails(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    plug_in(monkeypatch, ToyNpu())
    events: list[Event] = []
    engine = toy.open(report=events.append)
    runs = 0

    def fail(real: Any, *arguments: Any) -> Any:
        nonlocal runs
        runs += 1
        if runs > last:
            raise RuntimeError("SSR: the NPU was restarted\nmore")
        return real(*arguments)

    spoil_steps(monkeypatch, engine, fail)
    assert ids_of(list(engine.decode(toy.sources))) == toy.ids
    assert events == [Note(f"{NPU} failed (SSR: the NPU was restarted); going on with {CPU}")]
    assert (decoder_of(engine).provider, engine.device.provider) == (CPU, NPU)


def test_the_loop_of_the_cpu_takes_over_when_the_scores_are_no_numbers(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, ToyNpu())
    engine = toy.open()
    spoil_steps(monkeypatch, engine, lambda real, *a: [np.full_like(one, np.nan) for one in real(*a)])
    assert ids_of(list(engine.decode(toy.sources))) == toy.ids
    assert decoder_of(engine).provider == CPU
    assert "not finite" in decoder_of(engine).notes[0]


def test_the_encoder_stays_when_a_step_does_not_open(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    npu.fails_to_open = "step-64.onnx"
    engine = toy.open()
    assert ids_of(list(engine.decode(toy.sources))) == toy.ids
    assert (decoder_of(engine).provider, engine.device.provider) == (CPU, NPU)
    assert decoder_of(engine).notes == [
        f"{NPU} does not open the decoder step (the driver is gone); going on with {CPU}"
    ]


def test_all_is_the_one_file_model_when_the_encoder_fails(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    npu = plug_in(monkeypatch, ToyNpu())
    npu.fails_to_open = "encoder-16.onnx"
    engine = toy.open()
    assert ids_of(list(engine.decode(toy.sources))) == toy.ids
    assert engine.device.provider == CPU
    assert npu.runs == 0


def test_a_step_of_another_shape_is_dropped_for_the_cpu(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(toy.folder, tmp_path / "toy")
    (folder / "step-16.onnx").write_bytes((folder / "step-32.onnx").read_bytes())
    plug_in(monkeypatch, ToyNpu())
    engine = MarianEngine.open(folder, toy.engine, choice=ON_NPU, threads=1)
    assert decoder_of(engine).provider == CPU
    assert "a decoder step does not fit the model" in decoder_of(engine).notes[0]


@pytest.mark.parametrize("name", ["place.rows", "source.rows"])
def test_a_table_of_another_size_is_refused(toy: Toy, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(toy.folder, tmp_path / "toy")
    (folder / name).write_bytes((folder / name).read_bytes()[:-4])
    with pytest.raises(ModelFormatError, match="bytes"):
        MarianEngine.open(folder, toy.engine, choice=ON_NPU)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"graphs": [{"length": 16, "file": "../step-16.onnx"}]}, "no graph of a length"),
        ({"rows": 0}, "`rows` is 0"),
        ({"rows": True}, "`rows` is True"),
        ({"rows": 10**9}, "`rows` is 1000000000"),
        ({"target_factor": float("nan")}, "`target_factor` is nan"),
        ({"target_factor": "1"}, "`target_factor` is 1"),
        ({"target_rows": {"file": "/etc/passwd", "type": "int8"}}, "`target_rows` is no table"),
        ({"place_rows": {"file": "place.rows", "type": "object"}}, "`place_rows` is no table"),
        ({"mask": 3}, "`mask` is 3"),
        ({"provider": ""}, "names no provider"),
    ],
)
def test_a_receipt_that_lies_is_refused_with_the_reason(toy: Toy, changes: Any, reason: str) -> None:
    engine = copy.deepcopy(toy.engine)
    engine["step"] = {**engine["step"], **changes}
    with pytest.raises(ModelFormatError) as caught:
        toy.open(engine=engine)
    assert any(reason in one for one in caught.value.reasons)


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(ModelFormatError) as caught:
        StepSettings.read({})
    assert len(caught.value.reasons) == 7


def test_a_step_for_another_provider_than_the_encoder_is_refused(toy: Toy) -> None:
    engine = {**toy.engine, "step": {**toy.engine["step"], "provider": "OtherExecutionProvider"}}
    with pytest.raises(ModelFormatError, match="the encoder is not"):
        toy.open(engine=engine)
