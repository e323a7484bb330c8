"""The figures of an export, gathered once for the page, the terminal and the receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgekit.core.cancelling import check_cancelled
from edgekit.store.receipt import Receipt
from exporters.corpus.scripts import COMMON, INHERITED, UNKNOWN, script
from exporters.selection.base import Selection
from exporters.trim.base import Ids, Part, Tokenizer

_TOKENS_AT_ONCE = 8_192  # some 20 ms
_SHARED = {COMMON, INHERITED, UNKNOWN}


@dataclass(frozen=True, slots=True)
class ScriptCount:
    """Tokens of a script (ISO 15924; `Zyyy` for digits, marks and what is no text), before and after."""

    script: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A line of text and the pieces that it was cut into before, and is now."""

    language: str
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page shows.

    sizes: each part's name, and its bytes before and after.  samples: lines that the choice did not see.
    """

    receipt: Receipt
    command: str
    selection: Selection
    sizes: Sequence[tuple[str, int, int]]
    scripts: Sequence[ScriptCount]
    samples: Sequence[Sample]


def part_sizes(parts: Sequence[Part], before: int, after: int) -> list[tuple[str, int, int]]:
    """Each part's name and its bytes with all tokens and with the kept ones."""
    return [
        (part.name, part.size_bytes, round(part.size_bytes - part.bytes_per_token * (before - after))) for part in parts
    ]


def count_scripts(tokenizer: Tokenizer, kept: Ids) -> list[ScriptCount]:
    """How many tokens of each script there are and stay, the largest first."""
    stays = np.zeros(tokenizer.size, np.bool_)
    stays[kept] = True
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for at, (text, stay) in enumerate(zip(tokenizer.texts, stays.tolist(), strict=True)):
        if at % _TOKENS_AT_ONCE == 0:
            check_cancelled()
        code = _script_of_token(text)
        before[code] += 1
        after[code] += stay
    return [ScriptCount(code, count, after[code]) for code, count in before.most_common()]


def _script_of_token(text: str) -> str:
    """The script of the first character that has one: tokens hardly ever mix scripts, and there are 262,144 of them."""
    return next((code for code in map(script, text) if code not in _SHARED), COMMON)
