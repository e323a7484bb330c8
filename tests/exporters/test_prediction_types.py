"""The type that llama.cpp gives each tensor, known without it: held against what it says itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.deep_gguf import deep_gguf
from toys.gguf_vocabulary import bert, encoder, language_model, llama
from toys.llama import needs_llama

from exporters.containers.gguf import read_gguf
from exporters.prediction.tensor_types import PREDICTED, tensor_types
from exporters.quantize.gguf import dry_run

MODELS = {
    "tied, rows of 256": lambda: language_model(llama(), width=256),
    "rows of 64, where types fall back": lambda: language_model(llama(), width=64),
    "rows of 48, where blocks of 32 do not fit": lambda: language_model(llama(), width=48),
    "encoder": lambda: encoder(bert(), width=256),
    "18 layers": lambda: deep_gguf(18),
    "11 layers and a head of its own": lambda: deep_gguf(11, tied=False),
    "heads in groups of 4": lambda: deep_gguf(9, groups=4),
    "8 experts": lambda: deep_gguf(9, experts=8),
}


@needs_llama
@pytest.mark.parametrize("name", MODELS)
def test_types_are_those_that_llama_cpp_says_it_would_give(name: str, tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(MODELS[name]())
    for quant in PREDICTED:
        assert tensor_types(read_gguf(path), quant) == dict(dry_run(path, quant)), quant
    if "48" not in name:
        assert tensor_types(read_gguf(path), "q4_k_m", "q5_0") == dict(dry_run(path, "q4_k_m", embedding="q5_0"))


def test_a_mixture_gives_the_first_the_last_and_every_third_layer_more_bits(tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(deep_gguf(16))
    found = tensor_types(read_gguf(path), "q4_k_m")
    more = [layer for layer in range(16) if found[f"blk.{layer}.ffn_down.weight"] == "Q6_K"]
    assert more == [0, 1, 4, 7, 10, 13, 14, 15]
    assert {found[f"blk.{layer}.attn_q.weight"] for layer in range(16)} == {"Q4_K"}
    table = found["token_embd.weight"]
    assert table == "Q6_K"  # it is the head as well
    assert found["output_norm.weight"] == "F32"


def test_e16_rows_that_a_type_does_not_fit_get_one_of_32_values(tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(language_model(llama(), width=64))
    found = tensor_types(read_gguf(path), "q4_k_s")
    assert found["blk.0.attn_q.weight"] == "Q5_0"
    table = found["token_embd.weight"]
    assert table == "Q8_0"


@pytest.mark.parametrize("damage", ["block_count", "attention.head_count", "attention.head_count_kv"])
def test_numbers_that_a_hostile_file_says_end_in_types_all_the_same(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    data = deep_gguf(3)
    key = f"llama.{damage}".encode()
    at = data.index(key) + len(key) + 4
    for number in (0, 0xFFFFFFFF):
        path.write_bytes(data[:at] + number.to_bytes(4, "little") + data[at + 4 :])
        file = read_gguf(path)
        assert set(tensor_types(file, "q4_k_m")) == set(file.tensors)
