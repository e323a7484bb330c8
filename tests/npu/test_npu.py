"""A real model made for NPUs, on OpenVINO's CPU device and on Qualcomm's simulation, beside the CPU."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from npu.providers import OPENVINO, QNN, ROOT, Machine, machine_with
from toys.firefox import firefox_files
from toys.installed_translation import install

from edgekit.core.chrf import corpus_chrf
from edgekit.core.events import silent
from edgekit.pipeline.requests import ExportRequest
from exporters.families.marian.student import load_student
from exporters.families.marian.targeted import write_encoders
from exporters.targets.names import Target
from exporters.targets.plan import plan_target

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("EDGEKIT_NPU" not in os.environ, reason="three minutes and 150 MB of wheels: see tests/npu/run"),
]

HERE = Path(__file__).parent
ALL = 50
FEW = ALL if os.environ.get("EDGEKIT_NPU") == "all" else 5
CPU, OPENVINO_NAME, QNN_NAME = "CPUExecutionProvider", "OpenVINOExecutionProvider", "QNNExecutionProvider"


@pytest.fixture(scope="module")
def openvino(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return machine_with(OPENVINO, tmp_path_factory.mktemp("openvino"))


@pytest.fixture(scope="module")
def qnn(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return machine_with(QNN, tmp_path_factory.mktemp("qnn"))


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 lines that other tests translate as well, and ten with some of 16 to 64 tokens; the first 5 have both."""
    path = tmp_path_factory.mktemp("text") / "lines.en.txt"
    texts = (ROOT / "tests" / "arm64" / "lines.en.txt").read_text("utf-8").splitlines()
    more = (HERE / "lines.en.txt").read_text("utf-8").splitlines()
    path.write_text("\n".join([*more[:4], *texts, *more[4:]]) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = firefox_files("enpt")
    roles = {"weights": files.weights, "vocabulary": files.vocabulary, "shortlist": files.shortlist}
    return install(roles, tmp_path_factory.mktemp("model") / "toy-en-pt")


def made_for(installed: Path, target: str, out: Path, lines: Path, *, npu_steps: bool = False) -> Path:
    request = ExportRequest(str(installed), (), target=target, npu_steps=npu_steps, corpora=(f"en={lines}",), out=out)
    return plan_target(request, compile_graph=None, report=silent).write(silent).folder


@pytest.fixture(scope="module")
def for_openvino(installed: Path, lines: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_for(installed, "openvino", tmp_path_factory.mktemp("out"), lines)


@pytest.fixture(scope="module")
def for_qnn(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measured on other lines than those that are translated."""
    return made_for(installed, "qnn", tmp_path_factory.mktemp("out"), ROOT / "README.md")


def translated(
    machine: Machine,
    folder: Path,
    lines: Path,
    count: int,
    tmp_path: Path,
    providers: Sequence[tuple[str, Mapping[str, str]]] = (),
) -> Any:
    path = tmp_path / "providers.json"
    path.write_text(json.dumps(providers), "utf-8")
    return machine.json([str(HERE / "translate_lines.py"), str(folder), str(path), str(lines), str(count)])


def same(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def test_fifty_lines_on_openvino_are_nearly_those_of_the_cpu(
    openvino: Machine, for_openvino: Path, lines: Path, tmp_path: Path
) -> None:
    here = translated(openvino, for_openvino, lines, ALL, tmp_path)
    there = translated(openvino, for_openvino, lines, ALL, tmp_path, [(OPENVINO_NAME, {"device_type": "CPU"})])
    assert len(here["texts"]) == len(there["texts"]) == ALL
    assert (there["provider"], there["notes"]) == (OPENVINO_NAME, [])
    assert set(there["nodes"]) == {OPENVINO_NAME}
    assert corpus_chrf(there["texts"], here["texts"]) > 95
    assert same(there["texts"], here["texts"]) >= 0.8 * ALL


def test_fifty_lines_on_openvino_are_those_of_the_cpu_in_float32(
    openvino: Machine, lines: Path, tmp_path: Path
) -> None:
    files = firefox_files("enpt")
    roles = {"weights": files.weights, "vocabulary": files.vocabulary, "shortlist": files.shortlist}
    folder = install(roles, tmp_path / "toy-en-pt", activations="float")
    receipt = json.loads((folder / "edgekit.json").read_text("utf-8"))
    encoder = write_encoders(
        load_student(files.weights),
        "float",
        Target("openvino", OPENVINO_NAME, "float"),
        folder,
        folder / "tokenizer.json",
        (),
        None,
        silent,
    )
    receipt["engine"]["encoder"] = encoder
    (folder / "edgekit.json").write_text(json.dumps(receipt), "utf-8")
    here = translated(openvino, folder, lines, ALL, tmp_path)
    there = translated(openvino, folder, lines, ALL, tmp_path, [(OPENVINO_NAME, {"device_type": "CPU"})])
    assert there["provider"] == OPENVINO_NAME
    assert there["texts"] == here["texts"]


def test_fifty_lines_that_openvino_decodes_as_well_are_nearly_those_of_the_cpu(
    openvino: Machine, installed: Path, lines: Path, tmp_path: Path
) -> None:
    folder = made_for(installed, "openvino", tmp_path / "out", lines, npu_steps=True)
    here = translated(openvino, folder, lines, ALL, tmp_path)
    there = translated(openvino, folder, lines, ALL, tmp_path, [(OPENVINO_NAME, {"device_type": "CPU"})])
    assert (there["provider"], there["step_provider"], there["notes"]) == (OPENVINO_NAME, OPENVINO_NAME, [])
    assert set(there["step_nodes"]) == {OPENVINO_NAME}
    assert corpus_chrf(there["texts"], here["texts"]) > 95
    assert same(there["texts"], here["texts"]) >= 0.8 * ALL
    checks = openvino.json(["-m", "edgekit", "device", "check", str(folder), "--text", str(lines), "--json"])["checks"]
    check = next(one for one in checks if one["device"] == "openvino:cpu")
    assert (check["ran"], check["step_ran"], check["fell_back"]) == (OPENVINO_NAME, OPENVINO_NAME, False)


def test_a_device_that_is_not_here_is_a_silent_fallback_of_onnxruntime_and_no_silent_one_of_edgekit(
    openvino: Machine, for_openvino: Path, lines: Path, tmp_path: Path
) -> None:
    told = translated(openvino, for_openvino, lines, 3, tmp_path, [(OPENVINO_NAME, {"device_type": "NPU"})])
    assert told["provider"] == CPU
    assert told["notes"] == [f"{OPENVINO_NAME} could not be loaded; going on with {CPU}"]
    assert all(told["texts"])


def test_openvino_does_not_open_the_loop_and_the_job_goes_on(
    openvino: Machine, installed: Path, lines: Path, tmp_path: Path
) -> None:
    told = translated(openvino, installed, lines, 3, tmp_path, [(OPENVINO_NAME, {"device_type": "CPU"})])
    assert told["provider"] == CPU
    assert "does not open the model" in told["notes"][0]
    assert all(told["texts"])


def test_device_check_on_openvino_says_where_each_node_ran(openvino: Machine, for_openvino: Path, lines: Path) -> None:
    arguments = ["-m", "edgekit", "device", "check", str(for_openvino), "--text", str(lines), "--lines", "10", "--json"]
    told = openvino.json(arguments)
    checks = {one["device"]: one for one in told["checks"]}
    assert set(checks) == {"cpu", "openvino:cpu"}
    check = checks["openvino:cpu"]
    assert (check["ran"], check["fell_back"], check["share"]) == (OPENVINO_NAME, False, 1)
    assert check["chrf"] > 90
    assert 0 < check["error"] < 0.05


def test_lines_on_hexagon_are_nearly_those_of_the_cpu(qnn: Machine, for_qnn: Path, lines: Path, tmp_path: Path) -> None:
    here = translated(qnn, for_qnn, lines, FEW, tmp_path)
    there = translated(qnn, for_qnn, lines, FEW, tmp_path, [(QNN_NAME, {})])
    assert len(there["texts"]) == FEW
    assert (there["provider"], there["notes"]) == (QNN_NAME, [])
    # Only what stands at the edges, float32 to integers and back, is left to the CPU.
    assert there["nodes"][CPU] == {"QuantizeLinear": 2, "DequantizeLinear": 4}
    assert there["nodes"][QNN_NAME]["MatMul"] == 52
    # Of five lines one that is said in other words costs ten.
    assert corpus_chrf(there["texts"], here["texts"]) > (90 if FEW == ALL else 80)
    assert same(there["texts"], here["texts"]) >= (0.7 if FEW == ALL else 0.5) * FEW


def test_three_short_lines_that_hexagon_decodes_as_well_are_nearly_those_of_the_cpu(
    qnn: Machine, installed: Path, lines: Path, tmp_path: Path
) -> None:
    # The simulation takes 3 s a step of ten rows.
    short = tmp_path / "short.txt"
    short.write_text("\n".join(sorted(lines.read_text("utf-8").splitlines(), key=len)[:3]) + "\n", "utf-8")
    folder = made_for(installed, "qnn", tmp_path / "out", ROOT / "README.md", npu_steps=True)
    here = translated(qnn, folder, short, 3, tmp_path)
    there = translated(qnn, folder, short, 3, tmp_path, [(QNN_NAME, {})])
    assert (there["provider"], there["step_provider"], there["notes"]) == (QNN_NAME, QNN_NAME, [])
    assert there["step_nodes"][CPU] == {"QuantizeLinear": 8, "DequantizeLinear": 4}
    assert there["step_nodes"][QNN_NAME]["MatMul"] == 17
    assert corpus_chrf(there["texts"], here["texts"]) > 80


def test_hexagon_takes_next_to_nothing_of_a_graph_whose_dimensions_change_and_that_is_said(
    qnn: Machine, installed: Path, lines: Path, tmp_path: Path
) -> None:
    told = translated(qnn, installed, lines, 3, tmp_path, [(QNN_NAME, {})])
    assert [note.partition(" takes only ")[0] for note in told["notes"]] == [QNN_NAME]
    assert sum(told["nodes"][QNN_NAME].values()) < 0.1 * sum(told["nodes"][CPU].values())
    assert told["texts"] == translated(qnn, installed, lines, 3, tmp_path)["texts"]


def test_hexagon_is_only_taken_by_its_name_when_it_is_simulated(qnn: Machine, for_qnn: Path) -> None:
    told = qnn.json(["-m", "edgekit", "device", "--json"])
    assert told["devices"][QNN_NAME] == ["CPU"]
    assert told["chosen"] == [CPU]


def test_an_artifact_for_a_chip_is_compiled_and_runs(
    qnn: Machine, for_qnn: Path, installed: Path, lines: Path, tmp_path: Path
) -> None:
    arguments = ["export", str(installed), "--target", "qnn:sm8550", "--corpus", f"en={ROOT / 'README.md'}"]
    done = qnn.run(["-m", "edgekit", *arguments, "-o", str(tmp_path / "out"), "--progress", "none"])
    assert done.returncode == 0, done.stderr[-2000:]
    folder = tmp_path / "out" / "toy-en-pt-qnn-sm8550"
    assert done.stdout == f"{folder}\n"
    assert not (folder / "encoder.weights").exists()
    compiled = translated(qnn, folder, lines, 1, tmp_path, [(QNN_NAME, {})])
    assert compiled["provider"] == QNN_NAME
    assert compiled["nodes"][QNN_NAME] == {"EPContext": 1}
    # A compiled graph is rounded at other places than the one that is compiled as it is opened: a word may be another.
    whole = translated(qnn, for_qnn, lines, 1, tmp_path, [(QNN_NAME, {})])
    assert corpus_chrf(compiled["texts"], whole["texts"]) > 80
