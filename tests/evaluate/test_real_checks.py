"""The checks and the confidence on what the real model says."""

from __future__ import annotations

from pathlib import Path

import pytest
from translate.real_models import home_with

import edgekit
from edgekit.checks.capitals import lowered
from edgekit.checks.check import check
from edgekit.confidence.calibration import load_confidence
from edgekit.core.chrf import corpus_chrf
from edgekit.core.languages import Direction
from edgekit.evaluate.confidence import label

pytestmark = pytest.mark.real

FLORES = Path(__file__).parents[2].parent / "shared" / "data" / "flores"
LINES = 120
EN_PT = Direction("en", "pt")


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    if not FLORES.is_dir():
        pytest.skip("the data sets are not beside this repository")
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))
    english, portuguese = ((FLORES / f"dev.{tag}").read_text("utf-8").splitlines()[:LINES] for tag in ("en", "pt"))
    return english, portuguese


def test_few_translations_have_findings_and_confidence_tells_good_from_bad(text: tuple[list[str], list[str]]) -> None:
    lines, references = text
    with edgekit.open_translator("en", "pt") as translator:
        found = translator.translate(lines, scores=True, alignment=True)
    flagged = [one for one in found if check(one.source, one.text, EN_PT, segments=one.segments)]
    assert len(flagged) <= 0.03 * LINES
    labelled = label(found, references, EN_PT)
    confidence = load_confidence(EN_PT, "firefox-en-pt")
    assert confidence is not None
    told = [confidence.of(one) or 0.0 for one in labelled.signals]
    order = sorted(range(LINES), key=lambda at: told[at])
    worst, best = order[: LINES // 3], order[-LINES // 3 :]
    assert sum(labelled.chrf[at] for at in worst) < sum(labelled.chrf[at] for at in best)
    assert 0.05 < min(told) < 0.5 < max(told) < 0.97


def test_capitals_are_translated_better_by_way_of_small_letters(text: tuple[list[str], list[str]]) -> None:
    lines, references = ([one.upper() for one in side[:30]] for side in text)
    with edgekit.open_translator("en", "pt") as translator:
        straight = [one.text for one in translator.translate(lines)]
        small = [one.text for one in translator.translate([lowered(one, "en") for one in lines])]
    restored = [one.upper() for one in small]
    assert corpus_chrf(restored, references) > corpus_chrf(straight, references) + 20
