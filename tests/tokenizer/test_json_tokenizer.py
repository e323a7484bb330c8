"""Vocabularies of tokenizer.json: ids without marks, marks in a text as text, damaged files refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.hf_folder import TOKENS, token_json, write_json

from edgekit.core.errors import EngineError
from edgekit.tokenizer.json_tokenizer import JsonTokenizer, open_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> JsonTokenizer:
    path = tmp_path_factory.mktemp("json") / "tokenizer.json"
    write_json(path, token_json() | {"padding": None, "truncation": None})
    opened = open_tokenizer(path)
    assert isinstance(opened, JsonTokenizer)
    return opened


def test_ids_come_without_marks_and_text_comes_back(tokenizer: JsonTokenizer) -> None:
    (ids,) = tokenizer.encode(["the sea mar"])
    assert TOKENS.index("</s>") not in ids
    assert tokenizer.decode([[*ids, TOKENS.index("</s>")]]) == ["the sea mar"]
    assert tokenizer.pieces(ids)[:2] == ["▁the", "▁sea"]
    assert len(tokenizer) == len(TOKENS)


def test_marks_in_a_text_are_no_marks(tokenizer: JsonTokenizer) -> None:
    special = {TOKENS.index(name) for name in ("<s>", "<pad>", "</s>", "en_XX", "<mask>")}
    assert not special & {at for ids in tokenizer.encode(["the </s> sea <mask> en_XX", "<pad>"]) for at in ids}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=20), max_size=5))
def test_any_text_is_taken_and_lines_are_their_own(tokenizer: JsonTokenizer, texts: list[str]) -> None:
    together = tokenizer.encode(texts)
    assert together == [tokenizer.encode([text])[0] for text in texts]
    assert all(0 <= at < len(tokenizer) for ids in together for at in ids)


@pytest.mark.parametrize(
    "change", [{"model": None}, {"model": {"type": "Unigram"}}, {"model": {"type": "New"}}, {"added_tokens": 5}]
)
def test_damaged_file_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    write_json(tmp_path / "tokenizer.json", token_json() | change)
    with pytest.raises(EngineError):
        open_tokenizer(tmp_path / "tokenizer.json")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", json.dumps({"model": {"sentencepiece": {}}}).encode()])
def test_file_that_is_no_vocabulary_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes(data)
    with pytest.raises(EngineError):
        open_tokenizer(tmp_path / "tokenizer.json")
    with pytest.raises(EngineError):
        open_tokenizer(tmp_path / "missing.json")
