"""A Hugging Face hub on this machine: as much of its protocol as looking a repository up and downloading it needs."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from store.toys import Server, serving, sha256

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "owner/toy"


@contextlib.contextmanager
def hub(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Server]:
    """A hub without repositories, which huggingface_hub takes for the one there is; no wait between attempts."""
    for name in ("HF_HUB_OFFLINE", "HF_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("HF_HOME", str(folder / "hf"))
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def api_path(name: str = NAME, revision: str | None = None) -> str:
    return f"/api/models/{name}" + (f"/revision/{revision}" if revision else "") + "?blobs=true"


def file_path(member: str, name: str = NAME, commit: str = COMMIT) -> str:
    return f"/{name}/resolve/{commit}/{member}"


def publish(
    server: Server,
    files: Mapping[str, bytes],
    *,
    name: str = NAME,
    commit: str = COMMIT,
    revisions: tuple[str, ...] = (),
    card: Mapping[str, Any] | None = None,
    cdn: Server | None = None,
) -> None:
    """Put a repository on the hub. cdn: another machine, which the hub sends who asks for weights to."""
    siblings: list[dict[str, Any]] = []
    for member, data in files.items():
        path, large = file_path(member, name, commit), member.endswith((".safetensors", ".bin"))
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - git's own id
        entry: dict[str, Any] = {"rfilename": member, "size": len(data), "blobId": blob}
        if large:
            entry["lfs"] = {"sha256": sha256(data), "size": len(data), "pointerSize": 130}
        siblings.append(entry)
        server.headers[path] = {"ETag": f'"{sha256(data) if large else blob}"', "X-Repo-Commit": commit}
        if large and cdn is not None:
            cdn.files[f"/blob/{sha256(data)}"] = data
            server.answers[path] = (
                302,
                {
                    "Location": f"{cdn.url}/blob/{sha256(data)}",
                    "X-Linked-Size": str(len(data)),
                    "X-Linked-ETag": f'"{sha256(data)}"',
                    "X-Repo-Commit": commit,
                },
            )
        else:
            server.files[path] = data
    described = {"id": name, "modelId": name, "sha": commit, "siblings": siblings, "cardData": dict(card or {})}
    for revision in (None, commit, "main", *revisions):
        server.files[api_path(name, revision)] = json.dumps(described).encode()


def folder_files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
