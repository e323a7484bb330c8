"""The library's model says the same where it lies in a file."""

from __future__ import annotations

import errno
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from edgekit.identify import lean_model
from edgekit.identify.lean_model import open_lean_model

TEXTS = ("El agua se evapora y sube al aire.", "the water", "Вода испаряется", "水", "", "a água 100 °C!")


@pytest.fixture(scope="module")
def theirs() -> LanguageIdentifier:
    """The library's own, of all languages: opening either takes seconds."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@pytest.fixture(scope="module")
def ranks(theirs: LanguageIdentifier) -> list[object]:
    return [theirs.rank(text) for text in TEXTS]


def test_ranks_are_those_of_the_library_when_the_model_lies_in_a_file(
    theirs: LanguageIdentifier, ranks: list[object]
) -> None:
    model = open_lean_model(MODEL_DIR / MODEL_FILE)
    for _ in range(2):
        assert [model.rank(text) for text in TEXTS] == ranks
    model.set_languages(["en", "es"])
    theirs.set_languages(["en", "es"])
    try:
        assert [model.rank(text) for text in TEXTS] == [theirs.rank(text) for text in TEXTS]
    finally:
        theirs.set_languages(None)


def test_little_of_the_file_is_held_when_texts_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 66 MB: lists of 104,583 states at opening, then only what the texts came by, of which old goes for new."""
    tracemalloc.start()
    try:
        model = open_lean_model(MODEL_DIR / MODEL_FILE)
        opened = tracemalloc.get_traced_memory()[0]
        ranks = [model.rank(text) for text in TEXTS]
        assert tracemalloc.get_traced_memory()[0] - opened < 1_000_000
    finally:
        tracemalloc.stop()
    assert opened < 15_000_000
    monkeypatch.setattr(lean_model, "_MOST_KEPT", 3)
    assert [model.rank(text) for text in TEXTS] == ranks


def test_numbers_are_read_in_turn_when_the_system_reads_no_places(
    ranks: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.pread", raising=False)
    model = open_lean_model(MODEL_DIR / MODEL_FILE)
    assert [model.rank(text) for text in TEXTS] == ranks


@pytest.mark.parametrize("full", ["open", "write"])
def test_the_model_is_held_in_memory_when_the_disk_is_full(
    ranks: list[object], monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    class _Full(io.BytesIO):
        def __init__(self, **_: object) -> None:
            super().__init__()
            if full == "open":
                raise PermissionError

        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", _Full)
    model = open_lean_model(MODEL_DIR / MODEL_FILE)
    assert [model.rank(text) for text in TEXTS] == ranks


def test_model_is_refused_when_it_is_none(tmp_path: Path) -> None:
    import lzma

    path = tmp_path / "model.npz.xz"
    with lzma.open(path, "wb") as stream:
        np.savez_compressed(stream, ptc=np.zeros(3))
    with pytest.raises(ValueError, match="compressed"):
        open_lean_model(path)
