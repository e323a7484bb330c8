"""Checkpoints that cannot become GGUF: every reason at once, and nothing written."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.gguf_conversion import convert
from toys.hf_folder import write_tensors
from toys.plain_checkpoints import PLAIN, edited, plain_checkpoint, plain_tensors

from edgekit.core.errors import EdgekitError, UnsupportedModelError
from edgekit.core.events import silent
from exporters.containers.safetensors import Output
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of

FAMILIES = sorted(PLAIN)


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
