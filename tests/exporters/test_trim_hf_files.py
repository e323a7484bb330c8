"""Hugging Face folders without torch: rows, ids in every file, what is dropped, and what is refused."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.checkpoints import PIECES, TOKENS, plain_config, plain_folder, plain_tensors, token_json, write_json
from toys.fuzz import mutated

from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Event, Progress
from exporters.containers.safetensors import Output, read_safetensors, write_safetensors
from exporters.trim.base import Ids
from exporters.trim.hf import HfModel, open_hf
from exporters.trim.hf.sentencepiece_model import StaleError, trim_sentencepiece
from exporters.trim.hf.words import words_of
from exporters.trim.vocabulary import vocab_fingerprint

INDEX = "model.safetensors.index.json"
SPECIAL = [at for at, token in enumerate(TOKENS) if token not in PIECES]


def read_json(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def write_tensors(path: Path, tensors: list[Output]) -> None:
    with path.open("wb") as stream:
        for _ in write_safetensors(stream, {"format": "pt"}, tensors):
            pass


def ids(*words: str) -> Ids:
    return np.array(sorted({*SPECIAL, *(TOKENS.index(word) for word in words)}), np.int64)


def trimmed(source: Path, *words: str) -> tuple[HfModel, Ids, Path]:
    opened = open_hf(source)
    kept = opened.tokenizer.closed(ids(*words))
    out = source.parent / "out"
    out.mkdir()
    opened.write(kept, out)
    return opened, kept, out


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
    assert (new[len(kept) :] == -np.inf).all()
    for name in ("model.encoder.layers.0.fc1.weight", "model.encoder.layer_norm.weight"):
        assert bytes(after.bytes_of(name)) == bytes(before.bytes_of(name))
    assert read_json(folder / "out" / "config.json")["vocab_size"] == rows
    assert built.engine["vocab_fingerprint"] == vocab_fingerprint(TOKENS[at] for at in kept)


@pytest.mark.parametrize(
    ("dtype", "silence"),
    [("F16", b"\x00\xfc"), ("BF16", b"\x80\xff"), ("F64", b"\x00" * 6 + b"\xf0\xff"), ("F8_E5M2", b"\xfc")],
)
def test_e12_padding_is_silenced_in_the_bias_own_type(dtype: str, silence: bytes, tmp_path: Path) -> None:
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(1))
    tensors[2] = Output("final_logits_bias", dtype, (1, len(TOKENS)), [bytes(len(silence) * len(TOKENS))])
    _, kept, out = trimmed_unevenly(plain_folder(tmp_path / "source", tensors=tensors))
    bias = bytes(read_safetensors(out / "model.safetensors").bytes_of("final_logits_bias"))
    assert bias == bytes(len(silence) * len(kept)) + silence * (-len(kept) % 8)


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


def test_tables_that_do_not_fit_are_all_named(tmp_path: Path) -> None:
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(1))
    tensors[1] = Output("lm_head.weight", "U8", (len(TOKENS) - 1, 4), [bytes(4 * (len(TOKENS) - 1))])
    tensors[2] = Output("final_logits_bias", "U8", (2, len(TOKENS)), [bytes(2 * len(TOKENS))])
    plain_folder(tmp_path / "source", tensors=tensors)
    with pytest.raises(ModelFormatError, match="do not fit") as caught:
        open_hf(tmp_path / "source")
    assert len(caught.value.reasons) == 2


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
        opened.write(ids(), tmp_path / "out")
    assert len(caught.value.reasons) == 3
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    "kept", [[], [1, 0], [0, 0, 1], [-1, 0], [*range(len(TOKENS) + 1)]], ids=["none", "order", "twice", "low", "high"]
)
def test_ids_that_are_no_ascending_ids_are_refused(kept: list[int], tmp_path: Path) -> None:
    opened = open_hf(plain_folder(tmp_path / "source"))
    with pytest.raises(UsageError, match="ascending"):
        opened.write(np.array(kept, np.int64), tmp_path)


def test_e8_tokens_of_asked_languages_stay_where_they_are_ordinary_tokens(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    state = token_json()
    for at, token in ((5, "<2pt>"), (6, "<2en>"), (12, "__pt__"), (13, "de_DE")):
        state["model"]["vocab"][at][0] = token
    write_json(source / "tokenizer.json", state)
    found = {
        languages: {at for at in (5, 6, 12, 13) if at in open_hf(source, languages=languages).tokenizer.forced}
        for languages in ((), ("pt-BR",), ("en", "de"))
    }
    assert found == {(): set(), ("pt-BR",): {5, 12}, ("en", "de"): {6, 13}}


def test_e8_files_of_added_and_special_tokens_follow(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    at = TOKENS.index
    decoder = {str(at(token)): {"content": token, "special": True} for token in ("<s>", "en_XX", "\u2581mar")}
    write_json(
        source / "tokenizer_config.json",
        {
            "eos_token": "</s>",
            "mask_token": {"content": "<mask>", "lstrip": True},
            "additional_special_tokens": ["en_XX", "\u2581mar", {"content": "mo"}],
            "extra_special_tokens": {"sea": "\u2581sea", "sail": "sh"},
            "added_tokens_decoder": decoder,
            "model_max_length": 512,
            "chat_template": [{"name": "default", "template": "Hello {{ name }}"}],
        },
    )
    write_json(source / "special_tokens_map.json", {"eos_token": "</s>", "additional_special_tokens": ["mo", "sh"]})
    write_json(source / "added_tokens.json", {"<mask>": at("<mask>"), "\u2581mar": at("\u2581mar")})
    opened, kept, out = trimmed(source, "sh")
    assert list(opened.prompts) == ["Hello {{ name }}"]
    new = {TOKENS[old]: number for number, old in enumerate(kept.tolist())}
    config = read_json(out / "tokenizer_config.json")
    assert config["additional_special_tokens"] == ["en_XX"]
    assert config["extra_special_tokens"] == {"sail": "sh"}
    assert config["added_tokens_decoder"] == {str(new[one]): decoder[str(at(one))] for one in ("<s>", "en_XX")}
    assert config["model_max_length"] == 512
    assert read_json(out / "special_tokens_map.json") == {"eos_token": "</s>", "additional_special_tokens": ["sh"]}
    assert read_json(out / "added_tokens.json") == {"<mask>": new["<mask>"]}
    assert words_of(read_json(out / "tokenizer.json")).names == [TOKENS[old] for old in kept.tolist()]


def test_e8_a_token_that_is_named_alone_stays_and_cannot_be_left_out(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / "special_tokens_map.json", {"sep_token": "\u2581mar"})
    opened = open_hf(source)
    assert TOKENS.index("\u2581mar") in opened.tokenizer.forced
    with pytest.raises(UsageError, match="cannot be trimmed"):
        opened.write(ids(), tmp_path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("vocab.json", json.dumps({token: at for at, token in enumerate(reversed(TOKENS))}).encode()),
        ("vocab.txt", "\n".join(TOKENS[:-1]).encode()),
        ("merges.txt", b"s e\n"),
        ("merges.txt", b"\xff\n"),
        ("added_tokens.json", b'{"<mask>": 3}'),
        ("tokenizer_config.json", b'{"added_tokens_decoder": {"3": {"content": "<mask>"}}}'),
        ("sentencepiece.bpe.model", b"\x0a\x03\x0a\x01a"),
        ("tokenizer.model", b"IyE= 0\nIg== 1\n"),
        ("spiece.model", b""),
    ],
)
def test_e19_a_file_that_disagrees_with_the_tokenizer_is_dropped_and_named(
    name: str, data: bytes, tmp_path: Path
) -> None:
    source = plain_folder(tmp_path / "source")
    (source / name).write_bytes(data)
    opened = open_hf(source)
    (tmp_path / "out").mkdir()
    built = opened.write(opened.tokenizer.closed(ids("sh")), tmp_path / "out")
    assert not (tmp_path / "out" / name).exists()
    assert [one["file"] for one in built.steps[0]["dropped"]] == [name]
    assert abs(opened.size_bytes(opened.tokenizer.closed(ids("sh"))) / total(tmp_path / "out") - 1) < 0.05


def byte_pairs(source: Path, merges: list[Any], vocab: list[str]) -> None:
    """A folder of the same model with a BPE tokenizer."""
    state = token_json()
    state["model"] = {"type": "BPE", "vocab": {token: at for at, token in enumerate(vocab)}, "merges": merges}
    state["added_tokens"] = [token for token in state["added_tokens"] if token["id"] < 4]
    write_json(source / "tokenizer.json", state)


def test_e20_merges_with_a_space_are_kept_in_the_json_and_their_text_file_is_dropped(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    vocab = [*TOKENS[:4], *"abc ", "ab", "a b", " b", "bc", "ca", "cc"]
    byte_pairs(source, [["a", "b"], [" ", "b"], ["a", " b"], ["b", "c"]], vocab)
    (source / "merges.txt").write_text("#version: 0.2\na b\n  b\na  b\nb c\n", "utf-8")
    write_json(source / "vocab.json", {token: at for at, token in enumerate(vocab)})
    opened = open_hf(source)
    kept = opened.tokenizer.closed(np.array([vocab.index("a b")]))
    (tmp_path / "out").mkdir()
    built = opened.write(kept, tmp_path / "out")
    after = words_of(read_json(tmp_path / "out" / "tokenizer.json"))
    assert after.merges == [(" ", "b"), ("a", " b")]
    assert [one["file"] for one in built.steps[0]["dropped"]] == ["merges.txt", "vocab.json"]


@pytest.mark.parametrize("head", ["#version: 0.2\n", ""])
def test_e19_vocab_and_merges_are_written_together(head: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    vocab = [*TOKENS[:4], *"abc", "ab", "abc", "bc", "ca"]
    byte_pairs(source, ["a b", "ab c", "b c", "c a"], vocab)
    (source / "merges.txt").write_text(f"{head}a b\nab c\nb c\nc a\n", "utf-8")
    write_json(source / "vocab.json", {token: at for at, token in enumerate(vocab)})
    opened = open_hf(source)
    kept = opened.tokenizer.closed(np.array([vocab.index("abc")]))
    (tmp_path / "out").mkdir()
    assert opened.write(kept, tmp_path / "out").steps[0]["dropped"] == []
    assert (tmp_path / "out" / "merges.txt").read_text("utf-8") == f"{head}a b\nab c\n"
    assert read_json(tmp_path / "out" / "vocab.json") == {vocab[old]: at for at, old in enumerate(kept.tolist())}


def spm(tmp_path: Path) -> bytes:
    """A SentencePiece model of PIECES in fairseq's layout, with a self test, written by hand."""

    def field(number: int, data: bytes) -> bytes:
        return bytes([number << 3 | 2, len(data)]) + data

    kinds = {"<unk>": 2, "<s>": 3, "</s>": 3}
    pieces = b"".join(
        field(1, field(1, text.encode()) + b"\x15" + np.float32(-at).tobytes() + bytes([0x18, kinds.get(text, 1)]))
        for at, text in enumerate(["<unk>", "<s>", "</s>", *PIECES])
    )
    trainer = bytes([3 << 3, 1, 4 << 3, 3 + len(PIECES)])
    return pieces + field(2, trainer) + field(4, field(1, field(1, b"a mar") + field(2, "▁a ▁mar".encode())))


