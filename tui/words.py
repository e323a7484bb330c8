"""The words of the screens, in the language of whoever sits there; English stands in the code, the others in `locale/`.

Files are gettext's own (PO), read by polib, so that a translator's tools work and nothing has to be compiled.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from edgekit.core.languages import base_language

FOLDER = Path(__file__).parent / "locale"
# In their own words, for the picker.
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español", "pt": "Português"}
_current = "en"


def _(text: str, /, **fields: object) -> str:
    """The text in the chosen language, its `{names}` filled in; English where a translation is missing."""
    found = messages(_current).get(text) or text
    return found.format(**fields) if fields else found


def language_name(english: str) -> str:
    """A language's name in the chosen language, by its English one; that where it has none."""
    return messages(f"languages.{_current}").get(english, english)


def script_name(english: str) -> str:
    """A script's name in the chosen language, an adjective; the English one where it has none."""
    return messages(f"scripts.{_current}").get(english, english)


def choose(language: str) -> None:
    """Speak this language from now on; English for one that is not in `LANGUAGES`."""
    global _current
    _current = language if language in LANGUAGES else "en"


def chosen() -> str:
    """The tag of the language that is spoken."""
    return _current


def of_the_system() -> str:
    """The first language of the locale that the screens are in, by gettext's rules of precedence."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for tag in os.environ.get(name, "").split(":"):
            base = base_language(tag.split(".")[0].split("@")[0].replace("_", "-")).lower()
            if base in LANGUAGES:
                return base
            if tag:  # the most urgent variable that is set decides
                break
    system = (locale.getlocale()[0] or "").replace("_", "-")
    base = base_language(system).lower() if system else "en"
    return base if base in LANGUAGES else "en"


@cache
def messages(language: str) -> Mapping[str, str]:
    """English text -> its translation, of a file of ours; empty for English."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return {}
    import polib

    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path), encoding="utf-8") if entry.msgstr}
