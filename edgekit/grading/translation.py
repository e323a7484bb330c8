"""A translation exercise: how near it is to a reference, and what the checks of translations find."""

from __future__ import annotations

from collections.abc import Mapping

from edgekit.checks.base import letters
from edgekit.checks.check import check
from edgekit.core.chrf import corpus_chrf
from edgekit.core.findings import FindingKind
from edgekit.core.languages import Direction
from edgekit.grading.contradiction import compare_any, short
from edgekit.grading.exclusive import find_exclusive
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
    most, and half a sentence no more than its share.
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
    named = find_exclusive({tag: question.references[tag]}, text, tag, {})
    if against.negation or against.antonym:
        points = 0.0
    else:
        points = min(near, rounded(most * _MOST_OTHER_AMOUNT, most)) if against or named else near
    reasons = [*against.reasons(intake.span)]
    if named is not None:
        detail = f"it says `{short(text[named.begin : named.end])}` and not `{short(named.wanted)}`"
        reasons.append(Reason("negation", detail, intake.span(named.begin, named.end)))
    reasons += [
        Reason("uncertain", f"it is no reference; by its letters it is {best:.0f} % like the nearest one (chrF)", span),
    ]
    source = question.text.get(question.language)
    if source and tag != question.language:
        for finding in check(source, text, Direction(question.language, tag)):
            where = intake.span(*finding.target) if finding.target is not None else None
            reasons.append(Reason(_CODES.get(finding.kind, "uncertain"), finding.detail, where))
    return ruled(
        points, most, words, possible=(0.0, near, most), reasons=tuple(reasons), against=bool(against or named)
    )


def _chrf(text: str, wording: str) -> float:
    return min(99.0, corpus_chrf([text], [wording]))


def _form(question: Question, text: str) -> str:
    return " ".join((text if question.form_counts else matching_form(text)).split()).rstrip(".!?… ")