def test_e8_pieces_of_a_fairseq_vocabulary_are_moved_by_one(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / "sentencepiece.bpe.model").write_bytes(spm(tmp_path))
    _, kept, out = trimmed(source, "sh", "er", "a", "▁sea")
    processor = sentencepiece.SentencePieceProcessor(str(out / "sentencepiece.bpe.model"))
    after = words_of(read_json(out / "tokenizer.json")).names
    pieces = [processor.id_to_piece(at) for at in range(processor.get_piece_size())]
    assert pieces == ["<unk>", "<s>", "</s>", *(TOKENS[at] for at in kept.tolist() if TOKENS[at] in PIECES)]
    # fairseq: its own four first, then every piece one higher, and what is added behind counts on from there.
    assert after[4 : len(pieces) + 1] == pieces[3:]
    assert after[len(pieces) + 1 :] == ["en_XX", "pt_XX", "<mask>"]


@pytest.mark.parametrize("gone", ["pt_XX", "<pad>"])
def test_e19_a_sentencepiece_model_is_dropped_where_its_reader_would_count_wrong(gone: str, tmp_path: Path) -> None:
    kept = np.array([at for at, token in enumerate(TOKENS) if token != gone])
    with pytest.raises(StaleError, match="counts them"):
        trim_sentencepiece(spm(tmp_path), words_of(token_json()), kept)


