"""Damaged and hostile files: each ends in a typed error or a valid model, in little time and memory."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.marian_student import Form, lexicon_checksum, toy_lexicon, toy_sentencepiece, toy_settings, toy_student

from edgekit.core.errors import EdgekitError
from edgekit.engine.tokenizer import SentencePieceTokenizer
from exporters.families.marian.lexicon import read_lexicon
from exporters.families.marian.settings import read_settings
from exporters.families.marian.student import load_student
from exporters.tokenizers.sentencepiece import read_sentencepiece, tokenizer_json

# What a reader may take whatever the file's size: the tables of names and headers of the largest accepted counts.
FLOOR = 8 << 20
SMALL = {"width": 8, "heads": 2, "feed_forward": 16, "encoder_depth": 1, "decoder_depth": 1, "vocabulary": 120}

Read = Callable[[Path], object]


def mutated(data: bytes, chooser: random.Random) -> bytes:
    """A few bytes changed, mostly where headers are, or a part cut, doubled or moved."""
    out = bytearray(data)
    near = min(len(out), chooser.choice([64, 512, 4096, len(out)]))
    for _ in range(chooser.choice([1, 1, 2, 4, 16])):
        place = chooser.randrange(near) if chooser.random() < 0.8 else len(out) - 1 - chooser.randrange(near)
        kind = chooser.random()
        if kind < 0.4:
            out[place] ^= 1 << chooser.randrange(8)
        elif kind < 0.7:
            out[place] = chooser.choice([0, 1, 0x7F, 0x80, 0xFF])
        else:
            width = chooser.choice([2, 4, 8])
            value = chooser.choice([0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), 2 ** (8 * width - 3), len(out)])
            out[place : place + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")[: len(out) - place]
    shape = chooser.random()
    if shape < 0.1:
        del out[chooser.randrange(len(out)) :]
    elif shape < 0.15:
        start = chooser.randrange(len(out))
        del out[start : start + chooser.randrange(64)]
    elif shape < 0.2:
        start = chooser.randrange(len(out))
        out[start:start] = out[start : start + chooser.randrange(64)]
    return bytes(out)


def fuzz(read: Read, data: bytes, path: Path, *, seed: int, count: int, seal: Callable[[bytes], bytes] = bytes) -> None:
    """Read count mutations of data; at least one must be refused, so that the fuzz is seen to reach the checks."""
    chooser = random.Random(seed)
    path.write_bytes(seal(data))
    read(path)
    refused = 0
    for number in range(count):
        bad = seal(mutated(data, chooser))
        path.write_bytes(bad)
        tracemalloc.start()
        try:
            read(path)
        except EdgekitError:
            refused += 1
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak <= 2 * len(bad) + FLOOR, number
    assert refused > count / 20


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
