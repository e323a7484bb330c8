"""Signals of translations, calibrations as files, and fits on lines whose answer is known."""

import json
import math
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.confidence import calibration
from edgekit.confidence.calibration import (
    Confidence,
    Regression,
    decode,
    encode,
    load_confidence,
    own_file,
    save_confidence,
)
from edgekit.confidence.fitting import fit, out_of_fold
from edgekit.confidence.signals import FEATURES, signals
from edgekit.core.errors import InputError, UsageError
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.segments import Segment, Translation

COUNT = len(FEATURES)
WEIGHTS = Regression((0.0,) * COUNT, (1.0,) * COUNT, (-1.0, *[0.0] * (COUNT - 1)), 0.0)
EXAMPLE = Confidence(Direction("en", "pt"), "toy", 4.0, WEIGHTS, None, {"texts": {}})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    return tmp_path


def one_line(**more: object) -> Translation:
    given = {"log_probabilities": (-0.1, -0.3), "alignment": (), **more}
    segment = Segment((0, 13), (0, 7), **given)  # type: ignore[arg-type]  # options of any type
    return Translation("um dois", "one two three", segments=(segment,))


def test_signals_are_those_of_the_tokens_and_the_alignment() -> None:
    found = signals(one_line(alignment=(((0, 3), (0, 2)), ((4, 7), (3, 7)))), [Finding("number", "x")], "one two three")
    assert found is not None
    assert found.root_log == pytest.approx((math.sqrt(0.1) + math.sqrt(0.3)) / 2)
    assert found.density == pytest.approx(1 / 7)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.findings == (("number", 1),)
    assert found.round_trip == pytest.approx(100)
    assert len(found.features()) == len(FEATURES) + 1


def test_small_words_that_stand_in_both_are_copied_and_names_are_not() -> None:
    source, text = "Berlin boook and para book NATO", "Berlin boook e para livro NATO"
    segment = Segment((0, len(source)), (0, len(text)), log_probabilities=(-0.1,), alignment=())
    found = signals(Translation(text, source, segments=(segment,)))
    assert found is not None
    assert found.copied == pytest.approx(2 / 6)


@pytest.mark.parametrize(
    "translation", [Translation("", ""), one_line(log_probabilities=None), one_line(alignment=None)]
)
def test_there_are_no_signals_when_the_model_gave_none(translation: Translation) -> None:
    assert signals(translation) is None
    assert EXAMPLE.of(signals(translation)) is None


@given(
    st.text(max_size=30),
    st.text(max_size=30),
    st.lists(st.floats(max_value=0, allow_nan=False), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=4),
)
def test_confidence_is_a_probability_whatever_the_model_says(
    source: str, text: str, logs: list[float], spans: list[tuple[int, int]]
) -> None:
    pairs = tuple((span, (0, 1)) for span in spans)
    made = Translation(text, source, segments=(Segment((0, len(source)), (0, len(text)), True, tuple(logs), pairs),))
    told = EXAMPLE.of(signals(made))
    assert told is not None
    assert 0 <= told <= 1


def test_a_calibration_comes_back_from_its_file() -> None:
    both = Regression((0.0,) * (COUNT + 1), (1.0,) * (COUNT + 1), (0.5,) * (COUNT + 1), -1.0)
    example = Confidence(Direction("en", "pt"), "toy", 50.0, WEIGHTS, both, {"texts": {"a": 1}})
    assert decode(encode([EXAMPLE, example])) == [EXAMPLE, example]


def test_the_round_trip_is_weighed_only_when_it_is_there() -> None:
    both = Regression((0.0,) * (COUNT + 1), (1.0,) * (COUNT + 1), (*[0.0] * COUNT, 1.0), 0.0)
    example = Confidence(Direction("en", "pt"), "toy", 50.0, WEIGHTS, both, {})
    plain, back = signals(one_line()), signals(one_line(), (), "one two three")
    assert plain is not None
    assert example.of(plain) == pytest.approx(1 / (1 + math.exp(plain.root_log)))
    assert example.of(back) == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert EXAMPLE.of(back) == EXAMPLE.of(plain)


def test_the_user_own_calibration_comes_first_and_other_models_have_none() -> None:
    assert load_confidence(Direction("en", "sw")) is None
    packaged = load_confidence(Direction("en", "pt"))
    assert packaged is not None
    assert (packaged.model, packaged.margin) == ("firefox-en-pt", 4.0)
    assert load_confidence(Direction("en", "pt-BR"), "firefox-en-pt") == packaged
    assert load_confidence(Direction("en", "pt"), "another") is None
    path = save_confidence(EXAMPLE)
    assert path == own_file(EXAMPLE.direction)
    assert load_confidence(Direction("en", "pt")) == EXAMPLE
    assert load_confidence(Direction("en", "pt"), "firefox-en-pt") == packaged


