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
    from edgekit.quiz.suggestion import Suggestion

_APOSTROPHES = str.maketrans("", "", "'’ʼ`´\"")


@dataclass(frozen=True, slots=True)
class Alike:
    """Answers to one question with the same points and the same state of every criterion, by their numbers.

    numbers: suggested, so that they can be accepted together.  left_out: each for a person of its own: sent to review,
    or with another number, unit or denial than the answer that was looked at, whatever both were suggested.
    """

    numbers: tuple[int, ...]
    left_out: tuple[int, ...]


def alike(session: Session, number: int) -> Alike:
    """What could be decided together with an answer, itself as well where it is not sent to review."""
    mine = session.suggestion(number)
    question = session.answers[number].question_id
    text = take_in(session.answers[number].text).text
    together: list[int] = []
    left_out: list[int] = []
    for at in to_decide(session, question) if mine is not None else ():
        other = session.suggestion(at)
        if mine is not None and other is not None and _kind(other) == _kind(mine):
            fits = other.decision == "suggest" and session.standing(at).state == "suggested"
            theirs = take_in(session.answers[at].text).text
            fits = fits and _says_the_same(text, theirs, (mine.variety, other.variety), session.quiz.languages)
            (together if fits else left_out).append(at)
    return Alike(tuple(together), tuple(left_out))


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
