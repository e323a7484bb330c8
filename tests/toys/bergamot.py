"""What Bergamot draws from a shortlist, in code that shares nothing with the engine's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporters.families.marian.lexicon import Lexicon


def bergamot_candidates(lexicon: Lexicon, source_ids: list[int], *, joint: bool) -> NDArray[np.int64]:
    """The shortlist of one sentence as Bergamot draws it: filled up from the frequent ones to a multiple of 8."""
    chosen = set(range(lexicon.first))
    for token in source_ids:
        chosen.update(lexicon.words[int(lexicon.offsets[token]) : int(lexicon.offsets[token + 1])].tolist())
        if joint:
            chosen.add(token)
    fill = lexicon.first
    while len(chosen) % 8:
        chosen.add(fill)
        fill += 1
    return np.array(sorted(chosen))
