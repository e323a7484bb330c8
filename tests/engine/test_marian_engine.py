"""The engine over toy artifacts and over a real one: one answer a sentence, whatever runs beside it."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys.marian_student import toy_lines, toy_student
from translate.real_models import home_with

from edgekit.core.errors import EdgekitError, EngineError, ModelFormatError
from edgekit.core.events import silent
from edgekit.engine import marian, refill
from edgekit.engine.base import Hypothesis
from edgekit.engine.marian import MarianEngine, Settings
from edgekit.store.installed import open_folder
from exporters.families.marian import MarianExporter

FLORES = Path(__file__).parents[2].parent / "shared" / "data" / "flores" / "dev.en"
SENTENCES = [
    "Good morning, class.",
    "Yes!",
    "The water boils at one hundred degrees, and then it becomes steam.",
    "Who can tell me why leaves are green?",
    "Please write your name on the paper and give it to me before you leave the room.",
    'He asked her: "Where is the library?"',
    "In 1822, Brazil became independent.",
    "Homework is due on Friday.",
    "Zebra Quagga xylophone 7.31 %.",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
]
THREADS = (1, 2, 4)


class Artifact:
    """An artifact's folder, its receipt's `engine`, sentences as token ids, and the answer to each alone."""

    def __init__(self, folder: Path, engine: Mapping[str, Any], lines: Sequence[str]) -> None:
        self.folder, self.engine = folder, engine
        self.engines = {threads: MarianEngine.open(folder, engine, threads=threads) for threads in THREADS}
        one = self.engines[1]
        self.sources = [ids for ids in one.source_tokenizer.encode(lines) if len(ids) <= one.max_source_tokens]
        self.alone = [next(one.decode([ids], scores=True, alignment=True))[1] for ids in self.sources]

    def open(self, **changes: Any) -> MarianEngine:
        return MarianEngine.open(self.folder, {**self.engine, **changes}, threads=2)


def build(folder: Path, seed: int = 1, options: Mapping[str, Any] | None = None, **toy: Any) -> Mapping[str, Any]:
    """Write a toy artifact into folder; gives its `engine`."""
    files = folder.with_name(f"{folder.name}-files")
    for path in (folder, files):
        path.mkdir()
    paths = toy_student(seed, **toy).write(files)
    return MarianExporter().build(paths, folder, options=options or {}, report=silent).engine


TOYS: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {
    "static": (1, {}, {}),
    "static-full-vocabulary": (8, {}, {"shortlist": False}),
    "static-split": (6, {"joint": False}, {}),
    "dynamic": (4, {"alphas": False}, {}),
    "float": (1, {"form": "float32"}, {}),
}


@pytest.fixture(scope="module", params=TOYS)
def any_toy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    seed, arguments, options = TOYS[request.param]
    folder = tmp_path_factory.mktemp("artifact") / "toy"
    return Artifact(folder, build(folder, seed, options, **arguments), toy_lines(seed + 50, 40))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    folder = tmp_path_factory.mktemp("artifact") / "toy"
    return Artifact(folder, build(folder), toy_lines(51, 40))


@pytest.fixture(scope="module")
def real() -> Artifact:
    installed = open_folder(home_with("firefox-en-pt") / "data" / "models" / "firefox-en-pt")
    lines = SENTENCES + (FLORES.read_text("utf-8").splitlines()[:50] if FLORES.exists() else [])
    return Artifact(installed.folder, installed.receipt.engine, lines)


def assert_equal(got: Hypothesis, want: Hypothesis, *, details: bool) -> None:
    assert (got.token_ids, got.complete) == (want.token_ids, want.complete)
    if not details:
        assert got.log_probabilities is got.alignment is None
        return
    assert got.log_probabilities is not None
    assert got.alignment is not None
    assert want.log_probabilities is not None
    assert want.alignment is not None
    np.testing.assert_allclose(got.log_probabilities, want.log_probabilities, atol=1e-4)
    np.testing.assert_allclose(got.alignment, want.alignment, atol=1e-4)


def decode_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "edgekit-decode"]


SCHEDULES = {
    "chosen": st.lists(st.integers(0, 10**6), min_size=1, max_size=30),
    "threads": st.sampled_from(THREADS),
    "rows": st.integers(1, 20),
    "idle": st.integers(1, 12),
    "together": st.integers(1, 300),
    "scores": st.booleans(),
}


def check_schedule(
    artifact: Artifact, chosen: list[int], threads: int, rows: int, idle: int, together: int, scores: bool
) -> None:
    numbers = [number % len(artifact.sources) for number in chosen]
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (marian, "ROWS", rows),
            (refill, "IDLE_ROWS", idle),
            (refill, "ENCODE_TOKENS", together),
        ):
            assert hasattr(module, name)
            patch.setattr(module, name, value)
        results = list(artifact.engines[threads].decode([artifact.sources[n] for n in numbers], scores=scores))
    assert sorted(index for index, _ in results) == list(range(len(numbers)))
    for index, hypothesis in results:
        assert_equal(hypothesis, artifact.alone[numbers[index]], details=scores)
    assert decode_threads() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(**SCHEDULES)
def test_a_toy_sentence_has_one_answer_whatever_its_batch_order_and_threads(any_toy: Artifact, **how: Any) -> None:
    check_schedule(any_toy, **how)


@pytest.mark.real
@settings(max_examples=20, deadline=None)
@given(**SCHEDULES)
def test_a_real_sentence_has_one_answer_whatever_its_batch_order_and_threads(real: Artifact, **how: Any) -> None:
    check_schedule(real, **how)


@pytest.mark.real
def test_real_answers_are_whole_sentences_with_sound_scores_and_alignments(real: Artifact) -> None:
    engine = real.engines[1]
    assert engine.target_tokenizer.decode([real.alone[0].token_ids]) == ["Bom dia, classe."]
    for ids, hypothesis in zip(real.sources, real.alone, strict=True):
        assert hypothesis.complete
        assert 1 not in hypothesis.token_ids
        assert hypothesis.log_probabilities is not None
        assert hypothesis.alignment is not None
        assert len(hypothesis.log_probabilities) == len(hypothesis.token_ids) + 1
        assert (hypothesis.log_probabilities <= 1e-6).all()
        assert hypothesis.alignment.shape == (len(hypothesis.token_ids) + 1, len(ids) + 1)
        np.testing.assert_allclose(hypothesis.alignment.sum(axis=1), 1, atol=1e-4)


@pytest.mark.real
def test_four_threads_share_one_engine_when_each_calls_it_for_itself(real: Artifact) -> None:
    share_among_threads(real)


def test_four_threads_share_one_toy_when_each_calls_it_for_itself(any_toy: Artifact) -> None:
    share_among_threads(any_toy)


def share_among_threads(artifact: Artifact) -> None:
    engine = artifact.engines[2]
    count = len(artifact.sources)

    def job(seed: int) -> None:
        order = list(range(count))
        random.Random(seed).shuffle(order)
        results = dict(engine.decode([artifact.sources[number] for number in order], scores=seed % 2 == 0))
        for at, number in enumerate(order):
            assert_equal(results[at], artifact.alone[number], details=seed % 2 == 0)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(job, range(4)))
    assert decode_threads() == []


@pytest.mark.parametrize("threads", THREADS)
def test_every_source_gets_one_hypothesis_and_an_empty_one_an_empty_one(toy: Artifact, threads: int) -> None:
    sources = [[], toy.sources[0], [], toy.sources[1], toy.sources[0], []]
    results = list(toy.engines[threads].decode(sources))
    assert sorted(index for index, _ in results) == list(range(6))
    answers = dict(results)
    assert all(answers[index] == Hypothesis([]) for index in (0, 2, 5))
    assert answers[1].token_ids == answers[4].token_ids == toy.alone[0].token_ids
    assert list(toy.engines[threads].decode([])) == []


def test_a_source_is_refused_when_it_is_longer_than_the_model_takes(toy: Artifact) -> None:
    engine = toy.engines[1]
    longest = [5] * engine.max_source_tokens
    assert len(list(engine.decode([longest]))) == 1
    with pytest.raises(EngineError, match="segment 1 has 129 tokens"):
        list(engine.decode([[5], [*longest, 5]]))


@pytest.mark.parametrize("threads", THREADS)
def test_output_is_bounded_when_the_end_mark_never_comes(
    toy: Artifact, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = toy.engines[threads]

    class Endless:
        def candidates(self, source_ids: Sequence[int]) -> Any:
            return np.arange(2, 40)

    monkeypatch.setattr(engine, "_candidates", Endless())
    sources = [[7] * length for length in (1, 2, 5, 30, 128, 3, 9)]
    for index, hypothesis in engine.decode(sources, scores=True):
        limit = int(np.ceil(2.5 * (len(sources[index]) + 1))) + 8
        assert len(hypothesis.token_ids) == limit
        assert not hypothesis.complete
        assert hypothesis.log_probabilities is not None
        assert len(hypothesis.log_probabilities) == limit


@pytest.mark.parametrize("changes", [{"max_length_factor": 0, "max_length_extra": 0}, {"positions": 0}])
def test_nothing_comes_out_when_no_length_is_allowed(toy: Artifact, changes: dict[str, Any]) -> None:
    results = dict(toy.open(**changes).decode(toy.sources[:5]))
    assert results == {index: Hypothesis([], complete=False) for index in range(5)}


@pytest.mark.parametrize("threads", [2, 4])
def test_no_thread_goes_on_and_the_engine_is_usable_when_the_caller_stops_listening(
    toy: Artifact, threads: int
) -> None:
    engine = toy.engines[threads]
    answers: Iterator[Any] = iter(engine.decode(toy.sources * 3))
    next(answers)
    assert decode_threads()
    answers.close()  # type: ignore[attr-defined]
    assert decode_threads() == []
    again = dict(engine.decode(toy.sources))
    assert [again[index].token_ids for index in range(len(toy.sources))] == [one.token_ids for one in toy.alone]


class FailingSession:
    """Fails at one run; says so as FallbackSession does."""

    def __init__(self, session: Any, at: int) -> None:
        self.session, self.left, self.lock = session, at, threading.Lock()

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        with self.lock:
            self.left -= 1
            if self.left == 0:
                raise EngineError("the model failed on CPUExecutionProvider")
        results: list[Any] = self.session.run(output_names, input_feed)
        return results


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("at", [1, 2, 5])
def test_a_failing_run_raises_in_the_caller_and_leaves_no_thread(
    toy: Artifact, threads: int, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = toy.engines[threads]
    monkeypatch.setattr(engine, "_session", FailingSession(engine._session, at))
    with pytest.raises(EngineError, match="the model failed"):
        list(engine.decode(toy.sources * 2))
    assert decode_threads() == []


def test_decoding_is_refused_when_the_engine_is_closed(toy: Artifact) -> None:
    engine = toy.open()
    assert len(list(engine.decode(toy.sources[:3]))) == 3
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        list(engine.decode(toy.sources[:3]))


# Artifacts that are damaged, hostile or of another model.

WHATEVER = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
NAMES = (
    *("graph", "source_tokenizer", "target_tokenizer", "source_vocabulary", "target_vocabulary", "end", "unknown"),
    *("positions", "max_source_tokens", "max_length_factor", "max_length_extra", "shortlist"),
)


@settings(max_examples=300, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(["kind", *NAMES]), WHATEVER, min_size=1))
def test_settings_are_read_or_refused_with_reasons(toy: Artifact, changes: dict[str, Any]) -> None:
    try:
        read = Settings.read({**toy.engine, **changes})
    except ModelFormatError as refused:
        problem: ModelFormatError | None = refused
    else:
        problem = None
    if problem is not None:
        assert problem.reasons
        return
    assert 0 <= read.limit(129) <= read.positions
    assert all("/" not in name and name not in ("", ".", "..") for name in (read.graph, read.source_tokenizer))


@pytest.mark.parametrize(
    "value", ["", ".", "..", "../model.onnx", "/etc/passwd", "a/b", "a\\b", "C:model", "a\0b", "nul", "\ud800"]
)
@pytest.mark.parametrize("name", ["graph", "source_tokenizer", "target_tokenizer"])
def test_a_name_that_is_no_plain_file_name_is_refused(toy: Artifact, name: str, value: str) -> None:
    with pytest.raises(ModelFormatError) as caught:
        toy.open(**{name: value})
    assert caught.value.reasons == (f"`{name}` is no plain file name",)
    shortlist = {**toy.engine["shortlist"], "offsets": value}
    with pytest.raises(ModelFormatError):
        toy.open(shortlist=shortlist)


@pytest.mark.parametrize("value", [None, True, -1, 2**31, 10**30, "160", [160], float("nan"), float("inf"), 1.5])
@pytest.mark.parametrize("name", [name for name in NAMES[3:11] if name != "max_length_factor"])
def test_a_number_that_is_none_is_refused(toy: Artifact, name: str, value: Any) -> None:
    with pytest.raises(ModelFormatError) as caught:
        toy.open(**{name: value})
    assert len(caught.value.reasons) == 1
    assert name in caught.value.reasons[0]


def test_every_wrong_setting_is_named_at_once(toy: Artifact) -> None:
    with pytest.raises(ModelFormatError) as caught:
        Settings.read({"kind": "else", **dict.fromkeys(NAMES, -1)})
    for name in ("else", *NAMES):
        assert any(f"`{name}`" in reason for reason in caught.value.reasons), name


LISTS = {"offsets": "shortlist.offsets.npy", "words": "shortlist.words.npy", "frequent": 8, "joint": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"target_vocabulary": 2**31 - 1, "shortlist": None},
        {"target_vocabulary": 2**31 - 1},
        {"source_vocabulary": 2**31 - 1},
        {"source_vocabulary": 10},
        {"target_vocabulary": 10},
        {"source_vocabulary": 0, "target_vocabulary": 0},
        {"end": 160},
        {"unknown": 10**6},
        {"graph": "tokenizer.json"},
        {"source_tokenizer": "model.onnx"},
        {"shortlist": {}},
        {"shortlist": {"offsets": 1, "words": 2, "frequent": 3, "joint": True}},
        {"shortlist": {**LISTS, "offsets": "shortlist.words.npy", "words": "shortlist.offsets.npy"}},
        {"shortlist": {**LISTS, "offsets": "model.onnx", "words": "tokenizer.json"}},
    ],
    ids=str,
)
def test_settings_that_do_not_fit_the_files_are_refused(toy: Artifact, changes: dict[str, Any]) -> None:
    with pytest.raises((ModelFormatError, EngineError)) as caught:
        toy.open(**changes)
    assert str(caught.value)


@pytest.mark.parametrize("frequent", [-1, 161, 2**70, True, None, "8", 1.5])
def test_a_hostile_number_of_frequent_tokens_is_refused(toy: Artifact, frequent: Any) -> None:
    with pytest.raises(ModelFormatError):
        toy.open(shortlist={**toy.engine["shortlist"], "frequent": frequent})


@pytest.mark.parametrize(
    ("changes", "length"),
    [
        ({"positions": 2**31 - 1, "max_length_factor": 1e9, "max_length_extra": 2**31 - 1}, 3),
        ({"max_source_tokens": 2**31 - 1}, 2000),
    ],
)
def test_huge_limits_end_in_a_typed_error_when_the_graph_has_no_such_position(
    toy: Artifact, changes: dict[str, Any], length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = toy.open(**changes)
    monkeypatch.setattr(engine, "_candidates", type("Endless", (), {"candidates": lambda *_: np.arange(2, 9)})())
    with pytest.raises(EngineError, match="the model failed"):
        list(engine.decode([[7] * length] * 4))
    assert decode_threads() == []


FILES = ("model.onnx", "tokenizer.json", "shortlist.offsets.npy", "shortlist.words.npy")


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "text", "folder", "cut by one byte"])
@pytest.mark.parametrize("name", FILES)
def test_an_artifact_is_refused_when_a_file_is_damaged(toy: Artifact, name: str, damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(
            {"empty": b"", "half": data[: len(data) // 2], "text": b"hello " * 50, "cut by one byte": data[:-1]}[damage]
        )
    with pytest.raises((ModelFormatError, EngineError)) as caught:
        MarianEngine.open(folder, toy.engine)
    assert caught.value.reasons


@pytest.mark.parametrize("other", FILES)
@pytest.mark.parametrize("name", FILES)
def test_an_artifact_is_refused_when_two_files_are_swapped(
    toy: Artifact, name: str, other: str, tmp_path: Path
) -> None:
    if name == other:
        return
    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    shutil.copyfile(toy.folder / other, folder / name)
    with pytest.raises((ModelFormatError, EngineError)):
        MarianEngine.open(folder, toy.engine)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    """A toy of more tokens, more layers and another width."""
    folder = tmp_path_factory.mktemp("larger") / "toy"
    return folder, build(folder, 2, vocabulary=200, width=32, heads=2, decoder_depth=1)


@pytest.mark.parametrize("name", FILES)
def test_an_error_is_typed_when_a_file_is_another_models(
    toy: Artifact, larger: tuple[Path, Mapping[str, Any]], name: str, tmp_path: Path
) -> None:
    """The larger model's file in the smaller model's folder, and the other way round."""
    for at, ((folder, engine), source) in enumerate([((toy.folder, toy.engine), larger[0]), (larger, toy.folder)]):
        mixed = tmp_path / str(at)
        shutil.copytree(folder, mixed)
        shutil.copyfile(source / name, mixed / name)
        try:
            opened = MarianEngine.open(mixed, engine, threads=2)
            results = list(opened.decode([*toy.sources, [*range(2, engine["source_vocabulary"])][:128]]))
        except EdgekitError:
            continue
        # A graph or list of another model of the same form cannot be told apart here; the receipt's digests do that.
        assert len(results) == len(toy.sources) + 1
    assert decode_threads() == []


def test_no_token_without_text_comes_out_when_the_vocabulary_is_smaller_than_the_table(
    toy: Artifact, tmp_path: Path
) -> None:
    for shortlist in (True, False):
        folder = tmp_path / f"artifact-{shortlist}"
        engine = build(folder, 1, {"shortlist": shortlist})
        small = build(tmp_path / f"small-{shortlist}", 1, vocabulary=120)
        shutil.copyfile(tmp_path / f"small-{shortlist}" / "tokenizer.json", folder / "tokenizer.json")
        opened = MarianEngine.open(folder, engine, threads=1)
        results = [one.token_ids for _, one in opened.decode([[2 + n % 118 for n in ids] for ids in toy.sources])]
        assert max(map(max, results)) < small["target_vocabulary"] == 120
        assert all(opened.target_tokenizer.decode(results))


def test_another_graph_is_refused_with_what_it_lacks(toy: Artifact, tmp_path: Path) -> None:
    import onnx

    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    helper = onnx.helper
    port = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "g", [port], [out])
    onnx.save_model(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "model.onnx"
    )
    with pytest.raises(ModelFormatError) as caught:
        MarianEngine.open(folder, toy.engine)
    assert "it has no output `tokens`" in caught.value.reasons
    assert "it has no input `source_ids`" in caught.value.reasons


@pytest.mark.parametrize("name", ["cell_0", "keys_0"])
@pytest.mark.parametrize("change", ["symbol", "huge", "scalar", "short", "type"])
def test_a_graph_whose_state_or_memory_has_another_form_is_refused(
    toy: Artifact, change: str, name: str, tmp_path: Path
) -> None:
    import onnx

    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    model = onnx.load_model(str(folder / "model.onnx"))
    for port in [*model.graph.input, *model.graph.output]:
        if port.name in (name, f"next_{name}", f"new_{name}"):
            kind = port.type.tensor_type
            if change == "symbol":
                kind.shape.dim[1].dim_param = "Q"
            elif change == "huge":
                kind.shape.dim[1].dim_value = 2**40
            elif change in ("scalar", "short"):
                del kind.shape.dim[0 if change == "scalar" else 1 :]
            else:
                kind.elem_type = onnx.TensorProto.STRING
    onnx.save_model(model, folder / "model.onnx")
    with pytest.raises((ModelFormatError, EngineError)) as caught:
        MarianEngine.open(folder, toy.engine)
    assert caught.value.reasons
