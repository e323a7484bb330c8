"""Writes an answer again as students of other varieties would, its content unchanged.

Rules after the variations that teachers named: spelling, phonetic spelling, words of the other language, a mix of two;
as far as rules make them, and a mix of languages needs a translator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeAlias

# (text, source language, target language) -> the text in the other language, None where nothing translates that.
Translate: TypeAlias = Callable[[str, str, str], str | None]

_WORD = re.compile(r"[^\W\d_]+")
# One slip in so many words.
SLIPS = 6
_CHAT: Mapping[str, Mapping[str, str]] = {
    "es": {"por": "x", "que": "q", "porque": "xq", "también": "tmb", "para": "pa", "está": "ta"},
    "pt": {"que": "q", "porque": "pq", "também": "tb", "você": "vc", "não": "n", "quando": "qd"},
    "en": {"you": "u", "are": "r", "because": "cuz", "with": "w", "and": "n", "to": "2"},
    "fr": {"que": "k", "parce": "pcq", "quand": "qd", "c'est": "c", "pour": "pr"},
    "de": {"und": "u", "nicht": "nich", "auch": "au", "ein": "n"},
}
# How a word sounds to someone who learnt to write in the other language: English by Spanish rules, Spanish by ear.
_SOUNDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("tion", "cion"),
        ("ph", "f"),
        ("ck", "k"),
        ("th", "t"),
        ("ee", "i"),
        ("oo", "u"),
        ("ence", "ens"),
        ("wh", "w"),
    ),
    "es": (("qu", "k"), ("ce", "se"), ("ci", "si"), ("z", "s"), ("ll", "y"), ("v", "b"), ("h", "")),
    "pt": (("qu", "k"), ("ç", "s"), ("ss", "s"), ("ch", "x"), ("z", "s"), ("h", "")),
}


def renderings(
    text: str, language: str, *, to: str | None = None, translate: Translate | None = None
) -> dict[str, str]:
    """Variety -> the text in it, those alone that differ; `to`: the language of translations and mixes."""
    found = {
        "plain": " ".join(_WORD.findall(text.lower())) if _plain_is_safe(text) else text,
        "no-accents": without_accents(text),
        "spelling": slipped(text),
        "phonetic": by_ear(text, language),
        "chat": _words(text, _CHAT.get(language, {})),
    }
    if to is not None and translate is not None:
        whole = translate(text, language, to)
        if whole:
            found[to] = whole
        mixed = _second_half(text, language, to, translate)
        if mixed:
            found[f"{language}+{to}"] = mixed
    return {variety: made for variety, made in found.items() if made.strip() and made != text}


def without_accents(text: str) -> str:
    """Every letter without its marks; scripts whose marks are vowels are left as they are."""
    apart = unicodedata.normalize("NFD", text)
    kept = [
        letter
        for at, letter in enumerate(apart)
        if not (unicodedata.category(letter) == "Mn" and at and _is_latin(apart[:at]))
    ]
    return unicodedata.normalize("NFC", "".join(kept))


def slipped(text: str) -> str:
    """A letter left out inside every sixth long word: the slip that changes least and that a reader hardly sees."""
    count = 0

    def slip(found: re.Match[str]) -> str:
        nonlocal count
        word = found[0]
        if len(word) < 5:
            return word
        count += 1
        return word[: len(word) // 2] + word[len(word) // 2 + 1 :] if count % SLIPS == 1 else word

    return _WORD.sub(slip, text)


def by_ear(text: str, language: str) -> str:
    """Spelt as it sounds."""
    rules = _SOUNDS.get(language, ())

    def spell(found: re.Match[str]) -> str:
        word = found[0]
        if len(word) < 5 or word != word.lower():
            return word
        for letters, sound in rules:
            word = word.replace(letters, sound)
        return word

    return _WORD.sub(spell, text)


def _words(text: str, table: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: table.get(found[0].lower(), found[0]), text)


def _second_half(text: str, language: str, to: str, translate: Translate) -> str | None:
    """The switch in the middle: what follows the space nearest to it is said in the other language."""
    spaces = [found.start() for found in re.finditer(r"\s", text)]
    if len(spaces) < 3:
        return None
    middle = min(spaces, key=lambda at: abs(at - len(text) / 2))
    rest = translate(text[middle + 1 :], language, to)
    return f"{text[:middle]} {rest}" if rest else None


def _is_latin(text: str) -> bool:
    """Whether the last letter of the text is Latin, Greek or Cyrillic: scripts in which a mark is an accent."""
    base = next((letter for letter in reversed(text) if unicodedata.category(letter) != "Mn"), "")
    return bool(base) and unicodedata.name(base, "").split(" ")[0] in ("LATIN", "GREEK", "CYRILLIC")


def _plain_is_safe(text: str) -> bool:
    """Numbers, formulas and scripts with combining vowels mean something else without their signs."""
    return not any(letter.isdigit() or unicodedata.category(letter) in ("Mn", "Mc", "Sm") for letter in text)
