"""Every check by itself, and all of them by the one entry."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.checks import repetition
from edgekit.checks.capitals import check_capitals, lowered
from edgekit.checks.check import check
from edgekit.checks.languages import check_languages, check_untranslated
from edgekit.checks.repetition import check_repetition
from edgekit.checks.sentences import check_sentences, expected_ratio, length_deviation
from edgekit.core.languages import Direction
from edgekit.core.segments import Segment

EN_PT = Direction("en", "pt")


def kinds(source: str, target: str, direction: Direction = EN_PT, **more: object) -> list[str]:
    return [one.kind for one in check(source, target, direction, **more)]  # type: ignore[arg-type]  # options of any type


# Repetition


@pytest.mark.parametrize(
    "target",
    [
        "salada " * 8,
        "eu sinto muito, " * 5,
        "O professor disse que sim. " * 4,
        "s" * 40,
        "(掌声)" * 50,
        "isso é aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
def test_repetition_is_found_when_only_the_translation_says_it_over_and_over(target: str) -> None:
    (one,) = check_repetition("I like a salad very much.", target)
    assert one.kind == "repetition"
    assert one.target is not None
    assert target[slice(*one.target)].strip()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("very " * 300, "muito " * 300),
        ("ha ha ha ha ha ha ha ha ha", "ha ha ha ha ha ha ha ha ha ha"),
        ("Hello.", "Olá............................"),
        ("a table", "|-----|-----|-----|-----|-----|-----|"),
        ("1 2", "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0"),
        ("He said no, no, no.", "Ele disse não, não, não."),
        ("aaaaaaaaaaaaaaaaaaaaaaaaa!", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
    ],
)
def test_repetition_is_not_found_when_the_source_has_it_or_it_is_no_text(source: str, target: str) -> None:
    assert check_repetition(source, target) == []


@given(st.lists(st.sampled_from(["a", "b ", "abc", "salada ", "de um ", "abcdefghijkl", "."]), max_size=60))
def test_repetition_is_found_as_by_the_expression_alone_when_most_texts_are_not_given_to_it(parts: list[str]) -> None:
    text = "".join(parts)
    runs = [one for one in re.finditer(r"(.{1,12}?)\1{3,}", text) if len(one[0]) >= 16 and re.search("[a-z]", one[1])]
    assert (repetition._characters(text) is not None) == bool(runs)


def test_repetition_is_read_once_when_the_text_is_long() -> None:
    assert check_repetition("", "ab" * 200_000)[0].detail == "`ab` comes 200,000 times in a row"
    assert check_repetition("", "abcdefghijkl" * 3 + "x" + "palavra outra " * 50_000)


# Capitals


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        ("STOP NOW AND READ THE RULES.", "Pare agora e leia as regras.", True),
        ("STOP NOW AND READ THE RULES.", "STOP AGORA E LEIA As REGRAS.", False),
        ("STOP NOW AND READ THE RULES.", "PARE AGORA E LEIA AS REGRAS.", False),
        ("STOP NOW AND READ THE RULES.", "立即停止并阅读规则。", False),
        ("Stop now and read the rules.", "PARE AGORA E LEIA AS REGRAS.", True),
        ("NASA HQ", "Sede da NASA", False),
        ("The UN and NATO met.", "A ONU e a OTAN se reuniram.", False),
    ],
)
def test_capitals_are_found_when_only_one_text_has_them(source: str, target: str, found: bool) -> None:
    assert bool(check_capitals(source, target)) is found


def test_lowered_is_a_sentence_as_a_model_knows_it() -> None:
    assert lowered("STOP NOW! I MEAN IT.\nREAD.", "en") == "Stop now! I mean it.\nRead."
    assert lowered("DIŞARI ÇIK. IŞIK", "tr") == "Dışarı çık. Işık"


@given(st.text(max_size=100), st.sampled_from(["en", "tr", "de", ""]))
def test_lowered_keeps_every_place(text: str, language: str) -> None:
    assert len(lowered(text, language)) == len(text)


# Languages


def test_a_wrong_script_is_found_on_both_sides() -> None:
    (source,) = check_languages("Привет, как у вас дела сегодня?", "Olá, como você está hoje?", EN_PT, None)
    (target,) = check_languages("How are you all doing today?", "Привет, как у вас дела сегодня?", EN_PT, None)
    assert (source.source, source.target, source.kind) == ((0, 31), None, "language")
    assert (target.source, target.target) == (None, (0, 31))


def test_a_detector_is_believed_when_it_knows() -> None:
    named = {"Bonjour, comment allez-vous": "fr"}

    def identify(text: str) -> str | None:
        return named.get(text)

    (one,) = check_languages("Bonjour, comment allez-vous", "Olá, como vocês estão hoje", EN_PT, identify)
    assert one.detail == "the source seems to be `fr`, not `en`"


@pytest.mark.parametrize(("said", "tag"), [("pt-BR", "pt"), ("ms", "id"), ("nb", "no"), (None, "pt")])
def test_a_detector_is_not_believed_when_it_names_the_same_or_a_relative(said: str | None, tag: str) -> None:
    text = "palavras que bastam para julgar"
    assert check_languages(text, text, Direction(tag, tag), lambda _: said) == []


def test_untranslated_is_found_when_the_source_came_back() -> None:
    text = "I like the big old house near the river."
    assert [one.kind for one in check_untranslated(text, text)] == ["untranslated"]
    assert [one.kind for one in check_untranslated(text, f"{text[:-1]} também.")] == ["untranslated"]
    assert check_untranslated("New York Times", "New York Times") == []
    choices = "a) 60 km/h   b) 80 km/h   c) 90 km/h   d) 100 km/h"
    assert check_untranslated(choices, choices) == []
    assert check_untranslated("Ann's e-mail: a.b-c_d@school.org", "E-mail de Ann: a.b-c_d@school.org") == []
    assert check_untranslated(text, "Gosto da casa grande e velha perto do rio.") == []


# Sentences


def test_a_sentence_is_found_when_a_segment_has_no_translation() -> None:
    source, target = "One sentence. Another one.", "Uma frase. "
    segments = [Segment((0, 13), (0, 10)), Segment((14, 26), (11, 11), complete=False)]
    assert [(one.kind, one.source) for one in check(source, target, EN_PT, segments=segments)] == [
        ("incomplete", (14, 26)),
        ("sentence", (14, 26)),
    ]


def test_a_sentence_is_found_when_there_are_fewer_and_the_text_is_short() -> None:
    source = "The dog ran to the river. The cat stayed at home all day. Then the children came back from school."
    target = "O cachorro correu para o rio. Então as crianças voltaram da escola."
    assert kinds(source, target) == ["sentence"]
    assert kinds(source, target[:-1] + ", e o gato ficou o dia inteiro em casa.") == []


@pytest.mark.parametrize(
    "target", ["Sim.", "Esta é uma tradução que fala demais e que não acaba nunca de falar, " + "mais e ainda " * 12]
)
def test_an_impossible_length_is_found(target: str) -> None:
    source = "This is a sentence of a usual length, as they come in books."
    assert "sentence" in {one.kind for one in check_sentences(source, target, "en", "pt", ())}


def test_gaps_to_fill_in_do_not_hide_that_words_are_gone() -> None:
    source = "Write your name here and tell us what your class is " + "_" * 80
    assert "sentence" not in kinds(source, "Escreva o seu nome aqui e diga qual é a sua turma " + "_" * 80)
    assert "sentence" in kinds(source, "Escreva " + "_" * 80)


@pytest.mark.parametrize("half", [slice(0, 7), slice(7, None)])
def test_a_sentence_is_found_when_half_of_its_translation_is_lost(half: slice) -> None:
    source = "The scientists say that the feathers of the animal were brown, and pale on the lower side."
    target = "Os cientistas dizem que as penas do animal eram marrons, e claras no lado de baixo."
    assert kinds(source, target) == []
    assert kinds(source, " ".join(target.split()[half])) == ["sentence"]


def test_expected_lengths_are_those_of_the_pair() -> None:
    assert expected_ratio("en", "zh") == pytest.approx(0.38)
    assert expected_ratio("pt-BR", "en") == pytest.approx(1 / 1.09)
    assert expected_ratio("en", "xx") is None
    assert length_deviation("", "", "en", "xx") == 0


# All together


def test_nothing_is_found_in_good_translations() -> None:
    assert kinds("Good morning, class.", "Bom dia, turma.") == []
    assert kinds("", "") == []
    assert kinds("   ", "anything") == []


def test_an_untranslated_text_is_told_once() -> None:
    text = "I like the big old house near the river, said the teacher."
    assert kinds(text, text, identify=lambda _: "en") == ["untranslated"]


any_text = st.text(max_size=120) | st.text(alphabet="aA1. \n٣三ß\ud800‍", max_size=120)


@given(
    any_text, any_text, st.sampled_from(["en", "pt", "zh", "tr", "xx", "sw"]), st.sampled_from(["en", "pt", "zh", "xx"])
)
def test_check_never_raises_and_spans_lie_in_the_texts(source: str, target: str, one: str, other: str) -> None:
    segments = [Segment((0, len(source)), (0, len(target)))]
    for finding in check(source, target, Direction(one, other), segments=segments, identify=lambda _: None):
        for span, text in ((finding.source, source), (finding.target, target)):
            if span is not None:
                assert 0 <= span[0] <= span[1] <= len(text)
        assert finding.detail
        assert not finding.detail.endswith(".") or finding.detail.endswith("...")