def test_mutated_sentencepiece_models_are_trimmed_or_stale(tmp_path: Path) -> None:
    chooser = random.Random(8)
    words, sound = words_of(token_json()), spm(tmp_path)

    def is_stale(data: bytes) -> bool:
        try:
            return not trim_sentencepiece(data, words, ids("sh"))
        except StaleError:
            return True

    assert 40 < sum(is_stale(mutated(sound, chooser)) for _ in range(400)) < 400


def shards(folder: Path) -> dict[str, Any]:
    """The plain folder in two shards; the index."""
    plain_folder(folder)
    (folder / "model.safetensors").unlink()
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(7))
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    parts = [tensors[:2], tensors[2:]]
    for name, part in zip(names, parts, strict=True):
        write_tensors(folder / name, part)
    weight_map = {tensor.name: name for name, part in zip(names, parts, strict=True) for tensor in part}
    index = {"metadata": {"total_size": sum(tensor.size for tensor in tensors)}, "weight_map": weight_map}
    write_json(folder / INDEX, index)
    return index


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


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"])
def test_e18_an_adapter_for_the_old_vocabulary_is_refused(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / name).write_bytes(b"{}")
    with pytest.raises(UnsupportedModelError, match="adapter") as caught:
        open_hf(source)
    assert "merge" in (caught.value.hint or "")


