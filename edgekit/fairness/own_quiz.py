"""A teacher's own quiz, answered rightly and wrongly in every variety, out of its own wordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edgekit.fairness.parallel import Trial, Version
from edgekit.fairness.rendering import Translate, renderings
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer

# Of other questions' right answers, which are wrong here; more would say the same again.
_FROM_OTHERS = 4


def make_own_trial(quiz: Quiz, *, translate: Translate | None = None) -> Trial:
    """Every question that is answered in words: what its wordings make a right answer of, misconceptions, refuted
    wordings and the answers to other questions as wrong ones, each as it stands and in every variety that can be made.
    """
    answers: list[Answer] = []
    versions: dict[str, Version] = {}
    for question in quiz.questions:
        if question.kind != "explain":
            continue
        for language, item, text, right in _items(quiz, question):
            for variety, written in _written(quiz.expected(question), language, text, translate):
                answer = Answer(f"a{len(answers)}", question.id, written)
                answers.append(answer)
                versions[answer.answer_id] = Version(item, variety, question.id, written, right)
    return Trial(quiz, tuple(answers), versions, 0)


def right_answers(question: Question, language: str) -> tuple[str, ...]:
    """Whole right answers in a language: a wording of each criterion, the first of all, then the second of all ..."""
    if not question.criteria:
        return question.references.get(language, ())
    sides = [[text for _, text in criterion.wordings(language)] for criterion in question.criteria]
    if not all(sides):
        return ()
    count = max(map(len, sides))
    joined = [" ".join(texts[min(at, len(texts) - 1)] for texts in sides) for at in range(count)]
    return tuple(dict.fromkeys(joined))


def wrong_answers(quiz: Quiz, question: Question, language: str) -> tuple[str, ...]:
    """Misconceptions, refuted wordings, and what is right to other questions."""
    wrong = [text for one in question.misconceptions for text in one.wordings.get(language, ())]
    wrong += [text for one in question.criteria for text in one.refuted.get(language, ())]
    others = [one for one in quiz.questions if one.kind == "explain" and one.id != question.id]
    wrong += [text for other in others for text in right_answers(other, language)[:1]][:_FROM_OTHERS]
    return tuple(dict.fromkeys(wrong))


def _items(quiz: Quiz, question: Question) -> Iterator[tuple[str, str, str, bool]]:
    """(language, item, text, whether it is right)."""
    for language in quiz.expected(question):
        for at, text in enumerate(right_answers(question, language)):
            yield language, f"{language}-right-{at}", text, True
        for at, text in enumerate(wrong_answers(quiz, question, language)):
            yield language, f"{language}-wrong-{at}", text, False


def _written(
    languages: Sequence[str], language: str, text: str, translate: Translate | None
) -> Iterator[tuple[str, str]]:
    """(variety, text): the language of what stands in the quiz, and renderings, of all languages together."""
    yield language, text
    others = [one for one in languages if one != language]
    for variety, made in renderings(text, language, to=others[0] if others else None, translate=translate).items():
        # What a translator made of a whole answer is no teacher's wording of it.
        yield f"translated to {variety}" if variety in languages else variety, made
