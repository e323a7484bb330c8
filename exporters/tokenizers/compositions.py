"""The sequences that SentencePiece's `nmt_nfkc` map joins to one character, worked out from Unicode.

SentencePiece lists, for every character that NFKD takes apart and NFKC puts together again, each sequence of single
characters that are compatible with the parts (`builder.cc`, `BuildNFKCMap`, `ExpandUnnormalized`). From the 4,837
single characters of XLM-R's map this gives exactly the 219,874 sequences that it holds beside them.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

# No character from here on is changed by any normal form, U+2FA1D being the last (Unicode 16).
_END = 0x30000
# The map is of an ICU from before Unicode 13, which brought the only composed character between 12 and 15.1.
_NEWER = {"\U00011938"}


def compositions(mapped: Mapping[str, str]) -> dict[str, str]:
    """Sequences of two or more characters -> the one that they become.

    mapped: what single characters become. One that NFKC changes and mapped does not is newer than the map and left out.
    """
    alike: defaultdict[str, list[str]] = defaultdict(list)
    composed: dict[str, str] = {}
    for number in range(1, _END):
        character = chr(number)
        whole = unicodedata.normalize("NFKC", character)
        if character in _NEWER or mapped.get(character, character) != whole:
            continue
        parts = unicodedata.normalize("NFKD", character)
        if len(parts) == 1:
            alike[parts].append(character)
        elif len(whole) == 1:
            composed[parts] = whole
    return {
        "".join(sequence): whole
        for parts, whole in composed.items()
        for sequence in itertools.product(*(alike[part] for part in parts))
    }
