"""Tables of a Hugging Face folder: rows by id, padding, shards, and tensors that are refused."""

from __future__ import annotations

import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toys.hf_folder import (
    INDEX,
    TOKENS,
    ids,
    plain_config,
    plain_folder,
    plain_tensors,
    read_json,
    shards,
    trimmed,
    write_json,
    write_tensors,
)

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Event, Progress
from exporters.containers.safetensors import Output, read_safetensors
from exporters.trim.base import Ids
from exporters.trim.hf import HfModel, open_hf
from exporters.trim.vocabulary import vocab_fingerprint


def trimmed_unevenly(source: Path) -> tuple[HfModel, Ids, Path]:
    """To a number of tokens that is no multiple of 8, whichever the tokenizer keeps anyway."""
    closed = open_hf(source).tokenizer.closed
    return trimmed(source, *(["sh"] if len(closed(ids("sh"))) % 8 else ["sh", "er"]))


def test_trimming_loads_neither_torch_nor_transformers(tmp_path: Path) -> None:
    plain_folder(tmp_path / "source")
    (tmp_path / "out").mkdir()
    code = (
        "import sys, numpy as np; from pathlib import Path; from exporters.trim.hf import open_hf;"
        f"model = open_hf(Path({str(tmp_path / 'source')!r})); kept = model.tokenizer.closed(np.arange(9));"
        f"model.size_bytes(kept); model.write(kept, Path({str(tmp_path / 'out')!r}));"
        "print({'torch', 'transformers', 'safetensors', 'sentencepiece'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "set()"


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, len(TOKENS) - 1)), st.integers(0, 9))
def test_e9_e10_rows_and_biases_are_taken_by_id(
    tmp_path_factory: pytest.TempPathFactory, wanted: set[int], padding: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    opened = open_hf(plain_folder(folder / "source", rows=len(TOKENS) + padding))
    kept = opened.tokenizer.closed(np.array(sorted(wanted), np.int64))
    (folder / "out").mkdir()
    built = opened.write(kept, folder / "out")
    before, after = (read_safetensors(folder / name / "model.safetensors") for name in ("source", "out"))
    rows = -(-len(kept) // 8) * 8
    for name in ("model.shared.weight", "lm_head.weight"):
        assert after.tensors[name].shape == (rows, 4)
        np.testing.assert_array_equal(after.rows(name)[: len(kept)], before.rows(name)[kept])
        assert not after.rows(name)[len(kept) :].any()
    old, new = (np.frombuffer(file.bytes_of("final_logits_bias"), "<f4") for file in (before, after))
    assert after.tensors["final_logits_bias"].shape == (1, rows)
    np.testing.assert_array_equal(new[: len(kept)], old[kept])
    assert (new[len(kept) :] == -10240).all()
    for name in ("model.encoder.layers.0.fc1.weight", "model.encoder.layer_norm.weight"):
        assert bytes(after.bytes_of(name)) == bytes(before.bytes_of(name))
    assert read_json(folder / "out" / "config.json")["vocab_size"] == rows
    assert built.engine["vocab_fingerprint"] == vocab_fingerprint(TOKENS[at] for at in kept)


@pytest.mark.parametrize(
    ("dtype", "silence"),
    [
        ("F16", np.float16(-10240).tobytes()),
        ("BF16", np.array(-10240, ml_dtypes.bfloat16).tobytes()),
        ("F64", np.float64(-10240).tobytes()),
        ("F8_E5M2", np.array(-10240, ml_dtypes.float8_e5m2).tobytes()),
    ],
    ids=["F16", "BF16", "F64", "F8_E5M2"],
)
def test_e12_padding_is_silenced_in_the_bias_own_type(dtype: str, silence: bytes, tmp_path: Path) -> None:
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(1))
    tensors[2] = Output("final_logits_bias", dtype, (1, len(TOKENS)), [bytes(len(silence) * len(TOKENS))])
    _, kept, out = trimmed_unevenly(plain_folder(tmp_path / "source", tensors=tensors))
    bias = bytes(read_safetensors(out / "model.safetensors").bytes_of("final_logits_bias"))
    assert bias == bytes(len(silence) * len(kept)) + silence * (-len(kept) % 8)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.1, 10.0, 100.0]), rows=st.integers(1, 7))
