"""The hub, played by a local server that speaks as much of its protocol as a download needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store.toys import TOY, Server, serving, sha256

from edgekit.core.errors import IntegrityError, OfflineError, SourceError
from edgekit.sources.base import Wanted
from edgekit.sources.hf import HfSource

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PATH = f"/owner/model/resolve/{COMMIT}/sub/w.bin"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HF_HUB_OFFLINE", "HF_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.files[PATH] = TOY
        server.headers[PATH] = {"ETag": f'"{sha256(TOY)}"', "X-Repo-Commit": COMMIT}
        yield server


def fetch(folder: Path, data: bytes = TOY, member: str = "sub/w.bin") -> list[int]:
    seen: list[int] = []
    (folder / "work").mkdir(exist_ok=True)
    wanted = Wanted(member, folder / "out.bin", len(data), sha256(data))
    HfSource("owner/model", COMMIT).fetch([wanted], folder / "work", seen.append)
    return seen


def test_a_file_comes_from_its_commit(hub: Server, tmp_path: Path) -> None:
    assert fetch(tmp_path)[-1] == len(TOY)
    assert (tmp_path / "out.bin").read_bytes() == TOY
    assert {path for _, path, _ in hub.log if "resolve" in path} == {PATH}


def test_a_missing_file_is_a_typed_error(hub: Server, tmp_path: Path) -> None:
    hub.answers[PATH] = (404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
    with pytest.raises(SourceError, match=r"did not give `sub/w\.bin`"):
        fetch(tmp_path)


def test_a_gated_repository_is_a_typed_error_with_the_hint(hub: Server, tmp_path: Path) -> None:
    hub.answers[PATH] = (403, {"X-Error-Code": "GatedRepo"})
    with pytest.raises(SourceError) as caught:
        fetch(tmp_path)
    assert "HF_TOKEN" in (caught.value.hint or "")


def test_nobody_there_is_a_typed_error(hub: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _: None)  # the hub's client waits 20 s between its attempts
    with pytest.raises(SourceError):
        fetch(tmp_path)


def test_other_bytes_than_promised_are_refused(hub: Server, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError):
        fetch(tmp_path, data=TOY[:-1] + b"X")
    assert not (tmp_path / "out.bin").exists()


def test_the_hubs_own_offline_switch_is_obeyed(hub: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(OfflineError):
        fetch(tmp_path)
    assert hub.log == []
