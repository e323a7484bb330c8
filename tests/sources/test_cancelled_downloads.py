"""Downloads that are cancelled while nothing comes: they end at once, and what is here is kept for the next one."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from store.toys import TOY, sha256, use_home

from edgekit.core.cancelling import CancelledError, cancellable
from edgekit.sources import pypi
from edgekit.sources.base import Wanted
from edgekit.sources.hf import HfSource
from edgekit.sources.https import HttpsSource
from edgekit.sources.pypi import PypiSource

SECONDS = 60.0
NOTHING = b"HTTP/1.1 404 Not Found\r\nX-Error-Code: EntryNotFound\r\nContent-Length: 0\r\n\r\n"
HEAD = b'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: %d\r\n\r\n' % len(TOY)


class Silent:
    """A server that sends the beginning of an answer, then nothing, and remembers who came."""

    def __init__(self, beginning: bytes) -> None:
        self.asked, self.goes_on = threading.Event(), threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._beginning = beginning
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Whoever still waits is told that there is nothing."""
        self.goes_on.set()
        self._thread.join(SECONDS)

    def _serve(self) -> None:
        with self._socket:
            connection, _ = self._socket.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(self._beginning)
                self.asked.set()
                self.goes_on.wait(SECONDS)
                with contextlib.suppress(OSError):
                    connection.sendall(TOY if self._beginning else NOTHING)


def join_what_was_left() -> None:
    for thread in threading.enumerate():
        if thread.name == "edgekit-waits":
            thread.join(SECONDS)
            assert not thread.is_alive()


@pytest.fixture(params=[b"", HEAD, HEAD + TOY[:100]], ids=["no answer", "no bytes", "some bytes"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    monkeypatch.setenv("no_proxy", "*")
    one = Silent(request.param)
    yield one
    one.close()


def test_a_download_from_a_server_that_says_nothing_is_left(server: Silent, tmp_path: Path) -> None:
    def ask() -> None:
        if server.asked.is_set():
            raise CancelledError

    wanted = Wanted("", tmp_path / "w.bin", len(TOY), sha256(TOY))
    with pytest.raises(CancelledError), cancellable(ask):
        HttpsSource(f"{server.url}/w.bin").fetch([wanted], tmp_path, lambda _: None)
    server.close()
    join_what_was_left()
    assert not (tmp_path / "w.bin").exists()
    assert sum(path.stat().st_size for path in tmp_path.glob("w.bin.partial")) == 0


def test_a_hub_that_says_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    server = Silent(b"")
    monkeypatch.setenv("HF_ENDPOINT", server.url)

    def ask() -> None:
        if server.asked.is_set():
            raise CancelledError

    wanted = Wanted("w.bin", tmp_path / "w.bin", len(TOY), sha256(TOY))
    with pytest.raises(CancelledError), cancellable(ask):
        HfSource("owner/model", "0" * 40).fetch([wanted], tmp_path, lambda _: None)
    server.close()
    join_what_was_left()


def test_pip_is_ended_and_its_folder_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = use_home(monkeypatch, tmp_path)
    work = home / "work"
    work.mkdir()
    monkeypatch.setattr(pypi, "_RUN_PIP", "import time; print('begun', flush=True); time.sleep(600)")

    def ask() -> None:
        if any(path.stat().st_size for path in work.rglob("pip.log")):
            raise CancelledError

    def advance(_done: int) -> None:
        ask()  # as a job's reporter does, in the thread that watches the folder too

    wanted = Wanted("pkg/w.bin", home / "out" / "w.bin", len(TOY), sha256(TOY))
    with pytest.raises(CancelledError), cancellable(ask):
        PypiSource("toy-model==1.0").fetch([wanted], work, advance)
    assert list(work.iterdir()) == []