def test_e12_padding_takes_no_probability_and_leaves_losses_finite(seed: int, scale: float, rows: int) -> None:
    """What training further computes: cross-entropy with label smoothing, and the entropy."""
    chooser = np.random.default_rng(seed)
    real = (chooser.standard_normal(64_000) * scale).astype(np.float32)
    padded = np.concatenate([real, np.full(rows, -10240, np.float32)])

    def log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
        shifted = logits - logits.max()
        return shifted - np.log(np.exp(shifted).sum(dtype=np.float32))

    before, after = log_probabilities(real), log_probabilities(padded)
    np.testing.assert_allclose(after[: len(real)], before, rtol=1e-6, atol=1e-5)
    assert (np.exp(after[len(real) :]) == 0).all()
    smoothed = [0.1 * -one.mean(dtype=np.float32) for one in (before, after)]
    assert 0 <= smoothed[1] - smoothed[0] + 0.001 < 0.12
    entropies = [-(np.exp(one) * one).sum(dtype=np.float32) for one in (before, after)]
    assert entropies[1] == pytest.approx(entropies[0], rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("bias", ["I8", None])
def test_e12_no_row_is_padded_where_nothing_can_silence_it(bias: str | None, tmp_path: Path) -> None:
    tensors = plain_tensors(len(TOKENS) + 5, np.random.default_rng(1))
    del tensors[2]
    if bias is not None:
        tensors.append(Output("final_logits_bias", bias, (1, len(TOKENS) + 5), [bytes(len(TOKENS) + 5)]))
    _, kept, out = trimmed_unevenly(plain_folder(tmp_path / "source", rows=len(TOKENS) + 5, tensors=tensors))
    assert read_safetensors(out / "model.safetensors").tensors["lm_head.weight"].shape[0] == len(kept)
    assert read_json(out / "config.json")["vocab_size"] == len(kept)


@pytest.mark.parametrize("name", ["model.other_head.weight", "medusa.0.weight"])
@pytest.mark.parametrize("shape", [(len(TOKENS), 2), (2, len(TOKENS)), (len(TOKENS),)])
def test_e9_a_tensor_of_the_vocabularys_size_and_no_known_name_is_refused_by_name(
    name: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(1))
    tensors.append(Output(name, "U8", shape, [bytes(int(np.prod(shape)))]))
    plain_folder(tmp_path / "source", tensors=tensors)
    with pytest.raises(UnsupportedModelError) as caught:
        open_hf(tmp_path / "source")
    assert len(caught.value.reasons) == 1
    assert name in caught.value.reasons[0]


def test_e9_the_table_by_layer_ends_where_its_tokens_end(tmp_path: Path) -> None:
    count, covered = len(TOKENS), len(TOKENS) - 3
    chooser = np.random.default_rng(3)
    tensors = [
        Output("model.embed_tokens.weight", "F16", (count, 4), [chooser.bytes(count * 8)]),
        Output("model.embed_tokens_per_layer.weight", "F16", (covered, 6), [chooser.bytes(covered * 12)]),
    ]
    source = plain_folder(tmp_path / "source", tensors=tensors)
    config = plain_config(count) | {"model_type": "gemma3n_text", "vocab_size_per_layer_input": covered}
    write_json(source / "config.json", config)
    _, kept, out = trimmed(source, "sh", "\u2581mar")
    before, after = (read_safetensors(folder / "model.safetensors") for folder in (source, out))
    both = kept[kept < covered]
    assert 0 < len(both) < len(kept) < covered
    name = "model.embed_tokens_per_layer.weight"
    np.testing.assert_array_equal(after.rows(name), before.rows(name)[both])
    assert read_json(out / "config.json")["vocab_size_per_layer_input"] == len(both)
    write_json(source / "config.json", config | {"vocab_size_per_layer_input": covered - 1})
    with pytest.raises(ModelFormatError, match="do not fit"):
        open_hf(source)


def test_tables_that_do_not_fit_are_all_named(tmp_path: Path) -> None:
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(1))
    tensors[1] = Output("lm_head.weight", "U8", (len(TOKENS) - 1, 4), [bytes(4 * (len(TOKENS) - 1))])
    tensors[2] = Output("final_logits_bias", "U8", (2, len(TOKENS)), [bytes(2 * len(TOKENS))])
    plain_folder(tmp_path / "source", tensors=tensors)
    with pytest.raises(ModelFormatError, match="do not fit") as caught:
        open_hf(tmp_path / "source")
    assert len(caught.value.reasons) == 2


@pytest.mark.parametrize(
    "kept", [[], [1, 0], [0, 0, 1], [-1, 0], [*range(len(TOKENS) + 1)]], ids=["none", "order", "twice", "low", "high"]
)
def test_ids_that_are_no_ascending_ids_are_refused(kept: list[int], tmp_path: Path) -> None:
    opened = open_hf(plain_folder(tmp_path / "source"))
    with pytest.raises(UsageError, match="ascending"):
        opened.write(np.array(kept, np.int64), tmp_path)


def test_shards_stay_shards_with_an_index_that_is_right(tmp_path: Path) -> None:
    index = shards(tmp_path / "source")
    _, _, out = trimmed(tmp_path / "source", "sh")
    after = read_json(out / INDEX)
    assert after["weight_map"] == index["weight_map"]
    held = {name: read_safetensors(out / name) for name in set(after["weight_map"].values())}
    assert all(name in held[shard].tensors for name, shard in after["weight_map"].items())
    assert after["metadata"]["total_size"] == sum(one.size for file in held.values() for one in file.tensors.values())
    assert after["metadata"]["total_size"] < index["metadata"]["total_size"]


