"""A number as an answer, with its unit where one is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from unicodedata import digit

from edgekit.checks.number_words import digit_words, number_words, roman
from edgekit.core.languages import decimal_sign
from edgekit.grading.amounts import amounts
from edgekit.grading.asked_units import asks_for_another
from edgekit.grading.contradiction import short
from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.open_numbers import left_open
from edgekit.grading.quantities import Quantity, scale_behind
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.grading.spelling import same_sound
from edgekit.grading.statements import denial
from edgekit.grading.units import Unit, unit_named
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Reason

# What a conversion of units loses in the last place is no error.
_SLACK = Decimal("1e-9")
_HUNDREDTH, _ONE = Decimal("0.01"), Decimal(1)
_MOST_IN_DIGITS = 1e15
_LEAST_DIGITS = 3
_MOST_TERMS = 4
_WORD = re.compile(r"(?:[^\W\d_][\u0900-\u0963]*)+")
_SAID = re.compile(r"^\W*(?P<word>[^\W\d_]+)\W*$")
# One letter of five: `twenti`, `thre`, `kuatro`. Shorter words are other words with a letter changed (`ten`, `ton`).
_NEAR, _LEAST_NEAR = 0.75, 4
# `doz`, `sinco`.
_LEAST_HEARD = 3
_MOST_WORDS = 64
_YEAR = re.compile(r"[\d.,]{1,6}")
_CHRIST = (
    r"(?:a\.?\s?(?:de\s)?c\b|b\.?\s?c\b|bce\b|v\.?\s?chr\b|av\.?\s?j\.?\s?-?\s?c\b|antes de cristo|before christ"
    r"|avant jesus|vor christus|kk\b|ईसा\s?पूर्व)"
)
_BEFORE_CHRIST, _ASKED_BEFORE_CHRIST = re.compile(rf"\s?{_CHRIST}"), re.compile(rf"(?<!\w){_CHRIST}")
_LETTER = re.compile(r"\d\s?[kmb]$", re.IGNORECASE)
_RAISED = re.compile(
    r"(?<![\w.,])(?P<base>\d{1,4})\s?(?:(?:\^|\*\*)\s?(?P<power>\d{1,2})(?!\d)|(?P<high>[²³⁴⁵⁶⁷⁸⁹]))|√\s?(?P<root>\d{1,9}(?:[.,]\d{1,6})?)"
)
_MARKER = re.compile(r"[()]|(?<=\d)\.(?=\s)")
# Of a number, nobody says these but who asks for a mark.
_SCORE_WORD = re.compile(
    r"\b(?:points|marks|grades?|scores?|puntos|notas?|calificacion|pontos|teacher|profe(?:sora?)?|deserve|merezco|mereco"
    r"|please|por favor|dame|quiero|quero|give me)\b"
)
# `1O`, `l0`: as a hand or a camera may have it.
_MISREAD = re.compile(r"(?<!\w)(?=[OoIl]*\d)(?=\d*[OoIl])[\dOoIl]{2,12}(?!\w)", re.ASCII)
_LETTERS = str.maketrans("OoIl", "0011")


def mark_number(question: Question, intake: Intake, languages: tuple[str, ...], written: tuple[str, ...] = ()) -> Ruled:
    """Digits of any script, words of `languages`; `5000 g` is `5 kg`.

    The right number without its unit, or with one of another size, goes to a person; so do several numbers of which one
    is right, one that is denied, one that is left open (`3 or 4`, `more than 4`), and one that is right only where its
    sign is read against `written`, the languages of the answer (none: `languages`), or where those do not agree on it:
    `1.235` is 1235 in Portuguese. One in a plea for marks has no points.
    """
    whole = _in_full(question)
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


def _in_full(question: Question) -> Question:
    """With the word such as `millions`, that is asked for as a unit, in its value; else the question itself."""
    word, _, unit = (question.unit or "").partition(" ")
    powers, end = scale_behind(f" {word}", 0)
    if question.value is None or len(powers) > 1 or end <= 1 or unit_named(question.unit or "") is not None:
        return question
    value, tolerance = (float(Decimal(repr(one)).scaleb(powers[0])) for one in (question.value, question.tolerance))
    return replace(question, value=value, tolerance=tolerance, unit=unit or None)


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
    words = evidence(intake, one.begin, one.end, _wanted(question))
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
    plain = matching_form(intake.text)
    texts = " ".join(matching_form(one) for one in (*question.text.values(), question.unit or ""))
    is_asked = _ASKED_BEFORE_CHRIST.search(texts) is not None
    return [
        replace(one, unit=None, values=(*(-abs(value) for value in one.values), *(one.values if is_asked else ())))
        if _is_before_christ(plain, one)
        else one
        for one in found
    ]


def _wanted(question: Question) -> str:
    """The right number with its unit."""
    value = question.value or 0.0
    said = f"{Decimal(repr(value)).normalize():f}" if abs(value) < _MOST_IN_DIGITS else f"{value:g}"
    return said + (f" {question.unit}" if question.unit else "")


def _marked(question: Question, intake: Intake, found: list[Quantity], languages: tuple[str, ...]) -> Ruled:
    """By the numbers that were found."""
    most = question.points
    if not found:
        told = _slip(question, intake, found, languages) or doubt("number", "there is no number in it")
        return ruled(0.0, most, None, possible=(most,), reasons=told)
    wanted = _wanted(question)
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
        if (place := left_open(intake.text, right, found, list(question.text.values()))) is not None:
            told = (Reason("hedged", f"`{short(intake.text[slice(*place)])}` leaves it open", intake.span(*place)),)
            return ruled(0.0, most, words, possible=(most,), reasons=told)
        if all(_is_letter(question, one, intake.text) for one in right):
            told = doubt("number", f"`{words.text if words else wanted}` may be `{right[0].values[0]:f}`", words)
            return ruled(0.0, most, words, possible=(most,), reasons=told)
        if all(_is_unasked(question, one) for one in right):
            told = doubt("unit", f"the question asks for another unit than `{right[0].unit.written}`", words)
            return ruled(0.0, most, words, possible=(rounded(most / 2, most), most), reasons=told)
        others = [one for one in found if one not in right and not one.same_amount(right[0])]
        # `2 + 3 = 5` ends with what counts.
        if others and found[-1] in others:
            told = doubt("number", "there are several numbers in it, and the last one is not right", words)
            is_made = len(found) > 1 and "=" in intake.text[found[-2].end : found[-1].begin]
            return ruled(0.0 if is_made else most, most, words, possible=(0.0, most), reasons=told)
        return ruled(most, most, words)
    same = [one for one in found if _within(question, one.values) or _is_share(question, one)]
    if question.unit and same:
        words = evidence(intake, same[0].begin, same[0].end, wanted)
        if same[0].unit is None or _is_left_out(question.unit, same[0].unit):
            told = doubt("unit", f"the number is right, and the unit `{question.unit}` is missing", words)
            return ruled(rounded(most / 2, most), most, words, possible=(0.0, most), reasons=told)
        told = doubt("unit", f"the number is right, and its unit is not `{question.unit}`", words)
        return ruled(0.0, most, words, possible=(rounded(most / 2, most),), reasons=told, against=True)
    plain = matching_form(intake.text)
    early = [one for one in found if _is_before_christ(plain, one) and _within(question, _times(one.values, -_ONE))]
    if early:
        said = intake.text[early[0].begin : early[0].end]
        words = evidence(intake, early[0].begin, early[0].end, wanted)
        told = doubt("number", f"`{said}` is before Christ in it, which the question does not say", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    if _makes(question, found) or _raised(question, intake.text):
        words = evidence(intake, found[0].begin, found[-1].end, wanted)
        told = doubt("number", "the numbers in it make the right one where they are worked out", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    if slip := _slip(question, intake, found, languages):
        return ruled(0.0, most, words, possible=(most,), reasons=slip)
    return ruled(0.0, most, words, against=True)


def _is_before_christ(plain: str, one: Quantity) -> bool:
    """`44 a.C.`, a year below nothing; where the question says which years it means, a quiz may have 44 for it."""
    year = _YEAR.match(plain, one.begin)
    end = year.end() if year is not None else one.end
    return _BEFORE_CHRIST.match(plain, end) is not None


def _roman(question: Question, intake: Intake) -> list[Quantity]:
    """The one number in capitals, `XVIII` of a century, where it is right; `I` is one where nothing else is written."""
    read = list(roman(intake.text))
    if len(read) != 1:
        return []
    begin, end, values = read[0]
    alone = end - begin > 1 or not any(map(str.isalnum, intake.text[:begin] + intake.text[end:]))
    one = Quantity(begin, end, tuple(map(Decimal, values)), None)
    return [one] if alone and not question.unit and _within(question, one.values) else []


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


def _slip(question: Question, intake: Intake, found: list[Quantity], languages: tuple[str, ...]) -> tuple[Reason, ...]:
    """The first word beside the numbers that is nearly one, `twenti` of `twenti one`: what is meant a person sees."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    for misread in islice(_MISREAD.finditer(intake.text), _MOST_WORDS):
        meant = misread[0].translate(_LETTERS)
        if _within(question, (Decimal(meant),)):
            return doubt("number", f"`{misread[0]}` may be `{meant}`", evidence(intake, *misread.span(), meant))
    spoken = known((question.language, *languages))
    numbers = {matching_form(word): word for one in spoken for word in sorted(number_words(one))}
    other = {matching_form(word[0]) for text in question.text.values() for word in _WORD.finditer(text)}
    other |= function_words(spoken) | denying_words(spoken)
    for word in islice(_WORD.finditer(intake.text), _MOST_WORDS):
        plain = matching_form(word[0])
        if plain in other or plain in numbers or any(one.begin <= word.start() < one.end for one in found):
            continue
        near = extractOne(plain, list(numbers), scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
        named = near[0] if near is not None and len(plain) >= _LEAST_NEAR else None
        if named is None and "es" in spoken:
            named = next((key for key in numbers if len(key) >= _LEAST_HEARD and same_sound(plain, key)), None)
        if named is not None:
            words = evidence(intake, *word.span(), numbers[named])
            return doubt("number", f"`{word[0]}` may be `{numbers[named]}`", words)
    return ()


def _is_right(question: Question, one: Quantity, text: str) -> bool:
    if not question.unit:
        # A quarter is 25 %.
        share = one.unit is not None and one.unit.dimension == "share"
        return _within(question, one.values) or (share and _within(question, _times(one.values, _HUNDREDTH)))
    unit = unit_named(question.unit)
    if unit is None:
        # `12 apples`: a unit of the quiz's own stands after the number as it is written there.
        after = text[one.begin : one.end + len(question.unit) + 3].casefold()
        return _within(question, one.values) and question.unit.casefold() in after
    said = one.unit
    if said is not None and unit.dimension == "sterling" and _is_pound(said):
        said = unit
    if said is None or said.dimension != unit.dimension:
        return False
    same = (said.factor, said.offset) == (unit.factor, unit.offset)
    return any(
        _within(question, (_converted(value, said, unit),), Decimal(0) if same else _rounding(value, said, unit))
        for value in one.values
    )


def _is_pound(unit: Unit) -> bool:
    """`1250 pounds`, of which the word alone does not say whether they are money."""
    pound = unit_named("pound")
    return pound is not None and (unit.dimension, unit.factor) == (pound.dimension, pound.factor)


def _converted(value: Decimal, unit: Unit, wanted: Unit) -> Decimal:
    return (value * unit.factor + unit.offset - wanted.offset) / wanted.factor


def _rounding(value: Decimal, unit: Unit, wanted: Unit) -> Decimal:
    """What a value of another unit may be off by, half of its last place: `3.94 ft` are 1.2 m; none below 3 digits."""
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    if len(digits) < _LEAST_DIGITS or not isinstance(exponent, int) or exponent >= 0:
        return Decimal(0)
    return Decimal((0, (5,), exponent - 1)) * unit.factor / wanted.factor


def _is_unasked(question: Question, one: Quantity) -> bool:
    """Whether a number has a unit that the question does not ask for; `25 %` may be the quarter that is right."""
    if question.unit or one.unit is None or not asks_for_another(question, one.unit):
        return False
    return one.unit.dimension != "share" or not _within(question, _times(one.values, _HUNDREDTH))


def _is_letter(question: Question, one: Quantity, text: str) -> bool:
    """Whether a number is right but for its last letter, `5k` or `5 M`, by which it is thousands or millions."""
    is_scaled = one.unit is None and _LETTER.search(text, one.begin, one.end) is not None
    return is_scaled and not question.unit and not _within(question, one.values[:1])


def _is_left_out(wanted: str, unit: Unit) -> bool:
    """Whether a unit says as little as none: the degrees of no scale."""
    asked = unit_named(wanted)
    return asked is not None and asked.dimension == "temperature" and unit.dimension == "angle"


def _is_share(question: Question, one: Quantity) -> bool:
    """Whether a number without a unit is the percentage asked for: `0.6`, `3/5`."""
    unit = unit_named(question.unit) if question.unit else None
    return (
        unit is not None
        and unit.dimension == "share"
        and one.unit is None
        and _within(question, _times(one.values, 1 / _HUNDREDTH))
    )


def _makes(question: Question, found: list[Quantity]) -> bool:
    """Whether a few numbers, none of them right, are so together: `4 + 4`, `30/2`."""
    values = [one.values[0] for one in found if one.values]
    if not 2 <= len(values) <= _MOST_TERMS:
        return False
    made = [sum(values, Decimal(0)), _product(values)]
    if len(values) == 2:
        one, other = values
        made += [one - other, *([one / other] if other else [])]
    return _within(question, tuple(made))


def _raised(question: Question, text: str) -> bool:
    """Whether the one power or root in a text, `2^3` or `√16`, is the right number."""
    read = list(_RAISED.finditer(text))
    if len(read) != 1:
        return False
    base, power, high, root = read[0].group("base", "power", "high", "root")
    value = Decimal(root.replace(",", ".")).sqrt() if root else Decimal(base) ** int(power or str(digit(high)))
    return _within(question, (value,))


def _product(values: list[Decimal]) -> Decimal:
    made = Decimal(1)
    for value in values:
        made *= value
    return made


def _times(values: tuple[Decimal, ...], factor: Decimal) -> tuple[Decimal, ...]:
    return tuple(value * factor for value in values)


def _within(question: Question, values: tuple[Decimal, ...], slack: Decimal = Decimal(0)) -> bool:
    value = Decimal(repr(question.value if question.value is not None else 0.0))
    tolerance = Decimal(repr(question.tolerance)) + abs(value) * _SLACK + slack
    return any(abs(one - value) <= tolerance for one in values)
