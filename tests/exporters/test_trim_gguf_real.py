"""Gemma 3 270M, cut for some lines and run by llama.cpp beside the original."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from toys.llama import needs_llama
from translate.real_models import home_with

from edgekit.engine.llama.process import LlamaProcess
from exporters.containers.gguf import read_gguf
from exporters.quantize.gguf import requantize
from exporters.trim.base import Ids
from exporters.trim.gguf import GgufModel, open_gguf, write_trimmed

pytestmark = pytest.mark.real
TABLE = "token_embd.weight"
LINES = [
    "Na segunda-feira, cientistas da Escola de Medicina anunciaram a invenção de uma nova ferramenta de diagnóstico.",
    "O café da manhã é servido às 7h30; o almoço, entre 12h e 14h.",
    "As crianças leram três livros na biblioteca da aldeia, e a mais nova perguntou por quê.",
    "On Monday, scientists from the Stanford University School of Medicine announced a new diagnostic tool.",
    "The rain in the hills had stopped, but the children's shoes were still wet (and muddy).",
    "Read chapter 4, answer questions 1–12, and don't forget to write your name: it's worth 5%!",
    "Water boils at 100 °C at sea level.\n\nWhy does it boil at 90 °C in the mountains?",
    "<b>Tarefa</b>\te  dois espaços 🙂",
]


@functools.cache
def original() -> Path:
    return home_with("gemma-3-270m") / "data" / "models" / "gemma-3-270m" / "gemma-3-270m-q4_k_m.gguf"


@pytest.fixture(scope="module")
def model() -> GgufModel:
    return open_gguf(original())


@pytest.fixture(scope="module")
def kept(model: GgufModel) -> Ids:
    ids = model.tokenizer.encode(LINES)
    return model.tokenizer.closed(np.array(sorted({at for line in ids for at in line}), np.int64))


@pytest.fixture(scope="module")
def small(model: GgufModel, kept: Ids, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gemma") / "small.gguf"
    write_trimmed(model.file, kept, path)
    return path


@pytest.fixture(scope="module")
def old() -> Iterator[LlamaProcess]:
    with LlamaProcess(original()) as process:
        yield process


@pytest.fixture(scope="module")
def new(small: Path) -> Iterator[LlamaProcess]:
    with LlamaProcess(small) as process:
        yield process


@needs_llama
def test_every_line_is_cut_into_the_same_tokens_and_the_kept_logits_differ_by_nothing(
    model: GgufModel, kept: Ids, old: LlamaProcess, new: LlamaProcess
) -> None:
    before, after = old.tokenize(LINES), new.tokenize(LINES)
    assert model.tokenizer.encode(LINES) == before
    assert [[int(kept[at]) for at in line] for line in after] == before
    places = 0
    for one, other in zip(before, after, strict=True):
        wanted, found = old.logits(one)[:, kept], new.logits(other)
        assert np.abs(wanted - found).max() == 0.0
        places += len(found)
    assert places > 150


@needs_llama
def test_text_goes_on_alike_until_the_originals_choice_was_trimmed(
    kept: Ids, old: LlamaProcess, new: LlamaProcess
) -> None:
    stays = set(kept.tolist())
    agreed = 0
    for one, other in zip(old.tokenize(LINES), new.tokenize(LINES), strict=True):
        wanted = old.greedy(one, 24)
        found = [int(kept[at]) for at in new.greedy(other, 24)]
        same = next((at for at, token in enumerate(wanted) if token not in stays), len(wanted))
        assert found[:same] == wanted[:same]
        agreed += same
    assert agreed > 10


@needs_llama
def test_e17_bits_are_counted_per_byte_of_the_same_text_and_trimming_can_only_save_some(
    old: LlamaProcess, new: LlamaProcess
) -> None:
    """Fewer tokens to choose from leave each kept one a greater share: on text that it covers, a cut is no loss."""
    size = sum(len(line.encode()) for line in LINES)
    bits = []
    for process in (old, new):
        found = process.log_probabilities(process.tokenize(LINES))
        bits.append(-sum(float(one.sum()) for one in found) / math.log(2) / size)
    assert 1.0 < bits[1] < bits[0] < 2.5


@needs_llama
def test_a_line_has_the_same_probabilities_in_any_company(old: LlamaProcess) -> None:
    lines = old.tokenize(LINES)
    lines += [line[:size] for line, size in zip(lines, (1, 2, 3, 4, 9, 16, 17), strict=False)]
    together = old.log_probabilities(lines)
    for line, one in zip(lines, together, strict=True):
        np.testing.assert_allclose(old.log_probabilities([line])[0], one, atol=1e-4)


@needs_llama
def test_a_trimmed_model_is_requantised_and_still_runs(small: Path, tmp_path: Path) -> None:
    found = requantize(small, tmp_path / "q4_0.gguf", "q4_0", embedding="q4_0")
    assert found.types[TABLE] == "Q4_0"
    assert found.size_bytes < small.stat().st_size
    assert read_gguf(tmp_path / "q4_0.gguf").metadata["general.file_type"].value == 2
    with LlamaProcess(tmp_path / "q4_0.gguf") as process:
        (line,) = process.tokenize(LINES[:1])
        assert -6 < process.log_probabilities([line])[0].mean() < -1
