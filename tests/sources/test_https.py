"""A web server that cuts, changes, lies and redirects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.toys import TOY, Server, serving, sha256

from edgekit.core.errors import IntegrityError, SourceError
from edgekit.sources import https
from edgekit.sources.base import Wanted
from edgekit.sources.https import HttpsSource


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(https, "sleep", lambda _: None)
    monkeypatch.setenv("no_proxy", "*")
    with serving() as server:
        server.files["/w.bin"] = TOY
        yield server


def fetch(server: Server, folder: Path, member: str = "w.bin", data: bytes = TOY) -> list[int]:
    seen: list[int] = []
    wanted = Wanted(member, folder / "w.bin", len(data), sha256(data))
    HttpsSource(f"{server.url}/").fetch([wanted], folder, seen.append)
    assert (folder / "w.bin").read_bytes() == data
    assert [path.name for path in folder.iterdir()] == ["w.bin"]
    return seen


def ranges(server: Server) -> list[str | None]:
    return [headers.get("range") for _, _, headers in server.log]


def test_a_file_comes_whole_with_its_progress(server: Server, tmp_path: Path) -> None:
    assert fetch(server, tmp_path)[-1] == len(TOY)
    assert ranges(server) == [None]


def test_a_file_is_resumed_when_the_connection_is_cut(server: Server, tmp_path: Path) -> None:
    server.headers["/w.bin"] = {"ETag": '"one"'}
    server.cut_after = [5000, 0, 1, 2000]
    seen = fetch(server, tmp_path)
    assert ranges(server) == [None, "bytes=5000-", "bytes=5000-", "bytes=5001-", "bytes=7001-"]
    assert {headers.get("if-range") for _, _, headers in server.log[1:]} == {'"one"'}
    assert seen == sorted(seen)


def test_what_is_here_is_kept_for_the_next_pull_when_the_server_stays_away(server: Server, tmp_path: Path) -> None:
    server.cut_after = [5000] + [0] * 20
    with pytest.raises(SourceError, match="could not be downloaded"):
        fetch(server, tmp_path)
    assert (tmp_path / "w.bin.partial").read_bytes() == TOY[:5000]
    assert not (tmp_path / "w.bin").exists()
    server.cut_after = []
    server.log.clear()
    fetch(server, tmp_path)
    assert ranges(server) == ["bytes=5000-"]


def test_a_file_starts_anew_when_it_changed_on_the_server(server: Server, tmp_path: Path) -> None:
    server.headers["/w.bin"] = {"ETag": '"new"'}
    (tmp_path / "w.bin.partial").write_bytes(b"x" * 100)
    (tmp_path / "w.bin.etag.partial").write_bytes(b'"old"')
    fetch(server, tmp_path)
    assert ranges(server) == ["bytes=100-"]


def test_a_file_is_fetched_once_more_when_the_kept_part_was_of_another(server: Server, tmp_path: Path) -> None:
    (tmp_path / "w.bin.partial").write_bytes(b"x" * 100)
    fetch(server, tmp_path)
    assert ranges(server) == ["bytes=100-", None]


def test_a_kept_part_that_is_too_long_is_dropped(server: Server, tmp_path: Path) -> None:
    (tmp_path / "w.bin.partial").write_bytes(b"x" * (len(TOY) + 10))
    fetch(server, tmp_path)
    assert ranges(server) == [f"bytes={len(TOY) + 10}-", None]


def test_a_file_starts_anew_when_the_server_knows_no_ranges(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.cut_after = [5000]
    fetch(server, tmp_path)
    assert ranges(server) == [None, "bytes=5000-"]


def test_a_wrong_digest_leaves_nothing_to_resume(server: Server, tmp_path: Path) -> None:
    server.files["/w.bin"] = TOY[:-1] + b"X"
    with pytest.raises(IntegrityError, match="is not the file"):
        fetch(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [TOY + b"more", TOY[:-1], b""])
def test_a_file_of_another_size_is_refused_by_what_the_server_says(server: Server, tmp_path: Path, data: bytes) -> None:
    server.files["/w.bin"] = data
    with pytest.raises(IntegrityError, match=f"has {len(data)} bytes instead of {len(TOY)}"):
        fetch(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_download_stops_at_the_promised_size_when_the_server_does_not_say_its_length(
    server: Server, tmp_path: Path
) -> None:
    server.files["/w.bin"] = TOY + bytes(30_000_000)
    server.headers["/w.bin"] = {"Content-Length": "", "Connection": "close"}
    with pytest.raises(IntegrityError, match="larger than the promised"):
        fetch(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_told_at_once(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="was refused: 404 Not Found"):
        fetch(server, tmp_path, "missing.bin")
    assert len(server.log) == 1


def test_a_passing_refusal_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.answers["/w.bin"] = (503, {})
    with pytest.raises(SourceError, match="could not be downloaded") as caught:
        fetch(server, tmp_path)
    assert caught.value.reasons == ("503 Service Unavailable",)
    assert len(server.log) == 5


def test_a_redirect_is_followed_when_it_stays_safe(server: Server, tmp_path: Path) -> None:
    server.answers["/old.bin"] = (302, {"Location": f"{server.url}/w.bin"})
    fetch(server, tmp_path, "old.bin")


@pytest.mark.parametrize("target", ["http://example.org/w.bin", "file:///etc/passwd", "ftp://127.0.0.1/w.bin"])
def test_a_redirect_is_refused_when_it_leaves_https(server: Server, tmp_path: Path, target: str) -> None:
    server.answers["/w.bin"] = (302, {"Location": target})
    with pytest.raises(SourceError):
        fetch(server, tmp_path)


def test_a_compressed_answer_is_refused(server: Server, tmp_path: Path) -> None:
    server.headers["/w.bin"] = {"Content-Encoding": "gzip"}
    with pytest.raises(SourceError, match="compressed"):
        fetch(server, tmp_path)


def test_nobody_there_is_a_typed_error(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="could not be downloaded"):
        HttpsSource("http://127.0.0.1:9/").fetch([Wanted("x", tmp_path / "x", 1, "0" * 64)], tmp_path, lambda _: None)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, len(TOY) // 3), max_size=4), etag=st.booleans(), known=st.booleans())
def test_any_row_of_cuts_gives_the_file(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], etag: bool, known: bool
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, serving() as server:
        monkeypatch.setattr(https, "sleep", lambda _: None)
        monkeypatch.setenv("no_proxy", "*")
        server.files["/w.bin"] = TOY
        server.ranges = known
        server.headers["/w.bin"] = {"ETag": '"one"'} if etag else {}
        server.cut_after = list(cuts)
        fetch(server, tmp_path_factory.mktemp("cuts"))
