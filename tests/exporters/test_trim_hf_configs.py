"""Ids in the configurations of a Hugging Face folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.hf_folder import (
    TOKENS,
    ids,
    plain_config,
    plain_folder,
    read_json,
    token_json,
    trimmed,
    write_json,
    write_tensors,
)

from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError, UsageError
from exporters.containers.safetensors import Output
from exporters.trim.hf import open_hf


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"model_type": "xlnet"}, UnsupportedModelError, "xlnet"),
        ({"model_type": ["mbart"]}, UnsupportedModelError, "mbart"),
        ({"vocab_size": -1}, ModelFormatError, "vocab_size"),
        ({"vocab_size": "20"}, ModelFormatError, "vocab_size"),
        ({"vocab_size": 19}, ModelFormatError, "do not fit"),
        ({"eos_token_id": "2"}, ModelFormatError, "eos_token_id"),
        ({"eos_token_id": 2.0}, ModelFormatError, "eos_token_id"),
        ({"eos_token_id": len(TOKENS)}, ModelFormatError, "eos_token_id"),
        ({"eos_token_id": [2, 10**30]}, ModelFormatError, "eos_token_id"),
        ({"lang_code_to_id": [1]}, ModelFormatError, "lang_code_to_id"),
        ({"forced_decoder_ids": [3]}, ModelFormatError, "forced_decoder_ids"),
        ({"suppress_tokens": 3}, ModelFormatError, "suppress_tokens"),
        ({"bad_words_ids": [3]}, ModelFormatError, "bad_words_ids"),
        ({"auto_map": {"AutoModel": "modeling.Evil"}}, UnsupportedModelError, "auto_map"),
    ],
)
def test_e11_a_configuration_that_cannot_be_carried_over_is_refused(
    change: dict[str, Any], kind: type[EdgekitError], says: str, tmp_path: Path
) -> None:
    plain_folder(tmp_path / "source")
    write_json(tmp_path / "source" / "config.json", {**plain_config(len(TOKENS)), **change})
    with pytest.raises(kind) as caught:
        open_hf(tmp_path / "source")
    assert says in str(caught.value)


def test_e11_every_id_of_every_configuration_is_renumbered(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    at = TOKENS.index
    config = plain_config(len(TOKENS)) | {
        "decoder_start_token_id": at("pt_XX"),
        "sep_token_id": None,
        "unk_token_id": -1,
        "decoder": {"vocab_size": len(TOKENS), "eos_token_id": [at("</s>"), at("en_XX")]},
        "vision_config": {"vocab_size": 3, "hidden_size": 4},
        "task_specific_params": {"translation": {"prefix": "translate: ", "forced_bos_token_id": at("pt_XX")}},
        "quantization_config": {"modules": ["a"]},
    }
    generation = {
        "eos_token_id": [at("</s>"), at("<mask>")],
        "forced_bos_token_id": at("pt_XX"),
        "suppress_tokens": [at("sh"), at("<mask>"), at("mo"), -1],
        "begin_suppress_tokens": [at("mo")],
        "bad_words_ids": [[at("sh"), at("mo")], [at("sh"), at("er")]],
        "force_words_ids": [[at("sh")], [[at("er"), at("sh")]]],
        "forced_decoder_ids": [[1, at("pt_XX")], [2, None]],
        "sequence_bias": [[[at("sh")], 2.0], [[at("mo"), at("sh")], -1.0]],
        "lang_code_to_id": {"en_XX": at("en_XX"), "sea": at("\u2581sea"), "mar": at("\u2581mar")},
        "max_length": 200,
        "no_repeat_ngram_size": 3,
    }
    write_json(source / "config.json", config)
    write_json(source / "generation_config.json", generation)
    opened, kept, out = trimmed(source, "sh", "er", "\u2581sea")
    assert list(opened.prompts) == ["translate: "]
    assert not {at("mo"), at("\u2581mar")} & set(kept.tolist())
    new = {TOKENS[old]: number for number, old in enumerate(kept.tolist())}
    rows = -(-len(kept) // 8) * 8
    assert read_json(out / "config.json") == config | {
        "vocab_size": rows,
        "pad_token_id": new["<pad>"],
        "eos_token_id": new["</s>"],
        "forced_eos_token_id": new["</s>"],
        "bos_token_id": new["<s>"],
        "decoder_start_token_id": new["pt_XX"],
        "decoder": {"vocab_size": rows, "eos_token_id": [new["</s>"], new["en_XX"]]},
        "task_specific_params": {"translation": {"prefix": "translate: ", "forced_bos_token_id": new["pt_XX"]}},
    }
    assert read_json(out / "generation_config.json") == {
        "eos_token_id": [new["</s>"], new["<mask>"]],
        "forced_bos_token_id": new["pt_XX"],
        "suppress_tokens": [new["sh"], new["<mask>"], -1],
        "begin_suppress_tokens": [],
        "bad_words_ids": [[new["sh"], new["er"]]],
        "force_words_ids": [[new["sh"]], [[new["er"], new["sh"]]]],
        "forced_decoder_ids": [[1, new["pt_XX"]], [2, None]],
        "sequence_bias": [[[new["sh"]], 2.0]],
        "lang_code_to_id": {"en_XX": new["en_XX"], "sea": new["\u2581sea"]},
        "max_length": 200,
        "no_repeat_ngram_size": 3,
    }


def test_e11_tokens_that_a_configuration_names_stay_and_cannot_be_left_out(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    named = [TOKENS.index("\u2581mar"), TOKENS.index("mo")]
    write_json(source / "generation_config.json", {"eos_token_id": named, "decoder_start_token_id": named[0]})
    opened = open_hf(source)
    assert set(named) <= set(opened.tokenizer.closed(ids()).tolist())
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError) as caught:
        opened.write(np.setdiff1d(opened.tokenizer.forced, named), tmp_path / "out")
    assert [reason.partition(" of ")[0] for reason in caught.value.reasons] == [
        *["`eos_token_id`"] * 2,
        "`decoder_start_token_id`",
    ]
    assert not list((tmp_path / "out").iterdir())


def test_a_configuration_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    nested = b'{"a":' * 400 + b"{}" + b"}" * 400
    (source / "generation_config.json").write_bytes(nested)
    with pytest.raises(ModelFormatError, match="damaged"):
        open_hf(source)


@pytest.mark.parametrize("nested", [False, True])
def test_e11_ids_that_the_family_takes_for_granted_are_stated(nested: bool, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    state = token_json()
    # The order of Gemma, whose defaults its configurations leave out.
    order = ["<pad>", "</s>", "<s>", "<unk>"]
    state["model"]["vocab"][:4] = [[token, -1.0] for token in order]
    for token in state["added_tokens"][:4]:
        token["id"] = order.index(token["content"])
    state["post_processor"]["special_tokens"]["</s>"]["ids"] = [1]
    state["model"]["unk_id"] = 3
    write_json(source / "tokenizer.json", state)
    text = {"model_type": "gemma3_text", "vocab_size": len(TOKENS)}
    config = {"model_type": "gemma3", "text_config": text} if nested else text
    write_json(source / "config.json", config)
    tensors = [Output("model.embed_tokens.weight", "U8", (len(TOKENS), 2), [bytes(2 * len(TOKENS))])]
    write_tensors(source / "model.safetensors", tensors)
    _, kept, out = trimmed(source, "sh")
    after = read_json(out / "config.json")
    part = after["text_config"] if nested else after
    assert part == text | {"vocab_size": len(kept), "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    assert ("pad_token_id" in after) is not nested
