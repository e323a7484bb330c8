"""What the hub says of a repository, and downloads that go wrong: played by a local server that speaks its protocol."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store.toys import TOY, Server, serving, sha256
from toys.hub import COMMIT, NAME, api_path, file_path, hub, publish

from edgekit.catalogue.uris import HubPlace, parse_hub_place
from edgekit.core.errors import IntegrityError, OfflineError, SourceError, UsageError
from edgekit.sources.base import Wanted
from edgekit.sources.hf import HfSource
from edgekit.sources.hub import read_repository

FILES = {"config.json": b'{"model_type": "llama"}', "model.safetensors": TOY}
CARD = {"license": "cc-by-nc-4.0", "language": ["sw", "en"]}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with hub(monkeypatch, tmp_path) as server:
        publish(server, FILES, card=CARD, revisions=("v1", "refs%2Fpr%2F3"))
        yield server


def fetch(folder: Path, member: str = "model.safetensors", data: bytes = TOY) -> bytes:
    (folder / "work").mkdir(exist_ok=True)
    wanted = Wanted(member, folder / "out", len(data), sha256(data))
    HfSource(NAME, COMMIT).fetch([wanted], folder / "work", lambda _: None)
    return (folder / "out").read_bytes()


@pytest.mark.parametrize("revision", [None, COMMIT, "v1", "refs/pr/3"])
def test_a_repository_is_its_commit_files_and_licence(server: Server, revision: str | None) -> None:
    found = read_repository(NAME, revision)
    assert (found.commit, found.licence, found.languages) == (COMMIT, "CC-BY-NC-4.0", ("sw", "en"))
    assert [(file.path, file.size_bytes, file.sha256) for file in found.files] == [
        ("config.json", len(FILES["config.json"]), None),
        ("model.safetensors", len(TOY), sha256(TOY)),
    ]


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ({"license": "other", "license_name": "seallms"}, "seallms"),
        ({"license": "other"}, "other"),
        ({"license": ["mit"]}, "MIT"),
        ({"license": "a\nb\x1b[31m"}, "a b [31m"),
        ({"license": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_a_licence_is_one_printable_line(server: Server, card: dict[str, Any], licence: str | None) -> None:
    publish(server, FILES, card=card)
    assert read_repository(NAME, None).licence == licence


def test_an_unknown_revision_and_repository_are_typed_errors_with_a_next_step(server: Server) -> None:
    server.answers[api_path(NAME, "v9")] = (404, {"X-Error-Code": "RevisionNotFound"})
    with pytest.raises(SourceError) as caught:
        read_repository(NAME, "v9")
    assert "commits" in (caught.value.hint or "")
    server.answers[api_path("owner/none")] = (401, {"X-Error-Code": "RepoNotFound"})
    with pytest.raises(SourceError) as caught:
        read_repository("owner/none", None)
    assert "HF_TOKEN" in (caught.value.hint or "")


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_repository_says_where_its_terms_are_accepted(server: Server, tmp_path: Path, status: int) -> None:
    server.answers[api_path()] = server.answers[file_path("model.safetensors")] = (
        status,
        {"X-Error-Code": "GatedRepo"},
    )
    for ask in (lambda: read_repository(NAME, None), lambda: fetch(tmp_path)):
        with pytest.raises(SourceError) as caught:
            ask()
        assert "accept its terms at https://huggingface.co/owner/toy" in (caught.value.hint or "")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_tried_again(server: Server, tmp_path: Path, status: int) -> None:
    passing = (status, {"Retry-After": "1"})
    server.first[api_path()] = [passing] * 2
    server.first[file_path("model.safetensors")] = [passing] * 2
    assert read_repository(NAME, None).commit == COMMIT
    assert fetch(tmp_path) == TOY


def test_the_wait_is_the_one_that_the_hub_asks_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("edgekit.sources.hub_client.sleep", waited.append)
    server.first[api_path()] = [(429, {"Retry-After": "7"}), (503, {})]
    read_repository(NAME, None)
    assert waited == [7, 2]


def test_a_hub_that_asks_for_a_day_is_not_waited_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("edgekit.sources.hub_client.sleep", waited.append)
    server.answers[api_path()] = (429, {"Retry-After": "86400"})
    with pytest.raises(SourceError, match="list of files"):
        read_repository(NAME, None)
    assert waited == []


def test_a_hub_that_stays_down_is_a_typed_error(server: Server, tmp_path: Path) -> None:
    server.answers[api_path()] = server.answers[file_path("model.safetensors")] = (503, {})
    with pytest.raises(SourceError, match="503"):
        read_repository(NAME, None)
    with pytest.raises(SourceError) as caught:
        fetch(tmp_path)
    assert "503" in "\n".join(caught.value.reasons)
    assert not (tmp_path / "out").exists()


def test_a_body_that_ends_early_is_resumed(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)
    server.cut_after = [5000]
    assert fetch(tmp_path) == TOY
    asked = [headers.get("range") for method, path, headers in server.log if method == "GET" and "resolve" in path]
    assert asked == [None, "bytes=5000-"]


def test_a_body_that_always_ends_early_is_a_typed_error_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.cut_after = [0] * 50
    with pytest.raises(SourceError):
        fetch(tmp_path)
    assert not (tmp_path / "out").exists()


def test_another_size_is_refused_before_the_first_byte(server: Server, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="is not the file"):
        fetch(tmp_path, data=TOY + b"more")
    assert {method for method, path, _ in server.log if "resolve" in path} == {"HEAD"}


def test_another_digest_is_refused_before_the_first_byte(server: Server, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="sha256"):
        fetch(tmp_path, data=TOY[:-1] + b"X")
    assert {method for method, path, _ in server.log if "resolve" in path} == {"HEAD"}


def test_bytes_that_are_not_what_the_hub_announced_are_refused(server: Server, tmp_path: Path) -> None:
    server.files[file_path("model.safetensors")] = TOY[:-1] + b"X"
    with pytest.raises(IntegrityError, match=f"`hf:{NAME}/model.safetensors` is not the file") as caught:
        fetch(tmp_path)
    assert "sha256" in caught.value.reasons[0]
    assert not (tmp_path / "out").exists()


def test_a_token_goes_to_the_hub_and_to_nobody_else(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with serving() as cdn:
        # Another name for this machine, so another host to the client.
        cdn_url, server_port = cdn.url.replace("127.0.0.1", "localhost"), server.server_port
        assert str(server_port) not in cdn_url
        publish(server, FILES, cdn=cdn)
        path = file_path("model.safetensors")
        server.answers[path][1]["Location"] = server.answers[path][1]["Location"].replace(cdn.url, cdn_url)
        read_repository(NAME, None)
        assert fetch(tmp_path) == TOY
        assert cdn.log
        assert not [headers for _, _, headers in cdn.log if "authorization" in headers]
        assert {headers.get("authorization") for _, _, headers in server.log} == {"Bearer hf_secret"}


@pytest.mark.parametrize(
    "answer",
    [
        {"sha": "main", "siblings": [{"rfilename": "a"}]},
        {"sha": COMMIT, "siblings": []},
        {"sha": COMMIT},
        {"sha": None, "siblings": [{"rfilename": "a"}]},
    ],
)
def test_an_answer_that_makes_no_sense_is_a_typed_error(server: Server, answer: dict[str, Any]) -> None:
    server.files[api_path()] = json.dumps({"id": NAME, **answer}).encode()
    with pytest.raises(SourceError, match="makes no sense"):
        read_repository(NAME, None)


@pytest.mark.parametrize("answer", [b"<html>please sign in</html>", b"[]", b"{}", b'{"id": "a", "siblings": 5}', b""])
def test_what_answers_in_the_place_of_the_hub_is_a_typed_error(server: Server, answer: bytes) -> None:
    server.files[api_path()] = answer
    with pytest.raises(SourceError, match="makes no sense") as caught:
        read_repository(NAME, None)
    assert caught.value.reasons


def test_a_hub_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgekit.sources.hub._TIMEOUT_SECONDS", 0.2)
    for name in ("HF_HUB_OFFLINE", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(SourceError, match="did not give its list of files") as caught:
            read_repository(NAME, None)
    assert "check the connection" in str(caught.value.hint)


def test_another_commit_than_asked_for_is_refused(server: Server) -> None:
    other = "f" * 40
    server.files[api_path(NAME, other)] = server.files[api_path()]
    with pytest.raises(SourceError, match="makes no sense"):
        read_repository(NAME, other)


def test_the_hubs_own_offline_switch_is_obeyed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(OfflineError):
        read_repository(NAME, None)
    assert server.log == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hf:a/b", HubPlace("a/b")),
        ("hf:a/b@v1.0", HubPlace("a/b", "", "v1.0")),
        ("hf:a/b@refs/pr/4", HubPlace("a/b", "", "refs/pr/4")),
        ("hf:m-a-p/neo_250M/hf_ckpt/10.5B", HubPlace("m-a-p/neo_250M", "hf_ckpt/10.5B")),
        (f"hf:a/b/c@{COMMIT}", HubPlace("a/b", "c", COMMIT)),
    ],
)
def test_a_place_on_the_hub_is_read_and_written_alike(text: str, place: HubPlace) -> None:
    assert parse_hub_place(text) == place
    assert place.text == text


@pytest.mark.parametrize(
    "text", ["hf:a", "hf:a/", "hf:a/b@", "hf:a/../b", "hf:a/b/../c", "hf:a/b c", "hf:a/b@x y", "a/b"]
)
def test_what_is_no_place_on_the_hub_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no place on the hub"):
        parse_hub_place(text)
