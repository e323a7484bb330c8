"""Whether what a student says denies a wording, turns it round, or has another number or unit where it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import pairwise

from edgekit.grading.asked_words import is_asked, without_asked
from edgekit.grading.function_words import answer_words, denying_words, known, language_by_small_words
from edgekit.grading.intake import matching_form
from edgekit.grading.quantities import Quantity, quantities
from edgekit.grading.statements import (
    AFTER_ANSWER,
    LEAST_SHARED,
    WORD,
    Statement,
    alike,
    conditions,
    plain_words,
    prefixed,
    statements,
    without_digits,
)
from edgekit.quiz.suggestion import Reason, ReasonCode

# Wordings that are about the same almost as much as the closest one count like it.
_SHORT_BY = 0.05
# Two clauses of one answer may be about two lamps of one circuit: all but every word must be the same.
_SAME_SUBJECT = 0.95
_LEAST_SAME = 3
# Languages whose verbs need no subject.
_DROPPING = frozenset({"es", "pt"})
_LACKING = frozenset(("without", "sin", "sem", "sans", "ohne"))


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How what was said goes against a wording.

    negation: the same is said and denied.  antonym: the same is said with an opposite word, or with one side swapped.
    certain: one clause denies it on no condition, and no other says it.
    number: another number where the wording has one.  unit: the number with a unit that makes it another amount.
    detail: one sentence for the teacher, empty where nothing is found.  span: where in what was said.
    """

    negation: bool = False
    number: bool = False
    unit: bool = False
    antonym: bool = False
    detail: str = ""
    span: tuple[int, int] | None = None
    certain: bool = False

    def __bool__(self) -> bool:
        return self.negation or self.number or self.unit or self.antonym

    def reasons(self, at: Callable[[int, int], tuple[int, int]] = lambda *span: span) -> tuple[Reason, ...]:
        """The codes for it; an opposite word is a negation.  at: the span of an answer that one of what was said is."""
        span = at(*self.span) if self.span is not None else None
        codes: list[ReasonCode] = []
        if self.negation or self.antonym:
            codes.append("negation")
        codes += ["number"] if self.number else []
        codes += ["unit"] if self.unit else []
        return tuple(Reason(code, self.detail, span) for code in codes)


def compare(wording: str, said: str, language: str) -> Mismatch:
    """What in said goes against a wording; said is a span of an answer or a whole answer, in the wording's language.

    language: of both, as a tag or a mix of tags (`en+es`); words of en, es, pt, de and fr are known, numbers in any.
    Clauses of both that are about the same are compared: one of them denied, or on the other end of a scale, but not
    both (`does not decrease` is `increases`). What only one of the two has is no mismatch.
    """
    return compare_any((wording,), said, language)


def compare_any(wordings: Sequence[str], said: str, language: str, asked: Sequence[str] = ()) -> Mismatch:
    """What in said goes against wordings that each count: only what goes against all of those that are about the same.

    asked: the question, in that language: of its words none makes what is said something else (`when we run, muscles
    need no oxygen`). See compare.
    """
    languages = known([language])
    polarity = _polarity(wordings, said, languages, tuple(asked)) if languages else Mismatch()
    amount = _amount(wordings, said, languages)
    if not amount:
        return polarity
    detail = "; ".join(one for one in (polarity.detail, amount.detail) if one)
    return Mismatch(
        polarity.negation,
        amount.number,
        amount.unit,
        polarity.antonym,
        detail,
        polarity.span or amount.span,
        polarity.certain,
    )


