"""A dictation: how many of its words are there, one by one."""

from __future__ import annotations

import re
from functools import lru_cache

from edgekit.checks.base import APOSTROPHES, WORD
from edgekit.checks.number_words import cardinals
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.quiz.model import Question

_STEP = 0.25  # of `rounded`
# Numbers are words here: 13 pears are not 12.
_WORD = re.compile(rf"\d+(?:[.,:/]\d+)*[^\W_]*|{WORD.pattern}")
_PART = re.compile(r"[^-]+")


def mark_dictation(question: Question, intake: Intake) -> Ruled:
    """One less the word error rate (substitutions, insertions, deletions over the words dictated) of the points.

    Signs are no words, figures are. Without `form_counts` neither case nor accents count, nor whether a number is in
    words; with it, a person looks at what they cost more than half of the points (all in capitals). A person looks as
    well where every word is there, with so many others that half of the points are gone. The evidence is the first word
    that differs, else all of it.
    """
    found = _by_words(question, intake, strict=question.form_counts)
    if found.points < question.points / 2 and _is_whole(question, intake):
        told = doubt("uncertain", "every word is there, in order, with others", found.result.evidence)
        return ruled(found.points, question.points, found.result.evidence, possible=(question.points,), reasons=told)
    if not question.form_counts:
        return found
    loose = _by_words(question, intake, strict=False)
    if loose.points - found.points <= question.points / 2:
        return found
    told = doubt("uncertain", "the words are right, and their case or accents are not", loose.result.evidence)
    return ruled(found.points, question.points, found.result.evidence, possible=(loose.points,), reasons=told)


def _is_whole(question: Question, intake: Intake) -> bool:
    """Whether all the words of a text are there, in their order: it was written twice, or in another sentence."""
    for language, text in _dictated(question):
        mine, theirs = (_words(one, question.form_counts, language) for one in (intake.text, text))
        rest = iter(form for _, form in mine)
        if theirs and all(form in rest for _, form in theirs):
            return True
    return False


def _by_words(question: Question, intake: Intake, *, strict: bool) -> Ruled:
    from rapidfuzz.distance import Levenshtein

    most = question.points
    best: tuple[float, Ruled] | None = None
    for language, text in _dictated(question):
        # In words alone, how a number is spelled counts.
        tag = language if any(map(str.isdecimal, text + intake.text)) else ""
        read = [_words(one, strict, tag) for one in (intake.text, text)]
        (said, mine), (spans, theirs) = (([span for span, _ in one], [form for _, form in one]) for one in read)
        if not theirs:
            continue
        edits = Levenshtein.editops(theirs, mine)
        error = len(edits) / len(theirs)
        if best is not None and best[0] <= error:
            continue
        words = evidence(intake, said[0][0], said[-1][1], text) if said else None
        for edit in edits:
            if edit.tag != "delete" and said:
                begin, end = said[min(edit.dest_pos, len(said) - 1)]
                first, last = spans[min(edit.src_pos, len(spans) - 1)]
                words = evidence(intake, begin, end, "" if edit.tag == "insert" else text[first:last])
                break
        points = rounded(most * max(0.0, 1 - error), most)
        if edits and points == most > _STEP:
            points -= _STEP  # all of the points are for a text without a mistake
        best = error, ruled(points, most, words)
    return best[1] if best is not None else ruled(0.0, most, None)


def _dictated(question: Question) -> list[tuple[str, str]]:
    """(language tag, text) of each text that is right."""
    return [(language, text) for language, texts in question.references.items() for text in texts]


def _words(text: str, strict: bool, language: str) -> list[tuple[tuple[int, int], str]]:
    """The words of a text, each with its span, as they are compared.

    Without form those with hyphens are as many words as they have parts, and a number below a hundred is its figures.
    """
    found = [(one.span(), one[0]) for one in _WORD.finditer(text.translate(APOSTROPHES))]
    if strict:
        return found
    named = _named(language)
    plain = [(span, matching_form(word)) for span, word in found]
    return [
        part
        for (begin, end), word in plain
        for part in ([((begin, end), named[word])] if word in named else _parts(begin, word))
    ]


def _parts(begin: int, word: str) -> list[tuple[tuple[int, int], str]]:
    return [((begin + one.start(), begin + one.end()), one[0]) for one in _PART.finditer(word)]


@lru_cache(maxsize=16)
def _named(language: str) -> dict[str, str]:
    return {matching_form(word): str(value) for value, words in cardinals(language).items() for word in words}
