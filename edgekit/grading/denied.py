"""Whether a word or a number as an answer is denied, in the languages of contradiction and in Hindi."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edgekit.core.languages import base_language
from edgekit.grading.function_words import known
from edgekit.grading.statements import denial

_HINDI = re.compile(
    r"(?<![\w\u0900-\u0963])(?:नहीं|नही|ग़लत|गलत|मत|nahin|nahi|galat)(?![\w\u0900-\u0963])", re.IGNORECASE
)


def denied_in(text: str, languages: Iterable[str]) -> tuple[int, int] | None:
    """Where the first word is that denies something, None where there is none; languages: tags that it may be in."""
    tags = tuple(languages)
    found = denial(text, known(tags))
    hindi = _HINDI.search(text) if found is None and "hi" in map(base_language, tags) else None
    return hindi.span() if hindi is not None else found
