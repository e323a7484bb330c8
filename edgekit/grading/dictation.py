"""A dictation: how many of its words are there, one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING

from edgekit.checks.base import APOSTROPHES, WORD
from edgekit.checks.number_words import cardinals, spelled
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.ruled import Ruled, doubt, evidence, ruled
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Evidence

if TYPE_CHECKING:
    from rapidfuzz.distance import Editop

# Of points, the coarsest that is no more than a word: one slip and two are not the same mark.
_STEPS = (0.25, 0.1, 0.05, 0.01)
# Slips that stand further apart are not told together.
_MOST_TOLD = 80
# Numbers are words here: 13 pears are not 12.
_WORD = re.compile(rf"\d+(?:[.,:/]\d+)*[^\W_]*|{WORD.pattern}")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?:[.,]\d{3})*(?!\d))")
_PART = re.compile(r"[^-]+")


def mark_dictation(question: Question, intake: Intake) -> Ruled:
    """One less the word error rate (substitutions, insertions, deletions over the words dictated) of the points.

    Signs are no words, figures are. Without `form_counts` neither case nor accents count, nor whether a number is in
    words; with it, a person looks at what they cost more than half of the points (all in capitals). A person looks as
    well where half of the points are gone though every word is there, with others, or every letter, run together. The
    evidence is what differs, from the first word of it to the last where they are near, else all of it.
    """
    found = _by_words(question, intake, strict=question.form_counts)
    if found.points < question.points / 2 and _is_whole(question, intake):
        told = doubt("uncertain", "every word is there, in order, with others", found.result.evidence)
        return ruled(found.points, question.points, found.result.evidence, possible=(question.points,), reasons=told)
    if found.points < question.points / 2 and _has_its_letters(question, intake.text):
        told = doubt("uncertain", "its letters are right, and its words are not apart as they should be")
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


def _has_its_letters(question: Question, text: str) -> bool:
    """Whether all letters of a text are there and no others: run together, parted, or spelled (`d-a-y`)."""
    said = _letters(text, strict=question.form_counts)
    return bool(said) and any(_letters(one, strict=question.form_counts) == said for _, one in _dictated(question))


def _letters(text: str, *, strict: bool) -> str:
    return "".join(filter(str.isalnum, text if strict else matching_form(text)))


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
        if edits and said:
            words = _slips(intake, text, edits, said, spans) or words
        points = _rounded(most * max(0.0, 1 - error), most, len(theirs))
        if edits and points == most:
            points -= min(_step(most, len(theirs)), most)  # all of the points are for a text without a mistake
        best = error, ruled(points, most, words)
    return best[1] if best is not None else ruled(0.0, most, None)


def _slips(
    intake: Intake,
    text: str,
    edits: Iterable[Editop],
    said: Sequence[tuple[int, int]],
    spans: Sequence[tuple[int, int]],
) -> Evidence | None:
    """From the first word that differs to the last, where they are near, else the first; None where words are missing
    alone.
    """
    others = [one for one in edits if one.tag != "delete"]
    if not others:
        return None
    places = [said[min(one.dest_pos, len(said) - 1)] for one in others]
    begin, end = places[0]
    wanted = [spans[min(one.src_pos, len(spans) - 1)] for one in others]
    if all(one.tag == "replace" for one in others) and places[-1][1] - begin <= _MOST_TOLD:
        return evidence(intake, begin, places[-1][1], text[wanted[0][0] : wanted[-1][1]])
    first, last = wanted[0]
    return evidence(intake, begin, end, "" if others[0].tag == "insert" else text[first:last])


def _step(most: float, words: int) -> float:
    return next((one for one in _STEPS if one <= most / words), _STEPS[-1])


def _rounded(points: float, most: float, words: int) -> float:
    """To the step, halves upwards: two slips are never rounded to the mark of one."""
    step = _step(most, words)
    return min(most, round(floor(points / step + 0.5) * step, 2))


def _dictated(question: Question) -> list[tuple[str, str]]:
    """(language tag, text) of each text that is right."""
    return [(language, text) for language, texts in question.references.items() for text in texts]


def _words(text: str, strict: bool, language: str) -> list[tuple[tuple[int, int], str]]:
    """The words of a text, each with its span, as they are compared.

    Without form those with hyphens are as many words as they have parts, and numbers are their figures: in words
    (`vinte e cinco`) where a language is given, and without signs of thousands.
    """
    found = [(one.span(), one[0]) for one in _WORD.finditer(text.translate(APOSTROPHES))]
    if strict:
        return found
    spoken = _spoken(text, language)
    named = _named(language)
    words = [((begin, end), figures) for begin, end, figures in spoken]
    for (begin, end), word in found:
        if any(first <= begin < last for first, last, _ in spoken):
            continue
        plain = matching_form(word)
        words += [((begin, end), named[plain])] if plain in named else _parts(begin, _figures(plain))
    return sorted(words)


def _spoken(text: str, language: str) -> list[tuple[int, int, str]]:
    """Where numbers of several words stand, and their figures: all of them together, `vinte e cinco` is no 20 and 5."""
    read = spelled(text, language) if language else ()
    return [(begin, end, f"{max(values)}") for begin, end, values in read if len(text[begin:end].split()) > 1]


def _figures(word: str) -> str:
    """`1,250`, `1.250` and `1250` are one word, `3,5` and `3.5` as well."""
    return _THOUSANDS.sub("", word).replace(",", ".") if word[:1].isdecimal() else word


def _parts(begin: int, word: str) -> list[tuple[tuple[int, int], str]]:
    return [((begin + one.start(), begin + one.end()), one[0]) for one in _PART.finditer(word)]


@lru_cache(maxsize=16)
def _named(language: str) -> dict[str, str]:
    return {matching_form(word): str(value) for value, words in cardinals(language).items() for word in words}
