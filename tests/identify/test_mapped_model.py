"""The library's model says the same where it lies in a mapped file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from edgekit.identify.mapped_model import forget, map_model

TEXTS = ("El agua se evapora y sube al aire.", "the water", "Вода испаряется", "水", "", "a água 100 °C!")


def test_ranks_are_those_of_the_library_when_the_model_is_mapped() -> None:
    model, mapped = map_model(MODEL_DIR / MODEL_FILE)
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE)
    for _ in range(2):
        assert [model.rank(text) for text in TEXTS] == [theirs.rank(text) for text in TEXTS]
        forget(mapped)
    model.set_languages(["en", "es"])
    theirs.set_languages(["en", "es"])
    assert [model.rank(text) for text in TEXTS] == [theirs.rank(text) for text in TEXTS]


def test_model_is_refused_when_it_is_none(tmp_path: Path) -> None:
    import lzma

    path = tmp_path / "model.npz.xz"
    with lzma.open(path, "wb") as stream:
        np.savez_compressed(stream, ptc=np.zeros(3))
    with pytest.raises(ValueError, match="compressed"):
        map_model(path)
