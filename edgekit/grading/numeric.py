"""A number as an answer, with its unit where one is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from edgekit.checks.number_words import digit_words, roman
from edgekit.core.languages import decimal_sign
from edgekit.grading.amounts import amounts
from edgekit.grading.asked_units import asked_units
from edgekit.grading.contradiction import short
from edgekit.grading.denied import denied_in
from edgekit.grading.eras import is_of_another_era, with_eras
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.number_slips import find_slip
from edgekit.grading.open_numbers import left_open
from edgekit.grading.quantities import Quantity
from edgekit.grading.right_numbers import (
    in_full,
    is_left_out,
    is_letter,
    is_right,
    is_share,
    is_unasked,
    is_unheard,
    is_within,
    makes,
    raised,
    wanted_number,
)
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.grading.units import unit_named, units_measuring
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Evidence, Reason

_SAID = re.compile(r"^\W*(?P<word>[^\W\d_]+)\W*$")
_MARKER = re.compile(r"[()]|(?<=\d)\.(?=\s)")
# Of a number, nobody says these but who asks for a mark.
_SCORE_WORD = re.compile(
    r"\b(?:points|marks|grades?|scores?|puntos|notas?|calificacion|pontos|teacher|profe(?:sora?)?|deserve|merezco|mereco"
    r"|please|por favor|dame|quiero|quero|give me)\b"
)


def mark_number(question: Question, intake: Intake, languages: tuple[str, ...], written: tuple[str, ...] = ()) -> Ruled:
    """Digits of any script, words of `languages`; `5000 g` is `5 kg`.

    The right number without its unit, or with one of another size, goes to a person; so do several numbers of which one
    is right, one that is denied, one that is left open (`3 or 4`, `more than 4`), and one that is right only where its
    sign is read against `written`, the languages of the answer (none: `languages`), or where those do not agree on it:
    `1.235` is 1235 in Portuguese. One in a plea for marks has no points.
    """
    whole = in_full(question)
    found = _by_signs(whole, intake, languages, decimal_sign(written or languages))
    if whole is not question and found.possible == (0.0,):
        bare = _by_signs(replace(question, unit=None), intake, languages, decimal_sign(written or languages))
        if bare.points:
            words = bare.result.evidence
            told = doubt("unit", f"the number is right, and the unit `{question.unit}` is missing", words)
            half = rounded(question.points / 2, question.points)
            found = ruled(half, question.points, words, possible=(0.0, question.points), reasons=told)
    if not found.points or not _asks_for_marks(question, intake.text):
        return found
    told = doubt("injection_suspect", "speaks to the grader", found.result.evidence)
    reasons = (*told, *found.reasons)
    return ruled(0.0, question.points, found.result.evidence, possible=found.possible, reasons=reasons)


def _by_signs(question: Question, intake: Intake, languages: tuple[str, ...], own: str | None) -> Ruled:
    """By both readings of its signs; own: the one before a fraction in the language of the answer."""
    found, others = (_found(question, intake, languages, sign) for sign in (",." if own == "," else ".,"))
    first = _marked(question, intake, found, languages)
    if found == others:
        return first
    second = _marked(question, intake, others, languages)
    same = (first.points, first.possible) == (second.points, second.possible)
    if same or (own is not None and first.points >= second.points):
        return first
    one, other = next(pair for pair in zip(found, others, strict=False) if pair[0] != pair[1])
    words = evidence(intake, one.begin, one.end, wanted_number(question))
    said, values = intake.text[one.begin : one.end], [each.values[0].normalize() for each in (one, other)]
    told = doubt("number", f"`{said}` may be `{values[0]:f}` or `{values[1]:f}`", words)
    points = first.points if own is not None else min(first.points, second.points)
    return ruled(points, question.points, words, possible=(*first.possible, *second.possible), reasons=told)


def _found(question: Question, intake: Intake, languages: tuple[str, ...], sign: str) -> list[Quantity]:
    # `(4)` and `18. Jahrhundert` are no numbers of a list where no other number is.
    found = amounts(intake.text, languages, decimal=sign)
    found = (
        found
        or amounts(_MARKER.sub(" ", intake.text), languages, decimal=sign)
        or _roman(question, intake)
        or _article(intake, languages)
    )
    return with_eras(question, matching_form(intake.text), found)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer, its numbers in order, and those of them that are right."""

    question: Question
    intake: Intake
    languages: tuple[str, ...]
    found: Sequence[Quantity]
    right: Sequence[Quantity]

    def shown(self, first: Quantity, last: Quantity | None = None) -> Evidence | None:
        """The words of a number, or from one to another."""
        return evidence(self.intake, first.begin, (last or first).end, wanted_number(self.question))

    @property
    def words(self) -> Evidence | None:
        """Those of the first number that is right, else of the first."""
        return self.shown((*self.right, *self.found)[0]) if self.found else None

    @property
    def half(self) -> float:
        """Of the points."""
        return rounded(self.question.points / 2, self.question.points)

    def seen(
        self,
        told: tuple[Reason, ...],
        words: Evidence | None,
        *possible: float,
        points: float = 0.0,
        against: bool = False,
    ) -> Ruled:
        """Points that a person has to look at; possible: marks besides them, all of the points where none is given."""
        most = self.question.points
        return ruled(points, most, words, possible=possible or (most,), reasons=told, against=against)


