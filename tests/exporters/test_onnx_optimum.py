"""An encoder as optimum exports it and as edgekit does: the same hidden states, averaged to the same embedding.

optimum-onnx 0.1.0 wants transformers below 4.58, so it runs in a venv of its own, whose Python EDGEKIT_TEST_OPTIMUM
names: `pip install optimum==2.1.0 optimum-onnx==0.1.0 transformers==4.57.6 onnxruntime`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from toys.checkpoints import KINDS, LINES, no_network, write_checkpoint

from edgekit.core.events import silent
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of

PYTHON = os.environ.get("EDGEKIT_TEST_OPTIMUM")
pytestmark = pytest.mark.skipif(PYTHON is None, reason="EDGEKIT_TEST_OPTIMUM names no Python that has optimum")
torch = pytest.importorskip("torch")
PROGRAM = """
import sys
from pathlib import Path
from optimum.exporters.onnx import export
from optimum.exporters.tasks import TasksManager
from transformers import AutoModel
model = AutoModel.from_pretrained(sys.argv[1]).eval()
make = TasksManager.get_exporter_config_constructor(
    "onnx", model, task="feature-extraction", library_name="transformers"
)
export(model, make(model.config), Path(sys.argv[2]), 18)
"""


@pytest.mark.parametrize("name", ["bert", "xlm-roberta"])
def test_embeddings_are_those_of_optimums_graph(name: str, tmp_path: Path) -> None:
    for folder in ("source", "ours"):
        (tmp_path / folder).mkdir()
    with no_network():
        source = write_checkpoint(tmp_path / "source", KINDS[name])
        opened = open_checkpoint(source)
        conversion_of(opened, "onnx").convert(opened, tmp_path / "ours", dtype="f32", report=silent)
        theirs = tmp_path / "theirs.onnx"
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
        command = [str(PYTHON), "-W", "ignore", "-c", PROGRAM, str(source), str(theirs)]
        subprocess.run(command, check=True, capture_output=True, env=environment)
        import transformers

        batch = transformers.AutoTokenizer.from_pretrained(source)(LINES, return_tensors="np", padding=True)
    sessions = [
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for path in (tmp_path / "ours" / "model.onnx", theirs)
    ]
    wanted = {port.name for port in sessions[1].get_inputs()}
    inputs = {key: np.asarray(value, np.int64) for key, value in batch.items()}
    inputs["token_type_ids"] = np.zeros_like(inputs["input_ids"])
    (ours,) = sessions[0].run(["embedding"], {key: inputs[key] for key in ("input_ids", "attention_mask")})
    hidden = sessions[1].run(["last_hidden_state"], {key: inputs[key] for key in wanted})[0]
    there = inputs["attention_mask"][..., None]
    mean = (hidden * there).sum(1) / there.sum(1)
    assert np.abs(ours - mean / np.linalg.norm(mean, axis=1, keepdims=True)).max() < 1e-5
