"""Where in a quiz something is wrong is said as who wrote it knows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.catalogue.problems import Problem
from edgekit.quiz.places import beginning, named, place_of, placed
from edgekit.quiz.read import check_quiz, quiz_of

HEAD = 'title = "T"\nlanguage = "en"\n'
LEAVES = '[[questions]]\nid = "leaves"\ntext = { es = "¿Por qué?", en = "Why?" }\nreferences = "x"\n'
LONG = "Why do plants need\\n their `green` leaves in the summer, when the sun shines?"


def wrong(text: str) -> list[str]:
    quiz, problems = check_quiz((HEAD + text).encode(), Path("q.toml"))
    assert quiz is None
    return [str(problem).removeprefix("q.toml:").split(": ", 1)[1] for problem in problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAVES + "points = -1\n", "question 1 (`leaves: ¿Por qué?`): `points` must be more than 0 and at most 1,000"),
        (
            LEAVES + f'[[questions]]\ntext = "{LONG}"\nreferences = ["a", "a"]\n',
            "question 2 (`Why do plants need their 'green' leaves…`): entry 2 of `references` is there a second time",
        ),
        (
            LEAVES + 'misconceptions = ["Plants eat soil.", { wordings = { en = ["a", ""] } }]\n',
            "question 1 (`leaves: ¿Por qué?`): misconception 2 (`a`): entry 2 of `wordings.en` is empty",
        ),
        (
            LEAVES + 'misconceptions = [{ id = "m2", wordings = "Soil." }, "Rain."]\n',
            "question 1 (`leaves: ¿Por qué?`): misconception 2 (`Rain.`): `id` is `m2` like that of misconception 1",
        ),
        (
            LEAVES + '[[questions.criteria]]\nid = "gas"\nstatement = ""\n',
            "question 1 (`leaves: ¿Por qué?`): criterion 1 (`gas`): `statement` is empty",
        ),
        (LEAVES + "[[questions.criteria]]\npoints = 1\n", "criterion 1: `statement` is missing"),
        (
            LEAVES + '[[questions.criteria]]\nstatement = "It grows."\npoints = "2"\n',
            "criterion 1 (`It grows.`): `points` must be a number, not text",
        ),
        ("questions = [3]\n", "question 1: must be a table, not a whole number"),
        ("questions = []\n", "`questions` is empty"),
        ('questions = [{ id = [3], text = [[{}]], references = "x" }]\n', "question 1: `id` must be text, not a list"),
    ],
)
def test_a_problem_names_question_criterion_and_misconception_by_number_id_and_beginning(text: str, said: str) -> None:
    assert any(one.endswith(said) for one in wrong(text)), wrong(text)


def test_a_problem_of_an_imported_quiz_names_its_question() -> None:
    table = {"title": "T", "language": "en", "questions": [{"id": "a", "text": "Why?\x1b[2J", "references": [""]}]}
    quiz, problems = quiz_of(table, Path("q.xml"))
    assert quiz is None
    assert {one.sentence for one in problems} == {
        "question 1 (`a: Why?␛[2J`): `text` holds the control character U+001B",
        "question 1 (`a: Why?␛[2J`): entry 1 of `references` is empty",
    }


def test_a_name_is_the_id_that_somebody_gave_and_the_beginning_of_the_text() -> None:
    assert named("soil", "Plants eat soil.") == "soil: Plants eat soil."
    assert named("m1", "Plants eat soil.") == "Plants eat soil."
    assert named("m1", "") == ""
    assert beginning("नमस्ते " * 20, 8).endswith("…")


KEYS = st.lists(st.sampled_from(["questions", "criteria", "misconceptions", "text", "references", 0, 1, 7]), max_size=6)
TABLES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["questions", "criteria", "misconceptions", "text", "id"]), inner, max_size=3)
    ),
)


@given(KEYS, TABLES)
def test_any_key_of_any_table_has_a_sentence_that_ends_in_its_message(key: list[str | int], table: object) -> None:
    problem = Problem(Path("q"), 1, "", "is wrong", tuple(key))
    (told,) = placed([problem], table if isinstance(table, dict) else {})
    assert told.sentence.endswith("is wrong")
    assert "\n" not in told.sentence


def test_a_place_is_told_in_the_language_of_the_question() -> None:
    text = """title = "T"
    language = "en"
    languages = ["ar", "en"]
    [[questions]]
    id = "ice"
    text = { ar = "لماذا؟", en = "Why does `ice` float?" }
    criteria = ["Ice is less dense.", { id = "gaps", statement = { ar = "فراغات", en = "Ice has gaps." } }]
    [[questions]]
    text = "And steam?"
    references = "It is a gas."
    """
    quiz, _ = check_quiz(text.encode(), Path("q"))
    assert quiz is not None
    assert place_of(quiz, "ice", None) == "question 1 (`ice: Why does 'ice' float?`)"
    assert (
        place_of(quiz, "ice", "gaps")
        == "question 1 (`ice: Why does 'ice' float?`): criterion 2 (`gaps: Ice has gaps.`)"
    )
    assert place_of(quiz, "q2", "answer") == "question 2 (`And steam?`)"
    assert place_of(quiz, "gone", "c1") == "gone"
