"""Whether a string among data is something that people read."""

from __future__ import annotations

import re

# Addresses, paths, file names, identifiers, dates, colours, code: anything without a space that a program made.
_MACHINE = re.compile(
    r"""(?:[a-z][a-z0-9+.-]*:\S+|www\.\S+|\S+@\S+\.\S+|[./~\\]\S*|\S+/\S*|\S*[_<>{}()=\\|@\#$%^&*;]\S*|\S+\.\S+|
    \S*\d\S*|[A-Z][A-Z0-9-]*|[a-z]+(?:[A-Z][a-z]*)+|(?:[A-Z][a-z]+){2,}|[a-z0-9]+(?:-[a-z0-9]+)*|
    [a-z]{2,3}(?:-[A-Za-z0-9]{2,8})+)""",
    re.VERBOSE,
)
_DATE = re.compile(r"[\d\s:TZ.,/+-]+|\d{4}-\d\d-\d\d[T ].*")
_WORD = re.compile(r"[^\W\d_]{2,}|[\u3040-\u30ff\u3400-\u9fff]")


def reads_like_prose(text: str) -> bool:
    """Whether a string has words for people: several, or one that is written like a word of a label (`Save`, `água`).

    An identifier, an address, a date, a lone lower-case ASCII word (`left`, `en`) are not; that guesses, so options
    that name columns or keys are the sure way.
    """
    stripped = text.strip()
    words = stripped.split()
    if not words or _WORD.search(stripped) is None or _DATE.fullmatch(stripped):
        return False
    if len(words) > 1:
        return sum(_MACHINE.fullmatch(word) is None or word.isalpha() for word in words) * 2 >= len(words)
    return _MACHINE.fullmatch(stripped.rstrip(".!?:…")) is None or (stripped[-1] in ".!?…:" and stripped[:-1].isalpha())
