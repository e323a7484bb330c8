"""A translation artifact with encoders for an NPU, and an NPU that is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.version import Version
from toys.marian_artifact import build
from toys.marian_student import toy_student

from edgekit.core.events import silent
from edgekit.engine.devices import CPU, DeviceChoice
from edgekit.engine.session import new_session
from exporters.families.marian.exporter import choose_activations
from exporters.families.marian.student import load_student
from exporters.families.marian.targeted import write_encoders
from exporters.families.marian.targeted_step import write_steps
from exporters.targets.names import Target

NPU = "ToyExecutionProvider"
# 1.23 is the last for Python 3.10.
needs_nodes = pytest.mark.skipif(
    Version(version("onnxruntime")) < Version("1.24"), reason="this onnxruntime does not say where a node runs"
)
ON_NPU = DeviceChoice(((NPU, {}), (CPU, {})), ())


def build_for_npu(
    folder: Path,
    seed: int = 1,
    encoder_form: Any = "int8",
    lines: Sequence[str] = (),
    *,
    rows: int | None = None,
    **toy: Any,
) -> Any:
    """Write a toy artifact with encoders into folder; gives its `engine`.  rows: of its decoder step, if it has one."""
    engine = build(folder, seed, **toy)
    files = folder.with_name(f"{folder.name}-files")
    student = load_student(toy_student(seed, **toy).write(files)["weights"])
    activations, target = choose_activations(student, "auto"), Target("toy", NPU, encoder_form)
    tokenizer = folder / str(engine["source_tokenizer"])
    made = {**engine}
    made["encoder"] = write_encoders(student, activations, target, folder, tokenizer, lines, None, silent)
    if rows is not None:
        made["step"] = write_steps(student, activations, target, folder, tokenizer, lines, None, silent, rows=rows)
    return made


class ToyNpu:
    """Sessions that run on the CPU and say they run on an NPU. `fail` may raise before a run, given its number."""

    def __init__(self, fail: Callable[[int], None] | None = None) -> None:
        self.fail = fail or (lambda _: None)
        self.runs = 0
        self.opened: list[str] = []
        self.listed = True
        self.takes_nodes = True
        self.fails_to_open: str | None = None

    def open(self, path: Path, providers: Sequence[tuple[str, Mapping[str, str]]], *, threads: int) -> Any:
        """As `edgekit.engine.session.new_session`."""
        assert providers[0][0] == NPU
        if path.name == self.fails_to_open:
            raise RuntimeError("the driver is gone")
        self.opened.append(path.name)
        return _ToySession(new_session(path, [(CPU, {})], threads=threads), self)


class _ToySession:
    def __init__(self, session: Any, npu: ToyNpu) -> None:
        self._session, self._npu = session, npu

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def get_providers(self) -> list[str]:
        return [NPU, CPU] if self._npu.listed else [CPU]

    def get_provider_graph_assignment_info(self) -> list[Any]:
        nodes = [SimpleNamespace(op_type=operator) for operator in ("MatMul", "MatMul", "Add")]
        rest = SimpleNamespace(ep_name=CPU, get_nodes=lambda: [SimpleNamespace(op_type="Softmax")])
        taken = SimpleNamespace(ep_name=NPU, get_nodes=lambda: nodes)
        return [taken, rest] if self._npu.takes_nodes else [rest]

    def run(self, output_names: Sequence[str], feed: Mapping[str, Any]) -> Any:
        self._npu.runs += 1
        self._npu.fail(self._npu.runs)
        return self._session.run(output_names, feed)


def plug_in(monkeypatch: pytest.MonkeyPatch, npu: ToyNpu) -> ToyNpu:
    """Let the engine find this NPU."""
    monkeypatch.setattr("edgekit.engine.fixed_encoder.new_session", npu.open)
    monkeypatch.setattr("edgekit.engine.fixed_step.new_session", npu.open)
    return npu
