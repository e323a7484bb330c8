"""ONNX tensors that lie in files beside the graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from toys.onnx_folders import IDS, KEPT, external, new_ids, opened, trimmed
from toys.onnx_models import (
    ToyTokenizer,
    run,
    toy_model,
)

from edgekit.core.errors import ModelFormatError
from edgekit.core.events import Progress


@pytest.mark.parametrize("kind", ["tied", "MatMul", "MatMulNBits", "int4 columns"])
def test_tensors_in_data_files_are_cut_beside_and_two_graphs_may_share_them(kind: str, tmp_path: Path) -> None:
    names = ("decoder_model.onnx", "decoder_with_past_model.onnx")
    external(tmp_path / "full", toy_model("float", kind), *names)
    model = opened(tmp_path / "full")
    seen: list[int] = []
    out = tmp_path / "small"
    out.mkdir()
    model.write(KEPT, out, report=lambda event: seen.append(event.done if isinstance(event, Progress) else -1))
    assert seen == sorted(seen)
    assert sorted(path.name for path in out.iterdir()) == [*names, "model.onnx_data"]
    for name in names:
        before = run(tmp_path / "full" / name, {"input_ids": IDS})[0]
        after = run(out / name, {"input_ids": new_ids(IDS)})[0]
        np.testing.assert_array_equal(after, before[..., KEPT])
    assert sum(part.size_bytes for part in model.parts) == sum(
        path.stat().st_size for path in (tmp_path / "full").iterdir()
    )
    size = sum(path.stat().st_size for path in out.iterdir())
    assert abs(model.size_bytes(KEPT) - size) <= size / 100
    again = trimmed(opened(out, ToyTokenizer().trimmed(KEPT)), tmp_path / "again", np.arange(len(KEPT)))
    for path in out.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def moved(folder: Path, **keys: str) -> None:
    model = onnx.load_model(folder / "model_0.onnx", load_external_data=False)
    (table,) = (tensor for tensor in model.graph.initializer if tensor.name == "table")
    for entry in table.external_data:
        entry.value = keys.pop(entry.key, entry.value)
    for key, value in keys.items():
        table.external_data.add(key=key, value=value)
    (folder / "model_0.onnx").write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    "keys",
    [
        {"location": "../secret"},
        {"location": "/etc/passwd"},
        {"location": "link"},
        {"location": "none"},
        {"location": ""},
        {"location": "model.onnx_data\0x"},
        {"offset": "99999999"},
        {"offset": "-1"},
        {"offset": "18446744073709551615"},
        {"offset": "x"},
        {"length": "1"},
        {"length": "18446744073709551616"},
        {"offset": "1"},
    ],
    ids=str,
)
def test_a_data_file_is_never_left_and_never_read_beyond_its_end(keys: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(1 << 16))
    external(tmp_path / "full", toy_model("float", "MatMul"))
    (tmp_path / "full" / "link").symlink_to(tmp_path / "secret")
    moved(tmp_path / "full", **keys)
    with pytest.raises(ModelFormatError):
        opened(tmp_path / "full")
