"""`open_checked_translator` on installed toys: what it puts around which model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from store.toys import use_home
from toys.installed_translation import install
from toys.marian_student import toy_lines, toy_student

from edgekit.core.errors import DirectionError, ModelNotFoundError, UnavailableError, UsageError
from edgekit.core.events import Event
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText
from edgekit.memory.memory import open_memory
from edgekit.store.installed import models_folder
from edgekit.translate.around import Around, open_careful_translator
from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
from edgekit.translate.opening import AUTO, RoutedTranslator, open_checked_translator
from edgekit.translate.translator import open_translator


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def student(tmp_path: Path) -> Path:
    models_folder().mkdir(parents=True)
    return install(toy_student(8).write(tmp_path), models_folder() / "toy-en-pt")


def test_texts_come_out_as_without_anything_around(student: Path) -> None:
    lines = toy_lines(3, 20)
    with (
        open_translator("en", "pt", threads=1) as plain,
        open_careful_translator(Direction("en", "pt"), Around(threads=1)) as careful,
        open_checked_translator("en", "pt") as full,
    ):
        assert isinstance(full, CheckedTranslator)
        assert full.direction == Direction("en", "pt")
        raw, protected, all_around = (one.translate(lines) for one in (plain, careful, full))
    # But for the capital that a text begins with.
    assert [one.text.casefold() for one in protected] == [one.text.casefold() for one in raw]
    # This toy runs away with some lines, which are left as they were.
    broken = {"repetition", "incomplete"}
    for line, alone, one in zip(lines, raw, all_around, strict=True):
        assert one.text.casefold() == (line if one.origin == "source" else alone.text).casefold()
        assert (one.origin == "source") == any(finding.kind in broken for finding in one.findings)
    assert "source" in {one.origin for one in all_around}


def test_an_artifact_is_opened_by_its_path_and_another_direction_of_it_is_refused(student: Path) -> None:
    with open_checked_translator("en", "pt", Around(model=str(student))) as translator:
        assert translator.translate(["a b"])[0].direction == Direction("en", "pt")
    with pytest.raises(DirectionError, match="does not translate pt→en"):
        open_checked_translator("pt", "en", Around(model=str(student)))
    with pytest.raises(ModelNotFoundError):
        open_checked_translator("en", "pt", Around(model="no-such-model"))
    with pytest.raises(UnavailableError):
        open_checked_translator("en", "pt", Around(model="no/such.gguf"))


def test_each_text_goes_to_the_model_for_its_language_or_stays(student: Path) -> None:
    texts = [
        "The children are going to read the whole book in class tomorrow morning.",
        "As crianças vão ler o livro inteiro na sala de aula amanhã de manhã.",
        "Demain matin, les enfants vont lire le livre entier dans la salle de classe.",
    ]
    with open_checked_translator(AUTO, "pt") as translator:
        assert isinstance(translator, RoutedTranslator)
        assert translator.direction is None
        english, portuguese, french = translator.translate(texts)
    assert english.direction == Direction("en", "pt")
    for one, text in ((portuguese, texts[1]), (french, texts[2])):
        assert (one.text, one.origin, one.direction) == (text, "source", None)
        assert [finding.kind for finding in one.findings] == ["language"]
    with open_checked_translator("en", "pt", Around(checked_language=True)) as translator:
        named = translator.translate(texts)
    assert named[0].text == english.text
    assert [one.text for one in named[1:]] == texts[1:]


def test_a_language_that_nothing_goes_into_names_the_pull_that_brings_it(student: Path) -> None:
    with pytest.raises(DirectionError, match="translates into `en`") as caught:
        open_checked_translator(AUTO, "en")
    assert str(caught.value.hint).startswith("run `edgekit pull firefox-pt-en`")


def test_mixed_texts_and_a_named_model_exclude_each_other(student: Path) -> None:
    with pytest.raises(UsageError, match="models of their own"):
        open_checked_translator("en", "pt", Around(model="toy-en-pt", mixed=True))


@pytest.mark.parametrize("around", [Around(model="toy-en-pt"), Around(glossary=Path("terms.csv"))])
def test_a_model_and_a_glossary_need_a_language_to_be_named(around: Around, student: Path) -> None:
    with pytest.raises(UsageError, match="auto"):
        open_checked_translator(AUTO, "pt", around)


def test_a_memory_is_looked_up_where_there_is_one_and_not_made_where_there_is_none(student: Path, home: Path) -> None:
    with open_checked_translator("en", "pt") as translator:
        first = translator.translate(["The book."])[0].text
    assert not [*home.rglob("memory.sqlite")]
    with open_memory() as memory:
        memory.add("The book.", "O manual.", Direction("en", "pt"))
    assert first != "O manual."
    with open_checked_translator("en", "pt") as translator:
        assert translator.translate(["The book."])[0].text == "O manual."
    with open_checked_translator("en", "pt", Around(memory=False)) as translator:
        assert translator.translate(["The book."])[0].text == first


def test_a_calibration_of_another_model_gives_no_confidence(student: Path) -> None:
    told: list[Event] = []
    with open_checked_translator("en", "pt", Around(confidence=True), report=told.append) as translator:
        assert translator.translate(["The book is here."])[0].confidence is None
    assert not told


def test_a_text_that_comes_back_is_told_when_nobody_knows_its_language(
    student: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(translator: CheckedTranslator, texts: list[MarkedText], **_: bool) -> list[CheckedTranslation]:
        return [CheckedTranslation(text, text, None, direction=translator.direction) for text in texts]

    monkeypatch.setattr(CheckedTranslator, "translate", same)
    texts = ["Bonjour les enfants.", "12", "The children read the whole book in class tomorrow morning."]
    with open_checked_translator(AUTO, "pt") as translator:
        found = translator.translate(texts)
    assert [[one.kind for one in each.findings] for each in found] == [["untranslated"], [], []]


def test_sentences_in_the_target_language_are_left_only_where_languages_are_looked_at(student: Path) -> None:
    portuguese = "Hoje vamos falar sobre a água da chuva."
    text = f"Please open your books at page ten. {portuguese}"
    with open_careful_translator(Direction("en", "pt"), Around(checked_language=True, threads=1)) as translator:
        assert translator._kept_spans is not None
        assert [text[slice(*span)] for span in translator._kept_spans(text)] == [portuguese]
    with open_careful_translator(Direction("en", "pt"), Around(threads=1)) as translator:
        assert translator._kept_spans is None


def test_a_glossary_may_be_named_by_a_string(student: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("source,target\nzzq,qqz\n", "utf-8")
    with open_checked_translator("en", "pt", Around(glossary=str(tmp_path / "terms.csv"), threads=1)) as translator:
        (one,) = translator.translate(["the zzq"])
    assert [verdict.match.term.source for verdict in one.terms] == ["zzq"]


@pytest.mark.parametrize("wrong", [(1, 2, None), ("en", None, None), ("en", "pt", {"confidence": True})])
def test_arguments_of_another_type_are_an_error_of_edgekit(student: Path, wrong: tuple[Any, Any, Any]) -> None:
    with pytest.raises(UsageError):
        open_checked_translator(*wrong)
