"""Labels from references, calibrations fitted on lines whose answer is known, and what is written about them."""

import random
from dataclasses import replace
from statistics import median

import pytest

from edgekit.confidence.signals import Signals
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.segments import Segment, Translation
from edgekit.evaluate.confidence import Labelled, evaluate, evaluate_fit, fit_confidence, label

EN_PT = Direction("en", "pt")


def translation(source: str, text: str, **more: object) -> Translation:
    one = Segment((0, len(source)), (0, len(text)), True, (-0.1, -0.2), (), **more)
    return Translation(text, source, -0.15, (one,) if source.strip() else ())


def lines(count: int, seed: int, shift: float = 0.0) -> Labelled:
    """Lines whose chrF follows the mean log-probability, less a shift, with noise."""
    draw = random.Random(seed)
    logs = [-draw.random() for _ in range(count)]
    made = tuple(Signals(-one, 0.25, 0.0, 1.0, (), 50.0 + 40 * one) for one in logs)
    return Labelled(made, tuple(75 + 40 * one - shift + draw.gauss(0, 8) for one in logs), 0)


def test_labels_are_the_chrf_of_each_line_and_what_is_empty_is_skipped() -> None:
    made = [translation("It is big.", "É grande."), translation("  ", "  "), translation("3 of 4", "2 de 4")]
    found = label(made, ["É grande.", "x", "3 de 4"], EN_PT, ["It is big.", "", "2 of 4"])
    assert found.skipped == 1
    assert found.chrf[0] == pytest.approx(100)
    assert found.chrf[1] < 60
    assert found.right(10) == [True, False]
    assert found.right(60) == [True, True]
    assert found.has_round_trip
    assert [one.findings for one in found.signals] == [(), (("number", 1),)]


def test_a_calibration_holds_on_more_of_the_same_text() -> None:
    fitted = fit_confidence({"a": lines(2000, 1)}, EN_PT, "toy", margin=0)
    held = evaluate(fitted, lines(2000, 2))
    assert held.error < 0.05
    assert held.auc is not None
    assert held.auc > 0.8
    assert fitted.with_round_trip is not None
    assert fitted.provenance["texts"]["a"]["lines"] == 2000


def test_a_text_that_people_translated_more_freely_needs_no_calibration_of_its_own() -> None:
    texts = {"a": lines(600, 1), "b": lines(600, 2, shift=15)}
    told = fit_confidence(texts, EN_PT, "toy").provenance
    assert {*told["by_the_other_texts"]} == {"a", "b"}
    assert max(one["as it is"]["plain"]["error"] for one in told["by_the_other_texts"].values()) < 0.08
    assert {*told["second_half_by_first_of_each"]} == {"a", "b"}
    assert told["texts"]["a"]["median"] - told["texts"]["b"]["median"] == pytest.approx(15, abs=2)
    assert told["texts"]["a"]["plain"]["error"] < 0.1


def test_lines_are_right_beside_their_own_text() -> None:
    near, far = lines(300, 1), lines(300, 1, shift=30)
    assert near.right(4) == far.right(4)
    both = fit_confidence({"near": near, "far": far}, EN_PT, "toy")
    alone = fit_confidence({"near": near}, EN_PT, "toy")
    assert both.plain.weight == pytest.approx(alone.plain.weight, rel=0.1, abs=0.05)


def test_lines_with_mistakes_are_judged_as_the_text_without_them() -> None:
    texts, worse = {"a": lines(600, 1), "b": lines(600, 2)}, lines(600, 3, shift=20)
    worse = Labelled(worse.signals, worse.chrf, 0, usual=median(texts["a"].chrf))
    assert sum(worse.right(4)) < 0.25 * len(worse.chrf) < sum(replace(worse, usual=None).right(4))
    plain = fit_confidence(texts, EN_PT, "toy")
    warned = fit_confidence(texts, EN_PT, "toy", damaged={"a": {"mistyped": worse}})
    (one, *_) = worse.signals
    assert (warned.of(one) or 1) < (plain.of(one) or 0)
    assert {*warned.provenance["by_the_other_texts"]["a"]} == {"as it is", "mistyped"}


def test_folds_say_about_what_unseen_lines_do() -> None:
    folds = evaluate_fit(lines(1000, 3), 0, round_trip=False)
    assert folds.error < 0.06
    assert folds.auc == pytest.approx(
        evaluate(fit_confidence({"a": lines(1000, 3)}, EN_PT, "toy", margin=0), lines(1000, 4)).auc, abs=0.05
    )


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        (lines(20, 1), ("20 lines have a confidence, and 50 are needed",)),
        (Labelled(lines(80, 1).signals, (60.0,) * 80, 0), ("no line has a chrF more than 4 below the median",)),
        (Labelled((), (), 3), ("0 lines have a confidence, and 50 are needed",)),
    ],
)
def test_lines_that_cannot_be_fitted_are_refused(given: Labelled, reasons: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        fit_confidence({"a": given}, EN_PT, "toy")
    assert caught.value.reasons == reasons


def test_no_line_is_nothing_to_evaluate() -> None:
    with pytest.raises(InputError, match="no line of the text has a confidence"):
        evaluate(fit_confidence({"a": lines(100, 1)}, EN_PT, "toy"), Labelled((), (), 3))
