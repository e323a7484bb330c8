"""The engine over toy artifacts and over a real one: one answer a sentence, whatever runs beside it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys.marian_artifact import THREADS, Artifact, build, decode_threads
from toys.marian_student import toy_lines
from translate.real_models import home_with

from edgekit.core.errors import EngineError
from edgekit.engine import marian, refill
from edgekit.engine.base import Hypothesis
from edgekit.store.installed import open_folder

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
    answers.close()  # type: ignore[attr-defined]  # an iterator that is a generator
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
