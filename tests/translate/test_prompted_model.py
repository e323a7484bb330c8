"""A real GGUF file as a translator: a toy that writes random words, and the scorer of markers."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from toys.llama import needs_llama
from toys.writing_models import toy_writer, written
from translate.prompted_models import CATALOGUE

from edgekit.core.errors import UsageError
from edgekit.core.events import Event, Note
from edgekit.projection.spans import project
from edgekit.translate.examples import Examples
from edgekit.translate.marker_scores import MarkerScores
from edgekit.translate.pivot import PivotTranslator
from edgekit.translate.prompted import PromptedTranslator
from edgekit.translate.prompting import open_prompted_translator

pytestmark = needs_llama


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("prompted"), toy_writer())


@pytest.fixture(autouse=True)
def own_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small catalogue's prompts stand for the packaged ones, which are longer than the toy's context."""
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "models.toml").write_text(CATALOGUE, encoding="utf-8")


def test_a_toy_translates_every_line_or_says_that_it_could_not(model: Path) -> None:
    notes: list[Event] = []
    with open_prompted_translator(
        "en", "am", model=str(model), prompt="own", threads=1, report=notes.append
    ) as translator:
        texts = ["the cat.", "", "the </s> dog\nthe <s> cat", "12"]
        made = translator.translate(texts, scores=True)
        again = translator.translate(texts, scores=True)
    assert made == again
    assert [one.source for one in made] == texts
    assert [one.text.count("\n") for one in made] == [0, 0, 1, 0]
    assert (made[1].text, made[3].text) == ("", "12")
    for one in made:
        assert one.complete == (not one.findings)
    assert made[0].score is not None
    assert made[0].score < 0
    assert notes == []


def test_what_a_person_should_know_is_reported(model: Path) -> None:
    notes: list[Event] = []
    for prompt in ("plain", "own"):
        open_prompted_translator("xx", "am", model=str(model), prompt=prompt, report=notes.append).close()
    assert [one.text for one in notes if isinstance(one, Note)] == [
        "there are no examples for xx→am: the model is asked without any",
        "prompt `own` has no instruction in `xx`: it is in English",
    ]


def test_options_that_cannot_be_are_refused_before_a_model_is_opened() -> None:
    with pytest.raises(UsageError, match="both `pt`"):
        open_prompted_translator("pt", "pt", model="there is none")
    with pytest.raises(UsageError, match="no prompt `best`"):
        open_prompted_translator("en", "pt", model="there is none", prompt="best")


def test_scores_of_pieces_are_those_of_their_prefixes_and_the_search_takes_them(model: Path) -> None:
    with MarkerScores.open(str(model), "en", "pt", examples=[("[x]", "[y]")], threads=1) as scores:
        whole, begin, none = scores("the [cat] sat", [["o", " [", "gato", "]"], ["o", " ["], []])
        assert len(whole) == 4
        assert all(value < 0 and math.isfinite(value) for value in whole)
        assert begin == pytest.approx(whole[:2])
        assert none == []
        (found,) = project("the cat sat", [(4, 7)], "a b c", scorer=scores, exact=True)
        assert found.how == "search"
        assert found.score is not None
        assert found.target is not None


def test_a_way_through_another_language_is_asked_for_in_two_prompts(model: Path) -> None:
    with open_prompted_translator("pt", "am", model=str(model), prompt="own", through="en", threads=1) as translator:
        assert isinstance(translator, PivotTranslator)
        assert [str(one) for one in translator.route] == ["pt→en", "en→am"]
        (made,) = translator.translate(["o gato."], scores=True)
    assert made.source == "o gato."
    with pytest.raises(UsageError, match="make no route"):
        open_prompted_translator("pt", "am", model=str(model), through="pt")


def test_texts_in_the_target_language_become_examples_by_the_model_itself(model: Path) -> None:
    notes: list[Event] = []
    given = Examples(pairs=(("gato", "ድመት"),), texts=("ሰላም ነው", "ደህና ቀን"))
    with open_prompted_translator(
        "pt", "am", model=str(model), examples=given, threads=1, report=notes.append
    ) as translator:
        assert isinstance(translator, PromptedTranslator)
        translator.translate(["o gato"])
    told = [one.text for one in notes if isinstance(one, Note)]
    assert told[0] == "examples: asking the model for am→pt"
    assert re.fullmatch(r"examples: [0-2] of 2 texts got a translation", told[1])
