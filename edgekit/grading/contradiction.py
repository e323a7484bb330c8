"""Whether what a student says denies a wording, turns it round, or has another number or unit where it has one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from edgekit.glossary.words import keys
from edgekit.grading.function_words import answer_words, denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import pole
from edgekit.grading.quantities import Quantity, quantities
from edgekit.quiz.suggestion import Reason, ReasonCode

# Chosen on the train splits of SciEntsBank and Beetle and on their references negated by rule;
# `benchmarks/grading_contradiction.py` prints what they give on the others.
_LEAST_COVERED = 0.6
_LEAST_TO_THE_POINT = 0.8
_LEAST_SHARED = 2
_SHORT_BY = 0.05
# Two clauses of one answer may be about two lamps of one circuit: all but every word must be the same.
_SAME_SUBJECT = 0.95
_LEAST_SAME = 3
_MOST_UNITS = 64

# Apostrophes of every kind stay inside a word: `don't`, `don"t`, `n’est`.
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`´\"][^\W\d_]{1,2}(?![^\W_]))?")
_QUOTES = str.maketrans("", "", "'’ʼ`´\"")
_SENTENCE = re.compile(r"[.!?;:\n。！？।…]+(?:\s|$)|[;\n。！？।…]+|\\n")
_COMMA = re.compile(r",(?!\d)|\s[-–—]\s")
_JOINING = frozenset(
    re.findall(
        r"\w+",
        "but because so while whereas although though however and therefore since pero porque mientras aunque y sino "
        "entonces mas enquanto embora e aber weil wahrend obwohl und sondern mais car parce tandis et puisque",
    )
)
# What stands on a condition is said of both halves together: a flip in each is none.
_CONDITION = frozenset(
    re.findall(
        r"\w+",
        "if when whenever unless once as si cuando se quando caso wenn falls sobald je desto quand lorsque",
    )
)
_THE_MORE = re.compile(
    r"\bthe \w+er\b.{1,60}\bthe \w+er\b|\bcuanto m|\bquanto m|\bje \w+er\b|\bplus \w.{1,60}\bplus \w"
)
# Words that deny nothing where they stand.
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely|necessarily|sure)\b|\bno (?:solo|solamente|matter|doubt)\b|\bnao (?:so|apenas)\b"
    r"|\bnicht nur\b|\bpas (?:seulement|que)\b|\bor not\b|\bwhy not\b|\bif not\b|\bnothing but\b|\bnada mas\b"
    r"|\bsin (?:duda|embargo)\b|\bsem duvida\b|\bohne zweifel\b|\bsans doute\b|\bdo(?: not|n'?t) know\b"
)
# Said of a whole clause: `it is not true that the bulb is not lit`.
_NOT_TRUE = re.compile(
    r"\b(?:not|never|isn'?t|hardly) (?:\w+ )?(?:true|correct|right|the case|a fact)(?: that)?\b"
    r"|\b(?:false|untrue|wrong|incorrect) (?:\w+ )?that\b"
    r"|\bno (?:es|era) (?:\w+ )?(?:verdad|cierto|correcto|true|el caso)(?: que)?\b"
    r"|\b(?:es|is) (?:falso|mentira|false) que\b"
    r"|\bnao e (?:\w+ )?(?:verdade|certo|correto|o caso)(?: que)?\b|\be (?:falso|mentira) que\b"
    r"|\bnicht (?:wahr|richtig|der fall)\b,? ?(?:dass)?|\b(?:falsch|unwahr),? dass\b"
    r"|\bpas (?:vrai|exact|correct)(?: qu(?:e\b|['’]))?|\bfaux qu(?:e\b|['’])"
)
_AFTER_ANSWER = frozenset(",.:;!") | {""}
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "des", "anti")
_LEAST_STEM = 5


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How what was said goes against a wording.

    negation: the same is said and denied.  antonym: the same is said with an opposite word, or with one side swapped.
    number: another number where the wording has one.  unit: the number with a unit that makes it another amount.
    detail: one sentence for the teacher, empty where nothing is found.  span: where in what was said.
    """

    negation: bool = False
    number: bool = False
    unit: bool = False
    antonym: bool = False
    detail: str = ""
    span: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return self.negation or self.number or self.unit or self.antonym

    def reasons(self) -> tuple[Reason, ...]:
        """The codes for it; an opposite word is a negation. The span is that in what was said."""
        codes: list[ReasonCode] = []
        if self.negation or self.antonym:
            codes.append("negation")
        codes += ["number"] if self.number else []
        codes += ["unit"] if self.unit else []
        return tuple(Reason(code, self.detail, self.span) for code in codes)


