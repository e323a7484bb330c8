"""A translation exercise: how near it is to a reference, and what the checks of translations find."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from edgekit.checks.base import APOSTROPHES, WORD, letters
from edgekit.checks.check import check
from edgekit.core.chrf import corpus_chrf
from edgekit.core.findings import FindingKind
from edgekit.core.languages import Direction, base_language
from edgekit.grading.amounts import amounts
from edgekit.grading.contradiction import compare_any, short
from edgekit.grading.exclusive import find_exclusive
from edgekit.grading.function_words import function_words, known
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.ruled import Ruled, evidence, rounded, ruled
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Reason, ReasonCode

# The median chrF of one person's translations against another's (NTREX, `por` and `por-BR`: 56.4), and what 95 of 100
# sentences of FLORES dev have less of with one that has nothing to do with them (Portuguese: 23.6, median 17.7). A good
# translation may be far from every reference: short of being one of them, the points are a proposal for a person.
_RIGHT = 56.0
_NOTHING = 24.0
# Ten of these 1,997 have a smaller share of the other's letters; half a sentence has 56 chrF too.
_LEAST_LETTERS = 0.7
# Of a translation in other words throughout nobody needs a list of them.
_MOST_INSTEAD = 3
Span = tuple[int, int]

# Of a sentence, in any script.
_ENDS = ".!?…।॥。！？ "
# Between two spellings of one name (`Ann`, `Ana`).
_SAME_NAME = 0.6
_NAME = re.compile(r"(?<=[^\W_]\s)[^\W\d_][^\W_]+(?:['’-][^\W_]+)*")
# Of two forms or spellings of a word (`garden`, `gardens`, `gardn`).
_SAME_WORD = 0.7
_STEP = 0.25  # of `rounded`
# There every noun has a capital.
_CAPITALS = ("de", "lb")
# A denial changes few letters: `El agua no se congela a 0 grados` has 86 to the sentence without it.
_MOST_OTHER_AMOUNT = 0.5

_CODES: Mapping[FindingKind, ReasonCode] = {
    "number": "number",
    "untranslated": "copied_question",
    "language": "unsupported_language",
}


def mark_translation(question: Question, intake: Intake) -> Ruled:
    """Full points for a reference, else points by chrF against the nearest one, for a person to look at.

    What says the contrary of the references has none by itself, what has another number, unit or thing half of them at
    most, half a sentence no more than its share, and what has a few other words no more than theirs.
    """
    most, text = question.points, intake.text
    best, tag, nearest = -1.0, question.language, ""
    for language, wordings in question.references.items():
        for wording in wordings:
            score = 100.0 if _form(question, wording) == _form(question, text) else _chrf(text, wording)
            if score > best:
                best, tag, nearest = score, language, wording
    begin = len(text) - len(text.lstrip())
    words = evidence(intake, begin, len(text.rstrip()), nearest)
    if best >= 100.0:
        return ruled(most, most, words)
    near = rounded(most * (best - _NOTHING) / (_RIGHT - _NOTHING), most)
    if (share := letters(text) / max(1, letters(nearest))) < _LEAST_LETTERS:
        near = min(near, rounded(most * share, most))
    span = (words.begin, words.end) if words is not None else None
    against = compare_any(question.references[tag], text, tag)
    source = question.text.get(question.language)
    is_checked = source is not None and tag != question.language
    findings = check(source or "", text, Direction(question.language, tag)) if is_checked else []
    others = _others(question.references[tag], nearest, intake, tag)
    is_other = bool(against or others or any(one.kind == "number" for one in findings))
    if against.negation or against.antonym:
        points = 0.0
    else:
        points = min(near, rounded(most * _MOST_OTHER_AMOUNT, most)) if is_other else near
    reasons = [*against.reasons(intake.span), *others]
    told = {one.span for one in reasons}
    instead = [*_instead(nearest, intake, tag)]
    reasons += [one for one, _ in instead if one.span not in told]
    if (lost := sum(count for _, count in instead)) and points > 0:
        # A synonym or another thing: what is proposed does not say that it is all right.
        kept = 1 - lost / max(lost, _telling_words(nearest, tag))
        points = near = min(points, max(_STEP, min(most - _STEP, rounded(most * kept, most))))
    reasons += [
        Reason("uncertain", f"it is no reference; by its letters it is {best:.0f} % like the nearest one (chrF)", span),
    ]
    for finding in findings:
        where = intake.span(*finding.target) if finding.target is not None else None
        reasons.append(Reason(_CODES.get(finding.kind, "uncertain"), finding.detail, where))
    return ruled(
        points, most, words, possible=(0.0, near, most), reasons=tuple(reasons), against=bool(against or others)
    )


def _others(references: Sequence[str], nearest: str, intake: Intake, tag: str) -> list[Reason]:
    """What a translation names in the place of something else: a name, a thing of a row such as a colour, a unit."""
    text, found = intake.text, []
    named = find_exclusive({tag: references}, text, tag, {})
    instead = [_other_name(references, nearest, text, tag)]
    instead.append(((named.begin, named.end), named.wanted) if named is not None else None)
    for (begin, end), wanted in filter(None, instead):
        detail = f"it says `{short(text[begin:end])}` and not `{short(wanted)}`"
        found.append(Reason("negation", detail, intake.span(begin, end)))
    if (unit := _other_unit(references, text, tag)) is not None:
        (begin, end), wanted = unit
        found.append(Reason("unit", f"`{short(text[begin:end])}` is not `{short(wanted)}`", intake.span(begin, end)))
    return found


def _instead(nearest: str, intake: Intake, tag: str) -> Iterator[tuple[Reason, int]]:
    """The words that stand in the place of some of the nearest reference, where these are few: a synonym or not.

    With how many of the reference's they stand for, slips of the pen and other forms of a word aside.
    """
    from rapidfuzz.distance import OSA

    mine, theirs = ([one.span() for one in WORD.finditer(text)] for text in (intake.text, nearest))
    forms = [
        [matching_form(text[slice(*one)]) for one in row] for text, row in ((nearest, theirs), (intake.text, mine))
    ]
    changed = [
        one for one in SequenceMatcher(None, forms[0], forms[1], autojunk=False).get_opcodes() if one[0] == "replace"
    ]
    small = function_words(known([tag]))
    if len(changed) > _MOST_INSTEAD:
        return
    for _, first, last, begin, end in changed:
        if small.issuperset(forms[0][first:last]) or small.issuperset(forms[1][begin:end]):
            continue
        place = mine[begin][0], mine[end - 1][1]
        wanted = nearest[theirs[first][0] : theirs[last - 1][1]]
        told = Reason(
            "uncertain", f"it says `{short(intake.text[slice(*place)])}` and not `{short(wanted)}`", intake.span(*place)
        )
        others = [one for one in forms[1][begin:end] if one not in small]
        lost = [one for one in forms[0][first:last] if one not in small]
        yield (
            told,
            sum(all(OSA.normalized_similarity(one, other) < _SAME_WORD for other in others) for one in lost),
        )


def _telling_words(text: str, tag: str) -> int:
    small = function_words(known([tag]))
    return sum(matching_form(one[0]) not in small for one in WORD.finditer(text))


def _other_name(references: Sequence[str], nearest: str, text: str, tag: str) -> tuple[Span, str] | None:
    """Where a name stands that no reference has, and the one of the nearest reference that is not there."""
    from rapidfuzz.distance import OSA

    if base_language(tag) in _CAPITALS or text.isupper():
        return None
    known = {word for one in references for word in _plain_words(one)}
    own = _plain_words(text)
    missing = [nearest[slice(*one)] for one in _names(nearest) if matching_form(nearest[slice(*one)]) not in own]
    for span in _names(text) if missing else []:
        plain = matching_form(text[slice(*span)])
        near = max(OSA.normalized_similarity(plain, matching_form(one)) for one in missing)
        if plain not in known and near < _SAME_NAME:
            return span, missing[0]
    return None


def _names(text: str) -> list[Span]:
    return [one.span() for one in _NAME.finditer(text) if one[0][0].isupper()]


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(matching_form(one[0]) for one in WORD.finditer(text))


def _other_unit(references: Sequence[str], text: str, tag: str) -> tuple[Span, str] | None:
    """Where a right number stands with another unit than a reference has, and what that has: `20 euros`, `$20`."""
    theirs = [(one, wording) for wording in references for one in amounts(wording, (tag,)) if one.unit is not None]
    for one in amounts(text, (tag,)):
        same = [(other, wording) for other, wording in theirs if one.unit is not None and one.same_number(other)]
        if same and not any(one.same_amount(other) for other, _ in same):
            other, wording = same[0]
            return (one.begin, one.end), wording[other.begin : other.end]
    return None


def _chrf(text: str, wording: str) -> float:
    return min(99.0, corpus_chrf([text], [wording]))


def _form(question: Question, text: str) -> str:
    text = text.translate(APOSTROPHES)
    return " ".join((text if question.form_counts else matching_form(text)).split()).rstrip(_ENDS)
