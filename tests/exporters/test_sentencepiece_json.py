"""Folders whose tokenizer is a SentencePiece model alone: cut as the library cuts, exported like any other."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from store.toys import use_home
from toys.gguf_conversion import convert
from toys.hf_folder import write_json, write_tensors
from toys.llama import needs_llama
from toys.plain_checkpoints import edited, plain_checkpoint, plain_tensors
from toys.sentencepiece_models import trained_sentencepiece

import edgekit
from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError
from exporters.conversion.checkpoint import open_checkpoint
from exporters.tokenizers.sentencepiece_json import json_from_sentencepiece
from exporters.trim.gguf_tokenizers import open_tokenizer
from exporters.trim.hf import open_hf
from exporters.trim.tokenizer_json import open_tokenizer_data

TEXT = [
    "The sea is calm tonight, the tide is full, the moon lies fair upon the straits.",
    "On the French coast the light gleams and is gone; the cliffs of England stand.",
    "Bom dia, turma: por favor, abram os livros na página quarenta e dois.",
    "Listen! you hear the grating roar of pebbles which the waves draw back, and fling.",
]
LINES = [*TEXT, "  two  spaces ", "tab\tx", "emoji 😀", "x\u0301 é ﬁ", "", "१२३ अब", "a" * 70]
SETTINGS: dict[str, dict[str, Any]] = {
    "llama": {
        "model_type": "bpe",
        "byte_fallback": True,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
    },
    "gemma3_text": {
        "model_type": "bpe",
        "byte_fallback": True,
        "normalization_rule_name": "identity",
        "add_dummy_prefix": False,
        "remove_extra_whitespaces": False,
    },
    "map-neo": {"model_type": "bpe", "byte_fallback": True, "normalization_rule_name": "nmt_nfkc"},
    "t5": {"model_type": "unigram", "normalization_rule_name": "nmt_nfkc"},
}
_MARKS = {"llama": {}, "gemma3_text": {"pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 3}}
_MARKS["t5"] = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}


def model(kind: str, **more: Any) -> bytes:
    size = 200 if kind == "t5" else 400
    return trained_sentencepiece(
        TEXT, vocab_size=size, hard_vocab_limit=False, **{**SETTINGS[kind], **_MARKS.get(kind, {}), **more}
    )


def folder_of(folder: Path, model_type: str, data: bytes, **config: Any) -> Path:
    """A checkpoint of that type whose tokenizer is the model alone."""
    size = sentencepiece.SentencePieceProcessor(model_proto=data).get_piece_size()
    # The checkpoint's tensors are made while it has the tokenizer.json of its type.
    plain_checkpoint(folder, "mistral" if model_type == "llama" else model_type)
    rows = size + (100 if model_type == "t5" else 0)
    made = json_from_sentencepiece(data, "x.model", model_type, {})
    (folder / "tokenizer.json").write_bytes(made)
    ids = {"pad_token_id": 0, "eos_token_id": 1} if model_type != "llama" else {"bos_token_id": 1, "eos_token_id": 2}
    more = {"bos_token_id": 2} if model_type == "gemma3_text" else {}
    decoder = {"decoder_start_token_id": 0} if model_type == "t5" else {}
    edited(
        folder / "config.json",
        lambda value: value.update(vocab_size=rows, model_type=model_type, **ids, **more, **decoder, **config),
    )
    write_json(folder / "tokenizer_config.json", {})
    write_tensors(folder / "model.safetensors", plain_tensors(folder))
    (folder / "tokenizer.json").unlink()
    (folder / ("spiece.model" if model_type == "t5" else "tokenizer.model")).write_bytes(data)
    return folder


@pytest.mark.parametrize("kind", SETTINGS)
def test_text_is_cut_as_the_library_cuts_it(kind: str) -> None:
    data = model(kind)
    ours = open_tokenizer_data(json_from_sentencepiece(data, "m", "t5" if kind == "t5" else "llama", {}))
    theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    assert [list(ids) for ids in ours.encode(LINES)] == [theirs.encode(line) for line in LINES]


_MODELS = {kind: model(kind) for kind in SETTINGS}
_OPENED = {
    kind: open_tokenizer_data(json_from_sentencepiece(data, "m", "t5" if kind == "t5" else "llama", {}))
    for kind, data in _MODELS.items()
}


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(sorted(SETTINGS)),
    words=st.lists(st.sampled_from([*" ".join(TEXT).split(), "é", "ﬁ", "😀", "the", "moon."]), max_size=12),
)
def test_any_words_are_cut_as_the_library_cuts_them(kind: str, words: list[str]) -> None:
    line = " ".join(words)
    theirs = sentencepiece.SentencePieceProcessor(model_proto=_MODELS[kind])
    assert list(_OPENED[kind].encode([line])[0]) == theirs.encode(line)


@pytest.mark.parametrize("model_type", ["llama", "gemma3_text", "t5"])
def test_a_folder_with_the_model_alone_becomes_gguf_that_cuts_alike(model_type: str, tmp_path: Path) -> None:
    data = model(model_type)
    source = folder_of(tmp_path / "toy", model_type, data)
    _, file = convert(source, tmp_path / "out")
    theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    lines = [line for line in LINES if line.strip() == line]
    assert [list(ids) for ids in open_tokenizer(file).encode(lines)] == [theirs.encode(line) for line in lines]
    assert file.metadata["tokenizer.ggml.add_bos_token"].value is (model_type != "t5")
    assert file.metadata["tokenizer.ggml.add_eos_token"].value is (model_type == "t5")
    if model_type == "t5":
        tokens = [token.decode() for token in file.metadata["tokenizer.ggml.tokens"].value]
        assert tokens[-100] == "<extra_id_99>"
        assert tokens[-1] == "<extra_id_0>"
    else:
        scores = file.metadata["tokenizer.ggml.scores"].value
        for at in range(300, len(scores)):
            assert scores[at] == pytest.approx(theirs.get_score(at))


@needs_llama
@pytest.mark.parametrize("model_type", ["llama", "gemma3_text", "t5"])
def test_llama_cpp_cuts_the_gguf_as_the_library_cuts_text(model_type: str, tmp_path: Path) -> None:
    from edgekit.engine.llama.process import LlamaProcess

    data = model(model_type)
    convert(folder_of(tmp_path / "toy", model_type, data), tmp_path / "out")
    theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    with LlamaProcess(tmp_path / "out" / "model.gguf", threads=1, vocabulary_only=True) as llama:
        found = llama.tokenize(TEXT)
    assert [list(ids) for ids in found] == [theirs.encode(line) for line in TEXT]


@pytest.mark.parametrize("container", ["hf", "gguf"])
@pytest.mark.parametrize("model_type", ["llama", "t5"])
def test_it_is_trimmed_and_exported_like_any_other(
    model_type: str, container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, tmp_path)
    source = folder_of(tmp_path / "toy", model_type, model(model_type))
    corpus = tmp_path / "en.txt"
    corpus.write_text("\n".join(TEXT[:1] * 80), "utf-8")
    (tmp_path / "out").mkdir()
    size = open_hf(source).tokenizer.size
    more = {"format": container, "vocab": size - 10, "allow_loss": True}
    made = edgekit.export(source, languages=["en"], corpus=[corpus], out=tmp_path / "out", **more)
    assert made.receipt.vocabulary is not None
    assert (made.receipt.vocabulary.before, made.receipt.vocabulary.after) == (size, size - 10)
    if container == "hf":
        assert (made.folder / "tokenizer.json").is_file()
        assert open_hf(made.folder).tokenizer.encode(["The sea"])


def test_added_tokens_beside_the_model_get_their_ids_and_contradictions_are_refused(tmp_path: Path) -> None:
    data = model("llama")
    size = sentencepiece.SentencePieceProcessor(model_proto=data).get_piece_size()
    decoder = {str(size): {"content": "<|im_end|>", "special": True, "lstrip": False}}
    beside = {"tokenizer_config.json": {"added_tokens_decoder": decoder}, "added_tokens.json": {"<pad>": size + 1}}
    made = json.loads(json_from_sentencepiece(data, "m", "llama", beside))
    added = {token["content"]: token for token in made["added_tokens"]}
    assert (added["<|im_end|>"]["id"], added["<|im_end|>"]["special"]) == (size, True)
    assert (added["<pad>"]["id"], added["<pad>"]["special"]) == (size + 1, False)
    for wrong in ({"<s>": 40}, {"new": 1}, {"far": 1 << 30}):
        with pytest.raises(ModelFormatError, match="do not agree"):
            json_from_sentencepiece(data, "m", "llama", {"added_tokens.json": wrong})


def test_a_model_that_is_neither_bpe_nor_unigram_is_refused() -> None:
    data = trained_sentencepiece(TEXT, vocab_size=60, model_type="char")
    with pytest.raises(UnsupportedModelError, match="cannot be read"):
        json_from_sentencepiece(data, "m", "llama", {})


def test_types_whose_ids_are_not_those_of_the_pieces_still_need_a_tokenizer_json(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "xlm-roberta")
    (source / "tokenizer.json").unlink()
    (source / "sentencepiece.bpe.model").write_bytes(model("t5"))
    with pytest.raises(UnsupportedModelError, match=r"holds no `tokenizer\.json`") as caught:
        open_checkpoint(source)
    assert "save_pretrained" in (caught.value.hint or "")
    assert "`spiece.model` of a t5, mt5" in caught.value.reasons[0]


def test_a_damaged_model_is_an_error_and_never_a_crash(tmp_path: Path) -> None:
    whole = model("llama")
    chooser = np.random.default_rng(3)
    for at in range(0, len(whole), 211):
        damaged = bytearray(whole)
        damaged[at] = int(chooser.integers(256))
        for data in (bytes(damaged), whole[:at]):
            with contextlib.suppress(EdgekitError):
                open_tokenizer_data(json_from_sentencepiece(data, "m", "llama", {}))
