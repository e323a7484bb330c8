"""Text in another language than it should be in, or left as it was."""

from __future__ import annotations

from collections import Counter

from edgekit.checks.base import WORD, Identify, letters, words
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, base_language
from edgekit.identify.scripts import SCRIPT_NAMES, known_scripts, scripts_in
from edgekit.protect.find import search

_LEAST_LETTERS = 20
# Names in Latin letters are a third of some lines of Chinese and Telugu.
_LEAST_SHARE = 0.3
_LEAST_WORDS = 4
# What of a translation may stay as it was. Spanish beside Portuguese shares up to 0.7 of its words in FLORES dev.
_MOST_COPIED = 0.9
_LONGEST_READ = 20_000


def check_languages(source: str, target: str, direction: Direction, identify: Identify | None) -> list[Finding]:
    """Findings for a text in a script that its language is not written in, or that `identify` takes for another one.

    Texts of fewer than 20 letters are not judged. identify may answer None for whatever it does not know; a text is
    found wrong only where it names another language than the one that it should be and its close relatives.
    """
    mine = _check(source, direction.source, identify, "the source")
    theirs = _check(target, direction.target, identify, "the translation")
    return [
        *([Finding("language", mine, source=(0, len(source)))] if mine else []),
        *([Finding("language", theirs, target=(0, len(target)))] if theirs else []),
    ]


def _check(text: str, tag: str, identify: Identify | None, side: str) -> str | None:
    text = text[:_LONGEST_READ]
    count = letters(text)
    if count < _LEAST_LETTERS:
        return None
    expected, found = known_scripts(tag), scripts_in(text)
    if expected and sum(found[script] for script in expected) < _LEAST_SHARE * count:
        most = SCRIPT_NAMES[found.most_common(1)[0][0]] if found else "unknown"
        return f"{side} is written in {most} letters, not those of `{tag}`"
    other = identify(text) if identify is not None else None
    if other is not None and not _same(base_language(other), base_language(tag)):
        return f"{side} seems to be `{other}`, not `{tag}`"
    return None


# Told apart badly by every detector: a name for another is no finding.
_RELATIVES = tuple(
    frozenset(one.split())
    for one in (
        "bs hr sr sh",
        "id ms",
        "da nb nn no",
        "zh yue wuu",
        "cs sk",
        "gl pt",
        "fa tg prs",
        "fil tl",
        "rn rw",
        "xh zu",
    )
)


def _same(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _RELATIVES)


def check_untranslated(source: str, target: str) -> list[Finding]:
    """A finding where the source came back, whole or nine tenths of its words in the same order of size.

    Texts of fewer than four words with small letters (names, titles, the letters of a list), less what comes through as
    it is (quantities, addresses), are not judged.
    """
    if _untranslated(source, target) is None:
        return []
    detail = _untranslated(_less_kept(source), _less_kept(target))
    return [Finding("untranslated", detail, (0, len(source)), (0, len(target)))] if detail else []


def _untranslated(mine: str, theirs: str) -> str | None:
    plain = [
        word
        for found in WORD.finditer(mine[:_LONGEST_READ])
        if not (word := found[0])[0].isupper() and (len(word) > 1 or not word.isascii())
    ]
    if len(plain) < _LEAST_WORDS:
        return None
    if mine.split() == theirs.split():
        return "the translation is the source"
    there = Counter(words(theirs[:_LONGEST_READ]))
    here = Counter(word.casefold() for word in plain)
    copied = (here & there).total() / here.total()
    return f"{copied:.0%} of the words came back as they were" if copied >= _MOST_COPIED else None


def _less_kept(text: str) -> str:
    letters = list(text)
    for one in search(text):
        letters[one.begin : one.end] = " " * (one.end - one.begin)
    return "".join(letters)
