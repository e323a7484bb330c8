"""Damaged and hostile files: each ends in a typed error or a valid model, in little time and memory."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.fuzz import fuzz, mutated
from toys.marian_student import Form, lexicon_checksum, toy_lexicon, toy_sentencepiece, toy_settings, toy_student

from edgekit.core.errors import EdgekitError
from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
from exporters.families.marian.lexicon import read_lexicon
from exporters.families.marian.settings import read_settings
from exporters.families.marian.student import load_student
from exporters.tokenizers.sentencepiece import read_sentencepiece, tokenizer_json

SMALL = {"width": 8, "heads": 2, "feed_forward": 16, "encoder_depth": 1, "decoder_depth": 1, "vocabulary": 120}


@pytest.mark.parametrize("form", ["intgemm8", "float32", "npz"])
def test_model_file_ends_in_a_typed_error_or_a_model_when_bytes_are_flipped(form: Form, tmp_path: Path) -> None:
    toy = toy_student(1, form=form, **SMALL)
    fuzz(load_student, toy.weights, tmp_path / toy.weights_name, seed=1, count=300)


def sealed(data: bytes) -> bytes:
    """The checksum made right again, so that what lies behind it is reached."""
    return data[:8] + lexicon_checksum(data[16:]).to_bytes(8, "little") + data[16:]


@pytest.mark.parametrize("seal", [bytes, sealed], ids=["as_is", "with_a_right_checksum"])
def test_shortlist_ends_in_a_typed_error_or_a_shortlist_when_bytes_are_flipped(
    seal: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = toy_lexicon(1, 60, 80)
    fuzz(lambda path: read_lexicon(path, 60, 80), data, tmp_path / "lex.bin", seed=2, count=250, seal=seal)


def read_vocabulary(path: Path) -> object:
    """Through the exporter and the device's reader, and one use of it."""
    out = path.with_suffix(".json")
    out.write_bytes(tokenizer_json(read_sentencepiece(path)))
    tokenizer = SentencePieceTokenizer.open(out)
    return tokenizer.decode(tokenizer.encode(["Bu e\u0301 </s> da.", "▁", "\u1100\u1161"]))


@pytest.mark.parametrize("place", ["pieces", "charsmap"])
def test_vocabulary_ends_in_a_typed_error_or_a_vocabulary_when_bytes_are_flipped(place: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.tsv"
    rules.write_text("41\t61\n65 301\tE9\n65 301 302\t1EC7\n1100 1161\tAC00\n9\t20\n", encoding="utf-8")
    path = tmp_path / "vocab.spm"
    path.write_bytes(toy_sentencepiece(3, 120, normalization_rule_tsv=str(rules)))
    data = path.read_bytes()
    start = data.index(read_sentencepiece(path).charsmap_bytes) if place == "charsmap" else 0
    fuzz(read_vocabulary, data[start:], path, seed=3, count=250, seal=lambda part: data[:start] + part)


@pytest.mark.parametrize("alphabet", ["bytes", "text"])
def test_settings_end_in_a_typed_error_or_settings_when_characters_are_changed(alphabet: str) -> None:
    chooser = random.Random(4)
    text = toy_settings()
    refused = 0
    for _ in range(300):
        if alphabet == "bytes":
            bad = mutated(text.encode(), chooser).decode("utf-8", "replace")
        else:
            place = chooser.randrange(len(text))
            bad = (
                text[:place] + chooser.choice("[]{}:&*!|>-'\"\n\t#?,%@`0") * chooser.choice([1, 2, 500]) + text[place:]
            )
        try:
            read_settings(bad, file="model.bin")
        except EdgekitError:
            refused += 1
    assert refused > 15


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_readers_end_in_a_typed_error_for_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    for head in (b"", b"\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", b"PK\3\4"):
        path.write_bytes(head + data)
        with pytest.raises(EdgekitError):
            load_student(path)
    path.write_bytes(data)
    with pytest.raises(EdgekitError):
        read_lexicon(path, 3, 3)
    with pytest.raises(EdgekitError):
        read_vocabulary(path)


@pytest.mark.parametrize("form", ["intgemm8", "float32", "npz"])
def test_model_file_takes_at_most_twice_its_size_in_memory_when_it_is_large(form: Form, tmp_path: Path) -> None:
    toy = toy_student(1, form=form, width=512, heads=8, feed_forward=2048, encoder_depth=4, vocabulary=160)
    path = toy.write(tmp_path)["weights"]
    load_student(path)  # imports what it needs, which is no part of the file's cost
    tracemalloc.start()
    try:
        student = load_student(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert student.width == 512
    assert path.stat().st_size > 10_000_000
    assert peak <= 2 * path.stat().st_size
