"""What is kept of a class: never the vectors of all tokens of all answers, nor a number object for each character."""

from __future__ import annotations

import sys

import numpy as np
from grading.toy_states import ToyEncoder, toy_scorer

from edgekit.grading.grader import Grader
from edgekit.grading.intake import MOST_CHARACTERS, take_in
from edgekit.grading.text_states import read_texts
from edgekit.grading.texts import Texts
from edgekit.grading.turns import Run
from edgekit.grading.variety import profile
from edgekit.grading.views import make_views
from edgekit.quiz.model import Question
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark

QUESTION = Question("q1", "explain", "en", {"en": "Why?"}, 2.0, references={"en": ("Water makes the seed swell.",)})
ONLY_MARKS = Question("q1", "explain", "en", {"en": "Why?"}, 2.0)


def texts_of(count: int) -> list[str]:
    return [f"Water makes the seed swell {at}, number {at} of them" for at in range(count)]


def graded(question: Question, marks: int, answers: int) -> tuple[Grader, Texts]:
    texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    taught = [TeacherMark("q1", f"{text}!", float(at % 3)) for at, text in enumerate(texts_of(marks))]
    grader = Grader(make_quiz("q", "Q", ("en",), (question,)), texts, marks=taught)
    given = [Answer(f"a{at}", "q1", text) for at, text in enumerate(texts_of(answers))]
    assert len(list(grader.grade(given))) == answers
    return grader, texts


def test_of_marks_no_vectors_of_tokens_are_kept() -> None:
    grader, _ = graded(QUESTION, 20, 2)
    assert grader._learned is not None
    marked = grader._learned[1]._marked["answer"]
    assert len(marked) == 20
    for one in marked:
        assert len(one.text.states) > 5
        assert one.text.states.nbytes + one.text.weights.nbytes + one.text.parts.nbytes == 0


def test_as_many_texts_are_kept_of_a_large_class_as_of_a_small_one() -> None:
    for question in (QUESTION, ONLY_MARKS):
        _, texts = graded(question, 60, 120)
        assert len(texts._known) <= 256
        assert sum(one.tokens for one in texts._known.values()) == texts._tokens <= 6144
        assert all((one.given is None) == bool(one.prepared) for one in texts._known.values())


def test_vectors_of_a_text_are_kept_once_for_all_languages() -> None:
    encoder = ToyEncoder()
    texts = Texts(encoder, toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    text = "Water makes the seeds swell. El agua hincha las semillas."
    spans, states = texts.tokens(text)
    english, spanish = texts.of(text, "en"), texts.of(text, "es")
    assert english.states is spanish.states is texts.tokens(text)[1]
    assert english.parts is spanish.parts
    assert np.array_equal(states, english.states)
    assert spans == english.spans == texts.tokens(text)[0]
    assert english.words != spanish.words
    for one, language in ((english, "en"), (spanish, "es")):
        (alone,) = read_texts(encoder, texts.scorer.space, [text], language)
        assert alone.words == one.words
        assert np.array_equal(alone.parts, one.parts)
        assert np.array_equal(alone.embedding, one.embedding)


def test_what_is_read_for_one_number_alone_leaves_before_what_its_words_are_wanted_of() -> None:
    encoder = ToyEncoder()
    texts = Texts(encoder, toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    sentences = [f"number {at} " + "water " * 58 for at in range(90)]
    parts = [f"part {at} " + "water " * 58 for at in range(60)]
    texts.read(sentences)
    for one in parts * 2:
        texts.embedding(one)
    for one in sentences:
        texts.tokens(one)
    assert encoder.read == [*sentences, *parts]


def test_where_characters_are_from_takes_bytes_and_no_objects() -> None:
    text = ("ação e reação " * 1000)[:MOST_CHARACTERS]
    intake = take_in(text)
    (view, *_) = make_views(intake, QUESTION, profile(text, ("en", "pt")))
    for one in (intake.at, view.at, view.ends):
        assert sys.getsizeof(one) < 6 * MOST_CHARACTERS
        assert not isinstance(one, tuple)


def test_the_words_of_a_sentence_are_looked_at_once_for_the_same_question() -> None:
    class Counting:
        asked = 0
        adapter = None

        def runs(self, *_: object) -> tuple[Run, ...]:
            self.asked += 1
            return (Run(0, self.asked, 1.0, 1),)

    texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    turns, other = Counting(), Counting()
    related, others = np.zeros((1, 64), np.float32), np.zeros((1, 64), np.float32)
    first = texts.runs("Water makes it swell.", turns, related)  # type: ignore[arg-type]  # a toy
    assert texts.runs("Water makes it swell.", turns, related) is first  # type: ignore[arg-type]  # a toy
    assert texts.runs("Water makes it swell.", turns, others) != first  # type: ignore[arg-type]  # a toy
    assert texts.runs("Water makes it swell.", other, others) == first  # type: ignore[arg-type]  # a toy
    assert (turns.asked, other.asked) == (2, 1)