def compare_across(wordings: Mapping[str, Sequence[str]], said: str, language: str | None = None) -> Mismatch:
    """What in said goes against wordings (tag -> texts) in other languages than its own, `language`.

    Clauses cannot be matched, so texts are compared as wholes: whether one of them denies once more, or lies on the
    other end of a scale, not both, or has another number. Only what goes against all wordings counts; less certain than
    `compare`.

    Without a language, that of the small words in said, where no wording is in it; and only one clause that denies, on
    no condition, what no wording denies. That is for an answer that a scorer takes for one of the wordings, whatever
    language it is taken for: of several clauses another one may be what is like them.
    """
    if language is not None:
        found = [_across(text, tag, said, language) for tag, texts in wordings.items() for text in texts]
        return found[0] if found and all(found) else Mismatch()
    told = language_by_small_words(one[0] for one in WORD.finditer(said))
    if told is None or told in known(wordings) or _conditional(said, (told,)):
        return Mismatch()
    clauses = statements(said, (told,))
    sides = [_across(text, tag, said, told) for tag, texts in wordings.items() if known([tag]) for text in texts]
    denied = any(one.denied for tag, texts in wordings.items() for text in texts for one in _known_in(text, tag))
    if len(clauses) != 1 or denied or not sides or not all(one.negation for one in sides):
        return Mismatch()
    begin, end = clauses[0].begin, clauses[0].end
    return Mismatch(negation=True, detail=f"`{short(said[begin:end])}` denies something", span=(begin, end))


def _known_in(text: str, tag: str) -> Sequence[Statement]:
    return statements(text, known([tag])) if known([tag]) else ()


def _across(wording: str, of_wording: str, said: str, language: str) -> Mismatch:
    there, here = known([of_wording]), known([language])
    if there and here:
        one, other = _sentences(wording, there), _sentences(said, here)
        negated = sum(each.denied for each in one) % 2 != sum(each.denied for each in other) % 2
        signs, others = _all_poles(one), _all_poles(other)
        flipped = any(_flipped(signs[scale], others[scale]) for scale in signs.keys() & others.keys())
        if negated and not flipped:
            return Mismatch(negation=True, detail="it denies something where the wording does not, or the other way")
        if flipped and not negated:
            return Mismatch(antonym=True, detail="it has an opposite word to one of the wording, in another language")
    return _amount([wording], said, (*there, *here))


def _sentences(text: str, languages: tuple[str, ...]) -> list[Statement]:
    """Statements without those that are a part of another."""
    row = statements(text, languages)
    return [
        one
        for one in row
        if not any(other is not one and other.begin <= one.begin and one.end <= other.end for other in row)
    ]


