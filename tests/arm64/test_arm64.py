"""The runtime on aarch64: its tests, and real translations beside those of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from arm64.userland import CPUS, ROOT, Userland
from toys.firefox import firefox_files

from edgekit.core.events import silent
from exporters.families.marian import MarianExporter

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
_ALL = "EDGEKIT_ARM64_ALL" in os.environ
# A line takes the emulator half a second: all 40, four times, are 80 s of processor time.
LINES = (HERE / "lines.en.txt").read_text("utf-8").splitlines(keepends=True)[: None if _ALL else 10]
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


@dataclass(frozen=True, slots=True)
class Translated:
    """activations: its arithmetic.  command: what translates.  texts: what it says on this machine."""

    activations: str
    command: list[str]
    texts: list[str]


@pytest.fixture(scope="module", params=["float", "auto"])
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Translated:
    files = firefox_files("enpt")
    folder = tmp_path_factory.mktemp("model")
    roles = {"weights": files.weights, "vocabulary": files.vocabulary, "shortlist": files.shortlist}
    built = MarianExporter().build(roles, folder, options={"activations": request.param}, report=silent)
    engine = folder.with_suffix(".json")
    engine.write_text(json.dumps(dict(built.engine)), "utf-8")
    lines = folder.with_suffix(".txt")
    lines.write_text("".join(LINES), "utf-8")
    command = [str(HERE / "translate_lines.py"), str(folder), str(engine), str(lines)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return Translated(request.param, command, answer(done)["texts"])


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("cpu", CPUS)
def test_real_translations_are_those_of_this_machine(userland: Userland, here: Translated, cpu: str) -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    there = answer(userland.run(cpu, here.command, timeout_s=600))
    assert there["machine"] == "aarch64"
    assert len(there["texts"]) == len(here.texts) == len(LINES)
    if here.activations == "float":
        assert there["texts"] == here.texts
    else:  # a host without VNNI may saturate elsewhere; with it 40 of 40 lines are equal
        assert sacrebleu.corpus_chrf(there["texts"], [here.texts]).score > 90
        assert sum(a == b for a, b in zip(there["texts"], here.texts, strict=True)) >= 0.8 * len(LINES)


def test_the_runtimes_own_tests_pass(userland: Userland) -> None:
    tests = [*_TESTS, *(_LONG_TESTS if _ALL else ())]
    # conftest.py shortens the word lists of the workstation's side, which is not here; nor is pytest-xdist.
    options = ["-o", "addopts=--import-mode=importlib", "--noconftest", "-q", "-p", "no:cacheprovider"]
    arguments = ["-m", "pytest", *options, *tests]
    done = userland.run("cortex-a76", arguments, timeout_s=1800)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.splitlines()[-1]
