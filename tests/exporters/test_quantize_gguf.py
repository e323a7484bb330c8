"""Requantised files: the types that were asked, the ones that resulted, and what is refused before llama.cpp aborts."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from toys.gguf_vocabulary import count_of, language_model, llama
from toys.llama import needs_llama

from edgekit.core.children import Child
from edgekit.core.errors import EngineError, MissingExtraError, ModelFormatError, ResourceError, UsageError
from edgekit.core.events import Event, Note, Progress
from edgekit.engine.llama.process import LlamaProcess
from exporters.containers.gguf import BLOCKS, read_gguf
from exporters.quantize import gguf
from exporters.quantize.gguf import requantize
from exporters.quantize.types import EMBEDDINGS, NUMBERS, RECIPES
from exporters.trim.gguf import open_gguf, write_trimmed


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of 256 values, which every type takes."""
    path = tmp_path_factory.mktemp("quantize") / "wide.gguf"
    path.write_bytes(language_model(llama(), width=256))
    return path


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of 64 values, which types with blocks of 256 do not take."""
    path = tmp_path_factory.mktemp("quantize") / "narrow.gguf"
    path.write_bytes(language_model(llama(), width=64))
    return path


@needs_llama
@pytest.mark.parametrize("quant", sorted(name for name, recipe in RECIPES.items() if not recipe.needs_importance))
def test_every_recipe_gives_its_types_and_says_so(quant: str, wide: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    found = requantize(wide, tmp_path / "out.gguf", quant, threads=1, report=events.append)
    file = read_gguf(tmp_path / "out.gguf")
    assert found.types == {name: BLOCKS[place.type][0] for name, place in file.tensors.items()}
    assert found.size_bytes == (tmp_path / "out.gguf").stat().st_size
    matrices = [name for name, place in file.tensors.items() if len(place.shape) > 1]
    assert {found.types[name] for name in matrices} <= set(RECIPES[quant].types)
    assert RECIPES[quant].types[0] in found.counts
    assert not found.notes
    assert sum(found.counts.values()) == len(file.tensors)
    steps = [event for event in events if isinstance(event, Progress)]
    assert (steps[-1].done, steps[-1].total, steps[-1].unit) == (len(file.tensors), len(file.tensors), "tensors")
    assert not [event for event in events if isinstance(event, Note)]
    assert [path.name for path in tmp_path.iterdir()] == ["out.gguf"]


@needs_llama
@pytest.mark.parametrize("embedding", sorted(EMBEDDINGS))
def test_the_table_of_words_gets_a_type_of_its_own(embedding: str, wide: Path, tmp_path: Path) -> None:
    found = requantize(wide, tmp_path / "out.gguf", "q4_0", embedding=embedding, threads=1)
    assert found.types["token_embd.weight"] == EMBEDDINGS[embedding]
    assert found.types["blk.0.ffn_up.weight"] == "Q4_0"
    assert not found.notes


@needs_llama
def test_what_was_asked_and_not_given_is_said_with_the_reason(narrow: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    found = requantize(narrow, tmp_path / "out.gguf", "q4_k_m", report=events.append)
    assert "Q4_K" not in found.counts
    assert any("instead of Q4_K: Q4_K needs rows of a multiple of 256 values" in note for note in found.notes)
    assert [event.text for event in events if isinstance(event, Note)] == list(found.notes)


@needs_llama
def test_a_source_that_is_quantised_already_is_taken_with_a_warning(wide: Path, tmp_path: Path) -> None:
    requantize(wide, tmp_path / "q8.gguf", "q8_0")
    events: list[Event] = []
    found = requantize(tmp_path / "q8.gguf", tmp_path / "q4.gguf", "q4_0", report=events.append)
    assert found.types["blk.0.ffn_up.weight"] == "Q4_0"
    (note,) = [event.text for event in events if isinstance(event, Note)]
    assert "quantised already (Q8_0)" in note


def test_e16_types_whose_blocks_the_rows_do_not_fill_are_refused_with_every_reason_at_once(
    narrow: Path, tmp_path: Path
) -> None:
    (tmp_path / "source.gguf").write_bytes(narrow.read_bytes())
    with pytest.raises(UsageError) as caught:
        requantize(tmp_path / "source.gguf", tmp_path / "source.gguf", "q4_k_x", embedding="q6_k")
    unknown, rows, same = caught.value.reasons
    assert "`q4_k_x`" in unknown
    assert "q4_k_m" in unknown
    assert "rows of 64 values" in rows
    assert "multiple of 256" in rows
    assert "the same file" in same
    with pytest.raises(UsageError) as caught:
        requantize(narrow, tmp_path / "out.gguf", "q8_0", embedding="q99")
    assert "q8_0, q6_k" in caught.value.reasons[0]
    assert [path.name for path in tmp_path.iterdir()] == ["source.gguf"]


@needs_llama
def test_e16_rows_of_any_quantised_type_are_taken_whole_and_requantised(wide: Path, tmp_path: Path) -> None:
    """A trimmed file is a source like any other, and every type's rows can be trimmed."""
    for quant in ("q4_0", "q6_k", "q3_k_s"):
        requantize(wide, tmp_path / "big.gguf", quant, threads=1)
        model = open_gguf(tmp_path / "big.gguf")
        kept = model.tokenizer.closed(np.arange(0, model.tokenizer.size, 2))
        write_trimmed(model.file, kept, tmp_path / "small.gguf")
        small = read_gguf(tmp_path / "small.gguf")
        name = "token_embd.weight"
        np.testing.assert_array_equal(small.rows(name), model.file.rows(name)[kept])
        requantize(tmp_path / "small.gguf", tmp_path / "again.gguf", "q8_0", embedding="q4_k", threads=1)
        with LlamaProcess(tmp_path / "again.gguf", threads=1) as opened:
            assert opened.size == len(kept) < count_of(llama())
            assert np.isfinite(opened.logits([5, 6])).all()


