"""Ways of writing in a person's words, by the codes of `edgekit.grading.variety` and `edgekit.fairness.rendering`."""

from __future__ import annotations

from collections.abc import Callable

from tui.actions import N_
from tui.words import _

# How `edgekit.fairness.rendering` writes an answer anew.
VARIETIES = {
    "plain": N_("small letters, no signs"),
    "no-accents": N_("without accents"),
    "spelling": N_("slips of the pen"),
    "phonetic": N_("written by ear"),
    "chat": N_("as in chats"),
    # Of an audit that takes several together.
    "originals": N_("originals"),
    "rewritings": N_("rewritings"),
}
_TRANSLATED = "translated to "
# What stands behind the tag of a language.
_ENDINGS = {
    "-phon": N_("{language} written by ear"),
    "-Latn": N_("{language} in Latin letters"),
}


def variety_in_words(variety: str, name: Callable[[str], str]) -> str:
    """`es` as Spanish, `en+es-phon` as English + Spanish written by ear, `chat` as what it is.  name: of a tag."""
    if variety in VARIETIES:
        return _(VARIETIES[variety])
    if variety.startswith(_TRANSLATED):
        return _("translated to {language}", language=name(variety.removeprefix(_TRANSLATED)))
    return " + ".join(_one(tag, name) for tag in variety.split("+") if tag)


def _one(tag: str, name: Callable[[str], str]) -> str:
    for ending, text in _ENDINGS.items():
        if tag.endswith(ending):
            return _(text, language=name(tag.removesuffix(ending)))
    return name(tag)