_Rule: TypeAlias = Callable[[_Said], Ruled | None]


def _marked(question: Question, intake: Intake, found: list[Quantity], languages: tuple[str, ...]) -> Ruled:
    """By the first rule that says something, in the order of `_RULES`; what none of them knows is wrong."""
    right = [one for one in found if is_right(question, one, intake.text)]
    said = _Said(question, intake, languages, found, right)
    ruling = next((ruling for rule in _RULES if (ruling := rule(said)) is not None), None)
    return ruling or ruled(0.0, question.points, said.words, against=True)


def _no_number(said: _Said) -> Ruled | None:
    if said.found:
        return None
    told = find_slip(said.question, said.intake, (), said.languages) or doubt("number", "there is no number in it")
    return said.seen(told, None)


def _denied(said: _Said) -> Ruled | None:
    """`It is not 15` and `15, not 16` differ by more than where the word stands."""
    denied = denied_in(said.intake.text, (said.question.language, *said.languages))
    if denied is None or not said.right:
        return None
    told = doubt("negation", f"`{said.intake.text[slice(*denied)]}` denies something in it", said.words)
    only, most = len(said.found) == 1, said.question.points
    return said.seen(told, said.words, 0.0, most, points=0.0 if only else most, against=True)


def _left_open(said: _Said) -> Ruled | None:
    """`3 or 4`, `more than 4`, `√4`."""
    return _open(said, said.right)


def _open(said: _Said, right: Sequence[Quantity]) -> Ruled | None:
    asked = list(said.question.text.values())
    place = left_open(said.intake.text, right, said.found, asked) if right else None
    if place is None:
        return None
    quote = short(said.intake.text[slice(*place)])
    told = Reason("hedged", f"`{quote}` leaves it open", said.intake.span(*place))
    return said.seen((told,), said.shown(right[0]))


def _with_a_letter(said: _Said) -> Ruled | None:
    """`5k`, which is right as 5 alone."""
    if not said.right or not all(is_letter(said.question, one, said.intake.text) for one in said.right):
        return None
    one = said.right[0]
    told = doubt("number", f"`{said.intake.text[one.begin : one.end]}` may be `{one.values[0]:f}`", said.words)
    return said.seen(told, said.words)


def _with_another_unit_than_asked(said: _Said) -> Ruled | None:
    """`150 cm` where the text asks for millimetres."""
    is_another = bool(said.right) and all(is_unasked(said.question, one) for one in said.right)
    return _other_unit_than_asked(said, said.right[0]) if is_another else None


def _other_unit_than_asked(said: _Said, one: Quantity) -> Ruled:
    words = said.shown(one)
    written = one.unit.written if one.unit is not None else ""
    told = doubt("unit", f"the question asks for another unit than `{written}`", words)
    return said.seen(told, words, said.half, said.question.points)


def _last_is_another(said: _Said) -> Ruled | None:
    """`2 + 3 = 5` ends with what counts."""
    if not said.right or said.found[-1] in said.right or said.found[-1].same_amount(said.right[0]):
        return None
    told = doubt("number", "there are several numbers in it, and the last one is not right", said.words)
    return said.seen(told, said.words)


def _with_a_unit_of_its_own(said: _Said) -> Ruled | None:
    """`8 kg` where nobody says that a mass is asked for."""
    text = said.intake.text
    if not said.right or not all(is_unheard(said.question, one, text) for one in said.right):
        return None
    quote = short(text[said.right[0].begin : said.right[0].end])
    told = doubt("unit", f"the question says nothing of the unit of `{quote}`", said.words)
    return said.seen(told, said.words, 0.0, said.half, points=said.question.points)


def _right(said: _Said) -> Ruled | None:
    return ruled(said.question.points, said.question.points, said.words) if said.right else None


def _but_for_its_unit(said: _Said) -> Ruled | None:
    """`5` for 5 kg, which may have half of the points, and `5 m`, which has none."""
    question = said.question
    same = [one for one in said.found if is_within(question, one.values) or is_share(question, one)]
    if not same:
        return None
    words = said.shown(same[0])
    if not question.unit:
        # `0.6` where a percentage is asked for.
        told = doubt("unit", "the number is right, and the unit `%` is missing", words)
        return said.seen(told, words, 0.0, question.points, points=said.half)
    if same[0].unit is None or is_left_out(question.unit, same[0].unit):
        # Of `75 or 80 km/h` the unit is that of both.
        if (left := _open(said, same)) is not None:
            return left
        told = doubt("unit", f"the number is right, and the unit `{question.unit}` is missing", words)
        return said.seen(told, words, 0.0, question.points, points=said.half)
    told = doubt("unit", f"the number is right, and its unit is not `{question.unit}`", words)
    return said.seen(told, words, said.half, against=True)


