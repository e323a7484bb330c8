"""What rulings and marks of a teacher change in explanations."""

from __future__ import annotations

from dataclasses import replace

from grading.explained import QUIZ, codes, grade
from grading.toy_states import toy_scorer

from edgekit.quiz.model import Question
from edgekit.quiz.teaching import Ruling, TeacherMark, with_rulings


def test_a_ruling_makes_a_wording_count() -> None:
    text = "It becomes bigger than before"
    (before,) = grade(text)
    ruled = with_rulings(QUIZ, [Ruling(7, "q1", "swell", "en", text)])
    (after,) = grade(text, quiz=ruled)
    assert (before.points, after.points) == (0.0, 1.0)
    assert after.criteria[0].evidence is not None
    assert after.criteria[0].evidence.wording == text


def test_marks_of_a_teacher_count_at_once_in_any_order_and_for_their_question_only() -> None:
    text = "It becomes bigger than before"
    marks = [TeacherMark("q1", text, 2.0), TeacherMark("q1", "My dog likes old shoes", 0.0), TeacherMark("q1", "", 0.0)]
    (before,) = grade(text)
    (after,) = grade(text, marks=marks)
    (backwards,) = grade(text, marks=marks[::-1])
    wider = replace(QUIZ, questions=(*QUIZ.questions, replace(QUIZ.questions[0], id="q9")))
    (others,) = grade(text, marks=[replace(one, question_id="q9") for one in marks], quiz=wider)
    assert after.criteria[0].probability > before.criteria[0].probability
    assert backwards == after
    assert others == before


def test_a_variety_is_suggested_once_a_teacher_has_marked_fifty_answers_of_it() -> None:
    right, wrong = "El agua hace la semilla hinchar y crecer con luz", "El perro come zapatos viejos con gusto"
    scorer = toy_scorer("en")
    marks = [TeacherMark("q1", f"{right} número {at}", 2.0) for at in range(30)]
    marks += [TeacherMark("q1", f"{wrong} número {at}", 0.0) for at in range(30)]
    (few,) = grade(f"{right} ya", scorer=scorer, marks=marks[:40])
    (enough,) = grade(f"{right} ya", scorer=scorer, marks=marks)
    assert "uncalibrated_variety" in codes(few)
    assert enough.variety == "es"
    assert "uncalibrated_variety" not in codes(enough)


def test_a_question_that_nothing_right_is_known_of_goes_by_marks_and_to_a_person() -> None:
    quiz = replace(QUIZ, questions=(Question("q1", "explain", "en", {"en": "Why?"}, 2.0),))
    right, wrong = "Water makes the seed swell", "My dog likes old shoes"
    (none,) = grade(right, quiz=quiz)
    assert (none.points, none.possible, none.decision) == (0.0, (0.0, 1.0, 2.0), "review")
    marks = [TeacherMark("q1", f"{right} number {at}", 2.0) for at in range(8)]
    marks += [TeacherMark("q1", f"{wrong} number {at}", 0.0) for at in range(8)]
    found = grade(right, wrong, "", quiz=quiz, marks=marks)
    assert {one.answer_id: (one.points, one.decision) for one in found} == {
        "a0": (2.0, "review"),
        "a1": (0.0, "review"),
        "a2": (0.0, "suggest"),
    }
