"""Years before Christ, which are below nothing."""

from __future__ import annotations

import re
from dataclasses import replace

from edgekit.grading.intake import matching_form
from edgekit.grading.quantities import Quantity
from edgekit.quiz.model import Question

_YEAR = re.compile(r"[\d.,]{1,6}")
_CHRIST = (
    r"(?:a\.?\s?(?:de\s)?c\b|b\.?\s?c\b|bce\b|v\.?\s?chr\b|av\.?\s?j\.?\s?-?\s?c\b|antes de cristo|before christ"
    r"|avant jesus|vor christus|kk\b|ईसा\s?पूर्व)"
)
_AFTER = re.compile(
    r"\s?(?:a\.?\s?d\b|ce\b|d\.?\s?(?:de\s)?c\b|apr?\.?\s?j\.?\s?-?\s?c\b|n\.?\s?chr\b|(?:despues|depois) de cristo"
    r"|apres jesus|nach christus|bk\b|ईस्वी|ई\.)"
)
_AFTER_BEFORE = re.compile(r"\ba\.?d\.?\s$")
_BEHIND, _ASKED = re.compile(rf"\s?{_CHRIST}"), re.compile(rf"(?<!\w){_CHRIST}")


def _is_before_christ(plain: str, one: Quantity) -> bool:
    """Whether a number is the year of `44 a.C.`; plain: the text in the form of `matching_form`."""
    year = _YEAR.match(plain, one.begin)
    return _BEHIND.match(plain, year.end() if year is not None else one.end) is not None


def _is_after_christ(plain: str, one: Quantity) -> bool:
    year = _YEAR.match(plain, one.begin)
    is_behind = _AFTER.match(plain, year.end() if year is not None else one.end) is not None
    return is_behind or _AFTER_BEFORE.search(plain, max(0, one.begin - 5), one.begin) is not None


def is_of_another_era(question: Question, plain: str, one: Quantity) -> bool:
    """Whether a year is said to be after Christ where the question asks for years before him, or the other way."""
    if _is_asked(question):
        return _is_after_christ(plain, one)
    return _is_before_christ(plain, one) and (question.value or 0.0) >= 0


def _is_asked(question: Question) -> bool:
    texts = " ".join(matching_form(one) for one in (*question.text.values(), question.unit or ""))
    return _ASKED.search(texts) is not None


def with_eras(question: Question, plain: str, found: list[Quantity]) -> list[Quantity]:
    """Years before Christ below nothing; above it too where the question says that it means such years."""
    is_asked = _is_asked(question)
    return [
        replace(one, unit=None, values=(*(-abs(value) for value in one.values), *(one.values if is_asked else ())))
        if _is_before_christ(plain, one)
        else one
        for one in found
    ]
