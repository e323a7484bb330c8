"""Questions that nothing right was written for: a teacher's marks of other answers are all there is to go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from edgekit.core.languages import base_language
from edgekit.grading.explain import Explainer
from edgekit.grading.marked_scores import Scored, Written, languages_means, predict_scores
from edgekit.grading.reading import Read, read_answer
from edgekit.grading.suggesting import suggest
from edgekit.grading.text_states import whole_only
from edgekit.grading.texts import Texts
from edgekit.quiz.criteria import WHOLE, whole_answer
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer, CriterionResult, CriterionState, Reason, Suggestion
from edgekit.quiz.teaching import TeacherMark

LEAST_MARKS = 5
# Each is read once more than it is scored; so many show what a question is about.
_MOST_TOPICS = 48


def suggest_by_marks(
    question: Question,
    reads: Sequence[Read],
    others: Sequence[Read],
    marks: Sequence[TeacherMark],
    languages: Sequence[str],
    texts: Texts,
) -> Iterator[Suggestion]:
    """Suggestions for all answers of a question without criteria and references; a person looks at every one.

    others: of the class, whose language's mean they share. Every whole number of points is possible. What speaks to
    the grader is left out of all of them, those of the marks as well.
    """
    learned = [
        (read_answer(question, Answer("", mark.question_id, mark.text), (), languages), mark.points) for mark in marks
    ]
    known = [(read, points) for read, points in learned if not read.is_empty]
    heard = _listener(question, [read for read, _ in known], languages, texts)
    reads, others = [heard(one) for one in reads], [heard(one) for one in others]
    known = [(heard(read), points) for read, points in known]
    most = round(question.points)
    expected = _expected(question, reads, others, known, most, texts)
    for read, points in zip(reads, expected, strict=True):
        possible = tuple(float(one) for one in range(most + 1)) or (0.0,)
        state: CriterionState = "met" if points >= question.points else "partly" if points > 0 else "missing"
        detail = f"nothing says what is right, and {len(known):,} marks of other answers are all there is to go by"
        yield suggest(
            question,
            read,
            points=points,
            possible=possible,
            probability=1 / len(possible),
            criteria=(CriterionResult(WHOLE, state, points, points / question.points),),
            reasons=(Reason("uncertain", detail),),
            languages=languages,
        )


def _listener(
    question: Question, known: Sequence[Read], languages: Sequence[str], texts: Texts
) -> Callable[[Read], Read]:
    """Leaves out what speaks to the grader, as of answers to other questions.

    In the place of what is known to be right or wrong stands what was marked, itself without what is beside the
    question alone: an order in an answer that was marked must not make the next one part of the topic.
    """
    if texts.addressed is None or not question.text:
        return lambda read: read
    by_question = Explainer(question, languages, texts)
    drawn = sorted(known, key=lambda read: read.intake.digest)[:_MOST_TOPICS]
    topics = tuple(dict.fromkeys(by_question.see(one).read.intake.text for one in drawn))
    if not topics:
        return lambda read: by_question.see(read).read
    of_class = replace(question, criteria=(whole_answer(question.points, {question.language: topics}),))
    by_class = Explainer(of_class, languages, texts)
    return lambda read: by_class.see(read).read


def _expected(
    question: Question,
    reads: Sequence[Read],
    others: Sequence[Read],
    known: Sequence[tuple[Read, float]],
    most: int,
    texts: Texts,
) -> list[float]:
    if len(known) < LEAST_MARKS or most < 1:
        return [0.0] * len(reads)

    def written(read: Read) -> Written:
        return Written(whole_only(texts.of(read.intake.text, question.language)), _language(read))

    answers = [written(read) for read in reads]
    scored = [Scored(written(read), round(points)) for read, points in known]
    means = languages_means([*answers, *map(written, others), *(one.answer for one in scored)])
    _, given = predict_scores(scored, answers, means, most=most)
    return [float(one) for one in given]


def _language(read: Read) -> str:
    """What most of it is in."""
    shares = read.variety.shares
    return max(sorted(shares), key=lambda tag: shares[tag], default=base_language(read.variety.tag.split("+")[0]))
