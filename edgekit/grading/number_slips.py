"""Words and figures that are nearly a number: a slip of the pen, or what a camera read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

from edgekit.checks.number_words import number_words
from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.quantities import Quantity
from edgekit.grading.right_numbers import is_within
from edgekit.grading.ruled import doubt, evidence
from edgekit.grading.spelling import same_sound
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Reason

# With vowel signs of Devanagari.
_WORD = re.compile(r"(?:[^\W\d_][\u0900-\u0963]*)+")
# One letter of five: `twenti`, `thre`, `kuatro`. Shorter words are other words with a letter changed (`ten`, `ton`).
_NEAR, _LEAST_NEAR = 0.75, 4
# `doz`, `sinco`.
_LEAST_HEARD = 3
_MOST_WORDS = 64
# `1O`, `l0`: as a hand or a camera may have it.
_MISREAD = re.compile(r"(?<!\w)(?=[OoIl]*\d)(?=\d*[OoIl])[\dOoIl]{2,12}(?!\w)", re.ASCII)
_LETTERS = str.maketrans("OoIl", "0011")


def find_slip(
    question: Question, intake: Intake, found: Sequence[Quantity], languages: tuple[str, ...]
) -> tuple[Reason, ...]:
    """The first word beside the numbers that is nearly one, `twenti` of `twenti one`: what is meant a person sees."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    for misread in islice(_MISREAD.finditer(intake.text), _MOST_WORDS):
        meant = misread[0].translate(_LETTERS)
        if is_within(question, (Decimal(meant),)):
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
