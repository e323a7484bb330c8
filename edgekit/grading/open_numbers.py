"""A right number that an answer leaves open: one of two, one of a list, more or less than it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from edgekit.grading.intake import matching_form
from edgekit.grading.quantities import Quantity

Span = tuple[int, int]

# All in the form of `matching_form`, in the languages whose function words are known, and Swahili.
_OR = re.compile(r"[\s,]*(?:or|o|ou|u|oder|au|to|bis)\b[\s,]*(?:maybe\s|perhaps\s|quizas?\s|talvez\s|vielleicht\s)?")
_LISTED = re.compile(r"(?:[\s,;|]|\b(?:and|y|e|et|und|na)\b)*[\s,;|](?:[\s,;|]|\b(?:and|y|e|et|und|na)\b)*")
_BETWEEN = re.compile(r"\b(?:between|entre|zwischen)\s{1,2}$")
_BOUND = re.compile(
    r"(?:\b(?:(?:more|less|fewer|greater|bigger|larger|smaller|higher|lower) than|over|under|above|below"
    r"|at (?:least|most)"
    r"|(?:mas|menos|mayor|menor|superior|inferior) (?:de|que|a)|(?:al|por lo) menos|como (?:mucho|maximo|minimo)"
    r"|a lo sumo|(?:mais|maior|acima|abaixo) (?:de|que)|(?:pelo|ao) menos|no (?:minimo|maximo)"
    r"|(?:plus|moins) (?:de|que)|au (?:moins|plus)|(?:superieure?|inferieure?) a"
    r"|(?:mehr|weniger|grosser|kleiner) als|mindestens|hochstens|uber|unter|zaidi ya|chini ya|angalau)\s{1,2}"
    r"|(?<![-=<>])(?:>=?|<=?|≥|≤)\s{0,2})(?:the |el |la |los |o |a |os |le |la |les |die |der |das )?$"
)
# Of the first number: `from 12 to 15` has two.
_UP_TO = re.compile(r"\b(?:up to|hasta|ate|jusqu['’]a|bis zu)\s{1,2}$")
# Of years and centuries; `after 3 hours` answers when.
_BEFORE = re.compile(
    r"\b(?:before|after|until|since|antes de|despues de|depois de|desde|avant|apres|depuis|vor|nach|seit|kabla ya"
    r"|baada ya)\s{1,2}(?:the (?:year )?|el (?:ano |siglo )?|o (?:ano de |seculo )?|l['’]an |le |dem (?:jahr )?)?$"
)
_LEAST_YEAR = 1000
_ROMAN = frozenset("IVXLCDM")
_BEHIND = re.compile(
    r"\s{0,2}(?:\+(?=\s|$)|(?:or|o|ou|oder) (?:more|less|fewer|mas|menos|mais|plus|moins|mehr|weniger)\b)"
)
# `How many at least?`
_ASKED = re.compile(
    r"\b(?:least|most|more|less|fewer|minim\w*|maxim\w*|mas|menos|mais|plus|moins|mindest\w*|hochst\w*|mehr|weniger"
    r"|before|after|antes|despues|depois|avant|apres|vor|nach|over|under|above|below|angalau|zaidi|chini)\b|[<>≤≥]"
)
_MOST_BEFORE = 40


def left_open(text: str, right: Sequence[Quantity], found: Sequence[Quantity], asked: Sequence[str]) -> Span | None:
    """Where the words are that leave it open which number is meant; None where one is.

    right: those of `found`, the numbers of the text in order, that are right.  asked: texts of the question: what asks
    for a bound may be answered with one.
    """
    plain = matching_form(text)
    between = [(one, other, plain[one.end : other.begin]) for one, other in pairwise(found)]
    for one, other, words in between:
        if (one in right) != (other in right) and (
            _OR.fullmatch(words) or _BETWEEN.search(plain, max(0, one.begin - _MOST_BEFORE), one.begin)
        ):
            return one.begin, other.end
    # `a: 12; b: 15` answers two things.
    if found[0] not in right and ";" in plain[found[0].end : right[0].begin]:
        return found[0].begin, right[0].end
    outside = plain[: found[0].begin] + plain[found[-1].end :]
    several = any(one not in right for one in found)
    if several and not any(map(str.isalnum, outside)) and all(_LISTED.fullmatch(words) for *_, words in between):
        return found[0].begin, found[-1].end
    if any(_ASKED.search(matching_form(one)) for one in asked):
        return None
    for one in right:
        first = max(0, one.begin - _MOST_BEFORE)
        bound = _BOUND.search(plain, first, one.begin)
        if bound is None and one == found[0]:
            bound = _UP_TO.search(plain, first, one.begin)
        is_year = all(value >= _LEAST_YEAR for value in one.values) or text[one.begin] in _ROMAN
        if bound is None and one.unit is None and is_year:
            bound = _BEFORE.search(plain, first, one.begin)
        if bound is not None:
            return bound.start(), one.end
        if (behind := _BEHIND.match(plain, one.end)) is not None:
            return one.begin, behind.end()
    return None