def _in_the_unit_of_the_text(said: _Said) -> Ruled | None:
    """`4900` for 4.9 L where the text asks for millilitres."""
    for one in said.found if said.question.unit else ():
        for unit in asked_units(said.question) if one.unit is None else ():
            if is_right(said.question, replace(one, unit=unit), said.intake.text):
                words = said.shown(one)
                told = doubt("unit", f"the number is right, and the unit `{unit.written}` is missing", words)
                return said.seen(told, words, 0.0, said.question.points, points=said.half)
    return None


def _in_a_unit_that_it_does_not_say(said: _Said) -> Ruled | None:
    """`1060` for 1.06 kg, `3600` for an hour, unless the text says what it asks for."""
    unit = unit_named(said.question.unit) if said.question.unit and not asked_units(said.question) else None
    others = units_measuring(unit.dimension) if unit is not None else ()
    for one in said.found:
        for other in others if one.unit is None else ():
            if is_right(said.question, replace(one, unit=other), said.intake.text):
                words = said.shown(one)
                told = doubt("unit", f"the number is right, and the unit `{other.written}` is missing", words)
                return said.seen(told, words, said.half, said.question.points)
    return None


def _in_a_unit_that_the_quiz_does_not_say(said: _Said) -> Ruled | None:
    """`1060 g` where the quiz has 1.06 and no unit."""
    for one in said.found if not said.question.unit else ():
        for other in units_measuring(one.unit.dimension) if one.unit is not None else ():
            if is_right(replace(said.question, unit=other.written), one, said.intake.text):
                words = said.shown(one)
                quote = short(said.intake.text[one.begin : one.end])
                told = doubt("unit", f"the question says nothing of the unit of `{quote}`", words)
                return said.seen(told, words, said.half, said.question.points)
    return None


def _of_another_era(said: _Said) -> Ruled | None:
    """`1945 a.C.` for 1945, and `30 AD` where years before Christ are asked for."""
    plain = matching_form(said.intake.text)
    for one in said.found:
        values = (*one.values, *(-value for value in one.values))
        if is_of_another_era(said.question, plain, one) and is_within(said.question, values):
            quote, words = said.intake.text[one.begin : one.end], said.shown(one)
            return said.seen(doubt("number", f"`{quote}` is of another era than the question asks for", words), words)
    return None


def _in_another_unit_than_asked(said: _Said) -> Ruled | None:
    """`1500 g` for 1.5 where the text asks for kilograms."""
    units = [] if said.question.unit else [one.written for one in asked_units(said.question)]
    for one in said.found:
        if any(is_right(replace(said.question, unit=unit), one, said.intake.text) for unit in units):
            return _other_unit_than_asked(said, one)
    return None


def _not_worked_out(said: _Said) -> Ruled | None:
    """`4 + 4` for 8, `2^3`, `√64`."""
    if not makes(said.question, said.found) and not raised(said.question, said.intake.text):
        return None
    words = said.shown(said.found[0], said.found[-1])
    return said.seen(doubt("number", "the numbers in it make the right one where they are worked out", words), words)


def _slip(said: _Said) -> Ruled | None:
    told = find_slip(said.question, said.intake, said.found, said.languages)
    return said.seen(told, said.words) if told else None


# The first that says something counts: why the right number is not certain, then why another one may be right.
_RULES: tuple[_Rule, ...] = (
    _no_number,
    _denied,
    _left_open,
    _with_a_letter,
    _with_another_unit_than_asked,
    _of_another_era,
    _last_is_another,
    _with_a_unit_of_its_own,
    _right,
    _but_for_its_unit,
    _in_the_unit_of_the_text,
    _in_another_unit_than_asked,
    _in_a_unit_that_it_does_not_say,
    _in_a_unit_that_the_quiz_does_not_say,
    _not_worked_out,
    _slip,
)


def _roman(question: Question, intake: Intake) -> list[Quantity]:
    """The one number in capitals, `XVIII` of a century, where it is right; `I` is one where nothing else is written."""
    read = list(roman(intake.text))
    if len(read) != 1:
        return []
    begin, end, values = read[0]
    alone = end - begin > 1 or not any(map(str.isalnum, intake.text[:begin] + intake.text[end:]))
    one = Quantity(begin, end, tuple(map(Decimal, values)), None)
    return [one] if alone and not question.unit and is_within(question, one.values) else []


def _article(intake: Intake, languages: tuple[str, ...]) -> list[Quantity]:
    """The one of `una`, where it is all there is."""
    word = _SAID.search(matching_form(intake.text))
    named = {matching_form(form): value for one in languages for form, value in digit_words(one).items()}
    if word is None or word["word"] not in named:
        return []
    return [Quantity(*word.span("word"), (Decimal(named[word["word"]]),), None)]


def _asks_for_marks(question: Question, text: str) -> bool:
    asked = " ".join(matching_form(one) for one in question.text.values())
    return any(found[0] not in asked for found in _SCORE_WORD.finditer(matching_form(text)))
