"""Vectors of texts, each computed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgekit.core.events import Reporter, silent
from edgekit.engine.base import TextEncoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# 384 numbers of 4 bytes each: 30 MB.
_MOST = 20_000


class Vectors:
    """What an encoder gives for texts, kept: clauses and wordings come up for every answer of a class."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def of(self, texts: Sequence[str], report: Reporter = silent) -> NDArray[np.float32]:
        """(n, d) float32, a vector for each text, of length 1."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(new, self._encoder.embed(new, report=report), strict=True)) if new else {}
        found = np.stack([fresh[text] if text in fresh else self._known[text] for text in texts])
        self._known.update(fresh)
        for _ in range(len(self._known) - _MOST):
            self._known.popitem(last=False)
        return found
