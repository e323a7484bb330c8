"""A GGUF file that loses rows: what stays is the same bytes, and every id is where it belongs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toys.gguf_file import tensor, to_bytes

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from exporters.containers.gguf import Gguf, Kind, Strings, Value, read_gguf
from exporters.trim.gguf import open_gguf, write_trimmed
from exporters.trim.gguf_tokenizers import read_vocabulary
from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.vocabulary import TokenType, Vocabulary

WORDS = [*"abcdeh▁", "he", "ea", "hea", "▁a", "▁be", "ad", "be", "ab", "cab", "▁cab"]
SPECIAL = [("<pad>", TokenType.CONTROL), ("<s>", TokenType.CONTROL), ("<unk>", TokenType.UNKNOWN)]
SPECIAL += [("<0x0A>", TokenType.BYTE), ("\n\n", TokenType.USER_DEFINED), ("<spare>", TokenType.UNUSED)]
COUNT = len(SPECIAL) + len(WORDS)


def model(**changes: Value | None) -> tuple[dict[str, Value], list[Any]]:
    chooser = np.random.default_rng(1)
    tokens = [name for name, _ in SPECIAL] + WORDS
    types = [kind for _, kind in SPECIAL] + [TokenType.NORMAL] * len(WORDS)
    metadata: dict[str, Value | None] = {
        "general.architecture": Value(Kind.STRING, b"gemma3"),
        "gemma3.vocab_size": Value(Kind.UINT32, COUNT),
        "tokenizer.ggml.model": Value(Kind.STRING, b"llama"),
        "tokenizer.ggml.tokens": Value(Kind.ARRAY, Strings.of(token.encode() for token in tokens), Kind.STRING),
        "tokenizer.ggml.scores": Value(Kind.ARRAY, -np.arange(COUNT, dtype=np.float32), Kind.FLOAT32),
        "tokenizer.ggml.token_type": Value(Kind.ARRAY, np.array(types, np.int32), Kind.INT32),
        "tokenizer.ggml.bos_token_id": Value(Kind.UINT32, 1),
        "tokenizer.ggml.eot_token_id": Value(Kind.UINT32, 2**32 - 1),
        "tokenizer.ggml.padding_token_id": Value(Kind.UINT32, 0),
        **changes,
    }
    tensors = [
        tensor("output_norm.weight", (64,), 0, chooser),
        tensor("token_embd.weight", (COUNT, 64), 8, chooser),
        tensor("blk.0.ffn_up.weight", (COUNT, 64), 2, chooser),
        tensor("output.weight", (COUNT, 256), 14, chooser),
    ]
    return {key: value for key, value in metadata.items() if value is not None}, tensors


def opened(path: Path, **changes: Value | None) -> Gguf:
    path.write_bytes(to_bytes(*model(**changes)))
    return read_gguf(path)


def closed_ids(vocabulary: Vocabulary, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    return SpmBpe(vocabulary, space_prefix=False).closed(wanted)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, COUNT - 1)))
def test_rows_and_ids_are_those_of_the_kept_tokens(tmp_path_factory: pytest.TempPathFactory, wanted: set[int]) -> None:
    folder = tmp_path_factory.getbasetemp()
    file = opened(folder / "toy.gguf")
    vocabulary = read_vocabulary(file)
    kept = closed_ids(vocabulary, np.array(sorted(wanted), np.int64))
    assert wanted <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()
    write_trimmed(file, kept, folder / "small.gguf")
    small = read_gguf(folder / "small.gguf")
    after = read_vocabulary(small)
    assert after.tokens == [vocabulary.tokens[at] for at in kept]
    np.testing.assert_array_equal(after.scores, vocabulary.scores[kept])
    np.testing.assert_array_equal(after.types, vocabulary.types[kept])
    for name, place in file.tensors.items():
        rows = file.rows(name)
        table = name in ("token_embd.weight", "output.weight")
        np.testing.assert_array_equal(small.rows(name), rows[kept] if table else rows)
        assert small.tensors[name].type == place.type
    assert small.metadata["gemma3.vocab_size"].value == len(kept)
    for key in ("bos", "padding"):
        old, new = (one.metadata[f"tokenizer.ggml.{key}_token_id"].value for one in (file, small))
        assert after.tokens[new] == vocabulary.tokens[old]
    assert small.metadata["tokenizer.ggml.eot_token_id"].value == 2**32 - 1
    # Trimming to all that is left changes nothing.
    write_trimmed(small, np.arange(len(kept)), folder / "again.gguf")
    model = open_gguf(folder / "toy.gguf")
    assert model.size_bytes(kept) == (folder / "small.gguf").stat().st_size
    assert sum(part.size_bytes for part in model.parts) == (folder / "toy.gguf").stat().st_size
    assert (folder / "again.gguf").read_bytes() == (folder / "small.gguf").read_bytes()


def test_bytes_controls_and_parts_of_words_stay_and_unused_tokens_go(tmp_path: Path) -> None:
    vocabulary = read_vocabulary(opened(tmp_path / "toy.gguf"))
    wanted = np.array([vocabulary.tokens.index("▁cab")])
    kept = {vocabulary.tokens[at] for at in closed_ids(vocabulary, wanted)}
    # `▁cab` comes from `▁` and `cab`, `cab` from `c` and `ab`: the better score is joined first.
    assert kept == {"<pad>", "<s>", "<unk>", "<0x0A>", "\n\n", *"▁cab", "ab", "cab", "▁cab"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tokenizer.ggml.scores": None}, "`tokenizer.ggml.scores` is missing"),
        ({"tokenizer.ggml.token_type": Value(Kind.UINT32, 3)}, "wrong kind"),
        ({"tokenizer.ggml.scores": Value(Kind.ARRAY, np.zeros(3, np.float32), Kind.FLOAT32)}, "3 scores"),
        ({"tokenizer.ggml.scores": Value(Kind.ARRAY, np.full(COUNT, np.nan, np.float32), Kind.FLOAT32)}, "not finite"),
        ({"tokenizer.ggml.tokens": Value(Kind.ARRAY, Strings.of([b"a"] * COUNT), Kind.STRING)}, "there twice"),
        ({"tokenizer.ggml.tokens": Value(Kind.ARRAY, Strings.of([b"\xff"] * COUNT), Kind.STRING)}, "not UTF-8"),
    ],
)
def test_a_damaged_vocabulary_is_refused(changes: dict[str, Value | None], says: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError) as caught:
        read_vocabulary(opened(tmp_path / "toy.gguf", **changes))
    assert any(says in reason for reason in caught.value.reasons)


@pytest.mark.parametrize("kind", [None, Value(Kind.STRING, b"rwkv"), Value(Kind.UINT32, 1)])
def test_another_kind_of_tokenizer_is_named(kind: Value | None, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match="rwkv" if kind and kind.value == b"rwkv" else "no tokenizer"):
        read_vocabulary(opened(tmp_path / "toy.gguf", **{"tokenizer.ggml.model": kind}))


def test_a_table_without_a_row_for_each_token_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    metadata, tensors = model()
    chooser = np.random.default_rng(1)
    tensors[1] = tensor("token_embd.weight", (COUNT - 1, 64), 8, chooser)
    (tmp_path / "toy.gguf").write_bytes(to_bytes(metadata, tensors))
    with pytest.raises(ModelFormatError, match="do not fit"):
        write_trimmed(read_gguf(tmp_path / "toy.gguf"), np.arange(5), tmp_path / "small.gguf")
    assert [path.name for path in tmp_path.iterdir()] == ["toy.gguf"]


def test_a_special_token_that_would_go_and_an_array_of_no_known_meaning_are_refused(tmp_path: Path) -> None:
    unknown = Value(Kind.ARRAY, np.zeros(COUNT, np.int32), Kind.INT32)
    file = opened(tmp_path / "toy.gguf", **{"tokenizer.ggml.news": unknown})
    with pytest.raises(UsageError) as caught:
        write_trimmed(file, np.arange(2, 9), tmp_path / "small.gguf")
    assert len(caught.value.reasons) == 4


def test_ids_outside_the_vocabulary_are_refused(tmp_path: Path) -> None:
    vocabulary = read_vocabulary(opened(tmp_path / "toy.gguf"))
    for wanted in ([-1], [COUNT]):
        with pytest.raises(UsageError):
            closed_ids(vocabulary, np.array(wanted))


@pytest.mark.parametrize(
    "value", [Value(Kind.STRING, b"1"), Value(Kind.FLOAT32, 1.0), Value(Kind.ARRAY, np.ones(2, np.int32), Kind.INT32)]
)
def test_a_special_id_that_is_no_integer_is_a_typed_error(value: Value, tmp_path: Path) -> None:
    file = opened(tmp_path / "toy.gguf", **{"tokenizer.ggml.bos_token_id": value, "general.architecture": value})
    with pytest.raises(ModelFormatError, match="damaged"):
        write_trimmed(file, np.arange(COUNT), tmp_path / "small.gguf")
