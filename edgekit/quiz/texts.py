"""Texts, numbers and names of a quiz, each checked where it is read."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from edgekit.catalogue.positions import Key
from edgekit.catalogue.problems import Checker
from edgekit.core.errors import UsageError
from edgekit.core.languages import normalise_tag

MOST_CHARACTERS = 4_000
MOST_POINTS = 1_000
MOST_WORDINGS = 100
MOST_LANGUAGES = 20

MOST_ID = 64
# Tab and line break are text. Marks that turn the direction of writing or hide text have no place in what is asked:
# a rubric from elsewhere could say one thing to the eye and another to the grader.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\ud800-\udfff]")


def clean(checker: Checker, value: Any, key: Key) -> str:
    """A text in NFC without space around it, or `""` with the problem noted."""
    if type(value) is not str:
        checker.wrong_type(value, key, str)
        return ""
    text = unicodedata.normalize("NFC", value).strip()
    found = _CONTROL.search(value)
    if not text:
        checker.problem(key, "is empty")
    elif found is not None:
        checker.problem(key, f"holds the control character U+{ord(found[0]):04X}")
    elif len(value) > MOST_CHARACTERS:
        checker.problem(key, f"is longer than {MOST_CHARACTERS:,} characters")
    else:
        return text
    return ""


def is_id(text: str) -> bool:
    """Whether text can name a quiz, a question or an option, in columns and in files: letters of any script with their
    signs, digits, `_`, `.` and `-`; no path.
    """
    return (
        0 < len(text) <= MOST_ID
        and all(map(of_id, text))
        and (text[0].isalnum() or text[0] == "_")
        and ".." not in text
        and not text.endswith(".")
    )


def of_id(letter: str) -> bool:
    """Whether an id may hold a character; vowel signs of Indic scripts are no letters to `\\w`."""
    return letter.isalnum() or letter in "_.-" or unicodedata.category(letter).startswith("M")


def read_id(checker: Checker, table: Mapping[str, Any], key: Key, default: str) -> str:
    """The `id` of a table: letters of any script, digits, `_`, `.`, `-`, at most 64."""
    if "id" not in table:
        return default
    text = clean(checker, table["id"], (*key, "id"))
    if text and not is_id(text):
        checker.problem((*key, "id"), "must be letters, digits, `_`, `.` and `-`, at most 64, and no path")
        return default
    return text or default


def check_unique(checker: Checker, ids: Collection[str], key: Key, what: str) -> None:
    """Note ids that come twice; `A` and `a` are one where columns and files are named by them."""
    seen: dict[str, int] = {}
    for index, name in enumerate(ids):
        first = seen.setdefault(name.casefold(), index)
        if first != index:
            checker.problem((*key, index, "id"), f"is `{name}` like that of {what} {first + 1}")


def number(checker: Checker, table: Mapping[str, Any], name: str, key: Key) -> float | None:
    """The number at name, whole or not, or None; `nan` and `inf` are none."""
    if name not in table:
        return None
    value = table[name]
    if type(value) not in (int, float):
        checker.problem((*key, name), f"must be a number, not {_kind(value)}")
        return None
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        checker.problem((*key, name), "must be a finite number")
        return None
    return found


def points(checker: Checker, table: Mapping[str, Any], key: Key) -> float | None:
    """The `points` of a table: more than 0, at most 1,000."""
    found = number(checker, table, "points", key)
    if found is not None and not 0 < found <= MOST_POINTS:
        checker.problem((*key, "points"), f"must be more than 0 and at most {MOST_POINTS:,}")
        return None
    return found


def flag(checker: Checker, table: Mapping[str, Any], name: str, key: Key, default: bool) -> bool:
    """The true or false at name."""
    value = table.get(name, default)
    if type(value) is not bool:
        checker.wrong_type(value, (*key, name), bool)
        return default
    return value


def tag(checker: Checker, value: Any, key: Key) -> str | None:
    """A language tag as edgekit writes it, or None."""
    if type(value) is not str:
        checker.wrong_type(value, key, str)
        return None
    if is_tag(value):
        return normalise_tag(value)
    checker.problem(key, f"`{value[:40]}` is no language tag such as `en`, `pt-BR`".replace("\n", " "))
    return None


def is_tag(text: str) -> bool:
    """Whether it is a language tag."""
    try:
        normalise_tag(text)
    except UsageError:
        return False
    return True


def is_by_language(value: object, known: Collection[str]) -> bool:
    """Whether something is a table of language tags where one of other keys, the known ones, is to stand."""
    return isinstance(value, dict) and bool(value) and all(one not in known and is_tag(one) for one in value)


def text_by_language(checker: Checker, table: Mapping[str, Any], name: str, key: Key, language: str) -> dict[str, str]:
    """A text, which is in `language`, or a table of language tags to texts; sorted by tag."""
    wordings = texts_by_language(checker, table, name, key, language, many=False)
    return {one: found[0] for one, found in wordings.items()}


def texts_by_language(
    checker: Checker, table: Mapping[str, Any], name: str, key: Key, language: str, *, many: bool = True
) -> dict[str, tuple[str, ...]]:
    """A text, a list of texts (both in `language`), or a table of language tags to either; sorted by tag."""
    if name not in table:
        return {}
    value, key = table[name], (*key, name)
    if not isinstance(value, dict):
        found = _texts(checker, value, key, many)
        return {language: found} if found else {}
    if not value:
        checker.problem(key, "is empty")
    if len(value) > MOST_LANGUAGES:
        checker.problem(key, f"has {len(value)} languages, more than {MOST_LANGUAGES}")
        return {}
    by_tag: dict[str, tuple[str, ...]] = {}
    for said, one in value.items():
        written = tag(checker, said, (*key, said))
        found = _texts(checker, one, (*key, said), many)
        if written is None:
            continue
        if written in by_tag:
            checker.problem((*key, said), f"is `{written}` a second time")
        elif found:
            by_tag[written] = found
    return dict(sorted(by_tag.items()))


def _texts(checker: Checker, value: Any, key: Key, many: bool) -> tuple[str, ...]:
    if not many or not isinstance(value, list):
        if many and type(value) is not str:
            checker.problem(key, f"must be text, or a list of texts, not {_kind(value)}")
            return ()
        text = clean(checker, value, key)
        return (text,) if text else ()
    if not value:
        checker.problem(key, "is empty")
    if len(value) > MOST_WORDINGS:
        checker.problem(key, f"has {len(value):,} texts, more than {MOST_WORDINGS}")
        return ()
    found: list[str] = []
    for index, one in enumerate(value):
        text = clean(checker, one, (*key, index))
        if text and text in found:
            checker.problem((*key, index), "is there a second time")
        elif text:
            found.append(text)
    return tuple(found)


def _kind(value: Any) -> str:
    kinds = {str: "text", list: "a list", dict: "a table", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), type(value).__name__)


def read_languages(checker: Checker, table: Mapping[str, Any], key: Key, default: tuple[str, ...]) -> tuple[str, ...]:
    """Tags under `languages`, sorted; default where there are none."""
    if "languages" not in table:
        return default
    key = (*key, "languages")
    items = checker.items(table, "languages", key[:-1])
    if table["languages"] == []:
        checker.problem(key, "is empty")
    if len(items) > MOST_LANGUAGES:
        checker.problem(key, f"has {len(items):,} languages, more than {MOST_LANGUAGES}")
        return default
    found: list[str] = []
    for index, value in enumerate(items):
        written = tag(checker, value, (*key, index))
        if written is not None and written in found:
            checker.problem((*key, index), f"is `{written}` a second time")
        elif written is not None:
            found.append(written)
    return tuple(sorted(found)) or default
