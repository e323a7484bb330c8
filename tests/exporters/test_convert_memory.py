"""A model larger than the memory it may use is converted in pieces; a disk that is too small is told first."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from store.toys import use_home
from toys.plain_checkpoints import edited, plain_checkpoint, plain_tensors

import edgekit
from edgekit.core.errors import ResourceError

CONVERT = """
import sys
from pathlib import Path
from edgekit.core.events import silent
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of
for folder in sys.argv[1:]:
    out = Path(folder) / "out"
    out.mkdir()
    checkpoint = open_checkpoint(Path(folder))
    conversion_of(checkpoint, "gguf").convert(checkpoint, out, dtype="f16", report=silent)
    lines = Path("/proc/self/status").read_text().splitlines()
    print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
"""
WIDE = 1 << 20  # of the feed-forward: three matrices of 256 MiB each


def sparse_checkpoint(folder: Path) -> Path:
    """A llama of 805 MB that takes no room on the disk: all its values are holes in one file."""
    plain_checkpoint(folder, "llama", num_hidden_layers=1)
    shapes = {one.name: list(one.shape) for one in plain_tensors(folder)}
    for name, shape in shapes.items():
        if ".mlp." in name:
            shapes[name] = [WIDE if size == 96 else size for size in shape]
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    raw = json.dumps(header).encode()
    raw += b" " * (-len(raw) % 8)
    with (folder / "model.safetensors").open("wb") as stream:
        stream.write(len(raw).to_bytes(8, "little") + raw)
        stream.truncate(8 + len(raw) + at)
    edited(folder / "config.json", lambda config: config.update(intermediate_size=WIDE))
    return folder


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the memory of a process as Linux tells it")
def test_a_model_larger_than_the_memory_it_may_use_is_streamed(tmp_path: Path) -> None:
    small, large = plain_checkpoint(tmp_path / "small", "llama"), sparse_checkpoint(tmp_path / "large")
    size = (large / "model.safetensors").stat().st_size >> 20
    run = subprocess.run(
        [sys.executable, "-c", CONVERT, str(small), str(large)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    before, after = map(int, run.stdout.split())
    assert size > 750
    assert (large / "out" / "model.gguf").stat().st_size >> 20 > size // 2 - 10
    assert after - before < 150


def test_a_model_that_the_disk_cannot_hold_is_refused_before_a_weight_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, tmp_path)
    source = sparse_checkpoint(tmp_path / "large")
    corpus = tmp_path / "en.txt"
    corpus.write_text("the sea\n" * 100, "utf-8")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1 << 40, 0, 300 << 20))
    with pytest.raises(ResourceError, match="are free"):
        edgekit.export(source, languages=["en"], corpus=[corpus], out=tmp_path / "out", format="gguf")
    assert not (tmp_path / "out").exists()
