"""From points, probabilities and reasons to a suggestion: whether it is sent to a person, and how soon."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import PurePath

from edgekit.core.debugging import is_debugged
from edgekit.core.errors import EdgekitError
from edgekit.core.languages import base_language
from edgekit.grading.feedback import PHRASES, checked_feedback
from edgekit.grading.reading import EMPTY, Read
from edgekit.quiz.criteria import WHOLE
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import CriterionResult, Reason, Suggestion


def suggest(
    question: Question,
    read: Read,
    *,
    points: float,
    possible: Sequence[float],
    probability: float,
    criteria: Sequence[CriterionResult],
    doubted: Collection[str] = (),
    reasons: Sequence[Reason] = (),
    languages: Sequence[str] = (),
) -> Suggestion:
    """`suggest` where one mark is possible and nothing was found, else `review`.

    doubted: criteria that something was found against, which the student is not told to have said, whatever the points;
    nor is it called unclear where a person accepts all of its points.
    reasons: besides those of reading.  languages: of the quiz.  need: half for a review and half for the doubt, so that
    the least doubtful review comes before the most doubtful suggestion.
    """
    told = tuple(dict.fromkeys((*read.reasons, *reasons)))
    if len(possible) > 1 and not any(one.code not in EMPTY for one in told):
        marks = ", ".join(f"{one:g}" for one in possible)
        told = (*told, Reason("uncertain", f"more than one mark is possible: {marks}"))
    told_of = _told_of(question, criteria, doubted)
    feedback, faults = checked_feedback(question, told_of, feedback_language(question, read, languages, criteria))
    if faults:
        left = "it is left without the student's words" if feedback else "none is suggested"
        told = (*told, Reason("feedback_failed", f"the feedback may not be shown, {left}: {'; '.join(faults)}"))
    is_review = any(one.code not in EMPTY for one in told)
    doubt = 1 - min(1.0, max(0.0, probability))
    return Suggestion(
        read.answer.answer_id,
        question.id,
        points,
        question.points,
        tuple(sorted({points, *possible})),
        probability,
        "review" if is_review else "suggest",
        (0.5 if is_review else 0.0) + doubt / 2,
        read.variety.tag,
        tuple(criteria),
        told,
        feedback,
    )


def _told_of(
    question: Question, criteria: Sequence[CriterionResult], doubted: Collection[str]
) -> list[CriterionResult]:
    """What the student is told of."""
    most = {one.id: one.points for one in question.criteria}
    told = [
        replace(one, state="unclear") if one.criterion in doubted and one.state in ("met", "partly") else one
        for one in criteria
    ]
    # `say it more plainly` beside `3 of 3` is no feedback: who accepts all of the points has found it clear.
    return [one for one in told if one.state != "unclear" or one.points < most.get(one.criterion, question.points)]


def suggest_nothing(question: Question, read: Read, languages: Sequence[str] = ()) -> Suggestion:
    """For an answer in which there is nothing that could have points."""
    criteria = tuple(CriterionResult(one.id, "missing", 0.0, 0.0) for one in question.criteria)
    return suggest(
        question,
        read,
        points=0.0,
        possible=(0.0,),
        probability=1.0,
        criteria=criteria or (CriterionResult(WHOLE, "missing", 0.0, 0.0),),
        languages=languages,
    )


def suggested_or_sent(
    question: Question, read: Read, suggested: Callable[[], Suggestion], languages: Sequence[str] = ()
) -> Suggestion:
    """What is suggested; where a fault of ours keeps that from being found, nothing is, and a person sees the answer.

    One answer among hundreds would end the grading of all else, for somebody who cannot mend it. Typed errors (the
    model, the machine) and what memory is wanting for are of all answers, and end it; so does any with
    `EDGEKIT_DEBUG=1`. languages: of the quiz.
    """
    try:
        return suggested()
    except (EdgekitError, MemoryError):
        raise
    except Exception as problem:
        if is_debugged():
            raise
        at = traceback.extract_tb(problem.__traceback__)[-1]
        place = f"{type(problem).__name__}, {PurePath(at.filename).name}:{at.lineno}"
        unclear = [CriterionResult(one.id, "unclear", 0.0, 0.0) for one in question.criteria]
        found = suggest(
            question,
            read,
            points=0.0,
            possible=(0.0, question.points),
            probability=0.0,
            criteria=unclear or [CriterionResult(WHOLE, "unclear", 0.0, 0.0)],
            reasons=[Reason("uncertain", f"edgekit failed on this answer, mark it yourself ({place})")],
            languages=languages,
        )
        # It is not the student who was unclear.
        return replace(found, feedback="")


def feedback_language(
    question: Question, read: Read, languages: Sequence[str], criteria: Sequence[CriterionResult] = ()
) -> str:
    """What the student writes most of, where the quiz expects it and there are sentences in it, else the question's.

    A word alone is in no language: of an exact question it is that of the accepted form that the word is like. A text
    to translate is in the language that is learned: of such a question it is the first that is expected.
    """
    bases = {base_language(one): one for one in reversed(languages)}
    if question.kind == "exact":
        like = {one.evidence.wording for one in criteria if one.evidence is not None}
        tags = [tag for tag, texts in question.references.items() if like.intersection(texts)]
        if tags and question.language not in tags and base_language(tags[0]) in bases.keys() & PHRASES.keys():
            return tags[0]
    for tag, _ in sorted(read.variety.shares.items(), key=lambda one: (-one[1], one[0])):
        if base_language(tag) in bases.keys() & PHRASES.keys():
            return bases[base_language(tag)]
    return languages[0] if languages and question.kind == "translate" else question.language
