"""The careful translator with the real model: what others lose, and every input that breaks them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from translate.real_models import home_with

from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText
from edgekit.translate.around import Around, open_careful_translator
from edgekit.translate.careful import CarefulTranslator

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def translator() -> Iterator[CarefulTranslator]:
    home = home_with("firefox-en-pt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGEKIT_HOME", str(home))
        with open_careful_translator(Direction("en", "pt"), Around(threads=1)) as one:
            yield one


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "   ",
        "\n\n\n",
        "\r\n",
        "😀👍🏽🇧🇷",
        "teacher@school.org",
        "https://x.org/a?b=1",
        "12 + 3",
        "\x00",
        "\u200b",
        "{name}",
        "▁",
        "<br/>",
        "$x^2$",
        "`code`",
        "…",
    ],
)
def test_a_text_without_a_word_comes_back_as_it_is(translator: CarefulTranslator, text: str) -> None:
    (result,) = translator.translate([text])
    assert result.text == text
    assert result.findings == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I love pizza 🍕 very much ❤️.", ["🍕", "❤️."]),
        ("Write to teacher@school.org today.", ["teacher@school.org"]),
        ("Name: ____________________ Class: ____", ["Nome: ____________________ Classe: ____"]),
        ("The sea is ........................ than the lake.", ["........................"]),
        ("I have ___ brothers and ___ sisters.", ["___ irmãos e ___ irmãs"]),
        ("Write your name: ________________ and the date: ____/____/____", ["________________", "____/____/____"]),
        ("She has a <b>red</b> bicycle.", ["bicicleta <b>vermelha</b>"]),
        ("Do <b>not</b> touch the <i>hot</i> stove.", ["<b>Não</b>", "<i>quente</i>"]),
        ("See https://example.org/a?b=1&c=%20 for more.", ["https://example.org/a?b=1&c=%20"]),
        ("Hello {name}, your score is {score:.2f} of {{user.name}}.", ["{name}", "{score:.2f}", "{{user.name}}"]),
        ("Solve $x^2 + 3x = 0$ now.", ["$x^2 + 3x = 0$"]),
        ("The word Привет and مرحبا mean hello.", ["Привет", "مرحبا"]),
        ("▁hello friend", ["▁"]),
        ("The token <unk> and </s> end here.", ["<unk>", "</s>"]),
        ("<p>I like the <b>big</b> house.</p>", ["<p>", "<b>", "</b>", "</p>"]),
        ("Hello.\r\nGood morning.\r\n", ["\r\n"]),
        ("Press `Ctrl+C` to stop.", ["`Ctrl+C`"]),
        ("It cost £2.8bn in 2017.", ["£2.8bn", "2017"]),
        (
            "The children \U0001f468\u200d\U0001f469\u200d\U0001f467 are here.",
            ["\U0001f468\u200d\U0001f469\u200d\U0001f467"],
        ),
    ],
)
def test_what_others_lose_is_kept(translator: CarefulTranslator, text: str, wanted: list[str]) -> None:
    (result,) = translator.translate([text])
    assert all(part in result.text for part in wanted)
    assert result.left == 0
    assert result.text != text


def test_branches_of_a_message_are_translated_inside(translator: CarefulTranslator) -> None:
    text = "You have {count, plural, one {# apple} other {# apples}} in the basket."
    (result,) = translator.translate([text])
    assert "{count, plural, one {# maçã} other {# maçãs}}" in result.text
    assert result.kept == 5


def test_capitals_are_translated_as_a_sentence(translator: CarefulTranslator) -> None:
    (result,) = translator.translate(["STOP NOW AND READ THE RULES."])
    assert result.text == result.text.upper()
    assert "STOP" not in result.text


def test_a_text_that_never_ends_does(translator: CarefulTranslator) -> None:
    letters, words = translator.translate(["a" * 3000, "the teacher reads a book to the class " * 150])
    assert len(letters.text) < 30_000
    assert words.text.count("professor") > 50


def test_invisible_characters_do_no_harm(translator: CarefulTranslator) -> None:
    plain, marked, alone = translator.translate(["Hello world.", "He\u200bllo wor\u00adld.", "Hello \ud800 world {a}."])
    assert plain.text == marked.text
    assert "{a}" in alone.text


@pytest.mark.parametrize("bad", [None, 5, b"x"])
def test_what_is_no_text_is_one_typed_error(translator: CarefulTranslator, bad: object) -> None:
    with pytest.raises(InputError):
        translator.translate([bad])  # type: ignore[list-item]  # of a wrong type on purpose


def test_a_terms_mark_and_a_footnotes_point_come_through(translator: CarefulTranslator) -> None:
    source = MarkedText("The Moodle course is big.", (Mark(4, 10, "keep", "term"), Mark(17, 17, "point", "note")))
    (result,) = translator.translate([source])
    marks = {mark.name: mark for mark in result.marked.marks}
    assert result.text[marks["term"].begin : marks["term"].end] == "Moodle"
    assert marks["note"].kind == "point"


def test_plain_lines_are_the_models_own(translator: CarefulTranslator) -> None:
    lines = ["Please open your books at page forty-two.", "The weather is nice today. We go out."]
    raw = translator._translator.translate(lines)
    assert [one.translation for one in translator.translate(lines)] == raw


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Índia é um país grande.", "India is a large country."),
        ("Órgãos do corpo humano", "Organs of the human body"),
        ("EXERCÍCIOS", "EXERCISES"),
        ("A letra Ç é usada em português.", "Ç"),
    ],
)
def test_words_whose_capital_the_model_cannot_read_are_translated(text: str, expected: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGEKIT_HOME", str(home_with("firefox-pt-en")))
        with open_careful_translator(Direction("pt", "en"), Around(threads=1)) as one:
            (result,) = one.translate([text])
    assert expected in result.text
    assert result.findings == ()


def test_quotation_marks_of_word_processors_are_read(translator: CarefulTranslator) -> None:
    one, two = translator.translate(["The word “school” has six letters.", "He said, ‘Stop!’"])
    assert one.text == 'A palavra "escola" tem seis letras.'
    assert two.text == 'Ele disse: "Stop!"'
    assert one.findings == two.findings == ()
