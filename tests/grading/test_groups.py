"""A group that is accepted with one key: near-duplicates drag nothing into it that says something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from gradebook.classes import quiz, suggestion
from gradebook.toy_tools import SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.gradebook.again import contest
from edgekit.gradebook.book import Gradebook, open_gradebook
from edgekit.gradebook.session import Session
from edgekit.grading.groups import alike
from edgekit.quiz.suggestion import Answer


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gradebook]:
    path: Path = tmp_path_factory.mktemp("groups") / "g.sqlite"
    with open_gradebook(path) as book:
        yield book


def session_of(book: Gradebook, texts: Sequence[str]) -> Session:
    """Where the scorer was taken in by all of them: each is suggested, with the same points and state."""
    given = [Answer(f"a{at}", "q1", text) for at, text in enumerate(texts, 1)]
    session = book.begin(quiz(), given, SETTINGS)
    session.suggest([(number, suggestion(one)) for number, one in session.answers.items()], session.teaching())
    return session


@pytest.mark.parametrize(
    ("seen", "other"),
    [
        ("Plants need light to grow", "Plants do not need light to grow"),
        ("Plants need light to grow", "Plants don’t need light to grow"),
        ("Plants need light to grow", "Plants n\u200bever need light to grow"),
        ("Plants do not need soil", "Plants need soil"),
        ("Plants need light", "It is false that plants need light"),
        ("Las plantas necesitan luz", "Las plantas no necesitan luz"),
        ("The plant takes 5 g of water", "The plant takes 6 g of water"),
        ("The plant takes 5 g of water", "The plant takes 5 kg of water"),
        ("The plant takes 5 g of water", "The plant takes 5 of water"),
        ("The plant takes 5 g of water", "The plant takes water"),
        ("The plant takes five grams of water", "The plant takes fifty grams of water"),
        ("The temperature rises by day", "The temperature falls by day"),
        ("Yes", "No"),
    ],
)
def test_a_denial_another_number_or_unit_is_left_out_when_all_else_is_the_same(
    book: Gradebook, seen: str, other: str
) -> None:
    for first, second in ((seen, other), (other, seen)):
        # Twenty near-duplicates do not make the odd one part of the group, nor does it lie in the middle of them.
        texts = [*[f"{first}{'!' * at}" for at in range(10)], second, *[f"{first}{'.' * at}" for at in range(10)]]
        session = session_of(book, texts)
        group = alike(session, 1)
        assert group.left_out == (11,)
        assert len(group.numbers) == 20
        session.decide(group.numbers, "accepted")
        assert session.standing(11).state == "suggested"


@pytest.mark.parametrize(
    "texts",
    [
        ["Plants need light to grow", "they need the light, to grow!", "PLANTS NEED LIGHT TO GROW", "luz para crecer"],
        ["It takes 5 kg of water", "It takes 5000 g of water", "five kilograms of water is what it takes"],
        ["Plants do not grow without light", "without light plants don't grow"],
    ],
)
def test_the_same_in_other_words_is_one_group(book: Gradebook, texts: list[str]) -> None:
    assert alike(session_of(book, texts), 1).numbers == (*range(1, len(texts) + 1),)


def test_an_answer_that_a_student_contests_is_in_no_group_of_the_same_words(book: Gradebook) -> None:
    given = [Answer(f"a{at}", "q1", "Plants need light") for at in range(1, 5)]
    session = book.begin(quiz(), given, SETTINGS)
    looked_at = [(number, replace(suggestion(one), decision="review")) for number, one in session.answers.items()]
    session.suggest(looked_at, session.teaching())
    assert alike(session, 1).numbers == (1, 2, 3, 4)
    session.decide([2], "accepted")
    contest(session, [2], why="I wrote more than that")
    assert alike(session, 1).numbers == (1, 3, 4)
    assert alike(session, 1).left_out == (2,)
    assert 2 not in alike(session, 2).numbers


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=2, max_size=4))
def test_any_answer_is_alike_to_itself_and_the_relation_has_no_order(book: Gradebook, texts: list[str]) -> None:
    session = session_of(book, texts)
    groups = {number: alike(session, number).numbers for number in session.answers}
    for number, group in groups.items():
        assert number in group
        assert all(number in groups[other] for other in group)
