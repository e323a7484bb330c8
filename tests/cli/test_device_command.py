from __future__ import annotations

import json
from pathlib import Path

import pytest
from toys.installed_translation import install
from toys.marian_student import toy_student
from toys.npu import needs_nodes

from edgekit.cli import app


def test_device_says_what_the_machine_is_and_what_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["device"]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    labels = [line.split()[0] for line in out.splitlines() if line and not line.startswith(" ")]
    assert labels == ["processor", "cores", "instructions", "memory", "onnxruntime", "chosen", "why"]
    assert "CPUExecutionProvider" in out


def test_device_says_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    import onnxruntime

    assert app.run(["device", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "edgekit.device/1"
    assert told["onnxruntime"] == onnxruntime.__version__
    assert told["found"] == onnxruntime.get_available_providers()
    assert told["chosen"][-1] == "CPUExecutionProvider"
    assert set(told["found"]) <= set(told["reasons"])
    assert told["cores"] >= 1
    assert told["memory_bytes"] is None or told["memory_bytes"] > 1 << 24


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return install(toy_student(1).write(tmp_path / "files"), tmp_path / "toy-en-pt")


@needs_nodes
def test_device_check_runs_an_artifact_here(artifact: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import onnxruntime

    assert app.run(["device", "check", str(artifact), "--progress", "none"]) == 0
    out, error = capsys.readouterr()
    header, cpu, *_ = out.splitlines()
    others = len(onnxruntime.get_available_providers()) - len({"CPUExecutionProvider", "AzureExecutionProvider"})
    assert ("no other provider" in error) == (others <= 0)
    assert header.split()[:2] == ["device", "nodes"]
    assert cpu.split()[:2] == ["cpu", "100%"]


@needs_nodes
def test_device_check_says_the_same_as_json_with_every_node(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "lines.txt"
    text.write_text("one two\n\nthree\nfour\n", "utf-8")
    arguments = ["device", "check", str(artifact), "--text", str(text), "--lines", "2", "--json", "--progress", "none"]
    assert app.run(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["id"], told["lines"]) == ("edgekit.device-check/1", "toy-en-pt", 2)
    cpu = told["checks"][0]
    assert (cpu["device"], cpu["ran"], cpu["fell_back"]) == ("cpu", "CPUExecutionProvider", False)
    assert cpu["nodes"]["CPUExecutionProvider"]["Loop"] == 2


@pytest.mark.parametrize(("arguments", "code"), [(["check", "no-such-model"], 3), (["check"], 2), (["cheque"], 2)])
def test_device_refuses_what_it_does_not_know(arguments: list[str], code: int) -> None:
    assert app.run(["device", *arguments]) == code


def test_device_check_refuses_a_text_without_a_line(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "blank.txt").write_text("\n \n", "utf-8")
    assert app.run(["device", "check", str(artifact), "--text", str(tmp_path / "blank.txt")]) == 2
    assert "blank.txt` has no line of text" in capsys.readouterr().err


def test_device_check_names_the_command_that_runs_a_language_model(
    artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = artifact / "edgekit.json"
    receipt = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**receipt, "task": "generate", "engine": {"kind": "files"}}), "utf-8")
    assert app.run(["device", "check", str(artifact), "--progress", "none"]) == 1
    assert "see `edgekit generate --help`" in capsys.readouterr().err
