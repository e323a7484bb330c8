"""Checkpoints that become GGUF: each family the same file every time, and everything about it in its metadata."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tracemalloc
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from toys.hf_folder import read_json, write_json, write_tensors
from toys.plain_checkpoints import PLAIN, edited, plain_checkpoint, plain_tensors

from edgekit.core.errors import EdgekitError, UnsupportedModelError
from edgekit.core.events import Note, silent
from exporters.base import Built
from exporters.containers.gguf import BLOCKS, Gguf, read_gguf
from exporters.containers.safetensors import Output
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import CONVERSIONS, conversion_of
from exporters.families.gguf.bloom import apart
from exporters.families.gguf.llama import pairs_beside
from exporters.trim.gguf import open_gguf
from exporters.trim.hf import open_hf

FAMILIES = sorted(PLAIN)
# sha256 of the float16 artifact, which depends on nothing but the code: what changes one changes what people get.
DIGESTS = {
    "bert": "05d524b74df6953d254dfe2a35846d311f7e69faac611a125b10c604e8ad31b3",
    "bloom": "71eb8a3b67c6c1894f6e81f5d19dbf282068d945c8eee8e9df617dceb069bbaf",
    "gemma3_text": "2b41b3d2802879eaf5d2a20ed05ad17c115f02b22fe062dd640168203921de27",
    "llama": "5e6833b8d91cf0edd00e9abe61ea507a596ea4ae4b439b2b7537d573e947caa2",
    "mistral": "fc84b39251053b54370379a49681750f1abeb47118cfb046e5780790075d94b1",
    "mt5": "a2dfaeb43a31be2409fc9db5fe35b545afe36d98b93e0e939dcd7ff1440a2276",
    "qwen2": "a346994469b9ffdd37a1fac3df563d268293642c0588e0de2d69ea7db18068f0",
    "qwen3": "e6509ae791716c62817884861e6abdc353c24580643f00bb6eaae7f91f102944",
    "t5": "1856304ea7ebe501d939fc1327fb6a961c7567197f889c40b279325682346c60",
    "xlm-roberta": "28644111cdea0b400ce5b183529aa9328f15934307280cbac97c18ff3de16b00",
}


def convert(source: Path, out: Path, *, dtype: str = "f16", notes: list[str] | None = None) -> tuple[Built, Gguf]:
    out.mkdir()
    checkpoint = open_checkpoint(source)

    def note(event: object) -> None:
        if notes is not None and isinstance(event, Note):
            notes.append(event.text)

    built = conversion_of(checkpoint, "gguf").convert(checkpoint, out, dtype=dtype, report=note)
    return built, read_gguf(out / str(built.engine["file"]))


def values_of(file: Gguf, name: str) -> Any:
    place = file.tensors[name]
    return gguf.quants.dequantize(file.rows(name), gguf.GGMLQuantizationType(place.type)).reshape(place.shape)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_artifact_of_a_family_is_the_same_to_the_byte(family: str, tmp_path: Path) -> None:
    convert(plain_checkpoint(tmp_path / "toy", family), tmp_path / "out")
    assert hashlib.sha256((tmp_path / "out" / "model.gguf").read_bytes()).hexdigest() == DIGESTS[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_names_and_keys_are_those_of_the_library(family: str, tmp_path: Path) -> None:
    _, file = convert(plain_checkpoint(tmp_path / "toy", family), tmp_path / "out")
    architecture = str(file.metadata["general.architecture"].value, "ascii")
    number = {name: at for at, name in gguf.constants.MODEL_ARCH_NAMES.items()}[architecture]
    allowed = {gguf.constants.TENSOR_NAMES[one] for one in gguf.constants.MODEL_TENSORS[number]}
    for name in file.tensors:
        stem = name.removesuffix(".weight").removesuffix(".bias")
        parts = ["{bid}" if part.isdigit() else part for part in stem.split(".")]
        assert ".".join(parts) in allowed
    groups = [part for part in vars(gguf.constants.Keys).values() if isinstance(part, type)]
    keys = [value for group in groups for value in vars(group).values() if isinstance(value, str)]
    known = {re.sub(r"\{arch\}", architecture, re.sub(r"\{id\}", "0", key)) for key in keys}
    # llama.cpp reads the first two, the library has no names for them yet; older llama.cpp reads the third for `bos`.
    known |= {f"tokenizer.ggml.{key}" for key in ("normalizer.lowercase", "normalizer.strip_accents", "cls_token_id")}
    assert set(file.metadata) <= known


@pytest.mark.parametrize("family", FAMILIES)
def test_the_library_reads_what_is_written(family: str, tmp_path: Path) -> None:
    _, file = convert(plain_checkpoint(tmp_path / "toy", family), tmp_path / "out")
    reader = gguf.GGUFReader(tmp_path / "out" / "model.gguf")
    assert [tensor.name for tensor in reader.tensors] == list(file.tensors)
    for tensor in reader.tensors:
        assert bytes(tensor.data.tobytes()) == file.rows(tensor.name).tobytes()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", ["f32", "f16", "bf16", "q8_0"])
def test_size_is_exact_and_matrices_alone_have_the_type(family: str, dtype: str, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", family)
    checkpoint = open_checkpoint(source)
    expected = conversion_of(checkpoint, "gguf").size_bytes(checkpoint, dtype=dtype)
    built, file = convert(source, tmp_path / "out", dtype=dtype)
    assert (tmp_path / "out" / "model.gguf").stat().st_size == expected
    for name, place in file.tensors.items():
        small = len(place.shape) == 1 or name.startswith(("position_embd", "token_types")) or "attn_rel_b" in name
        assert BLOCKS[place.type][0] == ("F32" if small else dtype.upper())
    (step,) = built.steps
    assert sum(step["tensors"].values()) == len(file.tensors)


def test_metadata_says_where_it_comes_from(tmp_path: Path) -> None:
    _, file = convert(plain_checkpoint(tmp_path / "My Toy", "llama"), tmp_path / "out")
    said = {key: value.value for key, value in file.metadata.items()}
    assert said["general.name"] == b"My Toy"
    assert said["general.license"] == b"apache-2.0"
    assert list(said["general.languages"]) == [b"pt", b"no", b"sw"]  # YAML reads a bare `no` as false
    assert said["general.base_model.count"] == 1
    assert said["general.base_model.0.organization"] == b"someone"
    assert said["general.base_model.0.repo_url"] == b"https://huggingface.co/someone/base-model"
    assert (said["general.file_type"], said["general.quantization_version"]) == (1, 2)
    assert said["tokenizer.ggml.pre"] == b"llama-bpe"
    assert said["tokenizer.ggml.add_bos_token"] is True
    assert said["tokenizer.ggml.add_eos_token"] is False
    assert list(said["tokenizer.ggml.tokens"])[-3:] == [b"[PAD267]", b"[PAD268]", b"[PAD269]"]


@pytest.mark.parametrize(
    "card", ["", "---\n- a list\n---\n", "---\n{[\n---\n", "---\nlicense: {a: b}\n---\n", "no card"]
)
def test_a_damaged_card_says_nothing_and_stops_nothing(card: str, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    (source / "README.md").write_text(card, "utf-8")
    _, file = convert(source, tmp_path / "out")
    assert "general.license" not in file.metadata


def test_queries_and_keys_of_llama_are_interleaved_and_nothing_else_is(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    _, file = convert(source, tmp_path / "out", dtype="f32")
    checkpoint = open_checkpoint(source)
    for name, heads in (("q", 4), ("k", 2)):
        before = checkpoint.floats(f"model.layers.1.self_attn.{name}_proj.weight")
        after = values_of(file, f"blk.1.attn_{name}.weight")
        expected = before.reshape(heads, 2, 8, 64).swapaxes(1, 2).reshape(heads * 16, 64)
        np.testing.assert_array_equal(after, expected)
    np.testing.assert_array_equal(values_of(file, "token_embd.weight"), checkpoint.floats("model.embed_tokens.weight"))


def test_rows_are_moved_and_none_is_lost() -> None:
    for rows in (pairs_beside(4, 16), apart(4, 16)):
        assert sorted(rows.tolist()) == list(range(len(rows)))
    assert pairs_beside(1, 6).tolist() == [0, 3, 1, 4, 2, 5]
    assert apart(2, 2).tolist() == [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]


def test_positions_of_xlm_roberta_lose_the_rows_before_the_first(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "xlm-roberta")
    _, file = convert(source, tmp_path / "out")
    rows = open_checkpoint(source).floats("roberta.embeddings.position_embeddings.weight")
    np.testing.assert_array_equal(values_of(file, "position_embd.weight"), rows[2:])
    assert file.metadata["bert.context_length"].value == 64


def test_bfloat16_is_read_and_written_without_a_loss(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    tensors = []
    for one in plain_tensors(source):
        bits = np.frombuffer(b"".join(map(bytes, one.pieces)), "<u4") >> 16
        tensors.append(Output(one.name, "BF16", one.shape, [bits.astype("<u2").tobytes()]))
    write_tensors(source / "model.safetensors", tensors)
    _, file = convert(source, tmp_path / "out", dtype="bf16")
    stored = open_checkpoint(source)
    place = file.tensors["blk.0.ffn_up.weight"]
    assert BLOCKS[place.type][0] == "BF16"
    assert file.rows(place.name).tobytes() == stored.array("model.layers.0.mlp.up_proj.weight").tobytes()


def test_a_matrix_whose_rows_are_no_blocks_is_float16_and_that_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    source = plain_checkpoint(tmp_path / "toy", "llama", intermediate_size=40)
    built, file = convert(source, tmp_path / "out", dtype="q8_0", notes=notes)
    assert BLOCKS[file.tensors["blk.0.ffn_down.weight"].type][0] == "F16"
    assert any("2 matrices are f16" in note for note in notes)
    assert built.steps[0]["tensors"]["F16"] == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e6])
def test_values_that_float16_has_not_are_refused_and_nothing_is_left(value: float, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    tensors = plain_tensors(source)
    values = np.frombuffer(b"".join(map(bytes, tensors[0].pieces)), "<f4").copy()
    values[7] = value
    tensors[0] = Output(tensors[0].name, "F32", tensors[0].shape, [values.tobytes()])
    write_tensors(source / "model.safetensors", tensors)
    with pytest.raises(UnsupportedModelError, match=r"token_embd\.weight"):
        convert(source, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_window_that_llama_cpp_has_not_ends_the_context_of_mistral(tmp_path: Path) -> None:
    notes: list[str] = []
    _, file = convert(plain_checkpoint(tmp_path / "toy", "mistral"), tmp_path / "out", notes=notes)
    assert file.metadata["llama.context_length"].value == 32
    assert any("32 tokens back" in note for note in notes)


def test_long_waves_of_llama_3_1_get_a_factor_each(tmp_path: Path) -> None:
    scaling = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
    original = {"original_max_position_embeddings": 64}
    source = plain_checkpoint(tmp_path / "toy", "llama", rope_scaling={**scaling, **original})
    _, file = convert(source, tmp_path / "out")
    factors = values_of(file, "rope_freqs.weight")
    assert factors.shape == (8,)
    assert (factors[0], factors[-1]) == (1.0, 8.0)
    assert (np.diff(factors) >= 0).all()


def test_a_converted_vocabulary_opens_for_trimming_and_cuts_a_text_alike(tmp_path: Path) -> None:
    for family in FAMILIES:
        source = plain_checkpoint(tmp_path / family, family)
        convert(source, tmp_path / f"{family}-out")
        lines = ["the sea", "the  moon and the sea", "12 345, é!", "Moon"]
        opened = open_gguf(tmp_path / f"{family}-out" / "model.gguf")
        assert opened.tokenizer.encode(lines) == open_hf(source).tokenizer.encode(lines)


@pytest.mark.parametrize("family", FAMILIES)
def test_e6_trimmed_then_converted_is_converted_then_trimmed(family: str, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", family)
    opened = open_hf(source)
    wanted = np.unique(np.concatenate([np.array(ids, np.int64) for ids in opened.tokenizer.encode(["the sea"])]))
    kept = opened.tokenizer.closed(wanted)
    (tmp_path / "trimmed").mkdir()
    (tmp_path / "trimmed" / "toy").mkdir()
    opened.write(kept, tmp_path / "trimmed" / "toy", report=silent)
    _, one = convert(tmp_path / "trimmed" / "toy", tmp_path / "one")
    convert(source, tmp_path / "whole")
    whole = open_gguf(tmp_path / "whole" / "model.gguf")
    (tmp_path / "other").mkdir()
    whole.write(kept, tmp_path / "other")
    other = read_gguf(tmp_path / "other" / "model.gguf")
    assert list(one.tensors) == list(other.tensors)
    for name in one.tensors:
        assert one.rows(name).tobytes() == other.rows(name).tobytes(), name
    assert set(one.metadata) == set(other.metadata)
    for key, value in one.metadata.items():
        if key == "tokenizer.ggml.scores" and family in ("mistral", "gemma3_text"):
            # Made of the order of merges, of which there are fewer now; `tokenizer.model` keeps its own.
            assert np.argsort(value.value).tolist() == np.argsort(other.metadata[key].value).tolist()
            continue
        left, right = value.value, other.metadata[key].value
        assert (list(left) == list(right)) if hasattr(left, "__len__") else left == right, key


def refused(source: Path) -> str:
    """All reasons, and nothing written."""
    checkpoint = open_checkpoint(source)
    conversion = conversion_of(checkpoint, "gguf")
    reasons = conversion.check(checkpoint)
    out = source.parent / "refused"
    out.mkdir()
    with pytest.raises(UnsupportedModelError) as found:
        conversion.convert(checkpoint, out, dtype="f16", report=silent)
    assert list(found.value.reasons) == reasons
    assert list(out.iterdir()) == []
    return "\n".join(reasons)


def test_missing_extra_and_wrong_shaped_tensors_are_all_named_at_once(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    tensors = {one.name: one for one in plain_tensors(source)}
    del tensors["model.norm.weight"]
    flat = tensors["model.layers.0.mlp.up_proj.weight"]
    tensors[flat.name] = Output(flat.name, "F32", (64, 96), flat.pieces)
    tensors["model.layers.9.mlp.up_proj.weight"] = Output("model.layers.9.mlp.up_proj.weight", "F32", (1,), [bytes(4)])
    tensors["lm_head.weight"] = Output("lm_head.weight", "I8", tensors["lm_head.weight"].shape, [bytes(269 * 64 + 64)])
    write_tensors(source / "model.safetensors", list(tensors.values()))
    said = refused(source)
    assert "`model.norm.weight` is missing" in said
    assert "has shape (64, 96), and the configuration says (96, 64)" in said
    assert "`model.layers.9.mlp.up_proj.weight` is there, and nobody knows" in said
    assert "`lm_head.weight` is I8" in said


@pytest.mark.parametrize("rows", [100, 269, 1000])
def test_a_configuration_that_lies_about_the_vocabulary_is_refused(rows: int, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    edited(source / "config.json", lambda config: config.update(vocab_size=rows))
    said = refused(source)
    assert "`model.embed_tokens.weight` has shape (270, 64)" in said
    if rows == 100:
        assert "the tokenizer has 267 tokens and the table of words 100 rows" in said


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    (source / "tokenizer.json").write_bytes(
        (plain_checkpoint(tmp_path / "other", "bert") / "tokenizer.json").read_bytes()
    )
    said = refused(source)
    assert "has only 24 tokens for the table's 270 rows" in said
    assert "kind `bert`" in said
    assert "`bos_token` is `<s>`, and the tokenizer has no such token" in said


def test_a_mark_that_there_is_not_is_refused(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama", eos_token_id=[2, 268])
    assert "`eos_token_id` of `config.json` is 268, and the tokenizer has no such token" in refused(source)


def test_an_unknown_pre_tokenizer_is_refused_by_what_it_is(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")

    def change(file: dict[str, Any]) -> None:
        file["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = r"\w+"

    edited(source / "tokenizer.json", change)
    assert r"no name for the pre-tokenizer Split `\w+`" in refused(source)


def test_merges_that_scores_cannot_say_are_refused(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "mistral")
    edited(source / "tokenizer.json", lambda file: file["model"]["merges"].pop())
    assert "ways to join two tokens are no merges" in refused(source)
    again = plain_checkpoint(tmp_path / "again" / "toy", "mistral")
    edited(again / "tokenizer.json", lambda file: file["model"]["merges"].insert(0, file["model"]["merges"].pop()))
    said = "\n".join(conversion_of(open_checkpoint(again), "gguf").check(open_checkpoint(again)))
    assert "not in the order of scores" in said


@pytest.mark.parametrize(
    ("family", "changes", "reason"),
    [
        ("llama", {"hidden_act": "relu"}, "`hidden_act` is 'relu'"),
        ("llama", {"num_local_experts": 8}, "mixture of experts"),
        ("llama", {"attention_bias": True}, "`attention_bias` is 'True'"),
        ("llama", {"rope_scaling": {"rope_type": "longrope"}}, "type `longrope`"),
        ("llama", {"quantization_config": {"bits": 4}}, "quantised already"),
        ("llama", {"hidden_size": "64"}, "`hidden_size` is '64'"),
        ("llama", {"num_key_value_heads": 3}, "cannot share 3"),
        ("qwen2", {"use_sliding_window": True}, "`use_sliding_window`"),
        ("gemma3_text", {"final_logit_softcapping": 30.0}, "`final_logit_softcapping`"),
        ("gemma3_text", {"layer_types": ["full_attention", "sliding_attention"]}, "no pattern of windows"),
        ("bloom", {"apply_residual_connection_post_layernorm": True}, "`apply_residual_connection"),
        ("bert", {"hidden_act": "relu"}, "`hidden_act`"),
        ("bert", {"position_embedding_type": "relative_key"}, "`position_embedding_type`"),
        ("t5", {"relative_attention_max_distance": 64}, "`relative_attention_max_distance`"),
        ("t5", {"feed_forward_proj": "gated-silu"}, "`feed_forward_proj`"),
    ],
)
def test_a_setting_that_is_not_carried_over_is_refused(
    family: str, changes: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    source = plain_checkpoint(tmp_path / "toy", family)
    edited(source / "config.json", lambda config: config.update(changes))
    assert reason in refused(source)


@pytest.mark.parametrize(("model_type", "near"), [("qwen2_moe", "qwen2"), ("gemma3n_text", "gemma3_text")])
def test_an_unknown_architecture_names_the_nearest_that_works(model_type: str, near: str, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    edited(source / "config.json", lambda config: config.update(model_type=model_type))
    with pytest.raises(UnsupportedModelError) as found:
        conversion_of(open_checkpoint(source), "gguf")
    assert f"the nearest that works is `{near}`" in found.value.reasons


def test_an_architecture_like_none_is_named_by_its_task(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    edited(source / "config.json", lambda config: config.update(model_type="zzz"))
    with pytest.raises(UnsupportedModelError) as found:
        conversion_of(open_checkpoint(source), "gguf")
    assert "the nearest that works is `llama`" in found.value.reasons


def test_pickles_and_code_are_refused_with_the_way_out(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    edited(source / "config.json", lambda config: config.update(auto_map={"AutoModel": "evil.Model"}))
    with pytest.raises(UnsupportedModelError, match="code of its own"):
        open_checkpoint(source)
    edited(source / "config.json", lambda config: config.pop("auto_map"))
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    with pytest.raises(UnsupportedModelError) as found:
        open_checkpoint(source)
    assert "save_pretrained" in (found.value.hint or "")


def test_random_bytes_in_any_file_end_in_an_error_or_a_sound_model(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "mistral")
    chooser = np.random.default_rng(5)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        whole = (source / name).read_bytes()
        for at in range(60):
            damaged = bytearray(whole)
            for _ in range(chooser.integers(1, 4)):
                damaged[chooser.integers(len(damaged))] = chooser.integers(32, 127)
            (source / name).write_bytes(bytes(damaged))
            try:
                convert(source, tmp_path / f"{name}-{at}")
            except EdgekitError:
                continue
        (source / name).write_bytes(whole)


def test_a_model_is_never_whole_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.conversion.gguf_tensors._PIECE", 1 << 16)
    source = plain_checkpoint(tmp_path / "toy", "llama", intermediate_size=1 << 16)
    checkpoint = open_checkpoint(source)
    (tmp_path / "out").mkdir()
    for dtype in ("f16", "q8_0"):
        tracemalloc.start()
        conversion_of(checkpoint, "gguf").convert(checkpoint, tmp_path / "out", dtype=dtype, report=silent)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 4_000_000 < checkpoint.tensors["model.layers.0.mlp.up_proj.weight"].size


JUNK = [None, -1, 0, 1, 7, 1 << 23, 1 << 40, 0.5, float("nan"), 1e40, True, "x", [], {}, [1], {"a": 1}]


@pytest.mark.parametrize("family", FAMILIES)
def test_any_setting_of_any_kind_ends_in_reasons_or_a_sound_plan(family: str, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", family)
    checkpoint = open_checkpoint(source)
    conversion = conversion_of(checkpoint, "gguf")
    more = ["head_dim", "rope_scaling", "rope_parameters", "num_decoder_layers", "n_positions", "tie_word_embeddings"]
    for key in sorted({*checkpoint.config, *more} - {"model_type"}):
        for junk in JUNK:
            changed = dataclasses.replace(checkpoint, config={**checkpoint.config, key: junk})
            try:
                reasons = conversion.check(changed)
            except EdgekitError:
                continue
            if not reasons:
                assert conversion.size_bytes(changed, dtype="f16") > 0


def test_every_family_of_the_registry_has_a_toy() -> None:
    assert set(CONVERSIONS["gguf"]) - {"gemma3"} == set(PLAIN)


def test_pictures_of_gemma_3_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "gemma3_text")
    config = read_json(source / "config.json")
    tensors = [Output(f"language_model.{one.name}", one.dtype, one.shape, one.pieces) for one in plain_tensors(source)]
    tensors.append(Output("vision_tower.patch.weight", "F32", (2, 2), [bytes(16)]))
    write_tensors(source / "model.safetensors", tensors)
    write_json(source / "config.json", {"model_type": "gemma3", "text_config": config, "eos_token_id": 2})
    notes: list[str] = []
    _, file = convert(source, tmp_path / "out", notes=notes)
    assert "blk.1.attn_q_norm.weight" in file.tensors
    assert any("pictures" in note for note in notes)
