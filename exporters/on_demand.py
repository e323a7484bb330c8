"""A language model that is opened when it is first asked: a choice that never asks does not wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.pipeline.requests import OpenLanguageModel
from exporters.selection.base import LanguageModel


class OnDemand:
    """See `exporters.selection.base.LanguageModel`."""

    def __init__(self, open_model: OpenLanguageModel, path: Path) -> None:
        self._open = open_model
        self._path = path
        self._model: LanguageModel | None = None

    @property
    def _opened(self) -> LanguageModel:
        if self._model is None:
            self._model = self._open(self._path)
        return self._model

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """See `exporters.selection.base.LanguageModel.logits`."""
        return self._opened.logits(ids)

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        """See `exporters.selection.base.LanguageModel.greedy`."""
        return self._opened.greedy(ids, count)

    def close(self) -> None:
        """Close the model where it was opened."""
        if self._model is not None:
            self._model.close()
            self._model = None