def test_e18_the_fingerprint_tells_vocabularies_apart() -> None:
    prints = {vocab_fingerprint(tokens) for tokens in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a"], [])}
    assert len(prints) == 6
    assert vocab_fingerprint(["a", "b"]) == vocab_fingerprint(iter(["a", "b"]))


def test_pickles_code_and_other_formats_are_left_behind_and_named(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    for name in ("pytorch_model.bin", "training_args.bin", "modeling_evil.py", "tf_model.h5", "model.fp16.safetensors"):
        (source / name).write_bytes(b"\x80\x04.")
    (source / "onnx").mkdir()
    for name in ("LICENSE", "README.md", "sentence_bert_config.json", "preprocessor_config.json"):
        (source / name).write_bytes(b'{"max_seq_length": 512}')
    opened = open_hf(source)
    (tmp_path / "out").mkdir()
    built = opened.write(opened.tokenizer.closed(ids()), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("LICENSE", "README.md", "config.json", "model.safetensors", "preprocessor_config.json"),
        *("sentence_bert_config.json", "tokenizer.json"),
    ]
    assert (tmp_path / "out" / "sentence_bert_config.json").read_bytes() == b'{"max_seq_length": 512}'
    assert built.steps[0]["left"] == [
        *("model.fp16.safetensors", "modeling_evil.py", "pytorch_model.bin", "tf_model.h5", "training_args.bin"),
        "onnx/",
    ]


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "pytorch_model-00001-of-00002.bin"])
def test_pickles_alone_are_refused_with_the_way_out(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / "model.safetensors").rename(source / name)
    with pytest.raises(UnsupportedModelError, match="pickles") as caught:
        open_hf(source)
    assert "import MBartForConditionalGeneration as M" in (caught.value.hint or "")
    assert any(name in reason for reason in caught.value.reasons)


