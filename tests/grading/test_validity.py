"""The validity gate: what is none, what a person should see, and honest answers of every kind that pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.grading.intake import take_in
from edgekit.grading.letter_pairs import is_run, surprise
from edgekit.grading.validity import check_validity, find_off_topic
from edgekit.quiz.model import Criterion, Question, QuestionKind

REFERENCE = (
    "Plants use the energy of sunlight to turn water and carbon dioxide into glucose and oxygen inside their leaves."
)


def question(
    kind: QuestionKind = "explain", text: str = "How do plants in a garden make the food that they need?"
) -> Question:
    return Question(
        "q1",
        kind,
        "en",
        {"en": text, "es": "¿Cómo hacen las plantas de un jardín la comida que necesitan?"},
        2.0,
        (Criterion("light", 2.0, {"en": "They use light."}),),
        {"en": (REFERENCE,), "es": ("Las plantas usan la luz.",)},
    )


def codes(text: str, **more: object) -> list[str]:
    return [one.code for one in check_validity(take_in(text), question(), **more)]  # type: ignore[arg-type]  # options of any type


@pytest.mark.parametrize("text", ["", " ", "\u00a0\u2003", "\n\t", "?", "...", "-", "🙂", "\u200b", "\x00", "¿?", "—"])
def test_answer_is_blank_when_nothing_is_written(text: str) -> None:
    assert "blank" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "idk",
        "I don't know",
        "i don’t know.",
        'i don"t know',
        "IDK!!",
        "no sé",
        "No se",
        "ns",
        "ns/nc",
        "no tengo ni idea",
        "no sé, profe",
        "lo siento no sé",
        "I don't know, sorry",
        "No response.",
        "tell answer",
        "n/a",
        "no idea no sé",
        "sorry I honestly don't know, ma'am",
        "la verdad no lo sé, maestra",
        "no se bro",
        "no idea la verdad",
        "I don't know how to answer this question",
        "we haven't learned this yet, sorry",
        "I have absolutely no idea",
        "i forgot the answer",
        "no supe qué contestar",
        "no me acuerdo de nada",
    ],
)
def test_answer_is_no_attempt_when_it_says_so(text: str) -> None:
    assert codes(text) == ["no_attempt"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("não sei", "pt"),
        ("keine Ahnung", "de"),
        ("weiß nicht", "de"),
        ("je ne sais pas", "fr"),
        ("sijui", "sw"),
        ("मुझे नहीं पता", "hi"),
        ("मुझे नहीं पता सर", "hi"),
        ("मुझे याद नहीं है", "hi"),
        ("mujhe nahi maloom sir ji", "hi"),
        ("Sijui mwalimu", "sw"),
        ("não sei explicar isso", "pt"),
        ("ich weiß die Antwort leider nicht", "de"),
        ("je n'ai pas compris la question", "fr"),
        ("samahani, sielewi swali", "sw"),
        ("não faço a menor ideia prof", "pt"),
        ("لا أعلم يا أستاذ", "ar"),
        ("Tut mir leid, ich weiß es nicht", "de"),
        ("désolée madame, j'ai oublié", "fr"),
        ("不知道", "zh"),
        ("لا أعرف", "ar"),
        ("не знаю", "ru"),
        ("không biết", "vi"),
        ("tidak tahu", "id"),
    ],
)
def test_answer_is_no_attempt_when_it_says_so_in_another_language(text: str, language: str) -> None:
    assert codes(text, languages=[language]) == ["no_attempt"]


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "leaves",
        "light",
        "5",
        "H₂O",
        "x",
        "CO2",
        ">",
        "I don't know why but they use light",
        "no sé si es la luz",
        "Plants use the light.",
        "with the energy of sunlight",
        "plants make food",
        "the plants need it",
        "O₂ and C₆H₁₂O₆",
        "usan la luz del sol xq necesitan energia",
        "ellas ocupan la energia del sol pa aser su komida x la luz",
        "Las plantas usan sunlight para hacer glucose y release oxygen into el aire.",
        "ATP, NADPH",
        "TCP and UDP",
        "photosynthesis!!!",
        "sooooo much light",
        "a\r\nb light",
        "they get it from the sun <3",
    ],
)
def test_nothing_is_said_when_an_answer_is_honest(text: str) -> None:
    assert codes(text, languages=["en", "es"]) == []


def test_question_is_recognised_when_it_comes_back() -> None:
    assert codes("How do plants in a garden make the food that they need?") == ["copied_question"]
    assert codes("how do plants in a garden make the food that they need") == ["copied_question"]
    assert codes("plants in a garden make the food that they need with light from the sun in leaves") == []


def test_reference_is_flagged_when_it_is_copied() -> None:
    assert codes(REFERENCE) == ["copied_reference"]
    assert codes(REFERENCE.upper().replace(".", "")) == ["copied_reference"]
    assert codes("Plants use the energy of sunlight to make glucose and oxygen from water.") == []


def test_duplicate_is_found_when_it_is_long_and_passed_over_when_it_is_short() -> None:
    text = (
        "Because the leaves of the plants take in light and water and then they make sugar with it and let the oxygen "
        "go out of them again"
    )
    assert codes(text, others=[text.upper(), "x"]) == ["duplicate"]
    assert codes("They use light.", others=["They use light."]) == []
    assert codes(text, others=["x"]) == []


@pytest.mark.parametrize(
    "text",
    ["asdfghjkl", "fjdajf kjflkgjg", "dsggsdgsdgdgg", "aaaaaaaaaa", "qwertyuiop asdf", "jajajajaja xkcd zzzzzzz"],
)
def test_answer_is_gibberish_when_no_word_is_one(text: str) -> None:
    assert "gibberish" in codes(text)


def test_language_is_unsupported_when_the_quiz_does_not_expect_it() -> None:
    assert codes("Растения делают себе пищу из света и воды.") == ["unsupported_language"]
    assert codes("Les plantes utilisent la lumière du soleil pour fabriquer leur nourriture dans les feuilles.") == [
        "unsupported_language"
    ]
    assert codes("Растения делают себе пищу из света и воды.", languages=["ru"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "barf paani se kam ghani hoti hai",
        "barafu ni nyepesi kuliko maji",
        "yelo ay mas magaan kaysa tubig",
        "La glace est moins dense que l eau",
    ],
)
def test_language_is_unsupported_though_it_is_written_in_latin_letters_and_may_have_no_name(text: str) -> None:
    assert codes(text, languages=["en", "es"]) == ["unsupported_language"]


@pytest.mark.parametrize(
    "text", ["12.8 12.4 0.1 7.3 9.9 8.1", "H2O CO2 O2 C6H12O6 N2 ATP", "el ielo es menos denzo ke el agua"]
)
def test_signs_and_sounds_are_no_other_language(text: str) -> None:
    assert codes(text, languages=["en", "es"]) == []


def test_hidden_characters_are_told_when_there_are_some() -> None:
    assert codes("pla\u200bnts use light") == ["hidden_characters"]
    assert codes("plants use light\U000e0067\U000e006f") == ["hidden_characters"]


def test_text_is_too_long_when_it_is_cut() -> None:
    assert codes("light and water. " * 6000)[0] == "too_long"
    assert codes("x" * 50_000)[0] == "too_long"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("They did not know about the leaves", "en"),
        ("It is not sure", "en"),
        ("I am not sure but it is the light", "en"),
        ("People forgot to water it", "en"),
        ("No se sabía nada de eso", "es"),
        ("No se ve la luz", "es"),
        ("Não sabiam fazer isso sem luz", "pt"),
        ("Es ist nicht weiß", "de"),
        ("Les gens ne savaient pas lire", "fr"),
    ],
)
def test_what_others_did_not_know_is_an_answer(text: str, language: str) -> None:
    assert codes(text, languages=[language]) == []


@pytest.mark.parametrize("kind", ["exact", "numeric", "choice"])
def test_short_answers_are_judged_by_nothing_but_whether_they_are_some(kind: QuestionKind) -> None:
    for text in ("idk", "no sé, profe", "I don't know"):
        assert [one.code for one in check_validity(take_in(text), question(kind))] == ["no_attempt"]
    assert [one.code for one in check_validity(take_in(" "), question(kind))] == ["blank"]
    for text in ("qwrtzpsdfgh", "die Pflanzen brauchen das Licht der Sonne", question().asked):
        assert not check_validity(take_in(text), question(kind))


@pytest.mark.parametrize(("text", "right"), [("nose", "noise"), ("wat", "watt"), ("pas", "pass"), ("Na", "Na")])
def test_short_answer_is_no_refusal_when_it_is_nearly_what_is_right(text: str, right: str) -> None:
    asked = Question("q", "exact", "en", {"en": "Which one is it?"}, 1.0, references={"en": (right,)})
    assert not check_validity(take_in(text), asked, languages=["en", "es", "nl", "fr"])


def test_option_that_reads_like_a_refusal_is_chosen() -> None:
    asked = Question(
        "q", "choice", "en", {"en": "What is right?"}, 1.0, options={"a": "it rises", "na": "not sure"}, correct=("na",)
    )
    assert not check_validity(take_in("not sure"), asked)
    assert not check_validity(take_in("na"), asked)
    assert [one.code for one in check_validity(take_in("no idea"), asked)] == ["no_attempt"]


def test_no_attempt_is_an_answer_when_the_reference_says_it() -> None:
    asked = Question("q", "explain", "en", {"en": "What is the symbol of sodium?"}, 1.0, references={"en": ("Na",)})
    assert not check_validity(take_in("Na"), asked)


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_gate_never_fails_and_says_the_same_twice_when_any_text_comes(text: str, others: list[str]) -> None:
    intake = take_in(text)
    found = check_validity(intake, question(), others=others)
    assert found == check_validity(intake, question(), others=others)
    empty = Question("q", "explain", "en", {}, 1.0)
    check_validity(intake, empty)


def test_words_are_likelier_than_a_hand_on_the_keys_when_letters_follow_each_other() -> None:
    assert max(map(surprise, ["photosynthesis", "rhythm", "fotosintesis", "bewertung", "strength"])) < 4.3
    assert min(map(surprise, ["kjflkgjg", "xqzjkvw", "dsggsdgsdgdgg"])) > 4.3
    assert is_run("aaaaaa")
    assert is_run("asdfghjk")
    assert not is_run("mississippi")


def test_answer_is_off_topic_when_it_is_near_nothing() -> None:
    assert [one.code for one in find_off_topic(0.7, take_in("My dog likes to play football on Sundays"))] == [
        "off_topic"
    ]
    assert not find_off_topic(0.8, take_in("My dog likes to play football on Sundays"))
    assert not find_off_topic(0.7, take_in("Nothing."))


@pytest.mark.parametrize(
    "text", ["![](a.png)", "![my leaf](x/y.jpg) ", '<img src="leaf.png">', "leaf.jpeg", "[image 3]"]
)
def test_a_picture_is_no_answer_that_was_read(text: str) -> None:
    assert "uncertain" in codes(text)


@pytest.mark.parametrize("text", ["They use light, see ![](a.png)", "a leaf.", "light png"])
def test_words_beside_a_picture_are_an_answer(text: str) -> None:
    assert "uncertain" not in codes(text)