def _all_poles(row: Sequence[Statement]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for one in row:
        for scale, signs in one.poles.items():
            found[scale] = (*found.get(scale, ()), *signs)
    return found


def find_opposed(text: str, language: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Two clauses of one text of which one says what the other denies, as spans; None where there are none."""
    languages = known([language])
    row = statements(text, languages) if languages else ()
    for at, one in enumerate(row):
        for other in row[:at]:
            apart = other.end <= one.begin or one.end <= other.begin
            same = apart and len(one.content & other.content) >= _LEAST_SAME and alike(one, other) >= _SAME_SUBJECT
            if same and turned(other, one)[0]:
                return (other.begin, other.end), (one.begin, one.end)
    return None


def _polarity(wordings: Sequence[str], said: str, languages: tuple[str, ...], asked: tuple[str, ...]) -> Mismatch:
    theirs = [one for wording in wordings for one in statements(wording, languages)]
    openings = [_openings(wording, said, languages) for wording in wordings]
    if openings and all(openings):
        return Mismatch(antonym=True, detail="says yes for no, or no for yes", span=openings[0])
    first, said_too, row = Mismatch(), False, statements(said, languages)
    lacking = {stem for wording in wordings for stem in _lacks(wording, languages)}
    for mine in row:
        close = [
            (found, one)
            for one in theirs
            if (found := max(_likeness(mine, one, said, asked, languages), _elided(mine, one, languages))) > 0.0
        ]
        if not close:
            continue
        best = max(found for found, _ in close)
        near = [(found, one) for found, one in close if found >= best - _SHORT_BY]
        verdicts = [turned(one, mine) for _, one in near]
        parts = [one for one in row if one is not mine and mine.begin <= one.begin and one.end <= mine.end]
        if sum(map(partial(_is_clause, asked=asked, languages=languages), parts)) == 1:
            parts = []
        if not all(negated or flipped for negated, flipped in verdicts):
            # `It makes no light, it reflects the Sun's`: one clause says it.
            said_too = said_too or not parts
            continue
        if first:
            continue
        at = max(range(len(near)), key=lambda at: near[at][0])
        negated, flipped = verdicts[at]
        shown = said[mine.begin : mine.end]
        denial = "denies it" if mine.denied % 2 else "affirms what the wording denies"
        what = denial if negated else "has an opposite word"
        first = Mismatch(
            negation=negated,
            antonym=flipped,
            detail=f"`{short(shown)}` {what}",
            span=(mine.begin, mine.end),
            certain=negated
            and not parts
            and mine.denied == 1
            and without_asked(mine, near[at][1], said, asked, languages)[1]
            # `Without oxygen the brain dies` where `without oxygen the cells die` is right.
            and not (_lacks(shown, languages) & lacking) - near[at][1].content,
        )
    return replace(first, certain=first.certain and not said_too)


def _is_clause(one: Statement, asked: tuple[str, ...], languages: tuple[str, ...]) -> bool:
    """Whether a part of a sentence says something: `The muscles, when we run, need no oxygen` is one clause."""
    return bool(one.denied) or (len(one.content) >= LEAST_SHARED and not is_asked(one, asked, languages))


def _likeness(
    mine: Statement, theirs: Statement, said: str, asked: tuple[str, ...], languages: tuple[str, ...]
) -> float:
    """How much a clause is about a wording, with the circumstance of the question or without."""
    return max(alike(mine, theirs), alike(without_asked(mine, theirs, said, asked, languages)[0], theirs))


def _lacks(text: str, languages: tuple[str, ...]) -> set[str]:
    """The stems of what a text is without, where nothing else is denied in it."""
    words = tuple(plain_words(text, 0, len(text), languages))
    if any(word.plain in denying_words(languages) - _LACKING for word in words):
        return set()
    return {other.stem for one, other in pairwise(words) if one.plain in _LACKING}


def _conditional(text: str, languages: tuple[str, ...]) -> bool:
    return bool(conditions(text, tuple(plain_words(text, 0, len(text), languages)), languages))


def _elided(mine: Statement, theirs: Statement, languages: tuple[str, ...]) -> float:
    """How much a denied clause without its subject is about a wording (`no se evapora`), in languages that drop it.

    Only what is on the wording's scales counts: one other word may be of anything.
    """
    if not _DROPPING.intersection(languages) or mine.denied % 2 == 0 or not mine.poles or mine.poles != theirs.poles:
        return 0.0
    missing = len(theirs.content - mine.content)
    return len(mine.content) / len(theirs.content) if mine.content <= theirs.content and missing == 1 else 0.0


def turned(one: Statement, other: Statement) -> tuple[bool, bool]:
    """Whether one denies the other, whether it has an opposite word; neither where both, which is the same again."""
    flips = sum(_flipped(signs, other.poles[scale]) for scale, signs in one.poles.items() if scale in other.poles)
    flips += prefixed(one.plains, other.plains)
    negated, flipped = (one.denied - other.denied) % 2 == 1, flips % 2 == 1
    return (negated, flipped) if negated != flipped else (False, False)


def _flipped(ones: tuple[int, ...], others: tuple[int, ...]) -> bool:
    """Whether words on one scale lie at opposite ends: an odd number of them where a statement has several."""
    if len(ones) == len(others):
        return (ones.count(-1) - others.count(-1)) % 2 == 1
    return len(set(ones)) == len(set(others)) == 1 and ones[0] != others[0]


def _openings(wording: str, said: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    """Where an answer begins with no and the wording with yes, or the other way round."""
    yes, no = answer_words(languages)
    firsts = [next(WORD.finditer(text), None) for text in (wording, said)]
    if firsts[0] is None or firsts[1] is None:
        return None
    one, other = (matching_form(first[0]) for first in firsts if first is not None)
    stops = [text[first.end() : first.end() + 1] for text, first in zip((wording, said), firsts, strict=True) if first]
    # `no` may be a word of the sentence: it is an answer where something ends it.
    if any(word in no and stop not in AFTER_ANSWER for word, stop in zip((one, other), stops, strict=True)):
        return None
    if (one in yes and other in no) or (one in no and other in yes):
        return firsts[1].span()
    return None


def _amount(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> Mismatch:
    """The number that goes against every wording that has any, unless what was said is one that has none."""
    found = [_amounts(wording, said, languages) for wording in wordings if quantities(wording, languages)]
    if found and not all(found):
        return _recounted(wordings, said, languages)
    if not found:
        return Mismatch()
    without = [wording for wording in wordings if not quantities(wording, languages)]
    mine = statements(said, languages) if languages and without else ()
    theirs = [one for wording in without for one in statements(wording, languages)] if mine else []
    return Mismatch() if any(alike(one, other) for one in mine for other in theirs) else found[0]


def _recounted(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> Mismatch:
    """A clause in the very words of a wording that has its numbers another number of times (`1 and 4`, `4 and 4`)."""
    theirs = [(one, wording) for wording in wordings for one in statements(wording, languages)] if languages else []
    for mine in statements(said, languages) if theirs else ():
        numbers = _numbers(said, mine, languages)
        same = [
            other
            for one, wording in theirs
            if without_digits(one) == without_digits(mine) and (other := _numbers(wording, one, languages))
        ]
        # Fewer or more of them are another extent, not another number.
        extents = any(set(numbers) < set(one) or set(numbers) > set(one) for one in same) and len(set(numbers)) == len(
            numbers
        )
        if numbers and same and not extents and numbers not in same and len(without_digits(mine)) >= LEAST_SHARED:
            shown = said[mine.begin : mine.end]
            return Mismatch(number=True, detail=f"`{short(shown)}` has other numbers", span=(mine.begin, mine.end))
    return Mismatch()


def _numbers(text: str, one: Statement, languages: tuple[str, ...]) -> tuple[Decimal, ...]:
    found = quantities(text[one.begin : one.end], languages)
    return tuple(sorted(quantity.values[0] for quantity in found if quantity.values and not quantity.in_words))


def _amounts(wording: str, said: str, languages: tuple[str, ...]) -> Mismatch:
    """A number of what was said that the wording has not, in place of one of the wording that was not said."""
    theirs = quantities(wording, languages)
    if not theirs:
        return Mismatch()
    mine = quantities(said, languages)
    missing = [one for one in theirs if not any(one.same_amount(other) for other in mine)]
    new = [one for one in mine if not any(one.same_amount(other) for other in theirs)]
    for one in new:
        for other in missing:
            if one.in_words != other.in_words and not (one.unit and other.unit):
                continue
            if _comparable(one, other):
                unit = one.unit is not None and other.unit is not None and one.same_number(other)
                shown, wanted = said[one.begin : one.end], wording[other.begin : other.end]
                return Mismatch(
                    unit=unit,
                    number=not unit,
                    detail=f"`{short(shown)}` is not `{short(wanted)}`",
                    span=(one.begin, one.end),
                )
    return Mismatch()


def _comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers may stand for each other: of one dimension, without a unit, or equal but for the unit."""
    if one.unit is None or other.unit is None:
        return one.unit is other.unit
    return one.unit.dimension == other.unit.dimension or one.same_number(other)


def short(text: str) -> str:
    """A clause as it is quoted in one line, at most 60 characters."""
    return text if len(text) <= 60 else f"{text[:57]}..."
