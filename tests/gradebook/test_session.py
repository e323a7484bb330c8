"""What a session holds: a locked quiz, states that only a person moves on, undoing by new rows, rulings, marks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from gradebook.classes import SETTINGS, answers, begun, quiz, suggestion
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgekit.core.errors import InputError, IntegrityError, UnavailableError, UsageError
from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.chain import canonical
from edgekit.gradebook.quiz_file import keep_quiz_file, quiz_has_changed
from edgekit.gradebook.session import Session
from edgekit.gradebook.suggestions import read, written
from edgekit.quiz.model import Question
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Reason
from edgekit.quiz.teaching import TeacherMark


@pytest.fixture
def session(tmp_path: Path) -> Session:
    book = open_gradebook(tmp_path / "g.sqlite")
    return begun(book)


def test_nothing_is_a_mark_before_a_person_says_so(session: Session) -> None:
    assert [session.mark(at).final for at in session.answers] == [None, None, None]
    session.decide([1], "accepted")
    session.decide([2], "changed", 0.5)
    session.decide([3], "returned")
    assert [session.mark(at).final for at in session.answers] == [2.0, 0.5, None]
    assert [session.mark(at).status for at in session.answers] == ["accepted", "changed", "returned"]


def test_only_marks_are_released_and_then_they_stand(session: Session) -> None:
    with pytest.raises(UsageError, match=r"a1.*suggested and cannot be released"):
        session.release([1])
    session.decide([1, 2], "accepted")
    session.release([1])
    for action in ("accepted", "changed", "returned"):
        with pytest.raises(UsageError, match="released"):
            session.decide([1], action, 1.0)
    assert session.undo(1).state == "accepted"
    session.decide([1], "changed", 1.0)
    assert session.mark(1).final == 1.0


def test_undoing_goes_back_step_by_step_and_the_record_only_grows(session: Session) -> None:
    before = len(list(session.rows()))
    session.decide([1], "accepted")
    session.decide([1], "changed", 0.0)
    assert session.undo(1).points == 2.0
    assert session.undo(1).state == "suggested"
    with pytest.raises(UsageError, match="cannot be undone"):
        session.undo(1)
    assert [row.kind for row in list(session.rows())[before:]] == ["decided", "decided", "undone", "undone"]


def test_nothing_is_decided_when_one_of_many_cannot_be(session: Session) -> None:
    session.decide([3], "accepted")
    session.release([3])
    with pytest.raises(UsageError, match="a3"):
        session.decide([1, 2, 3], "accepted")
    assert [session.standing(at).state for at in (1, 2)] == ["suggested", "suggested"]


def test_nothing_is_undone_when_one_of_many_cannot_be(session: Session) -> None:
    session.decide([1, 2], "accepted")
    with pytest.raises(UsageError, match="it is suggested and cannot be undone") as told:
        session.undo_all([1, 2, 3])
    assert told.value.hint == "nobody has decided on it"
    assert [session.standing(at).state for at in (1, 2)] == ["accepted", "accepted"]
    session.undo_all([1, 2])
    assert [session.standing(at).state for at in (1, 2)] == ["suggested", "suggested"]


@pytest.mark.parametrize("points", [-0.5, 2.5, float("nan"), float("inf"), None])
def test_points_that_a_question_does_not_have_are_refused(session: Session, points: float | None) -> None:
    with pytest.raises(UsageError, match="from 0 to 2"):
        session.decide([1], "changed", points)


def test_a_mark_stays_when_another_is_suggested_later(session: Session) -> None:
    session.decide([1], "accepted")
    other = suggestion(session.answers[1], points=0.0)
    session.suggest([(1, other)], session.teaching())
    assert session.mark(1).final == 2.0
    assert session.suggestion(1) == other
    assert session.undo(1).state == "suggested"
    assert session.suggestion(1) == other


def test_a_suggestion_that_is_the_same_is_not_told_again(session: Session) -> None:
    before = len(list(session.rows()))
    session.suggest([(1, suggestion(session.answers[1]))], session.teaching())
    assert len(list(session.rows())) == before


def test_a_ruling_is_added_to_the_quiz_and_taken_back(session: Session) -> None:
    number = session.rule("q1", "c1", " les hace falta luz ", "es")
    refuted = session.rule("q1", "c1", "Plants need no light.", "en", refuted=True)
    ruled = session.ruled_quiz(session.teaching()).question("q1")
    assert ruled is not None
    assert ("es", "les hace falta luz") in ruled.criteria[0].wordings()
    assert ruled.criteria[0].refuted == {"en": ("Plants need no light.",)}
    assert "`les hace falta luz` (es) counts for `c1` of `q1`" in [str(one) for one in session.rulings]
    session.unrule(number)
    session.unrule(refuted)
    assert session.ruled_quiz(session.teaching()) == session.quiz
    with pytest.raises(UsageError, match="no ruling"):
        session.unrule(number)
    with pytest.raises(UsageError, match="no criterion"):
        session.rule("q1", "c9", "x", "en")
    assert session.ruled_quiz(session.teaching(number)).question("q1") != session.quiz.question("q1")


def test_a_question_without_criteria_says_where_its_right_answers_stand(tmp_path: Path) -> None:
    word = Question("w", "exact", "en", {"en": "Which gas?"}, 1.0, references={"en": ("oxygen",)})
    book = open_gradebook(tmp_path / "g.sqlite")
    session = book.begin(make_quiz("gas", "Gas", ("en",), (word,)), [Answer("a", "w", "O2")], SETTINGS)
    with pytest.raises(UsageError, match="no criterion") as told:
        session.rule("w", "answer", "O2", "en")
    assert f"`--regrade {session.id}`" in str(told.value.hint)


def test_marks_are_learned_once_and_decisions_are_marks(session: Session) -> None:
    given = TeacherMark("q1", "some other answer", 1.0, "en")
    session.learn([given, given])
    session.learn([given])
    session.decide([2], "changed", 0.5)
    session.decide([3], "returned")
    marks = session.teaching().marks
    assert marks == (given, TeacherMark("q1", session.answers[2].text, 0.5, None))
    session.undo(2)
    assert session.teaching().marks == (given,)


def test_a_session_is_the_same_when_it_is_opened_again(tmp_path: Path) -> None:
    odd = [
        Answer(
            "a\x00'; DROP TABLE record; --",
            "q1",
            "half a character \ud800, \x00, \u202e and 🌱",
            "Ana\n",
            "es",
            {"=x": "\t"},
        ),
        Answer("", "q1", "", None, None, {}),
    ]
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = book.begin(quiz(), odd, SETTINGS)
        strange = replace(suggestion(odd[0]), feedback="\ud800", reasons=(Reason("hedged", "\x1b[31m", (1, 4)),))
        session.suggest([(1, strange)], session.teaching())
    with open_gradebook(tmp_path / "g.sqlite") as book:
        again = book.session()
        assert list(again.answers.values()) == odd
        assert again.quiz == quiz()
        assert again.settings == SETTINGS
        assert again.suggestion(1) == strange
        assert again.standing(2).state == "waiting"
        assert again.suggestion(2) is None


def test_grading_goes_on_only_when_quiz_answers_and_settings_are_the_same(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        assert book.begun(quiz(), answers(), SETTINGS) is None
        session = begun(book)
        found = book.begun(quiz(), answers(), SETTINGS)
        assert found is not None
        assert found.id == session.id
        assert book.begun(quiz("Another."), answers(), SETTINGS) is None
        assert book.begun(quiz(), answers(2), SETTINGS) is None
        assert book.begun(quiz(), answers(), {"alpha": 0.2}) is None


def test_answers_that_do_not_fit_are_told_at_once(tmp_path: Path) -> None:
    twice = [*answers(1), *answers(1), Answer("x", "q9", "text")]
    with open_gradebook(tmp_path / "g.sqlite") as book:
        with pytest.raises(InputError) as told:
            book.begin(quiz(), twice, SETTINGS)
        assert told.value.reasons == ("there is no question `q9`", "there are 2 answers `a1`")
        with pytest.raises(InputError, match="no answers"):
            book.begin(quiz(), [], SETTINGS)
        with pytest.raises(UnavailableError, match="no session"):
            book.session()
        assert book.sessions() == []


def test_a_suggestion_is_written_in_one_form() -> None:
    one = suggestion(answers(1)[0])
    assert read(written(one)) == one
    assert written(one) == written(read(written(one)))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *[("points", one) for one in (float("nan"), "2", True, None)],
        *[("probability", one) for one in (float("nan"), "0.9", None)],
        *[("views", one) for one in ({"written": float("nan")}, {"written": "0.9"}, {"written": None})],
        *[("state", "passed"), ("criterion", 1)],
    ],
)
def test_what_is_no_result_of_a_criterion_is_no_suggestion(part: str, value: object) -> None:
    whole = json.loads(written(suggestion(answers(1)[0])))
    whole["criteria"][0][part] = value
    with pytest.raises(IntegrityError, match="holds a suggestion that is none"):
        read(json.dumps(whole))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"points": [1.0, float("-inf")]}])
def test_what_is_no_number_has_no_form_in_the_record(value: object) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("acrulx"), st.integers(1, 3)), max_size=25))
def test_states_follow_the_machine_whatever_is_pressed(
    tmp_path_factory: pytest.TempPathFactory, keys: list[tuple[str, int]]
) -> None:
    model = {at: [("suggested", None)] for at in (1, 2, 3)}
    with open_gradebook(tmp_path_factory.mktemp("book") / "g.sqlite") as book:
        session = begun(book)
        for key, at in keys:
            state = model[at][-1][0]
            try:
                if key == "a":
                    session.decide([at], "accepted")
                    made = ("accepted", 2.0)
                elif key == "c":
                    session.decide([at], "changed", 0.5)
                    made = ("changed", 0.5)
                elif key == "r":
                    session.decide([at], "returned")
                    made = ("returned", None)
                elif key == "u":
                    session.undo(at)
                    assert len(model[at]) > 1
                    model[at].pop()
                    continue
                elif key == "l":
                    session.release([at])
                    made = ("released", model[at][-1][1])
                else:
                    continue
            except UsageError:
                refused = (state == "released" and key in "acr") or (key == "u" and len(model[at]) == 1)
                assert refused or (key == "l" and state not in ("accepted", "changed"))
                continue
            model[at].append(made)
        assert {at: (session.standing(at).state, session.standing(at).points) for at in model} == {
            at: steps[-1] for at, steps in model.items()
        }
        assert [one.state for one in book.session().standings] == [one.state for one in session.standings]


def test_a_quiz_whose_place_the_system_refuses_is_not_told_to_have_changed(session: Session, tmp_path: Path) -> None:
    keep_quiz_file(session, tmp_path / ("x" * 300) / "quiz.toml")  # as a folder of somebody else, a share that is gone
    assert quiz_has_changed(session) is None


def test_of_several_answers_none_is_decided_on_when_one_is_not_as_it_was_seen(session: Session) -> None:
    seen = [session.standing(at) for at in session.answers]
    session.decide([2], "changed", 0.5)
    for action in ("accepted", "returned"):
        with pytest.raises(UsageError, match="answer `a2`: somebody else has been at it meanwhile: it is changed"):
            session.decide([1, 2, 3], action, seen=seen)
    assert [one.state for one in session.standings] == ["suggested", "changed", "suggested"]
