"""`edgekit export --target`: from a toy that is installed to one that is made for a processor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from toys.installed_translation import install, translate
from toys.marian_student import toy_lines, toy_student

from edgekit.cli import app
from edgekit.core.errors import IntegrityError, MissingExtraError, UnsupportedModelError, UsageError
from edgekit.core.events import Event, Note, silent
from edgekit.pipeline.requests import ExportRequest
from edgekit.pipeline.run import plan_export
from edgekit.store.receipt import read_receipt
from exporters.targets.names import QNN_CHIPS, parse_target
from exporters.targets.plan import plan_target

LINES = toy_lines(9, 30)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return install(toy_student(1).write(tmp_path / "files"), tmp_path / "toy-en-pt")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "lines.en.txt"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


def request(source: Path, target: str, out: Path, **more: Any) -> ExportRequest:
    return ExportRequest(str(source), (), target=target, out=out, **more)


def export(source: Path, target: str, out: Path, **more: Any) -> Path:
    compile_graph = more.pop("compile_graph", None)
    asked = request(source, target, out, **more)
    asked.check()
    plan = plan_target(asked, compile_graph=compile_graph, report=silent)
    plan.check()
    return plan.write(silent).folder


@pytest.mark.parametrize(
    ("target", "provider", "form"),
    [
        ("openvino", "OpenVINOExecutionProvider", "int8"),
        ("coreml", "CoreMLExecutionProvider", "float"),
        ("qnn", "QNNExecutionProvider", "measured"),
    ],
)
def test_an_artifact_for_an_npu_holds_encoders_and_the_model_that_takes_over(
    installed: Path, text: Path, tmp_path: Path, target: str, provider: str, form: str
) -> None:
    folder = export(installed, target, tmp_path / "out", corpora=(str(text),))
    receipt = read_receipt(folder)
    encoder = receipt.engine["encoder"]
    assert (receipt.id, encoder["provider"], encoder["form"]) == (f"toy-en-pt-{target}", provider, form)
    assert [graph["length"] for graph in encoder["graphs"]] == [16, 32, 64, 128]
    named = {graph["file"] for graph in encoder["graphs"]} | {
        encoder[name]["file"] for name in ("source_rows", "head_bias")
    }
    assert named <= {file.path for file in receipt.files}
    assert (folder / "model.onnx").read_bytes() == (installed / "model.onnx").read_bytes()
    assert receipt.steps[-1]["target"] == target
    assert receipt.languages == read_receipt(installed).languages
    without = {name: value for name, value in receipt.engine.items() if name != "encoder"}
    assert translate(folder, without, LINES[:5]) == translate(installed, read_receipt(installed).engine, LINES[:5])


def test_the_same_export_twice_is_the_same_bytes(installed: Path, text: Path, tmp_path: Path) -> None:
    one, other = (export(installed, "qnn", tmp_path / name, corpora=(f"en={text}",)) for name in ("one", "other"))
    for path in one.iterdir():
        if path.name != "edgekit.json":
            assert path.read_bytes() == (other / path.name).read_bytes(), path.name


def test_marian_files_and_the_installed_model_give_the_same_encoders(tmp_path: Path, installed: Path) -> None:
    files = tmp_path / "marian"
    files.mkdir()
    for role, path in toy_student(1).write(tmp_path / "files").items():
        name = {"weights": "model.bin", "vocabulary": "vocab.spm", "shortlist": "lex.bin"}[role]
        (files / name).write_bytes(path.read_bytes())
    one = export(files, "openvino", tmp_path / "one")
    other = export(installed, "openvino", tmp_path / "other")
    for name in ("encoder-16.onnx", "encoder.weights", "source.rows", "head.bias"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.mark.parametrize(("target", "activations"), [("cuda", "float"), ("cpu-arm", "static"), ("cpu-x86", "static")])
def test_a_target_that_runs_the_loop_gets_one_graph(
    installed: Path, tmp_path: Path, target: str, activations: str
) -> None:
    folder = export(installed, target, tmp_path / "out")
    engine = read_receipt(folder).engine
    assert engine["activations"] == activations
    assert "encoder" not in engine
    assert not list(folder.glob("encoder*"))
    _, texts = translate(folder, engine, LINES[:5])
    assert all(texts)


def test_compiled_graphs_stand_in_for_the_others_when_a_chip_is_named(
    installed: Path, text: Path, tmp_path: Path
) -> None:
    asked: list[tuple[str, str, Mapping[str, str]]] = []

    def compile_graph(graph: Path, out: Path, provider: str, options: Mapping[str, str]) -> None:
        asked.append((graph.name, provider, options))
        out.write_bytes(b"compiled " + graph.name.encode())

    folder = export(installed, "qnn:sm8550", tmp_path / "out", corpora=(str(text),), compile_graph=compile_graph)
    assert folder.name == "toy-en-pt-qnn-sm8550"
    assert asked == [
        (f"encoder-{length}.onnx", "QNNExecutionProvider", {"soc_model": "43", "htp_arch": "73"})
        for length in (16, 32, 64, 128)
    ]
    assert (folder / "encoder-32.onnx").read_bytes() == b"compiled encoder-32.onnx"
    assert not (folder / "encoder.weights").exists()
    assert read_receipt(folder).engine["encoder"]["compiled"] is True


@pytest.mark.parametrize("target", ["openvino", "qnn", "coreml"])
def test_the_decode_is_made_for_an_npu_when_it_is_asked_for(
    installed: Path, text: Path, tmp_path: Path, target: str
) -> None:
    folder = export(installed, target, tmp_path / "out", corpora=(str(text),), npu_steps=True)
    receipt = read_receipt(folder)
    step, encoder = receipt.engine["step"], receipt.engine["encoder"]
    assert (step["provider"], step["form"]) == (encoder["provider"], encoder["form"])
    assert [graph["length"] for graph in step["graphs"]] == [16, 32, 64, 128]
    named = {graph["file"] for graph in step["graphs"]} | {step[name]["file"] for name in ("target_rows", "place_rows")}
    assert named <= {file.path for file in receipt.files}
    assert receipt.steps[-1]["npu_steps"] is True
    other = export(installed, target, tmp_path / "other", corpora=(str(text),))
    assert "step" not in read_receipt(other).engine
    assert not list(other.glob("step*"))


def test_steps_are_compiled_as_encoders_are(installed: Path, text: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def compile_graph(graph: Path, out: Path, provider: str, options: Mapping[str, str]) -> None:
        asked.append(graph.name)
        out.write_bytes(b"compiled")

    folder = export(
        installed, "qnn:sm8550", tmp_path / "out", corpora=(str(text),), npu_steps=True, compile_graph=compile_graph
    )
    assert asked == [f"{part}-{length}.onnx" for part in ("encoder", "step") for length in (16, 32, 64, 128)]
    assert not list(folder.glob("*.weights"))
    assert read_receipt(folder).engine["step"]["compiled"] is True


@pytest.mark.parametrize("target", ["cuda", "cpu-arm"])
def test_steps_for_what_is_no_npu_are_refused(installed: Path, tmp_path: Path, target: str) -> None:
    with pytest.raises(UsageError, match="is no NPU"):
        export(installed, target, tmp_path / "out", npu_steps=True)


def test_steps_without_a_target_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        ExportRequest("m", ("pt",), npu_steps=True).check()
    assert caught.value.reasons == ("`--npu-steps` needs `--target`, one that is an NPU",)


def test_nothing_is_left_when_the_compiler_fails(installed: Path, text: Path, tmp_path: Path) -> None:
    def compile_graph(graph: Path, out: Path, provider: str, options: Mapping[str, str]) -> None:
        out.write_bytes(b"half")
        raise UnsupportedModelError("the compiler gave up")

    with pytest.raises(UnsupportedModelError):
        export(installed, "qnn:sm8550", tmp_path / "out", corpora=(str(text),), compile_graph=compile_graph)
    assert not [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]


def test_a_chip_without_its_compiler_is_refused_with_the_way_out(installed: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError) as caught:
        export(installed, "qnn:sm8550", tmp_path / "out")
    assert "onnxruntime-qnn" in str(caught.value.hint)


def test_a_target_that_measures_asks_for_text(installed: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        export(installed, "qnn", tmp_path / "out")
    assert "--corpus" in str(caught.value.hint)


def test_text_that_nobody_reads_is_said(installed: Path, text: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    plan_target(
        request(installed, "openvino", tmp_path, corpora=(str(text),)), compile_graph=None, report=events.append
    )
    assert Note("`openvino` measures nothing, so the text is not read") in events


def test_what_is_made_for_a_target_is_not_made_for_another(installed: Path, tmp_path: Path) -> None:
    folder = export(installed, "openvino", tmp_path / "out")
    with pytest.raises(UnsupportedModelError, match="one kind of processor"):
        export(folder, "coreml", tmp_path / "again")


def test_a_damaged_model_is_not_exported(installed: Path, tmp_path: Path) -> None:
    path = installed / "shortlist.words.npy"
    data = bytearray(path.read_bytes())
    data[-2] ^= 1  # another token of the vocabulary
    path.write_bytes(data)
    with pytest.raises(IntegrityError):
        export(installed, "openvino", tmp_path / "out")


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    from toys.small_gguf import write_small_gguf

    path = tmp_path / "model.gguf"
    write_small_gguf(path)
    with pytest.raises(UnsupportedModelError, match="for a target"):
        export(path, "openvino", tmp_path / "out")


def test_trimming_and_a_target_are_two_steps() -> None:
    with pytest.raises(UsageError) as caught:
        ExportRequest("m", ("pt",), target="qnn", vocab=3, quant="q8_0").check()
    assert [reason.split("`")[3] for reason in caught.value.reasons] == ["--languages", "--vocab", "--quant"]


def test_the_plan_says_what_comes_of_it(installed: Path, tmp_path: Path) -> None:
    plan = plan_export(request(installed, "openvino", tmp_path / "out"))
    told = plan.to_json()
    assert json.loads(json.dumps(told)) == told
    assert (told["target"], told["lengths"]) == ("openvino", [16, 32, 64, 128])
    assert "16, 32, 64, 128" in "\n".join(plan.table(width=80, plain=True))
    assert told["npu_steps"] is False
    stepping = plan_export(request(installed, "openvino", tmp_path / "out", npu_steps=True))
    assert stepping.to_json()["npu_steps"] is True
    assert "a step at a time" in "\n".join(stepping.table(width=80, plain=True))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_there_is_kept(installed: Path, tmp_path: Path) -> None:
    folder = export(installed, "openvino", tmp_path / "out")
    with pytest.raises(UsageError, match="is there already"):
        export(installed, "openvino", tmp_path / "out")
    assert export(installed, "openvino", tmp_path / "out", force=True) == folder


def test_what_is_exported_is_added_and_translates(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    out = tmp_path / "out"
    assert app.run(["export", str(installed), "--target", "openvino", "-o", str(out), "--progress", "none"]) == 0
    folder = capsys.readouterr().out.strip()
    assert folder == str(out / "toy-en-pt-openvino")
    for arguments in (["models", "add", str(installed)], ["models", "add", folder]):
        assert app.run(arguments) == 0
    capsys.readouterr()
    told = {}
    for device in ("cpu", "openvino", "npu"):
        assert app.run(["translate", LINES[0], "--text", "--from", "en", "--to", "pt", "--device", device]) == 0
        told[device] = capsys.readouterr()
    # This onnxruntime has no OpenVINO, so the model that takes over does the work, and that is said.
    assert told["openvino"].out == told["cpu"].out
    assert "is not what is used" not in told["cpu"].err
    for device in ("openvino", "npu"):
        assert told[device].err.startswith(f"`{device}` is not what is used, the CPU is")


@pytest.mark.parametrize(
    ("text", "match"), [("tpu", "no target"), ("openvino:x", "no chip"), ("qnn:x", "no chip"), ("", "no target")]
)
def test_a_target_that_is_not_known_is_refused(text: str, match: str) -> None:
    with pytest.raises(UsageError, match=match) as caught:
        parse_target(text)
    assert caught.value.hint


def test_a_chip_is_part_of_the_id() -> None:
    assert [parse_target(f"QNN:{chip.upper()}").id for chip in QNN_CHIPS] == [f"qnn-{chip}" for chip in QNN_CHIPS]
