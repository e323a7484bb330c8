"""A model in a child process: what it says of a text, what it must not depend on, and what happens when it dies."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.gguf_vocabulary import bert, count_of, encoder, gpt2, language_model, llama
from toys.llama import needs_llama

from edgekit.core.errors import EngineError, MissingExtraError, UsageError
from edgekit.core.events import Event, Progress
from edgekit.engine.llama.model import BATCH, BYTES_A_THREAD, LINES, generation_threads, groups, windows
from edgekit.engine.llama.process import LlamaProcess


@given(st.integers(1, 300), st.integers(8, 40))
def test_every_id_is_expected_once_after_half_a_context_at_least(length: int, half: int) -> None:
    context = 2 * half
    ids = np.arange(100, 100 + length, dtype=np.int32)
    seen: list[int] = []
    for part in windows(0, ids, 7, context):
        assert part.inputs[0] == 7
        assert len(part.inputs) <= context
        np.testing.assert_array_equal(part.inputs[1:], ids[part.first : part.first + len(part.inputs) - 1])
        assert part.skip in (0, half)
        seen += range(part.first + part.skip, part.first + len(part.inputs))
    assert seen == list(range(length))


@given(st.lists(st.integers(1, 300), max_size=30))
def test_no_group_is_more_than_a_batch_when_it_is_filled_up(lengths: list[int]) -> None:
    parts = [part for at, size in enumerate(lengths) for part in windows(at, np.zeros(size, np.int32), 0, 512)]
    found = list(groups(parts))
    assert sorted(part.line for group in found for part in group) == sorted(part.line for part in parts)
    for group in found:
        longest = max(len(part.inputs) for part in group)
        assert len(group) == 1 or (len(group) <= LINES and longest * len(group) <= BATCH)


@given(st.integers(1, 64), st.integers(0, 10**11))
def test_a_token_alone_gets_more_threads_with_the_size_of_the_model(threads: int, weights: int) -> None:
    found = generation_threads(threads, weights)
    assert 1 <= found <= threads
    assert found == threads or (found - 1) * BYTES_A_THREAD <= weights < found * BYTES_A_THREAD


def test_a_missing_extra_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        LlamaProcess(tmp_path / "no.gguf")
    assert caught.value.hint == "run `pip install 'edgekit[gguf]'`"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("llama") / "toy.gguf"
    path.write_bytes(language_model(llama()))
    return path


@pytest.fixture
def model(path: Path) -> Iterator[LlamaProcess]:
    with LlamaProcess(path, threads=1, context=256) as opened:
        yield opened


def lines_of(size: int, *lengths: int) -> list[list[int]]:
    chooser = np.random.default_rng(3)
    return [chooser.integers(3, size, length).tolist() for length in lengths]


def log_softmax(rows: Any) -> Any:
    rows = rows.astype(np.float64)
    rows = rows - rows.max(axis=-1, keepdims=True)
    return rows - np.log(np.exp(rows).sum(axis=-1, keepdims=True))


@needs_llama
def test_probabilities_are_those_of_the_logits(model: LlamaProcess) -> None:
    assert model.size == count_of(llama())
    lines = lines_of(model.size, 5, 0, 1, 40, 130, 2)
    found = model.log_probabilities(lines)
    assert [len(one) for one in found] == [5, 0, 1, 40, 130, 2]
    for line, one in zip(lines, found, strict=True):
        logits = model.logits(line)
        assert logits.shape == (len(line) + 1, model.size)
        everything = log_softmax(logits)[: len(line)]
        np.testing.assert_allclose(one, everything[np.arange(len(line)), line], atol=1e-6)


@needs_llama
def test_a_line_has_the_same_numbers_whatever_it_is_computed_with(path: Path, model: LlamaProcess) -> None:
    lines = lines_of(model.size, 1, 2, 3, 17, 31, 32, 33, 60, 64, 65, 127, 128, 129, 200)
    together = model.log_probabilities(lines)
    for line, one in zip(lines, together, strict=True):
        np.testing.assert_allclose(model.log_probabilities([line])[0], one, atol=1e-4)
    for one, other in zip(together, reversed(model.log_probabilities(lines[::-1])), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    with LlamaProcess(path, threads=2, context=256) as other_model:
        for one, other in zip(together, other_model.log_probabilities(lines), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)


@needs_llama
def test_a_line_that_is_longer_than_the_context_is_cut_into_windows(path: Path) -> None:
    (line,) = lines_of(300, 150)
    with LlamaProcess(path, threads=1, context=64) as small:
        (found,) = small.log_probabilities([line])
        np.testing.assert_allclose(found[:64], small.log_probabilities([line[:64]])[0], atol=1e-4)
        # The second window begins 32 ids before the end of the first.
        np.testing.assert_allclose(found[64:96], small.log_probabilities([line[32:96]])[0][32:], atol=1e-4)
        assert small.logits(line).shape == (151, small.size)
        assert len(small.greedy(line, 32)) <= 32
        with pytest.raises(UsageError):
            small.greedy(line, 33)


@needs_llama
def test_greedy_text_is_the_best_of_the_logits_one_after_the_other(model: LlamaProcess) -> None:
    (line,) = lines_of(model.size, 9)
    found = model.greedy(line, 12)
    assert found
    rows = model.logits(line + found)[len(line) :]
    assert [int(row.argmax()) for row in rows[: len(found)]] == found
    assert model.greedy(line, 0) == []
    assert len(model.greedy([], 3)) <= 3


@needs_llama
def test_ids_that_there_are_not_are_refused_before_they_reach_the_child(model: LlamaProcess) -> None:
    for ask in (model.log_probabilities, model.embed):
        with pytest.raises(UsageError, match="tokens"):
            ask([[3, model.size]])
    with pytest.raises(UsageError, match="tokens"):
        model.logits([-1])
    with pytest.raises(UsageError, match="no embeddings"):
        model.embed([[3]])
    assert len(model.log_probabilities([[3]])) == 1


@needs_llama
def test_lines_that_are_done_are_reported(path: Path) -> None:
    events: list[Event] = []
    with LlamaProcess(path, threads=1, report=events.append) as model:
        model.log_probabilities(lines_of(model.size, *[3] * 100))
    assert events == [Progress("measure", 64, 100, "lines"), Progress("measure", 100, 100, "lines")]


@needs_llama
def test_an_encoder_gives_a_vector_a_line_and_no_probabilities(tmp_path: Path) -> None:
    (tmp_path / "bert.gguf").write_bytes(encoder(bert()))
    with LlamaProcess(tmp_path / "bert.gguf", threads=1, context=64) as model:
        lines = lines_of(model.size, 4, 1, 0, 20, 200)
        found = model.embed(lines)
        assert found.shape == (5, 64)
        np.testing.assert_array_equal(model.embed(lines[1:2])[0], found[1])
        # 62 ids and the two marks fill the context.
        np.testing.assert_array_equal(model.embed([lines[4][:62]])[0], found[4])
        assert np.abs(found[0] - found[1]).max() > 0.01
        with pytest.raises(UsageError, match="no language model"):
            model.log_probabilities(lines)
        assert model.embed([]).shape == (0, 0)
    # Its table has 64 positions; llama.cpp aborts at the 65th, however large the context is.
    with LlamaProcess(tmp_path / "bert.gguf", threads=1, context=512) as model:
        np.testing.assert_array_equal(model.embed(lines), found)


@needs_llama
def test_marks_and_control_tokens_are_not_found_in_a_text(tmp_path: Path) -> None:
    (tmp_path / "toy.gguf").write_bytes(language_model(gpt2()))
    with LlamaProcess(tmp_path / "toy.gguf", vocabulary_only=True) as model:
        end, own = model.size - 3, model.size - 1
        (ids,) = model.tokenize(["<|end|> <tool>"])
        assert end not in ids
        assert own in ids


@needs_llama
def test_a_file_that_does_not_load_says_what_llama_says(tmp_path: Path, path: Path) -> None:
    (tmp_path / "cut.gguf").write_bytes(path.read_bytes()[:5000])
    for name in ("cut.gguf", "missing.gguf"):
        with pytest.raises(EngineError, match="failed at `open`") as caught:
            LlamaProcess(tmp_path / name)
        assert caught.value.reasons[0] == "it could not be loaded"
        assert len(caught.value.reasons) > 1


@needs_llama
def test_a_child_that_dies_in_the_middle_is_an_error_and_every_later_call_too(model: LlamaProcess) -> None:
    lines = lines_of(model.size, *[100] * 20000)
    killer = threading.Timer(0.5, os.kill, (model.process_id, signal.SIGABRT))
    killer.start()
    with pytest.raises(EngineError, match="died at `log_probabilities`") as caught:
        model.log_probabilities(lines)
    assert "SIGABRT" in caught.value.reasons[0]
    with pytest.raises(EngineError, match="closed"):
        model.log_probabilities([[3]])


@needs_llama
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_child_is_left_when_its_parent_is_interrupted_or_killed(path: Path, number: signal.Signals) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom edgekit.engine.llama.process import LlamaProcess\n"
        "model = LlamaProcess(Path(sys.argv[1]), threads=1)\n"
        "print(model.process_id, flush=True)\nmodel.log_probabilities([[3] * 400] * 50000)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(number)
    _, stderr = parent.communicate(timeout=60)
    assert parent.returncode
    if number == signal.SIGINT:
        assert stderr.rstrip().endswith("KeyboardInterrupt")
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and _state(child) != "Z" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists() or _state(child) == "Z"


def _state(number: int) -> str:
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@needs_llama
def test_nothing_of_llama_reaches_the_users_pipes(path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom edgekit.engine.llama.process import LlamaProcess\n"
        "with LlamaProcess(Path(sys.argv[1]), threads=1) as model:\n    model.greedy([3], 4)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, timeout=120, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