def test_a_direction_that_is_no_direction_names_no_file() -> None:
    with pytest.raises(UsageError, match="is not a language tag"):
        own_file(Direction("../../en", "pt"))


def test_the_packaged_calibrations_say_where_they_are_from() -> None:
    for tags in (("en", "pt"), ("pt", "en")):
        found = load_confidence(Direction(*tags))
        assert found is not None
        assert {*found.provenance["texts"]} == {"FLORES-200 dev", "NTREX-128"}
        for text in found.provenance["texts"].values():
            assert text["lines"] > 900
            assert text["plain"]["error"] <= 0.05
        assert max(one["as it is"]["plain"]["error"] for one in found.provenance["by_the_other_texts"].values()) <= 0.08


def tables() -> list[dict[str, object]]:
    good = json.loads(encode([EXAMPLE]))
    one = good["calibrations"][0]
    return [
        {**one, **change}
        for change in (
            {"features": ["root_log"]},
            {"from": 3},
            {"provenance": []},
            {"margin": "4"},
            {"margin": True},
            {"plain": None},
            {"plain": {**one["plain"], "weight": [1.0]}},
            {"plain": {**one["plain"], "weight": [1e300] * COUNT}},
            {"plain": {**one["plain"], "scale": [0.0] * COUNT}},
            {"plain": {**one["plain"], "intercept": None}},
            {"with_round_trip": one["plain"]},
        )
    ]


@pytest.mark.parametrize("table", tables())
def test_a_damaged_calibration_is_refused(table: dict[str, object]) -> None:
    data = json.dumps({"schema": calibration.SCHEMA, "calibrations": [table]}).encode()
    with pytest.raises(ValueError, match=r"."):
        decode(data)
    path = own_file(Direction("en", "pt"))
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with pytest.raises(InputError, match="is no calibration"):
        load_confidence(Direction("en", "pt"))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"schema": "edgekit.confidence/2"}', b"[" * 100_000, b" " * (1 << 20) + b"{}", b"NaN"]
)
def test_a_file_that_is_no_calibration_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(data)


@given(st.binary(max_size=200))
def test_foreign_bytes_end_in_a_value_error_or_a_calibration(data: bytes) -> None:
    try:
        decode(data)
    except ValueError:
        pass


def known(count: int) -> tuple[list[list[float]], list[bool]]:
    draw = random.Random(5)
    rows = [[draw.gauss(2, 3), draw.gauss(-1, 0.1), 7.0] for _ in range(count)]
    return rows, [draw.random() < 1 / (1 + math.exp(-(row[0] - 2) / 3 - 0.5)) for row in rows]


def test_a_fit_finds_the_weights_that_made_the_labels() -> None:
    found = fit(*known(5000))
    assert found.weight == pytest.approx((1.0, 0.0, 0.0), abs=0.1)
    assert found.intercept == pytest.approx(0.5, abs=0.1)


def test_lines_that_a_plane_tells_apart_have_finite_weights() -> None:
    rows = [[float(at)] for at in range(100)]
    found = fit(rows, [at >= 50 for at in range(100)])
    assert abs(found.weight[0]) < 50
    assert found.probability([0.0]) < 0.1 < 0.9 < found.probability([99.0])


def test_what_no_line_had_says_no_more_than_the_furthest_that_one_had() -> None:
    rows, right = known(200)
    found = fit(rows, right)
    assert found.probability([1e3, -1.0, 7.0]) == found.probability([1e6, -1.0, 7.0]) < 1


def test_a_feature_that_speaks_against_its_meaning_weighs_nothing() -> None:
    rows, right = known(500)
    free, bound = fit(rows, right), fit(rows, right, (-1, 1, 1))
    assert free.weight[0] > 0.5
    assert bound.weight[0] == 0
    assert all(one >= 0 for one in bound.weight[1:])
    assert fit(rows, right, (1, int(math.copysign(1, free.weight[1])), 1)) == free


def test_no_line_is_told_by_a_fit_that_has_seen_it() -> None:
    rows, right = known(100)
    told = out_of_fold(rows, right)
    # Another label of a line changes what is told of lines of other folds, never of its own.
    other = [not right[0], *right[1:]]
    again = out_of_fold(rows, other)
    assert told[:20] == again[:20]
    assert told[20:] != again[20:]


@pytest.mark.parametrize(("count", "right"), [(49, [True, False] * 30), (60, [True] * 60)])
def test_too_few_lines_are_a_mistake(count: int, right: list[bool]) -> None:
    with pytest.raises(ValueError, match="50 lines or more"):
        fit([[0.0]] * count, right[:count])
