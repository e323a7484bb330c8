"""Which answers of a session a person decides on together: none that says less, more or the contrary of another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.gradebook.queue import to_decide
from edgekit.grading.contradiction import compare
from edgekit.grading.function_words import answer_words, denying_words, known
from edgekit.grading.intake import matching_form, take_in
from edgekit.grading.quantities import Quantity, quantities
from edgekit.grading.statements import WORD

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session
    from edgekit.quiz.suggestion import Answer, Suggestion

_APOSTROPHES = str.maketrans("", "", "'’ʼ`´\"")


@dataclass(frozen=True, slots=True)
class Alike:
    """Answers to one question with the same points and the same state of every criterion, by their numbers.

    numbers: suggested, so that they can be accepted together; of one that is sent to review, itself and those with its
    very words, where there are any.  left_out: each for a person of its own: sent to review, or with another number,
    unit or denial than the answer that was looked at, whatever both were suggested.
    """

    numbers: tuple[int, ...]
    left_out: tuple[int, ...]


def alike(session: Session, number: int) -> Alike:
    """What could be decided together with an answer, itself as well where it is not sent to review."""
    mine = session.suggestion(number)
    answer = session.answers[number]
    if mine is None:
        return Alike((), ())
    found: list[tuple[int, bool]] = []
    for at in to_decide(session, answer.question_id):
        other = session.suggestion(at)
        if other is not None and _kind(other) == _kind(mine):
            standing, theirs = session.standing(at), session.answers[at]
            fits = other.decision == mine.decision and standing.state == "suggested"
            if mine.decision == "review":
                fits = fits and not standing.contested and theirs.text.split() == answer.text.split()
            else:
                tags = mine.variety, other.variety
                fits = fits and _says_the_same(_read(answer), _read(theirs), tags, session.quiz.languages)
            found.append((at, fits))
    # Whoever looks at an answer that is sent to review decides on that one, and on no other words.
    alone = mine.decision == "review" and sum(fits for _at, fits in found) < 2
    return Alike(
        tuple(at for at, fits in found if fits and not alone), tuple(at for at, fits in found if alone or not fits)
    )


def _read(answer: Answer) -> str:
    return take_in(answer.text).text


def _kind(suggestion: Suggestion) -> tuple[object, ...]:
    return suggestion.points, tuple((one.criterion, one.state) for one in suggestion.criteria)


def _says_the_same(mine: str, theirs: str, tags: tuple[str, str], expected: tuple[str, ...]) -> bool:
    """Whether two answers have the same numbers, units and denials, and nothing in one goes against the other."""
    languages = known((*tags, *expected))
    if _denials(mine, known(tags[:1]) or languages) != _denials(theirs, known(tags[1:]) or languages):
        return False
    if not _same_amounts(quantities(mine, languages), quantities(theirs, languages)):
        return False
    tag = "+".join(dict.fromkeys(known(tags)))
    return not compare(mine, theirs, tag) and not compare(theirs, mine, tag)


def _denials(text: str, languages: tuple[str, ...]) -> int:
    words = Counter(matching_form(found[0]).translate(_APOSTROPHES) for found in WORD.finditer(text))
    return sum(words[one] for one in denying_words(languages) | answer_words(languages)[1])


def _same_amounts(mine: list[Quantity], theirs: list[Quantity]) -> bool:
    """Whether each has what the other has; a unit that is missing is another one."""

    def same(one: Quantity, other: Quantity) -> bool:
        return (one.unit is None) == (other.unit is None) and one.same_amount(other)

    return all(any(same(one, other) for other in theirs) for one in mine) and all(
        any(same(one, other) for other in mine) for one in theirs
    )
