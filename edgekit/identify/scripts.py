"""Unicode scripts: of a character, of a text, of a language; four letters each (ISO 15924: `Latn`, `Ethi`)."""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter

# A letter's name begins with its script (Unicode Standard 4.8), so the standard library knows scripts without a table
# of code points. A test compares the answers with those of Unicode's own data.
_BY_NAME = {
    "ADLAM": "Adlm",
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "BOPOMOFO": "Bopo",
    "CANADIAN": "Cans",
    "CHEROKEE": "Cher",
    "CJK": "Hani",
    "COPTIC": "Copt",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "FULLWIDTH": "Latn",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HENTAIGANA": "Hira",
    "HIRAGANA": "Hira",
    "IDEOGRAPHIC": "Hani",
    "JAVANESE": "Java",
    "KANNADA": "Knda",
    "KATAKANA": "Kana",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MEETEI": "Mtei",
    "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr",
    "NKO": "Nkoo",
    "OL": "Olck",
    "ORIYA": "Orya",
    "SINHALA": "Sinh",
    "SYRIAC": "Syrc",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAANA": "Thaa",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
    "TIFINAGH": "Tfng",
    "VAI": "Vaii",
    "YI": "Yiii",
}
SCRIPT_NAMES = {
    code: {"CANADIAN": "Canadian syllabic", "CJK": "Chinese", "OL": "Ol Chiki"}.get(name, name.capitalize())
    for name, code in _BY_NAME.items()
    if name not in ("FULLWIDTH", "HENTAIGANA", "IDEOGRAPHIC")
}
_WRITINGS = {
    "Hans": frozenset({"Hani"}),
    "Hant": frozenset({"Hani"}),
    "Jpan": frozenset({"Hani", "Hira", "Kana"}),
    "Kore": frozenset({"Hang"}),
}
UNSPACED_SCRIPTS = frozenset({"Hani", "Hira", "Kana", "Khmr", "Laoo", "Mymr", "Thai", "Tibt"})
"""Scripts that are written without spaces between words."""

_LATIN = frozenset({"Latn"})
# Of the many languages in Latin letters those that are known to have no other writing in use.
_IN_LATIN = (
    "af bs ca cs cy da de en es et eu fi fil fr ga gl ha hr hu id ig is it la lb lt lv mg mt nb nl nn no ny pl pt rn "
    "ro rw sk sl sn so sq st sv sw tl tn tr vi wo xh yo zu"
)
# Languages that are not, or not only, written in Latin letters; a test holds them against `models.toml`.
_LANGUAGES = {
    **dict.fromkeys(("ar", "ary", "arz", "ckb", "fa", "ks", "ps", "sd", "sdh", "ug", "ur"), "Arab"),
    **dict.fromkeys(("as", "bn"), "Beng"),
    **dict.fromkeys(("ba", "be", "bg", "ky", "mk", "mn", "ru", "tg", "tt", "uk"), "Cyrl"),
    **dict.fromkeys(("gom", "hi", "mr", "ne", "sa"), "Deva"),
    **dict.fromkeys(("am", "ti"), "Ethi"),
    **dict.fromkeys(("el", "grc"), "Grek"),
    **dict.fromkeys(("hbo", "he", "yi"), "Hebr"),
    **dict.fromkeys(("wuu", "yue", "zh"), "Hans"),
    "dz": "Tibt",
    "bo": "Tibt",
    "gu": "Gujr",
    "hy": "Armn",
    "ja": "Jpan",
    "ka": "Geor",
    "km": "Khmr",
    "kn": "Knda",
    "ko": "Kore",
    "lo": "Laoo",
    "ml": "Mlym",
    "my": "Mymr",
    "or": "Orya",
    "pa": "Guru",
    "si": "Sinh",
    "ta": "Taml",
    "te": "Telu",
    "th": "Thai",
}
_SEVERAL = {
    "az": frozenset({"Latn", "Cyrl"}),
    "crh": frozenset({"Latn", "Cyrl"}),
    "kk": frozenset({"Cyrl", "Latn", "Arab"}),
    "ks": frozenset({"Arab", "Deva"}),
    "ku": frozenset({"Latn", "Arab"}),
    "ms": frozenset({"Latn", "Arab"}),
    "pa": frozenset({"Guru", "Arab"}),
    "sd": frozenset({"Arab", "Deva"}),
    "sr": frozenset({"Cyrl", "Latn"}),
    "uz": frozenset({"Latn", "Cyrl"}),
}


@functools.lru_cache(maxsize=1 << 14)
def script_of(character: str) -> str | None:
    """The script of a letter; None for digits, signs, marks, emoji and letters that no one script owns."""
    if not character.isalpha():
        return None
    first, _, rest = unicodedata.name(character, "").partition(" ")
    if first == "HALFWIDTH" or (first == "FULLWIDTH" and not rest.startswith("LATIN")):
        first = rest.partition(" ")[0]
    return _BY_NAME.get(first)


def scripts_in(text: str) -> Counter[str]:
    """How many letters of each script a text has."""
    found: Counter[str] = Counter()
    for character, count in Counter(text).items():
        script = script_of(character)
        if script is not None:
            found[script] += count
    return found


def main_script(text: str) -> str | None:
    """The script of most letters of a text, the first in the alphabet of equals; None where it has no letter."""
    found = scripts_in(text)
    return min(found, key=lambda code: (-found[code], code)) if found else None


def scripts_of_language(tag: str) -> frozenset[str]:
    """The scripts that a language is written in; Latin letters for one of which nothing is known."""
    return known_scripts(tag) or _LATIN


def known_scripts(tag: str) -> frozenset[str]:
    """What a language's tag says (`sr-Latn`), else what it commonly is written in; none where that is not known."""
    language, *subtags = tag.split("-")
    for subtag in subtags:
        if len(subtag) == 4 and subtag.isalpha():
            return scripts_of_writing(subtag)
    if language in _SEVERAL:
        return _SEVERAL[language]
    code = _LANGUAGES.get(language)
    return scripts_of_writing(code) if code is not None else _LATIN if language in _IN_LATIN.split() else frozenset()


def scripts_of_writing(code: str) -> frozenset[str]:
    """The scripts of Unicode's that a code of ISO 15924 stands for: `Jpan` for three."""
    return _WRITINGS.get(code, frozenset({code}))
