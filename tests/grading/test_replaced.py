"""One word in another's place, and what is only said in another way."""

from __future__ import annotations

import pytest
from grading.toy_states import ToyEncoder, toy_scorer
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.grader import Grader
from edgekit.grading.replaced import Replaced, find_replaced
from edgekit.grading.spelling import Vocabulary
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.suggestion import Answer


def words(wordings: list[str], said: str, language: str, *known: str) -> tuple[str, str] | None:
    """What stands for what."""
    bases = tuple(language.split("+"))
    return told(said, find_replaced(wordings, said, language, Vocabulary((*wordings, *known), bases)))


def told(said: str, found: tuple[Replaced, ...]) -> tuple[str, str] | None:
    """Of the first."""
    return next(((said[slice(*one.place)], one.wording[slice(*one.wanted)]) for one in found), None)


@pytest.mark.parametrize(
    ("wording", "said", "language", "told"),
    [
        ("It reflects the light of the Sun.", "It reflects the light of the Earth", "en", ("Earth", "Sun")),
        ("It reflects the light of the Sun.", "because it reflekts the light of a star", "en", ("star", "Sun")),
        ("Refleja la luz del Sol.", "Refleja la luz de las estrellas.", "es", ("estrellas", "Sol")),
        ("Reflete a luz do Sol.", "Reflete a luz da Terra.", "pt", ("Terra", "Sol")),
        ("The gland makes the hormone.", "The vein makes the hormone, I think.", "en", ("vein", "gland")),
        ("Lungs take in oxygen.", "Lungs take in carbon dioxide.", "en", ("carbon dioxide", "oxygen")),
        ("Devuelven el dióxido de carbono a los pulmones.", "Devuelven el nitrógeno a los pulmones.", "es",
         ("nitrógeno", "dióxido de carbono")),
        ("Body cells divide by mitosis.", "Body cells divide by meiosis.", "en", ("meiosis", "mitosis")),
        ("Nobody can read your letters.", "Everybody can read your letters.", "en", ("Everybody", "Nobody")),
        ("Red blood cells carry oxygen to the body.", "They carry carbon dioxide to the body", "en",
         ("carbon dioxide", "oxygen")),
        ("Terminal 1 is connected to the positive terminal.", "because it is connected to the negative terminal", "en",
         ("negative", "positive")),
        ("Los glóbulos rojos llevan el oxígeno al cuerpo.", "Llevan el azúcar al cuerpo.", "es", ("azúcar", "oxígeno")),
        ("As abelhas levam o pólen de flor em flor.", "Elas levam a água de flor em flor", "pt", ("água", "pólen")),
    ],
)  # fmt: skip
def test_a_word_in_anothers_place_is_told(wording: str, said: str, language: str, told: tuple[str, str]) -> None:
    assert words([wording], said, language) == told


def test_a_word_that_the_quiz_has_is_told_in_a_short_clause_as_well() -> None:
    wordings = ["A noun names a thing."]
    assert words(wordings, "A verb names a thing.", "en", "A verb names an action.") == ("verb", "noun")
    assert words(["The battery is damaged."], "The battery is dead.", "en") is None
    assert words(["The switch is off."], "The switch is closed.", "en") == ("closed", "off")
    assert words(["The switch is off."], "The switch is on.", "en") == ("on", "off")


def test_a_slip_of_another_word_of_the_quiz_is_that_word() -> None:
    known = "El objeto recibe la acción."
    assert words(["El sujeto realiza la acción."], "el ojeto resive la acción", "es", known) is None


def test_who_writes_another_wording_word_for_word_has_put_a_short_one_otherwise() -> None:
    asked, copied = ["It asks for your password."], "The address is not that of the company. It asks for your name."
    vocabulary, beside = Vocabulary(asked, ("en",)), ["The address is not that of the company."]
    assert find_replaced(asked, "It asks for your name.", "en", vocabulary, (), beside) == ()
    assert told(copied, find_replaced(asked, copied, "en", vocabulary, (), beside)) == ("name", "password")


