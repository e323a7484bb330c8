"""Memory that is predicted, held against the resident set of the engines that run the model."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.gguf_vocabulary import gpt2, language_model, llama
from toys.llama import needs_llama
from translate.real_models import home_with

from edgekit.core.resident import resident_bytes
from edgekit.engine import encoder as onnx_encoder
from edgekit.engine.llama import model as llama_model
from edgekit.engine.llama.process import LlamaProcess
from exporters.containers.gguf import Gguf, read_gguf
from exporters.opening import open_source
from exporters.prediction import memory
from exporters.prediction.memory import Running, gguf_memory
from exporters.prediction.predict import Predictor, Recipe

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shows a process's memory like this")
TEXTS = ["A chuva parou.", "The rain in the hills had stopped, but the children's shoes were still wet."]

# Runs a translation model or an encoder as edgekit does, and prints what it holds at the end.
RUN = """
import json, re, sys
from pathlib import Path
import edgekit
lines = json.loads(sys.argv[2])
if sys.argv[1] == "multilingual-e5-small":
    model = edgekit.open_encoder(sys.argv[1], threads=1)
    model.embed(lines)
else:
    model = edgekit.open_translator("en", "pt", threads=1)
    model.translate(lines)
print(re.search(r"VmRSS:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def test_the_engines_run_as_the_prediction_says() -> None:
    running = Running()
    assert (running.lines, running.batch) == (llama_model.LINES, llama_model.BATCH)
    assert running.context == inspect.signature(LlamaProcess).parameters["context"].default
    assert memory._ONNX_BATCH % onnx_encoder._TOKENS_AT_ONCE == 0


@linux
@needs_llama
@pytest.mark.parametrize("width", [64, 768])
def test_memory_of_a_small_model_is_within_a_tenth_of_what_its_process_holds(width: int, tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(language_model(llama(), width=width))
    predicted = Predictor(open_source(str(path)), Recipe()).whole().memory
    assert predicted is not None
    with LlamaProcess(path, threads=1) as model:
        model.greedy(model.tokenize(["the teacher opens the book"])[0], 20)
        measured = resident_bytes(model.process_id)
    assert measured == pytest.approx(predicted.total, rel=0.1)


@linux
@needs_llama
@pytest.mark.real
def test_memory_of_gemma_is_within_a_tenth_of_what_its_process_holds() -> None:
    path = home_with("gemma-3-270m") / "data" / "models" / "gemma-3-270m" / "gemma-3-270m-q4_k_m.gguf"
    predicted = Predictor(open_source(str(path)), Recipe()).whole()
    assert predicted.tensor_bytes == 246_587_904
    assert predicted.size_bytes == path.stat().st_size
    assert predicted.memory is not None
    with LlamaProcess(path, threads=1) as model:
        for ids in model.tokenize(TEXTS):
            model.greedy(ids, 20)
        measured = resident_bytes(model.process_id)
    assert measured == pytest.approx(predicted.memory.total, rel=0.1)


@linux
@pytest.mark.real
@pytest.mark.parametrize("name", ["firefox-en-pt", "multilingual-e5-small"])
def test_memory_of_an_onnx_model_is_within_a_tenth_of_what_its_process_holds(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(name)
    monkeypatch.setenv("EDGEKIT_HOME", str(home))
    predicted = Predictor(open_source(name), Recipe()).whole().memory
    assert predicted is not None
    # A class: forty answers, hardly two of a length.
    lines = [f"{number}: {' '.join((TEXTS[number % 2] * 3).split()[: 5 + number % 20])}" for number in range(40)]
    # One process in three ends 22 MB lower than it was while it worked: the allocator gives a whole batch back or none.
    assert max(held(name, lines, home) for _ in range(3)) == pytest.approx(predicted.total, rel=0.1)


def held(name: str, lines: list[str], home: Path) -> int:
    """Bytes that a process of name holds once lines have been through."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, name, json.dumps(lines)],
        capture_output=True,
        text=True,
        env={**os.environ, "EDGEKIT_HOME": str(home)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) * 1024


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Gguf:
    path = tmp_path_factory.mktemp("toy") / "toy.gguf"
    path.write_bytes(language_model(llama()))
    return read_gguf(path)


COUNTS = st.integers(1, 1 << 20)
CONTEXTS = st.integers(16, 1 << 16)


@given(one=COUNTS, other=COUNTS, short=CONTEXTS, long=CONTEXTS)
def test_memory_grows_with_tokens_and_with_the_context(toy: Gguf, one: int, other: int, short: int, long: int) -> None:
    file = toy
    fewer, more = sorted((one, other))
    short, long = sorted((short, long))
    small = gguf_memory(file, fewer, 64 * fewer, Running(context=short)).total
    assert small <= gguf_memory(file, more, 64 * more, Running(context=short)).total
    assert small <= gguf_memory(file, fewer, 64 * fewer, Running(context=long)).total


def test_merges_take_memory_of_their_own(toy: Gguf, tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(language_model(gpt2()))
    file = read_gguf(path)
    words = gguf_memory(file, 1000, 0, Running()).tokenizer
    assert words > gguf_memory(toy, 1000, 0, Running()).tokenizer
    assert gguf_memory(file, 2000, 0, Running()).tokenizer == pytest.approx(2 * words, abs=2)
