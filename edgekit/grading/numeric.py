"""A number as an answer, with its unit where one is asked for."""

from __future__ import annotations

from decimal import Decimal

from edgekit.grading.function_words import known
from edgekit.grading.intake import Intake
from edgekit.grading.quantities import Quantity, quantities, unit_named
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.grading.statements import denial
from edgekit.quiz.model import Question

# What a conversion of units loses in the last place is no error.
_SLACK = Decimal("1e-9")


def mark_number(question: Question, intake: Intake, languages: tuple[str, ...]) -> Ruled:
    """Digits of any script, decimal point or comma, words of `languages`; `5000 g` is `5 kg`.

    The right number without its unit, or with one of another size, goes to a person; so do several numbers of which one
    is right, and one that is denied.
    """
    most = question.points
    found = quantities(intake.text, languages)
    if not found:
        told = doubt("number", "there is no number in it")
        return ruled(0.0, most, None, possible=(most,), reasons=told)
    wanted = f"{question.value:g}" + (f" {question.unit}" if question.unit else "")
    right = [one for one in found if _is_right(question, one, intake.text)]
    denied = denial(intake.text, known((question.language, *languages)))
    first = (right or found)[0]
    words = evidence(intake, first.begin, first.end, wanted)
    if right and denied is not None:
        # `it is not 15` and `15, not 16` differ by more than where the word stands.
        told = doubt("negation", f"`{intake.text[slice(*denied)]}` denies something in it", words)
        only = len(found) == 1 and denied[0] < first.begin
        return ruled(0.0 if only else most, most, words, possible=(0.0, most), reasons=told, against=True)
    if right:
        others = [one for one in found if one not in right and not one.same_amount(right[0])]
        # `2 + 3 = 5` ends with what counts.
        if others and found[-1] not in right:
            told = doubt("number", "there are several numbers in it, and the last one is not right", words)
            return ruled(most, most, words, possible=(0.0,), reasons=told)
        return ruled(most, most, words)
    same = [one for one in found if _within(question, one.values)]
    if question.unit and same:
        words = evidence(intake, same[0].begin, same[0].end, wanted)
        if same[0].unit is None:
            told = doubt("unit", f"the number is right, and the unit `{question.unit}` is missing", words)
            return ruled(rounded(most / 2, most), most, words, possible=(0.0, most), reasons=told)
        told = doubt("unit", f"the number is right, and its unit is not `{question.unit}`", words)
        return ruled(0.0, most, words, possible=(rounded(most / 2, most),), reasons=told, against=True)
    return ruled(0.0, most, words, against=True)


def _is_right(question: Question, one: Quantity, text: str) -> bool:
    if not question.unit:
        return _within(question, one.values)
    unit = unit_named(question.unit)
    if unit is None:
        # `12 apples`: a unit of the quiz's own stands after the number as it is written there.
        after = text[one.begin : one.end + len(question.unit) + 3].casefold()
        return _within(question, one.values) and question.unit.casefold() in after
    if one.unit is None or one.unit.dimension != unit.dimension:
        return False
    factor, offset = one.unit.factor, one.unit.offset
    return _within(question, tuple((value * factor + offset - unit.offset) / unit.factor for value in one.values))


def _within(question: Question, values: tuple[Decimal, ...]) -> bool:
    value = Decimal(repr(question.value if question.value is not None else 0.0))
    tolerance = Decimal(repr(question.tolerance)) + abs(value) * _SLACK
    return any(abs(one - value) <= tolerance for one in values)
