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
_BEHIND, _ASKED = re.compile(rf"\s?{_CHRIST}"), re.compile(rf"(?<!\w){_CHRIST}")


def is_before_christ(plain: str, one: Quantity) -> bool:
    """Whether a number is the year of `44 a.C.`; plain: the text in the form of `matching_form`."""
    year = _YEAR.match(plain, one.begin)
    return _BEHIND.match(plain, year.end() if year is not None else one.end) is not None


def with_eras(question: Question, plain: str, found: list[Quantity]) -> list[Quantity]:
    """Years before Christ below nothing; above it too where the question says that it means such years."""
    texts = " ".join(matching_form(one) for one in (*question.text.values(), question.unit or ""))
    is_asked = _ASKED.search(texts) is not None
    return [
        replace(one, unit=None, values=(*(-abs(value) for value in one.values), *(one.values if is_asked else ())))
        if is_before_christ(plain, one)
        else one
        for one in found
    ]