@dataclass(frozen=True, slots=True)
class _Token:
    plain: str
    stem: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """A clause, or a sentence that holds a condition: what it is about, how often denied, where it lies on scales."""

    begin: int
    end: int
    content: frozenset[str]
    denied: int
    poles: Mapping[str, tuple[int, ...]]
    plains: frozenset[str]


def compare(wording: str, said: str, language: str) -> Mismatch:
    """What in said goes against a wording; said is a span of an answer or a whole answer, in the wording's language.

    language: of both, as a tag or a mix of tags (`en+es`); words of en, es, pt, de and fr are known, numbers in any.
    Clauses of both that are about the same are compared: one of them denied, or on the other end of a scale, but not
    both (`does not decrease` is `increases`). What only one of the two has is no mismatch.
    """
    return compare_any((wording,), said, language)


def compare_any(wordings: Sequence[str], said: str, language: str) -> Mismatch:
    """What in said goes against wordings that each count: only what goes against all of those that are about the same.

    See compare.
    """
    languages = known([language])
    polarity = _polarity(wordings, said, languages) if languages else Mismatch()
    amount = _amount(wordings, said, languages)
    if not amount:
        return polarity
    detail = "; ".join(one for one in (polarity.detail, amount.detail) if one)
    return Mismatch(
        polarity.negation, amount.number, amount.unit, polarity.antonym, detail, polarity.span or amount.span
    )


