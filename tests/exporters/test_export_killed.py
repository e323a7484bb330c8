"""Exports that die at any moment: the artifact is whole or not there, and the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from store.toys import environment, use_home
from toys.small_gguf import write_corpora, write_small_gguf

import edgekit
from edgekit.core.hashing import sha256_file
from edgekit.store.receipt import read_receipt

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")

# Dies at the n-th time that the export is about to open, make, rename or remove something below its folder.
DYING = """
import os, signal, sys
below, model, moment, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), 0
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.listdir", "os.scandir"}
def watch(event, arguments):
    global count
    paths = [os.fspath(one) for one in arguments[:2] if isinstance(one, (str, os.PathLike))]
    if event in WATCHED and any(path.startswith(below) for path in paths):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
import edgekit
from exporters.corpus import lists
lists._LARGEST_LIST = 2_000  # seconds of cutting words, 17 times
edgekit.export(model, languages=["pt", "en"], corpus=sys.argv[4:], out=below + "/out", id="toy", force=True)
print(count)
"""


def dying(below: Path, model: Path, moment: int, corpora: list[Path]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(below), str(model), str(moment), *map(str, corpora)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment(Path(os.environ["EDGEKIT_HOME"]))},
        timeout=300,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout


def test_an_export_that_is_killed_at_any_moment_never_leaves_half_an_artifact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, tmp_path)
    model, corpora = write_small_gguf(tmp_path / "toy.gguf"), write_corpora(tmp_path / "text", 60)
    below = tmp_path / "below"
    below.mkdir()
    code, out = dying(below, model, 0, corpora)
    assert code == 0
    moments = int(out)
    assert moments > 10
    artifact = below / "out" / "toy"
    whole = {file.path: file.sha256 for file in read_receipt(artifact).files if file.path != "report.html"}
    artifact.rename(tmp_path / "aside")  # the first deaths find nothing that they could take the place of
    deaths = 0
    for index in range(16):
        code, _ = dying(below, model, 1 + index * moments // 16, corpora)
        deaths += code != 0
        if artifact.exists():
            for file in read_receipt(artifact).files:
                assert sha256_file(artifact / file.path) == file.sha256
                assert whole.get(file.path, file.sha256) == file.sha256
    assert deaths >= 12
    edgekit.export(model, languages=["pt", "en"], corpus=corpora, out=below / "out", id="toy", force=True)
    assert [path.name for path in (below / "out").iterdir()] == ["toy"]
