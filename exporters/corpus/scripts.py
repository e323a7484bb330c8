"""Unicode scripts: of a character, of a text, of a language; four letters each (ISO 15924: `Latn`, `Ethi`)."""

from __future__ import annotations

import functools
from collections import Counter
from importlib.resources import files

import langcodes
import regex

# Punctuation, digits, emoji; accents that belong to whatever stands before them.
COMMON, INHERITED = "Zyyy", "Zinh"
UNKNOWN = "Zzzz"
# Writing systems that are several scripts of Unicode's.
_WRITINGS = {
    "Hans": {"Hani"},
    "Hant": {"Hani"},
    "Jpan": {"Hani", "Hira", "Kana"},
    "Kore": {"Hang", "Hani"},
}


@functools.cache
def _any_script() -> regex.Pattern[str]:
    codes = files("exporters.corpus").joinpath("scripts.txt").read_text(encoding="utf-8").split()
    return regex.compile("|".join(rf"(?P<{code}>\p{{Script={code}}})" for code in codes))


@functools.lru_cache(maxsize=1 << 16)
def script(character: str) -> str:
    """The script that Unicode gives a character; `Zyyy` and `Zinh` for those that many share, `Zzzz` for none."""
    found = _any_script().match(character)
    return (found.lastgroup if found else None) or UNKNOWN


def scripts_of(text: str) -> Counter[str]:
    """How many characters of each script a text has; those that many scripts share are left out."""
    found: Counter[str] = Counter()
    for character, count in Counter(text).items():
        found[script(character)] += count
    for shared in (COMMON, INHERITED, UNKNOWN):
        del found[shared]
    return found


def main_script(text: str) -> str:
    """The script of most characters of a text, the first in the alphabet of equals; `Zyyy` where it has none."""
    found = scripts_of(text)
    return min(found, key=lambda code: (-found[code], code)) if found else COMMON


def scripts_of_language(tag: str) -> frozenset[str]:
    """The scripts that a language is written in: what its tag says, else what CLDR calls likely (`sr` is `Cyrl`)."""
    language = langcodes.Language.get(langcodes.standardize_tag(tag, macro=True))
    code = language.maximize().script or UNKNOWN
    return frozenset(_WRITINGS.get(code, {code}))
