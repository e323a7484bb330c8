"""A home of its own, and a small model with text to trim it by."""

from __future__ import annotations

from pathlib import Path

import pytest
from store.toys import use_home
from toys.small_gguf import write_corpora, write_small_gguf


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_small_gguf(tmp_path / "in" / "Small Model.gguf")


@pytest.fixture
def corpora(tmp_path: Path) -> list[Path]:
    return write_corpora(tmp_path / "text")
