"""Words, formulas and options as they are compared: without what stands around them, whatever way they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

from edgekit.checks.base import APOSTROPHES
from edgekit.grading.intake import matching_form

# With pictures, which some end every answer with. A sign before a figure and one behind a letter (`-7`, `.5`, `Cl-`)
# belong to it.
_SIGN = r"\s\"'“”‘’«»;:!?¡¿।॥()\[\]*`\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff"
_AROUND = re.compile(rf"^(?:[{_SIGN}]|[.,](?!\d)|-(?=\s|[^\W\d_]{{2}}|-|$))+|(?:[{_SIGN}.,]|(?<=[\s-])-|(?<!.)-)+$")
# `$CO_2$`, `\(\mathrm{CO}_{2}\)`; one `$` alone is of money.
_TYPESET = re.compile(r"\\(?:text|mathrm|mathit|mathbf|ce)\b|\\(?:[()\[\], ]|$)|[${}_]")
_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+")
# `3½` is `3 1/2`.
_FRACTION = re.compile(r"(?P<whole>\d)?(?P<sign>[¼-¾⅐-⅞])")
_HIGH = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n")
# `SO4^2-` is written `SO₄²⁻` and `SO42-`.
_CHARGE = re.compile(r"\^(\d*[+-])(?![\w(])")
_MATHS = re.compile(r"[\d=<>≤≥+×÷^√]|^(?:\W|(?<![^\W\d_])[^\W\d_](?![^\W\d_]))+$")
_ROOM = re.compile(r"\s*([=<>≤≥+\-*/÷^():\[\]{}|])\s*")
_TIMES = re.compile(r"\s*[×·⋅∙*]\s*|(?<=\d)\s?x\s?(?=\d)")
_UNIT_ROOM = re.compile(r"(?<=\d)\s+(?=[°º%])")
_SAME_SIGNS: Mapping[str, str] = {"−": "-", "–": "-", ">=": "≥", "<=": "≤", "=>": "≥", "=<": "≤"}
_OTHER_SIGN = re.compile("|".join(map(re.escape, _SAME_SIGNS)))
_PAIR = re.compile(r"([,;])\s+")
# `CH_4`, `CH_{4}`.
_INDEX = re.compile(r"(?<=[^\W\d_])_\{?(\d{1,4})\}?(?![\w{])")
_SIGNS = re.compile(r"[\W_]+")
LEADING = re.compile(
    r"^(?:(?:and|y|e|und|et|both|ambos|ambas) )?"
    r"(?:(?:the|an?|el|la|los|las|una?|o|os|as|uma?|der|die|das|le|les) |l['’])?"
)
"""In the form of `loose`: `both a and c`, `la ballena y el murciélago`."""

# Words by which an answer is called one, by what they are and by language, in the form of `loose`. Each is a pattern.
_CALLING: Mapping[str, Mapping[str, str]] = {
    "the": {"en": "the|my", "es": "las?|mis?|el|los", "pt": "as?|os?|minhas?", "fr": "la|le|les|ma", "de": "die|das"},
    "right": {"en": "right|correct|best", "es": "mejor", "pt": "melhor", "fr": "bonne", "de": "richtige"},
    "answer": {
        "en": "options?|answers?|letters?|choices?|numbers?",
        "es": "opcion(?:es)?|respuestas?(?: correctas?)?|letras?|incisos?|numeros?",
        "pt": "opcao|opcoes|respostas?(?: cert[ao]s?| corretas?)?|alternativas?|letras?",
        "fr": "choix|reponses?|lettres?|options?|numeros?",
        "de": "antwort(?:en)?|buchstaben?|nummer",
        "hi": "उत्तर|विकल्प|जवाब",
    },
    "is": {"en": "is|are", "es": "es|son", "pt": "e|sao", "fr": "est|sont", "de": "ist|sind", "hi": "है|हैं"},
    # Before it where nothing is named.
    "it is": {
        "en": "it is|it['’]s|i (?:think|believe|guess|say|choose|chose|pick|picked)(?: that)?(?: it is| it['’]s)?",
        "es": "es la|creo que(?: es)?(?: la)?|elijo(?: la)?|escojo(?: la)?",
        "pt": "acho que(?: e)?(?: a)?|escolho(?: a)?",
        "fr": "c['’]est(?: la)?|je (?:pense|crois) que c['’]est(?: la)?|je choisis(?: la)?",
        "de": "es ist|das ist|ich (?:glaube|denke|nehme),?(?: es ist)?",
    },
}
# `es` and `e` alone come before a word, not before a letter: `es b` may be of anything.
_BEFORE_WORD = "es|e"


def _any(role: str) -> str:
    return "|".join(_CALLING[role].values())


_CALLED = re.compile(
    rf"^(?:(?:{_any('the')}) )?(?:(?:{_any('right')}) )?(?:{_any('answer')})(?: (?:{_any('is')}))?"
    rf"(?: (?:the|la|el|die))?[ :]+|^(?:(?:{_any('it is')}) |c['’]est )|^(?:{_BEFORE_WORD}) (?=\w{{3}})"
)
_CALLED_BEHIND = re.compile(rf" (?:{_any('is')}) (?:(?:{_any('the')}) )?(?:(?:{_any('right')}) )?(?:{_any('answer')})$")


# Who writes more than this says something besides.
_MOST_CALLED = 200


def core(text: str) -> tuple[int, int]:
    """The span of a text without the space and signs around it; of signs alone, as `*` for a product, all of them."""
    begin, end = 0, len(text)
    for found in _AROUND.finditer(text):
        if found.start() == 0:
            begin = found.end()
        else:
            end = found.start()
    if begin >= end:
        begin = len(text) - len(text.lstrip())
        return begin, max(begin, len(text.rstrip()))
    return begin, end


def loose(text: str) -> str:
    """A text as it is compared where form is no matter: small letters, no accents, no typesetting, no room in sums."""
    begin, end = core(text)
    text = text[begin:end]
    text = text.translate(APOSTROPHES)
    if text.count("$") > 1 or "\\" in text:
        text = _TYPESET.sub("", text)
    if not text.isascii():
        text = _RAISED.sub(lambda found: f"^{found[0].translate(_HIGH)}", text)
        text = _FRACTION.sub(_spelled, text).replace("\u2044", "/")
    text = matching_form(text).translate(_LOW)
    if _MATHS.search(text):
        text = _INDEX.sub(r"\1", _UNIT_ROOM.sub("", text))
        text = _OTHER_SIGN.sub(lambda found: _SAME_SIGNS[found[0]], text)
        text = _CHARGE.sub(r"\1", _ROOM.sub(r"\1", _TIMES.sub("*", text)))
    return " ".join(text.split())


def _spelled(found: re.Match[str]) -> str:
    """A fraction of one sign in figures."""
    return f"{found['whole']} " * bool(found["whole"]) + normalize("NFKC", found["sign"])


def brackets(text: str) -> str:
    """What a text begins and ends with, where both are brackets: `(3, 5]` and `[3, 5)` are not the same."""
    text = text.strip().rstrip(".")
    return text[0] + text[-1] if len(text) > 2 and text[0] in "([{]" and text[-1] in ")]}[" else ""


def paired(text: str) -> str:
    """A form without room behind its commas: `(1, 4)` is `(1,4)`."""
    return _PAIR.sub(r"\1", text).replace(";", ",")


def words_of(text: str) -> str:
    """The words of a text without any sign: `<b>oxygen</b>` has `oxygen` among its words."""
    return " ".join(_SIGNS.sub(" ", loose(text)).split())


def without_call(form: str) -> str:
    """A form without the words by which it is called an answer: `the answer is b`, `a letra c`, `it is c`."""
    return form if len(form) > _MOST_CALLED else _CALLED_BEHIND.sub("", _CALLED.sub("", form))
