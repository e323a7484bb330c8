"""Whether a word or a number as an answer is denied, in the languages of contradiction, in Hindi, or in another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from edgekit.core.languages import base_language
from edgekit.grading.function_words import known
from edgekit.grading.statements import denial

# By language: words that mean nothing else in any other one, so that they deny where it is not expected too.
_ANYWHERE: Mapping[str, str] = {"en": "not|isn['’]?t", "de": "nicht", "hi": "नहीं|नही|ग़लत|गलत"}
_EXPECTED: Mapping[str, str] = {"hi": "मत|nahin|nahi|galat"}


def denied_in(text: str, languages: Iterable[str]) -> tuple[int, int] | None:
    """Where the first word is that denies something, None where there is none; languages: tags that it may be in."""
    tags = tuple(languages)
    found = denial(text, known(tags))
    if found is not None:
        return found
    # What `denial` knows it has excused: `not only`.
    expected = {base_language(tag) for tag in tags}
    words = [words for tag, words in _ANYWHERE.items() if tag not in {*known(tags)}]
    words += [words for tag, words in _EXPECTED.items() if tag in expected]
    other = re.search(rf"(?<![\w\u0900-\u0963])(?:{'|'.join(words)})(?![\w\u0900-\u0963])", text, re.IGNORECASE)
    return other.span() if other is not None else None