@pytest.mark.parametrize(
    "shard",
    [
        *("../model.safetensors", "/etc/model.safetensors", "a/b.safetensors", "a\\b.safetensors", "c:x.safetensors"),
        *(".hidden.safetensors", "model.bin", "", "a\0.safetensors", "..", 3, None),
        *("a" * 5000 + ".safetensors", "é" * 130 + ".safetensors"),
    ],
)
def test_an_index_that_names_files_elsewhere_is_refused(shard: object, tmp_path: Path) -> None:
    index = shards(tmp_path / "source")
    index["weight_map"]["lm_head.weight"] = shard
    write_json(tmp_path / "source" / INDEX, index)
    with pytest.raises(ModelFormatError, match=re.escape(INDEX)):
        open_hf(tmp_path / "source")


def _missing_tensor(index: dict[str, Any]) -> None:
    index["weight_map"]["model.other.weight"] = "model-00001-of-00002.safetensors"


def _unnamed_tensor(index: dict[str, Any]) -> None:
    del index["weight_map"]["lm_head.weight"]


def _wrong_shard(index: dict[str, Any]) -> None:
    index["weight_map"]["lm_head.weight"] = "model-00002-of-00002.safetensors"


def _missing_shard(index: dict[str, Any]) -> None:
    index["weight_map"]["lm_head.weight"] = "model-00003-of-00002.safetensors"


@pytest.mark.parametrize("damage", [_missing_tensor, _unnamed_tensor, _wrong_shard, _missing_shard])
def test_an_index_that_disagrees_with_its_files_is_refused(
    damage: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    index = shards(tmp_path / "source")
    damage(index)
    write_json(tmp_path / "source" / INDEX, index)
    with pytest.raises(ModelFormatError) as caught:
        open_hf(tmp_path / "source")
    assert caught.value.reasons


def test_a_tensor_that_two_shards_hold_is_refused(tmp_path: Path) -> None:
    shards(tmp_path / "source")
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(7))
    write_tensors(tmp_path / "source" / "model-00001-of-00002.safetensors", tensors[:3])
    with pytest.raises(ModelFormatError, match="do not agree"):
        open_hf(tmp_path / "source")


def test_progress_is_told_in_bytes_and_ends_at_the_total(tmp_path: Path) -> None:
    shards(tmp_path / "source")
    opened = open_hf(tmp_path / "source")
    events: list[Event] = []
    (tmp_path / "out").mkdir()
    opened.write(opened.tokenizer.closed(ids("sh")), tmp_path / "out", report=events.append)
    progress = [event for event in events if isinstance(event, Progress)]
    assert {(one.step, one.unit) for one in progress} == {("trim", "bytes")}
    done = [one.done for one in progress]
    assert done == sorted(done)
    assert done[-1] == progress[-1].total


def test_a_write_that_is_cut_short_leaves_whole_files_and_no_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards(tmp_path / "source")
    opened = open_hf(tmp_path / "source")
    kept = opened.tokenizer.closed(ids("sh"))
    out = tmp_path / "out"
    out.mkdir()

    class KillError(Exception):
        pass

    def stop(event: Event) -> None:
        if isinstance(event, Progress) and event.total is not None and event.done * 2 > event.total:
            raise KillError

    with pytest.raises(KillError):
        opened.write(kept, out, report=stop)
    left = [path.name for path in out.iterdir()]
    assert all(read_safetensors(out / name) for name in left)
    assert len(left) < 2


def test_the_configuration_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    shards(source)
    write_json(source / "generation_config.json", {"max_length": 20})
    write_json(source / "tokenizer_config.json", {"model_max_length": 20})
    written: list[str] = []

    def record(path: Path, data: bytes) -> None:
        written.append(path.name)
        path.write_bytes(data)

    monkeypatch.setattr("exporters.trim.hf.model.write_bytes", record)
    opened = open_hf(source)
    (tmp_path / "out").mkdir()
    opened.write(opened.tokenizer.closed(ids("sh")), tmp_path / "out")
    assert written == [INDEX, "tokenizer.json", "tokenizer_config.json", "generation_config.json", "config.json"]


def test_memory_does_not_grow_with_the_model(tmp_path: Path) -> None:
    rows, width = len(TOKENS), 1 << 20
    body = Output("model.encoder.layers.0.fc1.weight", "U8", (64, width), [bytes(1 << 20)] * 64)
    tables = [Output(name, "U8", (rows, width), [bytes(width)] * rows) for name in ("shared.weight", "lm_head.weight")]
    source = plain_folder(tmp_path / "source", tensors=[*tables, body])
    opened = open_hf(source)
    kept = opened.tokenizer.closed(ids("sh"))
    (tmp_path / "out").mkdir()
    tracemalloc.start()
    opened.write(kept, tmp_path / "out")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (source / "model.safetensors").stat().st_size > 100 << 20
    assert peak < 24 << 20
