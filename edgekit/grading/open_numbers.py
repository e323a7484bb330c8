"""A right number that an answer leaves open: one of two, one of a list, more or less than it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from edgekit.grading.intake import matching_form
from edgekit.grading.quantities import Quantity
from edgekit.grading.units import unit_named

Span = tuple[int, int]

# What leaves a number open, by what it does and by language, in the form of `matching_form`. Each is a pattern.
_WORDS: Mapping[str, Mapping[str, str]] = {
    # Between two numbers.
    "or": {"en": "or|to", "es": "o|u", "pt": "ou", "fr": "ou|au", "de": "oder|bis", "hi": "या|ya"},
    # The same, but for years: `de 1939 a 1945` says when something ended.
    "to": {"es": "a|hasta", "pt": "a|ate", "fr": "a|jusqu['’]a", "hi": "से|se"},
    # Between two numbers that are still to be worked out.
    "sum": {
        "en": "plus|minus|times|over|divided by",
        "es": "mas|menos|por|entre|sobre|dividido (?:por|entre)",
        "pt": "mais|menos|vezes|dividido por",
        "fr": "plus|moins|fois|sur|divise par",
        "de": "plus|minus|mal|durch|geteilt durch",
    },
    # Before a number of which it takes another one.
    "of": {
        "en": "half(?: of)?|twice|double|triple|(?:third|quarter|square root|square|cube|inverse) of|the opposite of"
        "|anything but|other than",
        "es": "mitad de|doble de|triple de|(?:tercera|cuarta) parte de|raiz (?:cuadrada )?de|opuesto de|inverso de",
        "pt": "metade de|dobro de|triplo de|(?:terca|quarta) parte de|raiz (?:quadrada )?de|oposto de|inverso de",
        "fr": "moitie de|double de|triple de|racine (?:carree )?de|oppose de|inverse de",
        "de": "halfte von|(?:doppelte|dreifache) von|wurzel (?:aus|von)",
        "hi": "(?:आधा|आधे|दुगुना|दोगुना|तिगुना)",
    },
    # Behind a number that is raised by it.
    "raised": {
        "en": "squared|cubed",
        "es": "al (?:cuadrado|cubo)|elevado a",
        "pt": "ao (?:quadrado|cubo)|elevado a",
        "fr": "au (?:carre|cube)",
        "de": "hoch",
    },
    "and": {"en": "and", "es": "y|e", "pt": "e", "fr": "et", "de": "und", "sw": "na", "hi": "और|aur"},
    "maybe": {
        "en": "maybe|perhaps",
        "es": "quizas?|talvez|tal vez",
        "pt": "talvez",
        "fr": "peut-etre",
        "de": "vielleicht",
    },
    # Before the first of two.
    "between": {"en": "between", "es": "entre", "pt": "entre", "fr": "entre", "de": "zwischen"},
    # Before a number.
    "bound": {
        "en": "(?:more|less|fewer|greater|bigger|larger|smaller|higher|lower) than|over|under|above|below"
        "|at (?:least|most)",
        "es": "(?:mas|menos|mayor|menor|superior|inferior) (?:de|que|a)|(?:al|por lo) menos|a lo sumo"
        "|como (?:mucho|maximo|minimo)",
        "pt": "(?:mais|menos|maior|menor|acima|abaixo) (?:de|que)|(?:pelo|ao) menos|no (?:minimo|maximo)",
        "fr": "(?:plus|moins) (?:de|que)|au (?:moins|plus)|(?:superieure?|inferieure?) a",
        "de": "(?:mehr|weniger|grosser|kleiner) als|mindestens|hochstens|uber|unter",
        "sw": "zaidi ya|chini ya|angalau",
        "hi": "कम से कम|अधिक से अधिक|kam se kam",
    },
    # Before the first number alone: `from 12 to 15` has two.
    "up to": {"en": "up to", "es": "hasta", "pt": "ate", "fr": "jusqu['’]a", "de": "bis zu"},
    # Before years and centuries alone; `after 3 hours` answers when.
    "before": {
        "en": "before|after|until|since",
        "es": "antes de|despues de|desde",
        "pt": "antes de|depois de|desde",
        "fr": "avant|apres|depuis",
        "de": "vor|nach|seit",
        "sw": "kabla ya|baada ya",
    },
    # Behind a number.
    "behind": {
        "en": "or (?:more|less|fewer)",
        "es": "o (?:mas|menos)",
        "pt": "ou (?:mais|menos)",
        "fr": "ou (?:plus|moins)",
        "de": "oder (?:mehr|weniger)",
        "hi": "(?:से|se) (?:अधिक|ज़्यादा|ज्यादा|कम|adhik|zyada|jyada|kam)",
    },
    # In a question that asks for a bound: `How many at least?`
    "asked": {
        "en": r"least|most|more|less|fewer|minim\w*|maxim\w*|before|after|over|under|above|below",
        "es": "mas|menos|antes|despues",
        "pt": "mais|menos|antes|depois",
        "fr": "plus|moins|avant|apres",
        "de": r"mindest\w*|hochst\w*|mehr|weniger|vor|nach",
        "sw": "angalau|zaidi|chini",
        "hi": "कम से कम|अधिक|ज़्यादा",
    },
}
_END = r"(?![\w\u0900-\u0963])"


def _any(role: str) -> str:
    return rf"(?<!\w)(?:{'|'.join(_WORDS[role].values())}){_END}"


_OR = re.compile(rf"[\s,]*{_any('or')}[\s,]*(?:{_any('maybe')}\s)?")
_TO = re.compile(rf"\s{{0,2}}{_any('to')}\s{{1,2}}|\s?[-–—−]\s?")
_SUM = re.compile(rf"\s{{1,2}}{_any('sum')}\s{{1,2}}|\s?[-+×x*·⋅:÷/−]\s?")
_PART_OF = re.compile(rf"{_any('of')}\s{{1,2}}(?:(?:the|el|la|los|las|o|a|os|as|le|les|der|dem|den)\s)?$")
_CHANGED_BEFORE = re.compile(r"(?:[√∛≠]|!=|\b(?:log|ln|sin|cos|tan)|[-−]\s?\(|\|\s?[-−]?|--)\s?$", re.IGNORECASE)
# `5e`, `5o` and `5a` may be a fifth.
_CHANGED_BEHIND = re.compile(
    r"\s?(?:‰|/\s?[a-z]|\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹√π])|(?<=\d)(?=\w)[^\W\d_AEOaeo](?!\w)|\s[kKMB]\b"
    r"|\s(?:per|por) mil\b|\snegativ[oae]?s?\b",
    re.ASCII,
)
_RAISED = re.compile(rf"\s{{1,2}}{_any('raised')}(?P<word>)")
_MORE_UNIT = re.compile(r"\s?[/^²³⁻]|(?:\s?[·⋅*]\s?|\s)(?P<word>[^\W\d_]+)(?:\b|(?=[⁻²³]))")
_LISTED = re.compile(rf"(?:[\s,;|]|{_any('and')})*[\s,;|](?:[\s,;|]|{_any('and')})*")
_BETWEEN = re.compile(rf"{_any('between')}\s{{1,2}}$")
_BOUND = re.compile(
    rf"(?:{_any('bound')}\s{{1,2}}|(?<![-=<>])(?:>=?|<=?|≥|≤)\s{{0,2}}|(?:±|\+/?[-−])\s{{0,2}})"
    r"(?:the |el |la |los |o |a |os |le |la |les |die |der |das )?$"
)
_UP_TO = re.compile(rf"{_any('up to')}\s{{1,2}}$")
_BEFORE = re.compile(
    rf"{_any('before')}\s{{1,2}}"
    r"(?:the (?:year )?|el (?:ano |siglo )?|o (?:ano de |seculo )?|l['’]an |le |dem (?:jahr )?)?$"
)
_BEHIND = re.compile(rf"\s{{0,2}}(?:\+(?=\s|$)|{_any('behind')})")
_ASKED = re.compile(rf"{_any('asked')}|[<>≤≥±]")
_LEAST_YEAR = 1000
_ROMAN = frozenset("IVXLCDM")
_MOST_BEFORE = 40


def left_open(text: str, right: Sequence[Quantity], found: Sequence[Quantity], asked: Sequence[str]) -> Span | None:
    """Where the words are that leave it open which number is meant; None where one is.

    right: those of `found`, the numbers of the text in order, that are right.  asked: texts of the question: what asks
    for a bound may be answered with one.
    """
    plain = matching_form(text)
    return (
        _one_of_two(plain, right, found)
        or _listed(plain, right, found)
        or _changed(text, plain, right)
        or _bounded(plain, right, found, asked)
    )


def _one_of_two(plain: str, right: Sequence[Quantity], found: Sequence[Quantity]) -> Span | None:
    """`3 or 4`, `3-4`, `3 a 4`, `between 3 and 4`."""
    for one, other in pairwise(found):
        words = plain[one.end : other.begin]
        # `10 - 5 = 5` is no range.
        is_done = (found[-1] in right and other is not found[-1]) or plain[other.end :].lstrip().startswith("=")
        are_years = "-" not in words and _is_year(plain, one) and _is_year(plain, other)
        if _SUM.fullmatch(words) and not is_done and (one in right or other in right):
            return one.begin, other.end
        if (one in right) != (other in right) and (
            _OR.fullmatch(words)
            or (_TO.fullmatch(words) and not is_done and not are_years)
            or _BETWEEN.search(plain, max(0, one.begin - _MOST_BEFORE), one.begin)
        ):
            return one.begin, other.end
    return None


def _listed(plain: str, right: Sequence[Quantity], found: Sequence[Quantity]) -> Span | None:
    """`3, 4`, and `a: 12; b: 15`, which answers two things."""
    if found[0] not in right and ";" in plain[found[0].end : right[0].begin]:
        return found[0].begin, right[0].end
    outside = plain[: found[0].begin] + plain[found[-1].end :]
    if all(one in right for one in found) or any(map(str.isalnum, outside)):
        return None
    rows = (plain[one.end : other.begin] for one, other in pairwise(found))
    return (found[0].begin, found[-1].end) if all(map(_LISTED.fullmatch, rows)) else None


def _changed(text: str, plain: str, right: Sequence[Quantity]) -> Span | None:
    """`√4`, `4²`, `4x`, `-(4)`, `4 N·m`: what stands at the number makes another one of it."""
    for one in right:
        first = max(0, one.begin - _MOST_BEFORE)
        before = _CHANGED_BEFORE.search(text, first, one.begin) or _PART_OF.search(plain, first, one.begin)
        behind = (_MORE_UNIT if one.unit is not None else _CHANGED_BEHIND).match(text, one.end)
        behind = behind or _RAISED.match(plain, one.end)
        if behind is not None and one.unit is not None and behind["word"] and unit_named(behind["word"]) is None:
            behind = None
        if before is not None or behind is not None:
            return before.start() if before is not None else one.begin, behind.end() if behind is not None else one.end
    return None


def _bounded(plain: str, right: Sequence[Quantity], found: Sequence[Quantity], asked: Sequence[str]) -> Span | None:
    """`more than 4`, `4 or more`, `after 1945`."""
    if any(_ASKED.search(matching_form(one)) for one in asked):
        return None
    for one in right:
        first = max(0, one.begin - _MOST_BEFORE)
        before = (
            _BOUND.search(plain, first, one.begin),
            _UP_TO.search(plain, first, one.begin) if one == found[0] else None,
            _BEFORE.search(plain, first, one.begin) if _is_year(plain, one) else None,
        )
        if (bound := next(filter(None, before), None)) is not None:
            return bound.start(), one.end
        if (behind := _BEHIND.match(plain, one.end)) is not None:
            return one.begin, behind.end()
    return None


def _is_year(plain: str, one: Quantity) -> bool:
    """Whether a number may be a year or, in Roman letters, a century."""
    is_roman = plain[one.begin].upper() in _ROMAN
    return one.unit is None and (is_roman or all(abs(value) >= _LEAST_YEAR for value in one.values))
