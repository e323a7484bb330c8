"""numpy's products have one thread while an answer is graded, and as many as before as soon as nothing is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from grading.toy_states import ToyEncoder, toy_scorer

from edgekit.core.errors import EngineError
from edgekit.engine.encoder import Adapter, TokenStates
from edgekit.grading.grader import Grader
from edgekit.grading.one_thread import Products, find_products, one_thread
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer

QUESTION = Question(
    "q1", "explain", "en", {"en": "What do seeds need?"}, 2.0, references={"en": ("Seeds need water.",)}
)
QUIZ = Quiz("quiz", "Quiz", ("en",), (QUESTION,), "0" * 64)
ANSWERS = [Answer(f"a{at}", "q1", f"seeds need {what}") for at, what in enumerate(("rain", "sun", "mud"))]
MANY = 3


@pytest.fixture
def blas() -> Iterator[Products]:
    products = find_products()
    if products is None:
        pytest.skip("numpy has another library than OpenBLAS here")
    before = products.threads()
    products.set_threads(MANY)
    yield products
    products.set_threads(before)


class Counting(ToyEncoder):
    def __init__(self, blas: Products) -> None:
        super().__init__()
        self.seen: set[int] = set()
        self.blas = blas
        self.breaks = False

    def token_states(
        self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
    ) -> list[TokenStates]:
        self.seen.add(self.blas.threads())
        if self.breaks:
            raise EngineError("broken")
        return super().token_states(texts, prefix=prefix)


def grader(encoder: ToyEncoder) -> Grader:
    return Grader(QUIZ, Texts(encoder, toy_scorer("en")))  # type: ignore[arg-type]  # a toy


def test_an_answer_is_graded_in_one_thread_and_who_takes_it_has_as_many_as_before(blas: Products) -> None:
    encoder = Counting(blas)
    for _ in grader(encoder).grade(ANSWERS):
        assert blas.threads() == MANY
    assert encoder.seen == {1}
    assert blas.threads() == MANY


def test_the_threads_are_there_again_when_grading_fails_or_is_left(blas: Products) -> None:
    encoder = Counting(blas)
    grading = grader(encoder).grade(ANSWERS)
    next(grading)
    del grading
    assert blas.threads() == MANY
    encoder.breaks = True
    with pytest.raises(EngineError):
        list(grader(encoder).grade([Answer("b", "q1", "seeds need nothing")]))
    assert encoder.seen == {1}
    assert blas.threads() == MANY


def test_there_is_one_until_the_last_of_several_graders_is_done(blas: Products) -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with one_thread():
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(30)
    encoder = Counting(blas)
    assert len(list(grader(encoder).grade(ANSWERS))) == len(ANSWERS)
    assert encoder.seen == {1}
    assert blas.threads() == 1
    leave.set()
    thread.join()
    assert blas.threads() == MANY


def test_many_graders_at_once_leave_what_was(blas: Products) -> None:
    encoders = [Counting(blas) for _ in range(8)]
    running = [threading.Thread(target=lambda one=one: list(grader(one).grade(ANSWERS))) for one in encoders]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert {one for encoder in encoders for one in encoder.seen} == {1}
    assert blas.threads() == MANY


@pytest.mark.skipif(sys.platform == "darwin", reason="numpy has Apple's library there")
def test_numpys_own_library_is_found_in_a_wheel() -> None:
    if "scipy-openblas" in str(np.show_config(mode="dicts")):
        assert find_products() is not None
