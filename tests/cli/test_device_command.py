from __future__ import annotations

import json

import pytest

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
