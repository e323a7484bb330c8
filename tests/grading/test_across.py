"""Answers in another language than the wording: never worse for more, untouched where the language is the wording's."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.across import Across, decode_across, packaged_across, spoken
from edgekit.grading.calibration import Platt
from edgekit.grading.features import FEATURES, SIGNS
from edgekit.grading.scorer import Scorer

ROWS = st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES))
TAGS = ("en", "es", "pt", "de", "xx")
SHARES = st.dictionaries(st.sampled_from(TAGS), st.floats(0.01, 1), min_size=1).map(
    lambda found: {tag: share / sum(found.values()) for tag, share in found.items()}
)


def odds(row: list[float], shares: dict[str, float] | None, language: str = "en") -> float:
    return float(Scorer.load().logits(np.array([row]), shares, language)[0])


@given(row=ROWS, more=st.floats(0, 5), at=st.integers(0, len(FEATURES) - 1), shares=SHARES)
def test_odds_never_fall_with_evidence_whatever_the_languages(
    row: list[float], more: float, at: int, shares: dict[str, float]
) -> None:
    sign = SIGNS[FEATURES[at]]
    better = list(row)
    better[at] += more * (sign or 0)
    before, after = odds(row, shares), odds(better, shares)
    if FEATURES[at] == "length" and before < 0:
        # A shorter answer is refused more surely, and is none that was not refused.
        assert after <= 1e-9
    else:
        assert after >= before - 1e-9


@given(row=ROWS, tag=st.sampled_from(["en", "xx"]))
def test_odds_are_the_scorers_own_when_answer_and_wording_are_in_one_language(row: list[float], tag: str) -> None:
    assert odds(row, {tag: 1.0}, tag) == odds(row, None)
    assert odds(row, spoken(tag, {tag: 0.97, "es": 0.03}), tag) == odds(row, None)


@given(rows=st.lists(ROWS, min_size=2, max_size=5), shares=SHARES)
def test_odds_of_an_answer_do_not_depend_on_the_others_or_their_order(
    rows: list[list[float]], shares: dict[str, float]
) -> None:
    table = np.array(rows)
    scorer = Scorer.load()
    together = scorer.logits(table, shares, "en")
    turned = scorer.logits(table[::-1], dict(reversed(shares.items())), "en")[::-1]
    assert together.tolist() == turned.tolist()
    assert together.tolist() == [odds(row, shares) for row in rows]


@given(row=ROWS, share=st.floats(0.01, 0.99))
def test_odds_of_a_mix_are_between_those_of_its_languages(row: list[float], share: float) -> None:
    ends = odds(row, {"en": 1.0}), odds(row, {"es": 1.0})
    assert min(ends) - 1e-9 <= odds(row, {"en": 1 - share, "es": share}) <= max(ends) + 1e-9


@pytest.mark.parametrize(
    ("variety", "shares", "expected"),
    [
        ("en", {"en": 0.98, "es": 0.02}, {"en": 1.0}),
        ("es-phon", {"es": 1.0}, {"es": 1.0}),
        ("en+es-phon", {"en": 0.5, "es": 0.5}, {"en": 0.5, "es": 0.5}),
        ("en+es", {"de": 0.02, "en": 0.49, "es": 0.49}, {"en": 0.5, "es": 0.5}),
        ("hi-Latn", {"hi": 1.0}, {}),
        ("en", {}, {}),
    ],
)
def test_spoken_gives_the_languages_that_a_variety_names(
    variety: str, shares: dict[str, float], expected: dict[str, float]
) -> None:
    assert spoken(variety, shares) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("variety", "language", "expected"),
    [
        ("es", "en", True),
        ("en+es", "en", True),
        ("en+es-phon", "en-GB", True),
        ("en", "en", False),
        ("es", "es", False),
        ("de", "en", False),
        ("de+es", "en", False),
        ("es-Latn", "en", False),
        ("es", "de", False),
    ],
)
def test_covers_says_yes_only_when_every_language_was_measured(variety: str, language: str, expected: bool) -> None:
    assert packaged_across().covers(variety, language) is expected


def test_packaged_is_as_encoded_and_was_made_for_the_packaged_scorer() -> None:
    across = packaged_across()
    assert decode_across(across.encode()) == across
    assert len(across.encode()) < 16_384
    digest = hashlib.sha256(Scorer.load().encode()).hexdigest()
    assert across.provenance["scorer"] == digest, "run `python -m benchmarks.train_across --write` again"


def test_sets_without_their_own_are_as_wide_as_those_of_translated_answers() -> None:
    across, own = packaged_across(), Scorer.load().conformal
    wide = across.widened(own)
    assert wide.threshold("en") == own.threshold("en")
    for values in (*own.thresholds.values(), *across.thresholds.values()):
        assert all(one >= other for one, other in zip(wide.threshold("en+es"), values, strict=True))


def test_without_lines_nothing_changes() -> None:
    own = np.array([1.5])
    assert Across().logits(own, np.zeros((1, len(FEATURES))), {"es": 1.0}, "en") is own


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema": "edgekit.across/9"}, "schema"),
        ({"features": []}, "features"),
        ({"lines": []}, "tables"),
        ({"lines": {"es>en": [0, 1]}, "measured": [], "whole": {}}, "not above 0"),
        ({"lines": {"es>en": [1]}, "measured": [], "whole": {}}, "no slope"),
        ({"lines": {"es>en": [1, float("nan")]}, "measured": [], "whole": {}}, "no number"),
        ({"measured": ["xx>en"]}, "no line"),
        ({"whole": {"xx>en": [1, 1]}}, "no line"),
        ({"whole": []}, "no line"),
        ({"whole": {"es>en": [0.5]}}, "has not what is least"),
        ({"whole": {"es>en": [0.5, 0]}}, "not above 0"),
        ({"whole": {"es>en": [0.5, float("inf")]}}, "no number"),
        ({"same": None}, "no number"),
        ({"measured": [[]]}, "no line"),
        ({"conformal": {"pt>en": [1]}}, "thresholds"),
        ({"weights": {"mean": []}}, "numbers"),
        ({"provenance": None}, "tables"),
    ],
)
def test_file_is_refused_when_something_in_it_is_wrong(change: dict[str, object], problem: str) -> None:
    document = {**json.loads(packaged_across().encode()), **change}
    with pytest.raises(ValueError, match=problem):
        decode_across(json.dumps(document).encode())


def test_file_is_refused_when_it_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        decode_across(b"[" * 100_000)


def test_lines_stretch_the_odds_of_their_language_alone() -> None:
    across = Across(packaged_across().weights, {"es>en": Platt(1.0, 0.0), "de>de": Platt(2.0, 1.0)})
    row, own = np.zeros((1, len(FEATURES))), np.array([3.0])
    assert across.weights is not None
    assert across.logits(own, row, {"es": 1.0}, "en") == across.weights.logits(row)
    assert across.logits(own, row, {"de": 1.0}, "de") == 7.0
    assert across.logits(own, row, {"fr": 1.0}, "en") == 3.0


def test_whole_content_gets_what_it_gets_in_its_own_language_and_no_more() -> None:
    lines = {"es>en": Platt(1.0, 0.0), "de>en": Platt(1.0, 0.0)}
    across = Across(None, lines, whole={"es>en": (0.6, 10.0)}, same=3.0)
    rows, own = np.zeros((4, len(FEATURES))), np.array([1.0, 1.0, 1.0, 4.0])
    for row, (recall, precision) in zip(rows, [(0.9, 0.5), (0.65, 0.7), (0.95, 0.9), (0.95, 0.9)], strict=True):
        row[FEATURES.index("recall")], row[FEATURES.index("precision")] = recall, precision
    assert across.logits(own, rows, {"es": 1.0}, "en") == pytest.approx([1.0, 1.5, 3.0, 4.0])
    assert across.logits(own, rows, {"de": 1.0}, "en").tolist() == own.tolist()
    assert across.logits(own, rows, {"en": 0.5, "es": 0.5}, "en") == pytest.approx([1.0, 1.25, 2.0, 4.0])


def test_whole_content_of_every_line_is_worth_something_below_what_its_own_language_gives() -> None:
    across = packaged_across()
    assert across.whole.keys() == across.lines.keys()
    assert 2.5 < across.same < 4
    assert all(0.4 < least < 0.7 and 0 < worth < 20 for least, worth in across.whole.values())