@needs_llama
def test_an_abort_is_an_error_and_leaves_nothing(narrow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "_problems", lambda *_, **__: [])
    with pytest.raises(EngineError, match="died at `quantize`") as caught:
        requantize(narrow, tmp_path / "out.gguf", "q4_0", embedding="q6_k")
    assert len(caught.value.reasons) > 1
    assert not list(tmp_path.iterdir())


@needs_llama
def test_an_interruption_ends_the_child_and_leaves_nothing(
    wide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[Child] = []

    def interrupt(event: Event) -> None:
        if isinstance(event, Progress):
            raise KeyboardInterrupt

    class Watched(Child):
        def __init__(self, module: str, what: str, *, environment: dict[str, str] | None = None) -> None:
            super().__init__(module, what, environment=environment)
            children.append(self)

    monkeypatch.setattr(gguf, "Child", Watched)
    with pytest.raises(KeyboardInterrupt):
        requantize(wide, tmp_path / "out.gguf", "q4_0", report=interrupt)
    assert [one.ended for one in children] == [True]
    assert not list(tmp_path.iterdir())


def test_no_disk_no_extra_and_no_sound_source_are_found_before_the_start(
    wide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cut.gguf").write_bytes(wide.read_bytes()[:9000])
    with pytest.raises(ModelFormatError):
        requantize(tmp_path / "cut.gguf", tmp_path / "out.gguf", "q4_0")
    free = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(gguf.shutil, "disk_usage", lambda _: free)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    with pytest.raises(ResourceError, match="1\\.0 kB of the disk are free"):
        requantize(wide, tmp_path / "out.gguf", "q4_0")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        requantize(wide, tmp_path / "out.gguf", "q4_0")
    assert caught.value.hint == "run `pip install 'edgekit[gguf]'`"


def test_every_name_is_a_type_that_the_reader_knows() -> None:
    assert {name for recipe in RECIPES.values() for name in recipe.types} <= set(NUMBERS)
    assert set(EMBEDDINGS.values()) <= set(NUMBERS)
    assert len({recipe.number for recipe in RECIPES.values()}) == len(RECIPES)
