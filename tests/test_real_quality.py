"""Quality of the real models: edgekit's translations score like those of an independent engine on the same weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.firefox import firefox_files
from translate.real_models import home_with

import edgekit

pytestmark = pytest.mark.real

FLORES = Path(__file__).parents[1].parent / "shared" / "data" / "flores"


@pytest.mark.parametrize(("source", "target"), [("en", "pt"), ("pt", "en")])
def test_chrf_is_within_a_tenth_of_fxtranslate_on_all_of_flores_dev(
    source: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """About 30 s a direction, nearly all of it the other engine's."""
    fxtranslate = pytest.importorskip("fxtranslate")
    sacrebleu = pytest.importorskip("sacrebleu")
    if not FLORES.is_dir():
        pytest.skip("the data sets are not beside this repository")
    lines, references = ((FLORES / f"dev.{language}").read_text("utf-8").splitlines() for language in (source, target))
    assert len(lines) == len(references) == 997
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt", "firefox-pt-en")))
    files = firefox_files(source + target)
    with edgekit.open_translator(source, target) as translator:
        ours = translator.translate(lines)
    assert all(result.complete for result in ours)
    vocabulary = files.vocabulary.read_bytes()
    engine = fxtranslate.Translator(files.weights.read_bytes(), vocabulary, vocabulary, files.shortlist.read_bytes())
    theirs = [engine.translate(line) for line in lines]
    scores = [sacrebleu.corpus_chrf(texts, [references]).score for texts in ([result.text for result in ours], theirs)]
    assert min(scores) > 65, scores
    # Not more than a tenth worse; better is no fault.
    assert scores[0] >= scores[1] - 0.1, scores