def test_the_way_out_of_pickles_runs_no_code_of_the_configuration(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    config = {**plain_config(len(TOKENS)), "architectures": ['A; import os; os.system("x")']}
    write_json(source / "config.json", config)
    with pytest.raises(UnsupportedModelError) as caught:
        open_hf(source)
    assert "import AutoModel as M" in (caught.value.hint or "")
    assert "os.system" not in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["config.json", "generation_config.json", "tokenizer_config.json"])
def test_code_of_the_models_own_is_refused_wherever_it_is_named(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / name, {**plain_config(len(TOKENS)), "auto_map": {"AutoTokenizer": ["evil.Tokenizer", None]}})
    with pytest.raises(UnsupportedModelError, match="never run"):
        open_hf(source)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_without_one_of_its_files_is_refused(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / name).unlink()
    with pytest.raises(EdgekitError, match=re.escape(name.partition(".")[2] if "model" in name else name)):
        open_hf(source)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json", INDEX, "modules.json"])
@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 200_000, b'{"model":' + b"9" * 5_000 + b"}"],
    ids=["empty", "open", "list", "number", "bytes", "deep", "long"],
)
def test_a_damaged_json_file_is_a_typed_error(name: str, data: bytes, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    if name == INDEX:
        shards(source)
    if name == "modules.json" and data == b"[]":
        pytest.skip("a list without modules")
    (source / name).write_bytes(data)
    with pytest.raises(ModelFormatError):
        trimmed(source)


def test_a_configuration_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    nested = b'{"a":' * 400 + b"{}" + b"}" * 400
    (source / "generation_config.json").write_bytes(nested)
    with pytest.raises(ModelFormatError, match="damaged"):
        open_hf(source)


@pytest.mark.parametrize("at", [2**31, 10**30, -1])
def test_an_id_far_beyond_the_vocabulary_does_not_take_memory(at: int, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    state = token_json()
    state["added_tokens"][-1]["id"] = at
    write_json(source / "tokenizer.json", state)
    with pytest.raises(ModelFormatError, match=re.escape("tokenizer.json")):
        open_hf(source)


def test_a_tokenizer_with_more_tokens_than_rows_is_refused(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source", rows=len(TOKENS) - 1)
    with pytest.raises(ModelFormatError, match="does not fit"):
        open_hf(source)


def test_modules_of_a_sentence_encoder_are_copied(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / "modules.json", [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}, {"path": "3_None"}])
    write_json(source / "config_sentence_transformers.json", {"prompts": {"query": "query: "}})
    for module in ("1_Pooling", "2_Dense"):
        (source / module).mkdir()
        write_json(source / module / "config.json", {"pooling": "mean"})
    write_tensors(source / "2_Dense" / "model.safetensors", [Output("linear.weight", "F32", (4, 4), [bytes(64)])])
    (source / "2_Dense" / "model.py").write_text("raise SystemExit", "utf-8")
    opened, _, out = trimmed(source, "sh")
    assert list(opened.prompts) == ["query: "]
    for name in ("modules.json", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"):
        assert (out / name).read_bytes() == (source / name).read_bytes()
    assert not (out / "2_Dense" / "model.py").exists()


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "a/../..", "..", 3])
def test_modules_elsewhere_are_refused(path: object, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / "modules.json", [{"path": path}])
    if path == 3:
        (source / "3").mkdir()
        (source / "3" / "pytorch_model.bin").write_bytes(b"\x80")
    with pytest.raises(EdgekitError, match=r"module|pickles"):
        open_hf(source)


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


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "tokenizer.json", INDEX])
def test_mutated_files_end_in_a_typed_error_or_a_folder(name: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shards(source)
    write_json(
        source / "tokenizer_config.json", {"eos_token": "</s>", "added_tokens_decoder": {"0": {"content": "<s>"}}}
    )
    sound = (source / name).read_bytes()
    chooser = random.Random(11)
    refused = 0
    for number in range(120):
        (source / name).write_bytes(mutated(sound, chooser))
        out = tmp_path / str(number)
        out.mkdir()
        try:
            opened = open_hf(source)
            opened.write(opened.tokenizer.closed(ids("sh")), out)
        except EdgekitError:
            refused += 1
            assert not list(out.iterdir())
    assert refused > 10


def total(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
