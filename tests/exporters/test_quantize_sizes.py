"""Sizes after quantising, before anything is quantised: what llama.cpp says it would do, and what it does."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store.toys import use_home
from toys.gguf_file import to_bytes
from toys.gguf_vocabulary import bert, encoder, language_model, llama
from toys.llama import needs_llama
from toys.marian_student import toy_lines

from edgekit.core.errors import MissingExtraError, UsageError
from edgekit.core.events import Event, Note, silent
from edgekit.pipeline.requests import ExportRequest
from edgekit.pipeline.run import plan_export
from exporters.containers.gguf import BLOCKS, Kind, Value, read_gguf
from exporters.containers.gguf_writer import Output
from exporters.quantize import llama_worker, sizes
from exporters.quantize.gguf import dry_run, requantize
from exporters.quantize.sizes import size_with_types, with_quantised_sizes
from exporters.quantize.types import NUMBERS, RECIPES
from exporters.trim.gguf import GgufModel, open_gguf, trim, write_trimmed


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def some(model: GgufModel) -> Any:
    return model.tokenizer.closed(np.arange(0, model.tokenizer.size, 2))


@needs_llama
@pytest.mark.parametrize("width", [256, 64, 48], ids=["every type fits", "some fall back", "blocks of 32 do not fit"])
@pytest.mark.parametrize("quant", sorted(name for name, recipe in RECIPES.items() if not recipe.needs_importance))
def test_the_size_is_that_of_the_file_that_llama_cpp_writes(quant: str, width: int, tmp_path: Path) -> None:
    model = open_gguf(written(tmp_path / "toy.gguf", language_model(llama(), width=width)))
    for kept in (some(model), np.arange(model.tokenizer.size)):
        sized = with_quantised_sizes(model, quant)
        assert sized is not None
        write_trimmed(model.file, kept, tmp_path / "trimmed.gguf")
        found = requantize(tmp_path / "trimmed.gguf", tmp_path / "small.gguf", quant, threads=1)
        assert {name: BLOCKS[kind][0] for name, kind in sized.types.items()} == found.types
        assert sized.size_bytes(kept) == found.size_bytes
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.gguf", "toy.gguf", "trimmed.gguf"]


@needs_llama
@pytest.mark.parametrize("embedding", ["q8_0", "q4_k", "f16"])
def test_the_size_counts_the_type_of_the_table_of_words(embedding: str, tmp_path: Path) -> None:
    for data in (language_model(llama(), width=256), encoder(bert(), width=256)):
        model = open_gguf(written(tmp_path / "toy.gguf", data))
        sized = with_quantised_sizes(model, "q4_0", embedding=embedding)
        assert sized is not None
        write_trimmed(model.file, some(model), tmp_path / "trimmed.gguf")
        found = requantize(tmp_path / "trimmed.gguf", tmp_path / "small.gguf", "q4_0", embedding=embedding, threads=1)
        assert sized.size_bytes(some(model)) == found.size_bytes


@needs_llama
def test_a_source_that_is_quantised_already_has_its_size_too(tmp_path: Path) -> None:
    written(tmp_path / "toy.gguf", language_model(llama(), width=256))
    requantize(tmp_path / "toy.gguf", tmp_path / "q8.gguf", "q8_0", threads=1)
    model = open_gguf(tmp_path / "q8.gguf")
    sized = with_quantised_sizes(model, "q4_0")
    assert sized is not None
    write_trimmed(model.file, some(model), tmp_path / "trimmed.gguf")
    found = requantize(tmp_path / "trimmed.gguf", tmp_path / "small.gguf", "q4_0", threads=1)
    assert sized.size_bytes(some(model)) == found.size_bytes


@needs_llama
def test_an_export_of_a_largest_size_uses_it_for_the_quantised_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 450_000
    plan = planned(tmp_path, monkeypatch, "q4_0", limit)
    made = plan.write(silent)
    (file,) = made.folder.glob("*.gguf")
    assert limit - 500 < file.stat().st_size == plan.choice.selection.chosen.size_bytes <= limit


# Without llama.cpp.

TYPES = {"token_embd.weight": "Q4_0", "output_norm.weight": "F32", "blk.0.ffn_up.weight": "Q6_K"}


def types_of(model: GgufModel, other: str = "Q4_0") -> dict[str, str]:
    """A type for each tensor, that of norms their own."""
    return {
        name: TYPES.get(name, other if len(place.shape) > 1 else "F32") for name, place in model.file.tensors.items()
    }


def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quant: str | None, limit: int, **more: Any) -> Any:
    use_home(monkeypatch, tmp_path)
    model = written(tmp_path / "toy.gguf", language_model(llama(), width=256))
    text = tmp_path / "text.en"
    text.write_text("\n".join(toy_lines(1, 60)), encoding="utf-8")
    request = ExportRequest(
        str(model), ("en",), corpora=(f"en={text}",), max_size_bytes=limit, quant=quant, out=tmp_path, allow_loss=True
    )
    return plan_export(request, **more)


def test_the_size_is_that_of_a_file_with_such_tensors(tmp_path: Path) -> None:
    model = open_gguf(written(tmp_path / "toy.gguf", language_model(llama(), width=256)))
    kept = some(model)
    types = {name: NUMBERS[kind] for name, kind in types_of(model).items()}
    metadata, outputs = trim(model.file, kept)
    metadata |= {
        "general.quantization_version": Value(Kind.UINT32, 2),
        "general.file_type": Value(Kind.UINT32, RECIPES["q4_0"].number),
    }
    empty = [Output(one.name, one.shape, types[one.name], []) for one in outputs]
    data = to_bytes(metadata, [Output(one.name, one.shape, one.type, [bytes(one.size)]) for one in empty])
    assert size_with_types(model.file, kept, types) == len(data)
    assert len(data) < model.size_bytes(kept) / 4
    # What is there already is replaced and not written twice.
    again = read_gguf(written(tmp_path / "again.gguf", data))
    assert size_with_types(again, np.arange(len(kept)), types) == len(data)


def test_a_largest_size_counts_what_quantising_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    limit = 3_050_000
    before = planned(tmp_path, monkeypatch, None, limit).choice.selection
    assert limit - 2_000 < before.chosen.size_bytes <= limit
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr("edgekit.pipeline.run.language_models", lambda: None)
    monkeypatch.setattr(sizes, "dry_run", lambda path, *_, **__: types_of(open_gguf(path), "Q8_0"))
    # A quarter of the bytes: the limit that took 312 tokens and some takes all that can be of use.
    assert planned(tmp_path / "all", monkeypatch, "q8_0", limit).choice.selection.chosen.tokens > before.chosen.tokens
    limit = 735_000
    plan = planned(tmp_path / "some", monkeypatch, "q8_0", limit, report=events.append)
    after = plan.choice.selection
    assert limit - 500 < after.chosen.size_bytes <= limit
    assert [event.text for event in events if isinstance(event, Note) and "sizes" in event.text] == [
        "sizes are those after quantising to q8_0"
    ]
    # Both files lie on the disk at once; the last point of the curve is the model as it is.
    model = plan.choice.source.model
    assert plan.needed_bytes > model.size_bytes(after.kept) + after.chosen.size_bytes
    assert after.curve[-1].size_bytes == before.curve[-1].size_bytes == len(model.file.data)


def test_sizes_are_those_before_quantising_where_llama_cpp_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = open_gguf(written(tmp_path / "toy.gguf", language_model(llama(), width=256)))
    said = types_of(model)
    for wrong in ({}, {**said, "output_norm.weight": "Q9_9"}, {**said, "other.weight": "F32"}):
        monkeypatch.setattr(sizes, "dry_run", lambda *_, found=wrong, **__: found)
        assert with_quantised_sizes(model, "q4_0") is None
    monkeypatch.setattr(sizes, "dry_run", lambda *_, **__: said)
    assert with_quantised_sizes(model, "q4_0") is not None


def test_a_dry_run_refuses_what_quantising_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "toy.gguf", language_model(llama(), width=64))
    with pytest.raises(UsageError, match="rows of 64 values"):
        dry_run(path, "q8_0", embedding="q4_k")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError):
        dry_run(path, "q8_0")


@pytest.mark.parametrize(
    ("line", "type_"),
    [
        (b"[   1/  11] output_norm.weight                   - [    64,      1,      1,      1], type =    f32, "
         b"size =    0.000 MiB\n", "f32"),
        (b"[   2/ 236] blk.0.attn_output_with_a_long_name.weight - [    64,    473,      1,      1], type =   bf16, "
         b"size =     0.12 MiB ->     0.03 MiB (q6_K)\n", "q6_K"),
    ],
)  # fmt: skip
def test_lines_of_a_dry_run_are_read(line: bytes, type_: str) -> None:
    found = llama_worker._PLANNED.match(line)
    assert found is not None
    assert (found[3] or found[2]).decode() == type_
    assert found[1] in line
    assert llama_worker._PLANNED.match(line[:-20]) is None
