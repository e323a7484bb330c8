"""Labels from references, calibrations fitted on lines whose answer is known, and what is written about them."""

import random

import pytest

from edgekit.confidence.signals import Signals
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.segments import Segment, Translation
from edgekit.evaluate.confidence import Labelled, evaluate, evaluate_fit, fit_confidence, label

EN_PT = Direction("en", "pt")


def translation(source: str, text: str, **more: object) -> Translation:
    one = Segment((0, len(source)), (0, len(text)), True, (-0.1, -0.2), (), **more)  # type: ignore[arg-type]
    return Translation(text, source, -0.15, (one,) if source.strip() else ())


def lines(count: int, seed: int, shift: float = 0.0) -> Labelled:
    """Lines whose chrF follows the mean log-probability, less a shift, with noise."""
    draw = random.Random(seed)
    logs = [-draw.random() for _ in range(count)]
    made = tuple(Signals(one, one * 3, 0.1, 0.0, 1.0, 20, (), 50.0 + 40 * one) for one in logs)
    return Labelled(made, tuple(75 + 40 * one - shift + draw.gauss(0, 8) for one in logs), 0)


def test_labels_are_the_chrf_of_each_line_and_what_is_empty_is_skipped() -> None:
    made = [translation("It is big.", "É grande."), translation("  ", "  "), translation("3 of 4", "2 de 4")]
    found = label(made, ["É grande.", "x", "3 de 4"], EN_PT, ["It is big.", "", "2 of 4"])
    assert found.skipped == 1
    assert found.chrf[0] == pytest.approx(100)
    assert found.chrf[1] < 60
    assert found.right(60) == [True, False]
    assert found.has_round_trip
    assert [one.findings for one in found.signals] == [(), (("number", 1),)]


def test_a_calibration_holds_on_more_of_the_same_text() -> None:
    fitted = fit_confidence({"a": lines(2000, 1)}, EN_PT, "toy", threshold=55)
    held = evaluate(fitted, lines(2000, 2))
    assert held.error < 0.05
    assert held.auc is not None
    assert held.auc > 0.8
    assert fitted.with_round_trip is not None
    assert fitted.provenance["texts"]["a"]["lines"] == 2000


def test_a_calibration_says_what_it_is_worth_on_another_text() -> None:
    texts = {"a": lines(600, 1), "b": lines(600, 2, shift=15)}
    told = fit_confidence(texts, EN_PT, "toy", threshold=55).provenance
    assert {*told["other_text"]} == {"a by b", "b by a"}
    # The texts are judged otherwise, which no signal tells: a calibration is only as good as its text.
    assert min(told["other_text"].values()) > 0.15 > told["together"]["plain"]["error"]
    assert told["texts"]["a"]["plain"]["error"] < 0.1


def test_folds_say_about_what_unseen_lines_do() -> None:
    folds = evaluate_fit(lines(1000, 3), 55, round_trip=False)
    assert folds.error < 0.06
    assert folds.auc == pytest.approx(
        evaluate(fit_confidence({"a": lines(1000, 3)}, EN_PT, "toy", threshold=55), lines(1000, 4)).auc, abs=0.05
    )


@pytest.mark.parametrize(
    ("given", "threshold", "reason"),
    [
        (lines(20, 1), 55, "20 lines have a confidence, and 50 are needed"),
        (lines(80, 1), 1, "all lines have chrF of at least 1"),
        (lines(80, 1), 99.5, "all lines have chrF below 99.5"),
    ],
)
def test_lines_that_cannot_be_fitted_are_refused(given: Labelled, threshold: float, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        fit_confidence({"a": given}, EN_PT, "toy", threshold=threshold)
    assert caught.value.reasons == (reason,)


def test_no_line_is_nothing_to_evaluate() -> None:
    with pytest.raises(InputError, match="no line of the text has a confidence"):
        evaluate(fit_confidence({"a": lines(100, 1)}, EN_PT, "toy"), Labelled((), (), 3))
