"""The scorer: signs that hold whatever it is given, and what it reads from a text."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edgekit.core.errors import InputError, UsageError
from edgekit.engine.encoder import Adapter, TokenStates
from edgekit.grading.features import FEATURES, SIGNS, best_clause
from edgekit.grading.scorer import Scorer, decode
from edgekit.grading.statements import whole_clauses
from edgekit.grading.text_states import TextStates

WIDTH = 384
NOTHING = SimpleNamespace(negation=False, number=False, unit=False, antonym=False)
ROWS = st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES))


class ToyEncoder:
    """Each word has a vector of its own, the same in every text."""

    def __init__(self, width: int = WIDTH) -> None:
        self.width = width

    def token_states(
        self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
    ) -> list[TokenStates]:
        found = []
        for text in texts:
            pieces = tuple("▁" + word for word in text.split())
            states = np.array([self._vector(piece) for piece in pieces], np.float32).reshape(-1, self.width)
            total = states.sum(axis=0) if pieces else np.ones(self.width, np.float32)
            found.append(TokenStates(pieces, states, total / np.linalg.norm(total)))
        return found

    def _vector(self, piece: str) -> np.ndarray[Any, Any]:
        seed = int.from_bytes(piece.lower().encode(), "little") % 2**32
        return np.random.default_rng(seed).normal(0, 1, self.width)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


def read(scorer: Scorer, *texts: str) -> list[TextStates]:
    return scorer.read(ToyEncoder(), texts, "en")


@given(row=ROWS, more=st.floats(0, 5), at=st.integers(0, len(FEATURES) - 1))
def test_probability_never_falls_with_evidence_and_never_rises_with_a_contradiction(
    row: list[float], more: float, at: int
) -> None:
    scorer = Scorer.load()
    changed = list(row)
    changed[at] += more
    before, after = scorer.probabilities(np.array([row, changed]), "en")
    if SIGNS[FEATURES[at]] > 0:
        assert after >= before
    if FEATURES[at] == "length":
        # What speaks against a long answer is doubted more; met it is never for its length.
        assert after <= max(before, 0.5)
    elif SIGNS[FEATURES[at]] < 0:
        assert after <= before


@given(row=ROWS, bound=st.floats(0.05, 0.95))
def test_mark_does_not_move_with_the_length_where_its_bound_does(row: list[float], bound: float) -> None:
    scorer, some = Scorer.load(), np.array([row])
    without = float(dataclasses.replace(scorer, brief=0.0).probabilities(some, "en")[0])
    assume(abs(without - bound) > 1e-9)
    assert (scorer.probabilities(some, "en")[0] >= scorer.at_length(bound, some[0], "en")) == (without >= bound)


def test_weights_that_are_shipped_keep_their_signs(scorer: Scorer) -> None:
    for name, weight in zip(FEATURES, scorer.met.weight, strict=True):
        assert weight * SIGNS[name] >= 0, name
    for name in ("negation", "number", "unit", "antonym"):
        assert scorer.met.weight[FEATURES.index(name)] < 0
        assert scorer.contradicted.weight[FEATURES.index(name)] >= 0


@given(row=ROWS, met=st.floats(0, 1))
def test_states_add_up_to_one(row: list[float], met: float) -> None:
    scorer = Scorer.load()
    found = scorer.states(np.array([row]), np.array([met]))
    assert found.shape == (1, 3)
    assert abs(found.sum() - 1) < 1e-9
    assert found.min() >= 0
    assert found[0, 1] == met


def test_each_flag_of_a_contradiction_lowers_the_probability(scorer: Scorer) -> None:
    answer, wording, question = read(scorer, "the lamp is lit", "the lamp is on", "what is the lamp")
    plain = scorer.features(answer, [wording], question, NOTHING)[1]
    for name in ("negation", "number", "unit", "antonym"):
        flags = SimpleNamespace(**{**vars(NOTHING), name: True})
        _, flagged = scorer.features(answer, [wording], question, flags)
        assert scorer.probabilities(flagged[None], "en")[0] < scorer.probabilities(plain[None], "en")[0]


def test_wording_itself_scores_above_what_is_unlike_it(scorer: Scorer) -> None:
    right, wrong, wording, question = read(
        scorer, "water evaporates leaving salt", "birds fly south", "water evaporates leaving salt", "how was it parted"
    )
    table = np.stack([scorer.features(one, [wording], question)[1] for one in (right, wrong)])
    met = scorer.probabilities(table, "en")
    assert met[0] > 0.5 > met[1]


def test_wording_that_counts_is_the_one_that_speaks_most_for_the_answer(scorer: Scorer) -> None:
    answer, other, same, question = read(scorer, "salt is left", "birds fly south", "salt is left", "what is left")
    best, features = scorer.features(answer, [other, same], question)
    alone = scorer.features(answer, [other], question)[1]
    assert best == 1
    assert scorer.logits(features[None])[0] >= scorer.logits(alone[None])[0]


def test_best_clause_is_the_students_own_words(scorer: Scorer) -> None:
    text = "I think birds fly south, but water evaporates leaving salt."
    answer, wording, question = read(scorer, text, "water evaporates leaving salt", "what happens")
    begin, end = best_clause(answer, wording, question)
    assert text[slice(*whole_clauses(text, begin, end, ("en",)))] == "water evaporates leaving salt"


def test_best_clause_is_what_it_adds_to_the_question(scorer: Scorer) -> None:
    text = "so kites drift in winter , then gas appears"
    answer, wording, question = read(scorer, text, "kites drift in winter gas", "kites drift in winter")
    begin, end = best_clause(answer, wording, question)
    assert "gas" in text[begin:end]
    assert "kites" not in text[begin:end]


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "😀", "?", "\x00", "\ud800", "a" * 50_000, "word " * 3000])
def test_probability_is_a_number_when_the_answer_is_hostile(scorer: Scorer, text: str) -> None:
    encoder = ToyEncoder()
    encoder._vector = lambda _: np.ones(WIDTH)  # type: ignore[method-assign]  # replaced for this test
    answer, wording, question = scorer.read(encoder, [text, "salt is left", ""], "en")
    _, features = scorer.features(answer, [wording], question, NOTHING)
    assert 0 <= scorer.probabilities(features[None], "xx")[0] <= 1
    begin, end = best_clause(answer, wording, question)
    assert 0 <= begin <= end <= len(text)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text("ab c,.", max_size=30), min_size=1, max_size=4))
def test_features_of_an_answer_do_not_depend_on_the_others(texts: list[str]) -> None:
    scorer = Scorer.load()
    wording, question = read(scorer, "a b", "c")
    together = [scorer.features(one, [wording], question)[1] for one in read(scorer, *texts)]
    for text, found in zip(texts, together, strict=True):
        (alone,) = read(scorer, text)
        assert np.array_equal(scorer.features(alone, [wording], question)[1], found)


def test_encoder_of_another_width_is_refused(scorer: Scorer) -> None:
    with pytest.raises(UsageError, match="384 numbers"):
        scorer.read(ToyEncoder(64), ["a"], "en")


def test_scorer_comes_back_as_it_was_stored(scorer: Scorer) -> None:
    data = scorer.encode()
    again = decode(data)
    assert again.encode() == data
    assert len(data) < 16_384
    assert np.array_equal(again.space.agreement, scorer.space.agreement)


def test_provenance_names_what_the_weights_come_from(scorer: Scorer) -> None:
    sets = scorer.provenance["sets"]
    assert set(sets) == {"scientsbank", "beetle"}
    assert all(len(one["sha256"]) == 64 and one["split"] == "train" for one in sets.values())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "other"}, "schema"),
        ({"features": ["cosine"]}, "other features"),
        ({"lean": "much"}, "`lean`"),
        ({"sure": float("nan")}, "`sure`"),
        ({"brief": 1.5}, "`brief`"),
        ({"brief": -0.1}, "`brief`"),
        ({"brief": None}, "`brief`"),
        ({"space": {"width": 10**9}}, "width"),
        ({"space": None}, "width"),
        ({"met": {"mean": [1], "scale": [1], "weight": [1], "intercept": 0}}, "numbers"),
        ({"calibration": {"pooled": [-1, 0], "groups": {}}}, "slope"),
        ({"conformal": {"alpha": 2, "labels": 2, "thresholds": {}}}, "alpha"),
        ({"provenance": 3}, "provenance"),
    ],
)
def test_damaged_file_is_refused_with_what_is_wrong(
    scorer: Scorer, tmp_path: Any, change: dict[str, Any], reason: str
) -> None:
    document = {**json.loads(scorer.encode()), **change}
    path = tmp_path / "scorer.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=reason):
        Scorer.load(path)


@pytest.mark.parametrize("data", [b"", b"[", b"[" * 100_000, b"\xff", b"{}", b" " * (1 << 21)])
def test_file_that_is_no_scorer_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|schema|bytes"):
        decode(data)


def test_sure_is_a_probability_that_can_be_reached(scorer: Scorer) -> None:
    assert 0.5 < scorer.sure < 1
    assert dataclasses.replace(scorer, sure=0.9).sure == 0.9
