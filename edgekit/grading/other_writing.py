"""Whether a short form may be another way to write an accepted one: `21/7`, `quarter past three`, `WWII`.

Neither months nor names are known here, so that no table is ever complete: what fits goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edgekit.checks.number_words import roman
from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.one_number import in_figures

_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|[ºªoa]|er|eme)\b")
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_FIGURES_ALONE = re.compile(r"\d{1,4}(?:[/.-]\d{1,4}){1,2}")
# One number more than words: `21/7/1969` for `21 July`.
_MOST_MORE = 1
_CLOCK = re.compile(r"(\d{1,2})\s?[:.h]\s?(\d{2})(?:\s?(?:h|hs|hrs|uhr|[ap]\.?\s?m\.?))?")
# What part of an hour is called so, in the form of `matching_form`, and what stands between it and the hour.
_PARTS = {"quarter": 15, "cuarto": 15, "quarto": 15, "half": 30, "media": 30, "meia": 30}
_PART = re.compile("|".join(rf"\b{part}\b" for part in _PARTS))
_BETWEEN = frozenset(re.findall(r"\w+", "past to o clock y menos e para pras las la en punto as a an the minutes"))
_MOST_CLOCK = 6
_MOST_FIGURES = 4
_HOURS, _MINUTES = 12, 60
_SHORT = re.compile(r"(?P<letters>[^\W\d_]{2,7})\.?(?P<figures>\d{0,4})")
_LEAST_LETTERS = 3


def is_other_writing(one: str, other: str, languages: tuple[str, ...]) -> bool:
    """Whether one of two short texts may be the other: the same words, a date, a time, its initials."""
    if _has_same_words(one, other, languages) or _times(one, languages) & _times(other, languages):
        return True
    both = ((one, other), (other, one))
    return any(_is_date(*pair, languages) or _is_short_for(*pair, languages) for pair in both)


def _has_same_words(one: str, other: str, languages: tuple[str, ...]) -> bool:
    """Whether two short texts have the same words and one number, in any order: `World War II`, `2nd World War`."""
    mine, theirs = (sorted(_pieces(text, languages)) for text in (one, other))
    return len(mine) > 1 and mine == theirs and [word.isdecimal() for word in mine].count(True) == 1


def _pieces(text: str, languages: tuple[str, ...]) -> list[str]:
    """The words and numbers of a text, numbers in figures, small words aside."""
    plain = _ORDINAL.sub("", matching_form(in_figures(text, languages)))
    spoken = known(languages)
    small = function_words(spoken) - denying_words(spoken)
    return [found[0].lstrip("0") or "0" for found in _PIECE.finditer(plain) if found[0] not in small]


def _is_date(figures: str, written: str, languages: tuple[str, ...]) -> bool:
    """`21/7` for `21 de julio`: the numbers that stand there in figures, and one for each word; or `21/jul`."""
    mine, theirs = _pieces(figures, languages), _pieces(written, languages)
    numbers = [one for one in theirs if one.isdecimal()]
    words = len(theirs) - len(numbers)
    if not numbers or not words:
        return False
    if _FIGURES_ALONE.fullmatch(figures.strip()):
        more = len(mine) - len(theirs)
        return words == 1 and 0 <= more <= _MOST_MORE and all(mine.count(one) >= numbers.count(one) for one in numbers)
    pairs = list(zip(sorted(mine), sorted(theirs), strict=False))
    short = [(one, whole) for one, whole in pairs if one != whole]
    return len(mine) == len(theirs) and all(
        len(one) >= _LEAST_LETTERS and not one.isdecimal() and whole.startswith(one) for one, whole in short
    )


def _times(text: str, languages: tuple[str, ...]) -> frozenset[tuple[int, int]]:
    """The times that a text may be, (hour of twelve, minute); a quarter may be past or to."""
    plain = matching_form(text).strip(" .!?")
    clock = _CLOCK.fullmatch(plain)
    if clock is not None:
        return frozenset(_valid(int(clock[1]), int(clock[2])))
    # `Cuarto` is the fourth as well.
    told = in_figures(_PART.sub(lambda found: f"{_PARTS[found[0]]}", plain), languages)
    words = re.findall(r"[^\W_]+", matching_form(told))
    numbers = [int(word[-_MOST_FIGURES:]) for word in words if word.isdecimal()]
    other = any(not word.isdecimal() and word not in _BETWEEN for word in words)
    if other or len(words) > _MOST_CLOCK or len(numbers) != 2 or not any(map(str.isalpha, plain)):
        return frozenset()
    found: set[tuple[int, int]] = set()
    for hour, part in (numbers, numbers[::-1]):
        found.update((*_valid(hour, part), *_valid(hour - 1, _MINUTES - part)))
    return frozenset(found)


def _valid(hour: int, minute: int) -> Iterator[tuple[int, int]]:
    if 0 <= hour <= 2 * _HOURS and 0 <= minute < _MINUTES:
        yield hour % _HOURS, minute


def _is_short_for(short: str, written: str, languages: tuple[str, ...]) -> bool:
    """`WWII` and `WW2` for `Second World War`: the first letters in order, and the number."""
    pieces = _pieces(written, languages)
    numbers = [one for one in pieces if one.isdecimal()]
    initials = "".join(one[0] for one in pieces if not one.isdecimal())
    return len(initials) > 1 and len(numbers) <= 1 and (initials, "".join(numbers)) in _read(short)


def _read(short: str) -> list[tuple[str, str]]:
    """The letters and the number that an abbreviation may be of."""
    found = _SHORT.fullmatch(re.sub(r"[\s.]", "", matching_form(short)))
    if found is None:
        return []
    letters, figures = found["letters"], found["figures"]
    read = [(letters, figures)]
    for at in range(2, len(letters)) if not figures else ():
        rest = letters[at:].upper()
        read += [(letters[:at], str(*values)) for begin, end, values in roman(rest) if (begin, end) == (0, len(rest))]
    return read
