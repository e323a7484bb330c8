"""The runtime on aarch64: its tests, and 40 real translations beside those of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from arm64.userland import CPUS, ROOT, Userland
from toys.firefox import firefox_files

from edgekit.core.events import silent
from exporters.families.marian import MarianExporter

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
LINES = HERE / "lines.en.txt"
_TESTS = (
    "tests/engine/test_shortlist.py",
    "tests/engine/test_refill.py",
    "tests/engine/test_encoder.py",
    "tests/tokenizer",
    "tests/translate/test_segment.py",
    "tests/translate/test_spans.py",
)
# 250 tests of decoding, whose threads the emulator runs slowly: 6 to 9 minutes; and what has
# Python and a toy alone, a sixth of the time of the others.
_LONG_TESTS = ("tests/engine/test_marian_engine.py", "tests/translate/test_translator.py")


@pytest.fixture(scope="module", params=["float", "auto"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """Its arithmetic, its folder, and how it is opened."""
    files = firefox_files("enpt")
    folder = tmp_path_factory.mktemp("model")
    roles = {"weights": files.weights, "vocabulary": files.vocabulary, "shortlist": files.shortlist}
    built = MarianExporter().build(roles, folder, options={"activations": request.param}, report=silent)
    engine = folder.with_suffix(".json")
    engine.write_text(json.dumps(dict(built.engine)), "utf-8")
    return request.param, folder, engine


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("cpu", CPUS)
def test_forty_real_translations_are_those_of_this_machine(
    userland: Userland, model: tuple[str, Path, Path], cpu: str
) -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    kind, folder, engine = model
    command = [str(HERE / "translate_lines.py"), str(folder), str(engine), str(LINES)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    here = answer(
        subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
    )
    there = answer(userland.run(cpu, command, timeout_s=600))
    assert there["machine"] == "aarch64"
    assert len(there["texts"]) == len(here["texts"]) == 40
    if kind == "float":
        assert there["texts"] == here["texts"]
    else:  # a host without VNNI may saturate elsewhere; with it 40 of 40 lines are equal
        assert sacrebleu.corpus_chrf(there["texts"], [here["texts"]]).score > 90
        assert sum(a == b for a, b in zip(there["texts"], here["texts"], strict=True)) >= 32


def test_the_runtimes_own_tests_pass(userland: Userland) -> None:
    tests = [*_TESTS, *(_LONG_TESTS if os.environ.get("EDGEKIT_ARM64_ALL") else ())]
    # conftest.py shortens the word lists of the workstation's side, which is not here; nor is pytest-xdist.
    options = ["-o", "addopts=--import-mode=importlib", "--noconftest", "-q", "-p", "no:cacheprovider"]
    arguments = ["-m", "pytest", *options, *tests]
    done = userland.run("cortex-a76", arguments, timeout_s=1800)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.splitlines()[-1]
