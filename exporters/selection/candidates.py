"""Which tokens languages may use at all, and which are never given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from exporters.corpus.exemplars import exemplars
from exporters.corpus.scripts import COMMON, INHERITED, script, scripts_of, scripts_of_language
from exporters.selection.poisson import Floats
from exporters.trim.base import Ids

# Digits, ASCII, the whitespace forms and the punctuation that any language's text may hold.
_EVERYWHERE = frozenset(map(chr, [*range(9, 14), *range(32, 127), 0xA0, *range(0x2000, 0x2070), 0x3000, 0xFEFF]))
# A script that text has less of than this share is there by a name or two.
_LEAST_SHARE = 0.005
# Scripts of thousands of characters, of which a language's own are those that CLDR lists.
_LARGE = frozenset({"Hani", "Hang", "Yiii", "Egyp", "Xsux"})


def scripts_wanted(languages: Sequence[str], texts: Sequence[str], counts: Floats) -> frozenset[str]:
    """The scripts of languages, and those that their text is in.  texts, counts: (V,)."""
    found: dict[str, float] = {}
    for at in np.flatnonzero(counts).tolist():
        for code, number in scripts_of(texts[at]).items():
            found[code] = found.get(code, 0.0) + number * float(counts[at])
    total = sum(found.values())
    seen = {code for code, number in found.items() if number >= _LEAST_SHARE * total}
    return frozenset(seen.union(*(scripts_of_language(language) for language in languages)))


def candidates(texts: Sequence[str], scripts: frozenset[str]) -> Ids:
    """The tokens whose letters are all of these scripts, those without letters among them; ascending."""
    wanted = scripts | {COMMON, INHERITED}
    known: dict[str, bool] = {}

    def fits(character: str) -> bool:
        found = known.get(character)
        if found is None:
            found = known[character] = script(character) in wanted
        return found

    return np.array([at for at, text in enumerate(texts) if text and all(map(fits, text))], np.int64)


def characters(languages: Iterable[str], scripts: frozenset[str], texts: Sequence[str]) -> Ids:
    """The tokens that are one character, with a space before it or without, of these languages' writing."""
    letters = _EVERYWHERE.union(*map(exemplars, languages))
    small = scripts - _LARGE
    return np.array(
        [
            at
            for at, text in enumerate(texts)
            if (
                text in letters or script(text) in small
                if len(text) == 1
                else len(text) == 2 and text[0] == " " and text[1] in letters
            )
        ],
        np.int64,
    )
