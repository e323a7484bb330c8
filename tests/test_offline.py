"""Nothing but a pull opens a socket: every other command runs in a process that dies of the first one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, SECONDS, WITH_SHORT_LISTS, environment
from toys.small_gguf import write_corpora, write_small_gguf

NO_NETWORK = str(Path(__file__).with_name("no_network"))
PYTHON = [sys.executable]
EDGEKIT = [sys.executable, "-m", "edgekit"]


def run(
    command: list[str], home: Path, *, given: bytes = b"", sockets: bool = False, **more: str
) -> subprocess.CompletedProcess[bytes]:
    refused = {} if sockets else {"PYTHONPATH": NO_NETWORK}
    return subprocess.run(
        command,
        input=given,
        capture_output=True,
        env={**environment(home), **refused, **more},
        timeout=5 * SECONDS,
        check=False,
    )


def test_a_process_dies_of_its_first_socket_even_when_it_catches_everything(tmp_path: Path) -> None:
    for code in (
        "try:\n import socket; socket.socket()\nexcept BaseException: pass",
        "try:\n import urllib.request; urllib.request.urlopen('http://127.0.0.1:1')\nexcept BaseException: pass",
    ):
        assert run([*PYTHON, "-c", code], tmp_path).returncode == 99


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["device"], 0),
        (["device", "--json"], 0),
        (["models", "ls"], 0),
        (["models", "ls", "--json"], 0),
        (["models", "validate"], 0),
        (["models", "show", "firefox-en-pt"], 0),
        (["translate", "--from", "en", "--to", "pt", "hello"], 3),
        (["generate", "gemma-3-270m", "hello"], 3),
        (["translate", "--from", "xx", "--to", "yy", "--pull", "hello"], 3),
    ],
)
def test_no_command_opens_a_socket_when_nothing_is_installed(tmp_path: Path, arguments: list[str], code: int) -> None:
    done = run([*EDGEKIT, *arguments], tmp_path)
    assert done.returncode == code, done.stderr.decode()


@pytest.mark.parametrize(
    "arguments", [["pull", "firefox-en-pt"], ["translate", "--from=en", "--to=pt", "--pull", "hello"]]
)
def test_a_pull_is_refused_before_the_first_socket_when_edgekit_is_offline(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = run([*EDGEKIT, *arguments], tmp_path, EDGEKIT_OFFLINE="1")
    assert done.returncode == 3, done.stderr.decode()
    assert b"offline" in done.stderr.lower()


def test_a_missing_direction_names_the_pull_that_brings_it(tmp_path: Path) -> None:
    done = run([*EDGEKIT, "translate", "--from", "en", "--to", "pt-BR", "hello"], tmp_path)
    assert done.returncode == 3
    assert b"`edgekit pull firefox-en-pt`" in done.stderr


def test_onnxruntime_does_not_report_to_its_maker(tmp_path: Path) -> None:
    """Its own threads open the sockets, which no hook of Python sees: a device id on the disk shows that they will."""
    quiet = environment(tmp_path / "edgekit", HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"))
    quiet.pop("ORT_DISABLE_TELEMETRY")
    code = "from edgekit.engine.runtime import load_onnxruntime as load; load(); import os; print(os.environ['HOME'])"
    for command in ([*PYTHON, "-c", code], [*EDGEKIT, "device"]):
        done = subprocess.run(command, capture_output=True, env=quiet, timeout=5 * SECONDS, check=False)
        assert done.returncode == 0, done.stderr.decode()
    assert [
        path for path in tmp_path.rglob("*") if "microsoft" in str(path).lower() or "onnxruntime" in path.name
    ] == []


def test_nothing_of_ours_loads_onnxruntime_in_another_way() -> None:
    root = Path(__file__).parents[1]
    files = [file for folder in ("edgekit", "exporters", "tui", "benchmarks") for file in (root / folder).rglob("*.py")]
    importing = [
        file.name for file in files if re.search(r"^\s*(import|from) onnxruntime", file.read_text(), re.MULTILINE)
    ]
    assert importing == ["runtime.py"]


def test_translate_opens_no_socket_when_the_engine_is_a_toy(tmp_path: Path) -> None:
    done = run([*COMMAND, "translate", "--json", "--align", "--score"], tmp_path, given=b"hello\nworld\n")
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 2), done.stderr.decode()


def test_export_verify_and_add_open_no_socket(tmp_path: Path) -> None:
    model, corpora = write_small_gguf(tmp_path / "toy.gguf"), write_corpora(tmp_path / "text")
    languages = ["--languages", "pt,en", "-o", str(tmp_path / "out"), "--corpus", *map(str, corpora)]
    done = run([*WITH_SHORT_LISTS, "export", str(model), *languages], tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    folder = done.stdout.decode().strip()
    for arguments in (
        ["verify", folder, "--source", str(model), "--text", str(corpora[0])],
        ["models", "add", folder],
        ["export", "toy-pt-en", "--languages", "pt", "--dry-run"],
        ["plan", "toy-pt-en", "--languages", "pt", "--target", "pi5"],
    ):
        done = run([*WITH_SHORT_LISTS, *arguments], tmp_path)
        assert done.returncode == 0, done.stderr.decode()
