"""The translator with everything around it, over models that do known things."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.test_careful import FakeTranslator
from translate.toy_engine import ToyEngine

from edgekit.confidence.calibration import Confidence, Regression
from edgekit.confidence.signals import FEATURES
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText
from edgekit.core.segments import Translation
from edgekit.glossary.terms import Glossary, Term, of_terms
from edgekit.memory.entries import Origin
from edgekit.memory.memory import Memory, open_memory
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.checked import CheckedTranslator
from edgekit.translate.remembered import stripped
from edgekit.translate.translator import Translator

DIRECTION = Direction("en", "pt")
# Word for word, so that the alignment is known.
WORDS = {"the": "o", "book": "livro", "is": "está", "here": "aqui", "red": "vermelho", "class": "turma", "has": "tem"}


def word_for_word(text: str) -> str:
    return " ".join(
        WORDS.get(word.strip(".").lower(), word.strip(".")) + word[len(word.rstrip(".")) :] for word in text.split()
    )


def checked(fake: FakeTranslator, **more: object) -> CheckedTranslator:
    return CheckedTranslator(CarefulTranslator(fake), **more)  # type: ignore[arg-type]  # options of any type


def glossary(*terms: tuple[str, str]) -> Glossary:
    return of_terms(DIRECTION, [Term(source, target) for source, target in terms])


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return open_memory(tmp_path / "memory.sqlite")


@settings(deadline=None)
@given(st.lists(st.text("abc \n", max_size=40), max_size=5))
def test_plain_texts_come_out_as_the_model_gives_them(texts: list[str]) -> None:
    fake = FakeTranslator(lambda text: text.upper())
    with checked(fake) as translator:
        assert [one.text for one in translator.translate(texts)] == [
            one.text for one in FakeTranslator(lambda text: text.upper()).translate(texts)
        ]


def test_as_many_results_come_from_a_stream_as_from_a_list() -> None:
    texts = [f"the book is here {'again ' * (number % 3)}" for number in range(200)]
    with checked(FakeTranslator(word_for_word)) as translator:
        assert [one.text for one in translator.stream(iter(texts))] == [one.text for one in translator.translate(texts)]
        assert list(translator.stream([])) == []


def test_a_term_is_put_where_the_alignment_says_and_counted() -> None:
    with checked(FakeTranslator(word_for_word), glossary=glossary(("book", "caderno"))) as translator:
        one, other = translator.translate(["the book is here", "the class is here"])
    assert one.text == "o caderno está aqui"
    assert [verdict.honoured for verdict in one.terms] == [True]
    assert not one.findings
    assert (other.text, other.terms) == ("o turma está aqui", ())


def test_a_term_that_the_model_honours_stays_as_the_model_wrote_it() -> None:
    with checked(FakeTranslator(word_for_word), glossary=glossary(("book", "livro"))) as translator:
        (one,) = translator.translate(["the book is here"])
    assert one.text == "o livro está aqui"


def test_formatting_round_a_term_goes_round_the_glossarys_word() -> None:
    text = MarkedText("the book is red", (Mark(4, 8, "pair", "bold"),))
    with checked(FakeTranslator(word_for_word), glossary=glossary(("book", "caderno de capa"))) as translator:
        (one,) = translator.translate([text])
    (mark,) = one.marked.marks
    assert one.text == "o caderno de capa está vermelho"
    assert (mark.name, one.text[mark.begin : mark.end]) == ("bold", "caderno de capa")


def test_a_term_without_a_counterpart_goes_behind_a_mask_and_its_mark_is_nobodys_business() -> None:
    class Unaligned(FakeTranslator):
        def translate(
            self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False
        ) -> list[Translation]:
            return super().translate(texts, scores=scores, alignment=False)

    with checked(Unaligned(word_for_word), glossary=glossary(("book", "caderno"))) as translator:
        (one,) = translator.translate(["the book is here"])
    assert one.text == "o caderno está aqui"
    assert (one.marked.marks, one.source.marks, one.kept, one.left) == ((), (), 0, 0)


def test_a_term_that_is_to_stay_stays() -> None:
    terms = of_terms(DIRECTION, [Term("Book Red", "", keep=True)])
    with checked(FakeTranslator(word_for_word), glossary=terms) as translator:
        (one,) = translator.translate(["the class has Book Red here"])
    assert one.text == "o turma tem Book Red aqui"
    assert one.terms[0].honoured


def test_what_a_person_accepted_is_used_without_asking_the_model(memory: Memory) -> None:
    memory.add("the book is here", "o manual cá está", DIRECTION)
    fake = FakeTranslator(word_for_word)
    with checked(fake, memory=memory) as translator:
        one, other = translator.translate(["the book is here", "the class is here"])
    assert (one.text, one.origin, one.translation) == ("o manual cá está", "memory", None)
    assert (other.text, other.origin) == ("o turma está aqui", "model")
    assert all("book" not in text for call in fake.calls for text in call)


def test_a_models_own_output_is_never_taken_from_the_memory(memory: Memory) -> None:
    memory.add("the book is here", "qualquer coisa", DIRECTION, origin=Origin("model", "toy"))
    with checked(FakeTranslator(word_for_word), memory=memory) as translator:
        (one,) = translator.translate(["the book is here"])
    assert (one.text, one.origin) == ("o livro está aqui", "model")


def test_a_text_with_formatting_is_translated_and_the_memory_only_suggests(memory: Memory) -> None:
    memory.add("the book is here", "o manual cá está", DIRECTION)
    text = MarkedText("the book is here", (Mark(4, 8, "pair", "bold"),))
    with checked(FakeTranslator(word_for_word), memory=memory) as translator:
        (one,) = translator.translate([text])
    assert (one.text, one.origin) == ("o livro está aqui", "model")
    assert [match.target for match in one.suggestions] == ["o manual cá está"]


def test_what_was_accepted_of_a_document_comes_back_with_its_formatting(memory: Memory) -> None:
    text = MarkedText(" the book is here", (Mark(5, 9, "pair", "1"),))
    accepted = MarkedText("cá está o manual", (Mark(10, 16, "pair", "1"),))
    memory.add(stripped(text), accepted, DIRECTION)
    elsewhere = MarkedText("the book is here", (Mark(9, 11, "pair", "1"),))
    with checked(FakeTranslator(word_for_word), memory=memory) as translator:
        one, other = translator.translate([text, elsewhere])
    assert (one.text, one.origin, one.translation) == (" cá está o manual", "memory", None)
    assert one.marked.marks == (Mark(11, 17, "pair", "1"),)
    assert (other.text, other.origin) == ("o livro está aqui", "model")
    assert [match.target for match in other.suggestions] == ["cá está o manual"]


def test_a_number_that_vanishes_is_asked_for_again_and_then_there() -> None:
    def forgetful(text: str) -> str:
        return " ".join(word for word in text.split() if not word.isdigit())

    fake = FakeTranslator(forgetful)
    with checked(fake) as translator:
        (one,) = translator.translate(["the class has 645 chairs"])
    assert one.text == "the class has 645 chairs"
    assert not [finding for finding in one.findings if finding.kind == "number"]
    assert (one.source.marks, one.marked.marks, one.kept, one.repaired) == ((), (), 0, 0)


def test_a_sentence_that_the_model_runs_away_with_is_asked_for_in_parts() -> None:
    def runs_away(text: str) -> str:
        return "de novo " * 40 if len(text.split()) > 10 else text.replace("e", "é").replace("o", "ó")

    text = "First we read the whole story in class today, and then we write down what we liked about it."
    fake = FakeTranslator(runs_away)
    with checked(fake) as translator:
        (one,) = translator.translate([text])
    assert one.text == text.replace("e", "é").replace("o", "ó")
    assert one.source.text == text
    assert "repetition" not in {finding.kind for finding in one.findings}


@pytest.mark.parametrize("text", ["it is here", "the <b>book</b> {name} is here and there"])
def test_what_the_model_runs_away_with_every_time_is_left_as_it_was_and_told(text: str) -> None:
    fake = FakeTranslator(lambda text: text + " de novo" * 20)
    count = len(FEATURES)
    weights = Regression((0.0,) * count, (1.0,) * count, (0.0,) * count, 0.0)
    with checked(fake, confidence=Confidence(DIRECTION, "toy", 4.0, weights, None, {})) as translator:
        (one,) = translator.translate([text])
    assert one.text == text == one.source.text
    assert one.left >= 1
    assert (one.kept, one.repaired, one.origin, one.confidence) == (0, 0, "source", 0.0)
    assert "repetition" in {finding.kind for finding in one.findings}


def test_only_the_sentences_that_the_model_runs_away_with_are_left() -> None:
    def runs_away(line: str) -> str:
        return line + " de novo" * 20 if "here" in line else word_for_word(line)

    # The toy's sentences are lines.
    text = "the book\nthe red book is here.\nthe {name} class"
    with checked(FakeTranslator(runs_away)) as translator:
        (one,) = translator.translate([text])
    assert one.text == "o livro\nthe red book is here.\no {name} turma"
    assert (one.kept, one.left, one.origin) == (1, 1, "model")
    assert [finding.kind for finding in one.findings] == ["repetition"]
    assert all(not mark.name.startswith("retried") for mark in (*one.source.marks, *one.marked.marks))


def test_a_number_is_there_even_where_the_model_loses_every_mask() -> None:
    with checked(FakeTranslator(lambda _: "muitas cadeiras novas")) as translator:
        (one,) = translator.translate(["the class has 645 new chairs"])
    assert "645" in one.text or "number" in {finding.kind for finding in one.findings}


def test_confidence_is_there_only_where_it_was_asked_for() -> None:
    count = len(FEATURES)
    weights = Regression((0.0,) * count, (1.0,) * count, (0.0,) * count, 0.0)
    calibration = Confidence(DIRECTION, "toy", 4.0, weights, None, {})
    with checked(FakeTranslator(word_for_word)) as translator:
        assert translator.translate(["the book is here"])[0].confidence is None
    careful = CarefulTranslator(Translator(DIRECTION, ToyEngine()))
    with CheckedTranslator(careful, confidence=calibration) as translator:
        one, blank = translator.translate(["the book is here", "  "])
    assert one.confidence == 0.5
    assert blank.confidence is None


@pytest.mark.parametrize(
    ("text", "sure"),
    [("{name}", None), ("https://example.org/a", None), ("%s: {name}", None), ("{name} {book}!", None), ("book", 0.5)],
)
def test_of_what_is_not_translated_nobody_says_how_likely_it_is_right(text: str, sure: float | None) -> None:
    count = len(FEATURES)
    weights = Regression((0.0,) * count, (1.0,) * count, (0.0,) * count, 0.0)
    careful = CarefulTranslator(Translator(DIRECTION, ToyEngine()))
    with CheckedTranslator(careful, confidence=Confidence(DIRECTION, "toy", 4.0, weights, None, {})) as translator:
        (one,) = translator.translate([text])
    assert (one.text == text, one.confidence) == (sure is None, sure)


@pytest.mark.parametrize("texts", ["one", b"one", None, [1], [None], MarkedText("one")])
def test_what_is_no_list_of_texts_is_refused(texts: object) -> None:
    with checked(FakeTranslator(word_for_word)) as translator, pytest.raises(InputError):
        translator.translate(texts)  # type: ignore[arg-type]  # of a wrong type on purpose
