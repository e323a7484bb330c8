"""Exports that die at any moment: the artifact is whole or not there, and the next run goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from store.toys import environment, use_home
from toys.dying import dying
from toys.small_gguf import write_corpora, write_small_gguf

import edgekit
from edgekit.core.hashing import sha256_file
from edgekit.store.receipt import read_receipt

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")

EXPORT = """
import edgekit
from exporters.corpus import lists
lists._LARGEST_LIST = 2_000  # seconds of cutting words, 17 times
edgekit.export(sys.argv[3], languages=["pt", "en"], corpus=sys.argv[4:], out=below + "/out", id="toy", force=True)
"""


def test_an_export_that_is_killed_at_any_moment_never_leaves_half_an_artifact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = use_home(monkeypatch, tmp_path)
    model, corpora = write_small_gguf(tmp_path / "toy.gguf"), write_corpora(tmp_path / "text", 60)
    below = tmp_path / "below"
    below.mkdir()
    artifact = below / "out" / "toy"
    deaths = 0
    with dying(EXPORT, below, model, *corpora, environment=environment(home)) as run:
        moments = run(0)
        assert moments is not None
        assert moments > 10
        whole = {file.path: file.sha256 for file in read_receipt(artifact).files if file.path != "report.html"}
        artifact.rename(tmp_path / "aside")  # the first deaths find nothing that they could take the place of
        for index in range(16):
            deaths += run(1 + index * moments // 16) is None
            if artifact.exists():
                for file in read_receipt(artifact).files:
                    assert sha256_file(artifact / file.path) == file.sha256
                    assert whole.get(file.path, file.sha256) == file.sha256
    assert deaths >= 12
    edgekit.export(model, languages=["pt", "en"], corpus=corpora, out=below / "out", id="toy", force=True)
    assert [path.name for path in (below / "out").iterdir()] == ["toy"]
