"""The files beside tokenizer.json: in step with it, or dropped and named."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentencepiece
from sentencepiece.sentencepiece_model_pb2 import ModelProto
from toys.fuzz import mutated
from toys.hf_folder import (
    PIECES,
    TOKENS,
    ids,
    plain_folder,
    read_json,
    token_json,
    total,
    trimmed,
    write_json,
)

from edgekit.core.errors import UsageError
from exporters.tokenizers.protobuf import fields
from exporters.trim.hf import open_hf
from exporters.trim.hf.sentencepiece_model import StaleError, trim_sentencepiece
from exporters.trim.hf.words import words_of


def test_e8_tokens_of_asked_languages_stay_where_they_are_ordinary_tokens(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    state = token_json()
    for at, token in ((4, "<2pt>"), (5, "<2en>"), (6, "<2pt_Latn>")):
        state["model"]["vocab"][at][0] = token
    write_json(source / "tokenizer.json", state)
    found = {
        languages: {at for at in (4, 5, 6) if at in open_hf(source, languages=languages).tokenizer.forced}
        for languages in ((), ("pt-BR",), ("en", "de"))
    }
    assert found == {(): set(), ("pt-BR",): {4, 6}, ("en", "de"): {5}}


@pytest.mark.parametrize("code", ["fr_XX", "por_Latn", "__pt__", "<extra_id_7>"])
def test_e8_codes_that_readers_know_by_heart_all_stay(code: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    state = token_json()
    at = TOKENS.index("pt_XX")
    state["model"]["vocab"][at][0] = state["added_tokens"][-2]["content"] = code
    write_json(source / "tokenizer.json", state)
    assert at in open_hf(source).tokenizer.forced


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
    named = TOKENS.index("\u2581mar")
    assert named in opened.tokenizer.forced
    with pytest.raises(UsageError, match="`sep_token` is `\u2581mar`"):
        opened.write(np.setdiff1d(opened.tokenizer.forced, named), tmp_path)


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
    # Kind and size; fields 40 to 43, whose keys take two bytes: the unknown, begin and end piece, no padding.
    trainer = bytes([3 << 3, 1, 4 << 3, 3 + len(PIECES), 0xC0, 2, 0, 0xC8, 2, 1, 0xD0, 2, 2])
    trainer += b"\xd8\x02" + b"\xff" * 9 + b"\x01"
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
    old, new = ModelProto(), ModelProto()
    old.ParseFromString((source / "sentencepiece.bpe.model").read_bytes())
    new.ParseFromString((out / "sentencepiece.bpe.model").read_bytes())
    # Field 4, the self test, would be run over pieces that are gone.
    data = (out / "sentencepiece.bpe.model").read_bytes()
    assert {number for number, *_ in fields(memoryview(data))} == {1, 2}
    assert new.trainer_spec.vocab_size == len(pieces)
    by_text = {piece.piece: piece for piece in old.pieces}
    assert all(piece == by_text[piece.piece] for piece in new.pieces)


def test_e8_ids_that_a_sentencepiece_model_states_are_those_of_the_pieces_left() -> None:
    model = ModelProto()
    for text, kind in (("a", 1), ("<pad>", 3), ("b", 1), ("</s>", 3), ("<unk>", 2)):
        model.pieces.add(piece=text, score=0.0, type=kind)
    model.trainer_spec.pad_id, model.trainer_spec.eos_id, model.trainer_spec.unk_id = 1, 3, 4
    model.trainer_spec.bos_id = -1
    model.normalizer_spec.name = "identity"
    state = {"model": {"vocab": [[piece.piece, 0.0] for piece in model.pieces]}}
    trimmed_model = ModelProto()
    trimmed_model.ParseFromString(trim_sentencepiece(model.SerializeToString(), words_of(state), np.array([1, 3, 4])))
    spec = trimmed_model.trainer_spec
    assert (spec.pad_id, spec.eos_id, spec.unk_id, spec.bos_id, spec.vocab_size) == (0, 1, 2, -1, 8000)
    assert trimmed_model.normalizer_spec == model.normalizer_spec
    with pytest.raises(StaleError, match="which it needs"):
        trim_sentencepiece(model.SerializeToString(), words_of(state), np.array([3, 4]))


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
