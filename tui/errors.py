"""What edgekit says when something fails, and what it notes, in the language of the screens.

Errors are raised in English, as the command line prints them; here each is known by the template that it was made from.
The catalogues `locale/errors.*.po` hold those templates, and are read when the first error is shown.
"""

from __future__ import annotations

import re
from functools import cache

from edgekit.core.errors import EdgekitError
from tui.actions import N_
from tui.figures import refigured
from tui.matching import Templates
from tui.words import _, chosen, messages

# A field whose name begins so holds a text of the catalogue; every other one holds somebody's words, or a figure.
TOLD = "told"
_MOST = 4_000  # characters; what is longer is no sentence of ours
_DEEPEST = 6  # texts in texts: file and line, question, criterion, key, what is wrong with it, kinds of values
_JOINT = re.compile(f"` ({N_('and')}|{N_('or')}) `")  # of names in a list
_PROSE = re.compile("[a-z]{2} [a-z]")
_WORDS = re.compile(r"[^\W\d_]{2}")


def in_words(problem: EdgekitError) -> tuple[str, str | None]:
    """What went wrong, a line each, and the next step: all in the chosen language, or all in English.

    What a library or the system said stands as it was said, and so marked.
    """
    message, hint = _said(problem.message), _said(problem.hint) if problem.hint else None
    if chosen() == "en" or message is None or (problem.hint and hint is None):
        return str(problem), problem.hint
    reasons = [_said(reason) or _foreign(reason) for reason in problem.reasons]
    return "\n".join([message, *(f"  - {reason}" for reason in reasons)]), hint


def note_in_words(text: str) -> str:
    """A note or a finding in the chosen language; as it is where the catalogue does not have it."""
    before, after = text[: len(text) - len(text.lstrip())], text.lstrip()
    for sign in ("ok    ", "note  "):
        if after.startswith(sign):
            before, after = before + sign, after.removeprefix(sign)
    return before + (_said(after) or after)


def _foreign(text: str) -> str:
    return _("in English: {text}", text=text) if _WORDS.search(_bare(text)) else text


def _said(text: str, depth: int = 0) -> str | None:
    if len(text) > _MOST or depth > _DEEPEST:
        return None
    for loose in (False, True):
        for template, fields in _templates(chosen()).of(text, loose=loose):
            told = {name: _told(template, name, one, depth) for name, one in fields.items()}
            if None not in told.values():
                return messages(f"errors.{chosen()}")[template].format(**told)
    return None


def _told(template: str, name: str, value: str, depth: int) -> str | None:
    """What a field holds, as it is said; None for words that are nobody's name and that no catalogue has."""
    if f"`{{{name}}}" in template or not value:
        return value
    if not name.startswith(TOLD):
        if _PROSE.search(_bare(value)):  # what the model catalogue says of a model, or nobody's name
            return _said(value, depth + 1)
        return refigured(_JOINT.sub(lambda found: f"` {_(found[1])} `", value))
    told = _said(value, depth + 1)
    # What a library said comes behind a colon or in brackets, and is quoted; a template without words says nothing.
    quoted = f": {{{name}}}" in template or f"({{{name}}}" in template
    return value if told is None and quoted and _WORDS.search(_bare(re.sub(r"\{\w+\}", "", template))) else told


def _bare(text: str) -> str:
    return re.sub("`[^`]*`", "", text)


@cache
def _templates(language: str) -> Templates:
    return Templates(messages(f"errors.{language}"))
