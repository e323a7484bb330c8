"""Where things are kept: `EDGEKIT_HOME` moves everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.core import paths

FOLDERS = (paths.data_folder, paths.cache_folder, paths.config_folder)


def test_every_folder_lies_in_the_home_when_it_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    found = [folder() for folder in FOLDERS]
    assert len(set(found)) == 3
    assert all(folder.parent == tmp_path for folder in found)
    assert list(tmp_path.iterdir()) == []  # naming a folder does not make it


def test_a_tilde_is_the_users_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", "~/somewhere")
    assert paths.home() == Path.home() / "somewhere"


@pytest.mark.parametrize("value", [None, ""])
def test_folders_are_the_systems_when_no_home_is_set(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv("EDGEKIT_HOME", raising=False)
    else:
        monkeypatch.setenv("EDGEKIT_HOME", value)
    assert paths.home() is None
    assert all(folder().is_absolute() and "edgekit" in folder().parts for folder in FOLDERS)