@pytest.mark.parametrize(
    ("wordings", "said", "language"),
    [
        (["It reflects the light of the Sun."], "It reflects the light of the Sun.", "en"),
        (["It reflects the light of the Sun."], "it refleckts teh light of the son", "en"),
        (["Refleja la luz del Sol."], "rrefleja la lus del sol", "es"),
        (["El sujeto realiza la acción."], "el sugeto ase la acción", "es"),
        # Another clause says it.
        (["It reflects the light of the Sun."], "It reflects the light of the Earth? No: it reflects the Sun's light, "
         "it reflects the light of the Sun.", "en"),
        (["The bulbs are in one path.", "The bulbs are in one circuit."], "The bulbs are in one circuit.", "en"),
        # One has more, which is no other thing.
        (["The red cells carry oxygen."], "The cells carry oxygen.", "en"),
        (["The cells carry oxygen."], "The red cells carry oxygen.", "en"),
        (["A big stone falls fast."], "A large stone falls fast.", "en"),
        (["There is no gap in the path."], "There is not a gap in the path.", "en"),
        (["Terminal 1 is at the plus pole."], "Terminal one is at the plus pole.", "en"),
        (["Bulb B is in the closed path."], "Bulb C is in the closed path.", "en"),
        (["It reflects the light of the Sun."], "Es spiegelt das Licht", "xx"),
        ([], "It reflects the light.", "en"),
        (["It reflects the light of the Sun."], "", "en"),
    ],
)  # fmt: skip
def test_the_same_in_other_words_is_no_other_word(wordings: list[str], said: str, language: str) -> None:
    assert words(wordings, said, language) is None


def test_a_word_of_another_language_is_a_translation() -> None:
    wordings, known = ["Los precios suben en general."], ["Prices rise in general. Wages do not."]
    vocabulary = Vocabulary((*wordings, *known), ("en", "es"))
    assert find_replaced(wordings, "Los prices suben en general.", "en+es", vocabulary, known) == ()
    # It may be one of a word that no wording has.
    assert find_replaced(wordings, "Los costs suben en general.", "en+es", vocabulary, known) == ()
    assert find_replaced(wordings, "Los sueldos suben en general.", "es", vocabulary, known)
    mixed = find_replaced(wordings, "Los wages suben en general.", "en+es", vocabulary)
    assert told("Los wages suben en general.", mixed) == ("wages", "precios")


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["en", "es", "pt", "fr", "en+es", "xx", ""]))
def test_any_text_has_a_place_in_itself_or_none(wording: str, said: str, language: str) -> None:
    for one in find_replaced([wording], said, language, Vocabulary((wording,), ("en",))):
        assert 0 <= one.begin <= one.place[0] < one.place[1] <= one.end <= len(said)
        assert 0 <= one.wanted[0] < one.wanted[1] <= len(wording)
    assert find_replaced([wording], wording, language, Vocabulary((wording,), ("en",))) == ()


def test_a_word_that_means_the_same_where_it_stands_is_no_other_word() -> None:
    criterion = Criterion("swell", 1.0, {"en": "Water makes every seed swell."})
    question = Question("q1", "explain", "en", {"en": "What happens in spring?"}, 1.0, (criterion,))
    grader = Grader(Quiz("quiz", "Quiz", ("en",), (question,), ""), Texts(ToyEncoder(), toy_scorer("en")))
    # The encoder of the test has one vector for `water` and `agua`.
    same, other = grader.grade(
        [Answer("a1", "q1", "Agua makes every seed swell"), Answer("a2", "q1", "Fire makes every seed swell")]
    )
    assert "negation" not in {one.code for one in same.reasons}
    assert "negation" in {one.code for one in other.reasons}


def test_another_word_is_sent_to_a_person_and_changes_no_points() -> None:
    criterion = Criterion("light", 1.0, {"en": "It shows the light of the Sun."})
    question = Question("q1", "explain", "en", {"en": "Why do we see it?"}, 1.0, (criterion,))
    grader = Grader(Quiz("quiz", "Quiz", ("en",), (question,), ""), Texts(ToyEncoder(), toy_scorer("en")))
    right, wrong, turned = grader.grade(
        [
            Answer("a1", "q1", "It shows the light of the Sun"),
            Answer("a2", "q1", "It shows the light of the Earth"),
            Answer("a3", "q1", "It shows the light from the Earth to the Sun"),
        ]
    )
    assert right.decision == "suggest"
    assert (wrong.decision, wrong.points) == ("review", right.points)
    told = [one for one in wrong.reasons if one.code == "negation"]
    assert [one.detail for one in told] == ["`Earth` stands where the wording has `Sun`"]
    assert told[0].span == (0, 31)
    assert not any(one.code == "negation" for one in turned.reasons)


def test_each_word_of_a_long_answer_is_looked_up_once_whatever_there_is_to_hold_it_against(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wordings = [f"The gland number{at} makes the hormone of the body." for at in range(20)]
    beside = [f"The liver part{at} stores the sugar of the blood." for at in range(200)]
    said = " ".join(f"The thing called{at} does nothing with a stone." for at in range(50))
    looked_up: list[str] = []
    find = Vocabulary.find

    def counted(self: Vocabulary, word: str, *, spanish: bool) -> str | None:
        looked_up.append(word)
        return find(self, word, spanish=spanish)

    monkeypatch.setattr(Vocabulary, "find", counted)
    assert find_replaced(wordings, said, "en", Vocabulary((*wordings, *beside), ("en",)), (), beside) == ()
    assert len(looked_up) == len(set(looked_up))