def find_opposed(text: str, language: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Two clauses of one text of which one says what the other denies, as spans; None where there are none."""
    languages = known([language])
    statements = _statements(text, languages) if languages else ()
    for at, one in enumerate(statements):
        for other in statements[:at]:
            apart = other.end <= one.begin or one.end <= other.begin
            alike = apart and len(one.content & other.content) >= _LEAST_SAME and _alike(one, other) >= _SAME_SUBJECT
            if alike and _turned(other, one)[0]:
                return (other.begin, other.end), (one.begin, one.end)
    return None


def _polarity(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> Mismatch:
    theirs = [one for wording in wordings for one in _statements(wording, languages)]
    openings = [_openings(wording, said, languages) for wording in wordings]
    if openings and all(openings):
        return Mismatch(antonym=True, detail="says yes for no, or no for yes", span=openings[0])
    for mine in _statements(said, languages):
        close = [(found, one) for one in theirs if (found := _alike(mine, one)) > 0.0]
        if not close:
            continue
        best = max(found for found, _ in close)
        near = [found for found, _ in close if found >= best - _SHORT_BY]
        verdicts = [_turned(one, mine) for found, one in close if found >= best - _SHORT_BY]
        if not all(negated or flipped for negated, flipped in verdicts):
            continue
        negated, flipped = verdicts[max(range(len(verdicts)), key=lambda at: near[at])]
        shown = said[mine.begin : mine.end]
        what = "denies it" if negated else "has an opposite word"
        return Mismatch(
            negation=negated, antonym=flipped, detail=f"`{_short(shown)}` {what}", span=(mine.begin, mine.end)
        )
    return Mismatch()


def _alike(mine: _Statement, theirs: _Statement) -> float:
    """How much two statements are about the same, 0 where too little to compare."""
    shared = len(mine.content & theirs.content) + _prefixed(mine.plains, theirs.plains)
    if not shared or shared < min(_LEAST_SHARED, len(theirs.content), len(mine.content)):
        return 0.0
    covered, to_the_point = shared / len(theirs.content), shared / len(mine.content)
    if covered < _LEAST_COVERED or to_the_point < _LEAST_TO_THE_POINT:
        return 0.0
    return 2 * covered * to_the_point / (covered + to_the_point)


def _turned(one: _Statement, other: _Statement) -> tuple[bool, bool]:
    """Whether one denies the other, whether it has an opposite word; neither where both, which is the same again."""
    flips = sum(_flipped(signs, other.poles[scale]) for scale, signs in one.poles.items() if scale in other.poles)
    flips += _prefixed(one.plains, other.plains)
    negated, flipped = (one.denied - other.denied) % 2 == 1, flips % 2 == 1
    return (negated, flipped) if negated != flipped else (False, False)


def _flipped(ones: tuple[int, ...], others: tuple[int, ...]) -> bool:
    """Whether words on one scale lie at opposite ends: an odd number of them where a statement has several."""
    if len(ones) == len(others):
        return (ones.count(-1) - others.count(-1)) % 2 == 1
    return len(set(ones)) == len(set(others)) == 1 and ones[0] != others[0]


def _prefixed(ones: frozenset[str], others: frozenset[str]) -> int:
    """How many words stand in the other with a prefix that turns them round (`saturated`, `unsaturated`)."""
    only, rest = ones - others, others - ones
    return sum(
        1
        for mine, theirs in ((only, rest), (rest, only))
        for word in mine
        if len(word) >= _LEAST_STEM and any(prefix + word in theirs for prefix in _PREFIXES)
    )


def _openings(wording: str, said: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    """Where an answer begins with no and the wording with yes, or the other way round."""
    yes, no = answer_words(languages)
    firsts = [next(_WORD.finditer(text), None) for text in (wording, said)]
    if firsts[0] is None or firsts[1] is None:
        return None
    one, other = (matching_form(first[0]) for first in firsts if first is not None)
    stops = [text[first.end() : first.end() + 1] for text, first in zip((wording, said), firsts, strict=True) if first]
    # `no` may be a word of the sentence: it is an answer where something ends it.
    if any(word in no and stop not in _AFTER_ANSWER for word, stop in zip((one, other), stops, strict=True)):
        return None
    if (one in yes and other in no) or (one in no and other in yes):
        return firsts[1].span()
    return None


@lru_cache(maxsize=4096)
def _statements(text: str, languages: tuple[str, ...]) -> tuple[_Statement, ...]:
    found: list[_Statement] = []
    for begin, end in _sentences(text):
        tokens = list(_tokens(text, begin, end, languages))
        if not tokens:
            continue
        clauses = list(_clauses(text, tokens))
        conditional = any(one.plain in _CONDITION for one in tokens) or _THE_MORE.search(matching_form(text[begin:end]))
        groups = [] if conditional or len(clauses) == 1 else [[clause] for clause in clauses]
        for group in [*groups, clauses]:
            statement = _statement(text, group, languages)
            if statement is not None:
                found.append(statement)
        if len(found) >= _MOST_UNITS:
            break
    return tuple(found)


def _statement(text: str, clauses: Sequence[Sequence[_Token]], languages: tuple[str, ...]) -> _Statement | None:
    small, denying = function_words(languages), denying_words(languages)
    begin, end = clauses[0][0].begin, clauses[-1][-1].end
    plain = matching_form(text[begin:end])
    excused = [found.span() for found in _NO_DENIAL.finditer(plain)]
    untrue = [found.span() for found in _NOT_TRUE.finditer(plain)]
    yes, no = answer_words(languages)
    content: set[str] = set()
    plains: set[str] = set()
    poles: dict[str, tuple[int, ...]] = {}
    denials = len(untrue)
    for number, clause in enumerate(clauses):
        denied = False
        for at, token in enumerate(clause):
            if _within(token.begin - begin, untrue):
                continue
            if not number and not at and token.plain in yes | no and text[token.end : token.end + 1] in _AFTER_ANSWER:
                continue
            if token.plain in denying:
                denied = denied or not _within(token.begin - begin, excused)
                continue
            on_scale = pole(token.plain, languages)
            if on_scale is not None:
                poles[on_scale[0]] = (*poles.get(on_scale[0], ()), on_scale[1])
                content.add(f"~{on_scale[0]}")
            elif token.plain not in small:
                content.add(token.stem)
                plains.add(token.plain)
        # Once for a clause: Romance and colloquial English deny once with two words (`no hay nada`).
        denials += denied
    if not content:
        return None
    return _Statement(begin, end, frozenset(content), denials, poles, frozenset(plains))


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= place < end for begin, end in spans)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for found in _SENTENCE.finditer(text):
        if found.start() > begin:
            yield begin, found.start()
        begin = found.end()
    if begin < len(text):
        yield begin, len(text)


def _clauses(text: str, tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    """A sentence cut at commas, dashes and conjunctions, where at least two words are on either side."""
    begin = 0
    for at in range(1, len(tokens)):
        between = text[tokens[at - 1].end : tokens[at].begin]
        if (tokens[at].plain in _JOINING or _COMMA.search(between)) and at - begin >= 2 and len(tokens) - at >= 2:
            yield tokens[begin:at]
            begin = at
    yield tokens[begin:]


def _tokens(text: str, begin: int, end: int, languages: tuple[str, ...]) -> Iterator[_Token]:
    for found in _WORD.finditer(text, begin, end):
        plain = matching_form(found[0]).translate(_QUOTES)
        yield _Token(plain, _stem(plain, languages), found.start(), found.end())


@lru_cache(maxsize=1 << 14)
def _stem(plain: str, languages: tuple[str, ...]) -> str:
    # The first language's stemmer for all: what matters is that both sides get the same.
    return keys(plain, languages[0])[-1]


def _amount(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> Mismatch:
    """The number that goes against every wording that has any, unless what was said is one that has none."""
    found = [_amounts(wording, said, languages) for wording in wordings if quantities(wording, languages)]
    if found and not all(found):
        return _recounted(wordings, said, languages)
    if not found:
        return Mismatch()
    without = [wording for wording in wordings if not quantities(wording, languages)]
    mine = _statements(said, languages) if languages and without else ()
    theirs = [one for wording in without for one in _statements(wording, languages)] if mine else []
    return Mismatch() if any(_alike(one, other) for one in mine for other in theirs) else found[0]


def _recounted(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> Mismatch:
    """A clause in the very words of a wording that has its numbers another number of times (`1 and 4`, `4 and 4`)."""
    theirs = [(one, wording) for wording in wordings for one in _statements(wording, languages)] if languages else []
    for mine in _statements(said, languages) if theirs else ():
        numbers = _numbers(said, mine, languages)
        same = [
            other
            for one, wording in theirs
            if _without_digits(one) == _without_digits(mine) and (other := _numbers(wording, one, languages))
        ]
        # Fewer or more of them are another extent, not another number.
        extents = any(set(numbers) < set(one) or set(numbers) > set(one) for one in same) and len(set(numbers)) == len(
            numbers
        )
        if numbers and same and not extents and numbers not in same and len(_without_digits(mine)) >= _LEAST_SHARED:
            shown = said[mine.begin : mine.end]
            return Mismatch(number=True, detail=f"`{_short(shown)}` has other numbers", span=(mine.begin, mine.end))
    return Mismatch()


def _numbers(text: str, one: _Statement, languages: tuple[str, ...]) -> tuple[Decimal, ...]:
    found = quantities(text[one.begin : one.end], languages)
    return tuple(sorted(quantity.values[0] for quantity in found if quantity.values and not quantity.in_words))


def _without_digits(one: _Statement) -> frozenset[str]:
    return frozenset(word for word in one.content if not word[0].isdecimal())


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
                    detail=f"`{_short(shown)}` is not `{_short(wanted)}`",
                    span=(one.begin, one.end),
                )
    return Mismatch()


def _comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers may stand for each other: of one dimension, without a unit, or equal but for the unit."""
    if one.unit is None or other.unit is None:
        return one.unit is other.unit
    return one.unit.dimension == other.unit.dimension or one.same_number(other)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
