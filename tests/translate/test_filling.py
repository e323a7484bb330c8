"""Prompts: placeholders once, texts as data, the right examples, the terms that occur."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from translate.prompted_models import catalogue

from edgekit.catalogue.load import check_file, packaged_file
from edgekit.core.errors import UsageError
from edgekit.core.languages import Direction
from edgekit.glossary.terms import Term, of_terms
from edgekit.translate.filling import Filler, fill, find_prompt

LIBRARY, _ = check_file(packaged_file())


def filler(prompt: str, source: str, target: str, **asked: object) -> Filler:
    made = catalogue()
    return Filler(made, find_prompt(made, prompt), Direction(source, target), **asked)  # type: ignore[arg-type]  # options of any type


def test_a_prompt_is_its_examples_and_the_text() -> None:
    assert filler("plain", "en", "pt").fill("Hi.") == "one > um\ntwo > dois\nEnglish: Hi.\nPortuguese:"
    assert filler("plain", "en", "pt-BR", examples=[("a\nb", "c")]).fill("Hi.") == "a b > c\nEnglish: Hi.\nPortuguese:"
    assert filler("plain", "en", "xx").fill("Hi.") == "English: Hi.\nxx:"


@given(st.text(alphabet="{}textamplsgourc_ngiy\\% \n"))
def test_what_stands_in_a_value_is_text_when_it_looks_like_a_placeholder(text: str) -> None:
    values = {"text": text, "examples": "{text}{text}", "glossary": "{examples}"}
    assert fill("{glossary}|{examples}|{text}|{other}", values) == f"{{examples}}|{{text}}{{text}}|{text}|{{other}}"


def test_terms_are_exactly_those_that_occur_when_there_are_many() -> None:
    direction = Direction("en", "pt")
    terms = [
        Term("photosynthesis", "fotossíntese"),
        Term("leaf", "folha"),
        Term("leaf cell", "célula\nda folha"),
        Term("art", "arte"),
        Term("YouTube", "YouTube", keep=True),
    ]
    asked = filler("plain", "en", "pt", glossary=of_terms(direction, terms), examples=[])
    listed = asked.fill("Leaf cells start PHOTOSYNTHESIS on YouTube.").splitlines()[0]
    assert listed == "Terms: leaf cell = célula da folha; photosynthesis = fotossíntese."
    assert asked.fill("A leaf.") == "Terms: leaf = folha.\nEnglish: A leaf.\nPortuguese:"
    assert asked.fill("Hi.") == filler("plain", "en", "pt", examples=[]).fill("Hi.")


def test_an_instruction_is_in_the_sources_language_and_in_english_where_there_is_none() -> None:
    assert filler("own", "pt-BR", "am").fill("Oi.") == "Para አማርኛ: Oi."
    assert filler("own", "pt", "am").has_own_instruction
    unknown = filler("own", "am", "pt")
    assert (unknown.fill("ሰላም"), unknown.has_own_instruction) == ("Into português: ሰላም", False)


def test_diverse_exemplars_are_of_other_languages_and_end_in_english_when_the_target_does() -> None:
    assert filler("diverse", "am", "en").fill("ሰላም") == "un > one\n二 > two\nሰላም >"
    assert filler("diverse", "en", "am").fill("Hi") == "one > un\ntwo > 二\nHi >"
    assert filler("diverse", "pt", "am").fill("Oi") == "un > 一\n二 > deux\nOi >"


@given(st.sampled_from(sorted(LIBRARY.languages)), st.sampled_from(sorted(LIBRARY.languages)))
def test_neither_language_is_among_the_diverse_exemplars(source: str, target: str) -> None:
    if source == target:
        return
    made = Filler(LIBRARY, LIBRARY.prompts["diverse"], Direction(source, target))
    own = {one for tag in (source, target) if tag != "en" for one in LIBRARY.exemplars.get(tag, ())}
    text = made.fill("TEXT")
    assert made.shown
    assert not [one for one in own if one in text]


@pytest.mark.parametrize("prompt", sorted(LIBRARY.prompts))
def test_every_prompt_of_the_library_ends_with_the_text_in_a_frame(prompt: str) -> None:
    for source in LIBRARY.languages:
        target = "pt" if source != "pt" else "en"
        filled = Filler(LIBRARY, LIBRARY.prompts[prompt], Direction(source, target)).fill("THE TEXT")
        assert filled.count("THE TEXT") == 1
        assert not filled.endswith((" ", "\n"))
        assert "{" not in filled


def test_an_unknown_prompt_names_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="no prompt `best`") as caught:
        find_prompt(catalogue(), "best")
    assert caught.value.hint == "choose one of `plain`, `own`, `diverse`"


def test_no_exemplar_is_a_line_of_the_texts_that_are_measured_on() -> None:
    data = Path(__file__).resolve().parents[3] / "shared" / "data"
    files = [*data.glob("flores/dev.*"), *data.glob("ntrex/newstest2019.*")]
    if not files:
        pytest.skip("the texts are not here")
    exemplars = {one for sentences in LIBRARY.exemplars.values() for one in sentences}
    for file in files:
        assert not exemplars.intersection(file.read_text(encoding="utf-8").splitlines())
