"""The device's reader of vocabularies: any string in, the same text out, typed errors for damaged files."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.marian_student import toy_lines, toy_sentencepiece

from edgekit.core.errors import EngineError
from edgekit.engine.base import Tokenizer
from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
from edgekit.tokenizer.unigram import Unigram
from exporters.tokenizers.sentencepiece import read_sentencepiece, tokenizer_json


def toy_json(folder: Path) -> Path:
    (folder / "toy.spm").write_bytes(toy_sentencepiece(3, 160))
    (folder / "tokenizer.json").write_bytes(tokenizer_json(read_sentencepiece(folder / "toy.spm")))
    return folder / "tokenizer.json"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> SentencePieceTokenizer:
    return SentencePieceTokenizer.open(toy_json(tmp_path_factory.mktemp("vocabulary")))


def test_sentences_come_back_as_they_were(tokenizer: SentencePieceTokenizer) -> None:
    protocol: Tokenizer = tokenizer
    lines = toy_lines(3, 200)
    ids = protocol.encode(lines)
    assert protocol.decode(ids) == lines
    assert all(max(row) < len(tokenizer) for row in ids)


def test_pieces_are_the_surface_of_each_token(tokenizer: SentencePieceTokenizer) -> None:
    line = toy_lines(3, 1)[0]
    (ids,) = tokenizer.encode([line])
    assert "".join(tokenizer.pieces(ids)) == "▁" + line.replace(" ", "▁")
    assert tokenizer.pieces([0, 1]) == ["</s>", "<unk>"]


@pytest.mark.parametrize("text", ["", " ", "   ", "\x00\x01", "\t\n", "▁", " ▁ ▁ "])
def test_encode_gives_known_ids_only_when_there_is_little_to_see(text: str, tokenizer: SentencePieceTokenizer) -> None:
    (ids,) = tokenizer.encode([text])
    assert 0 not in ids
    assert not ids or text.strip(" ▁\t\n")


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters()))
def test_encode_and_decode_survive_any_string(tokenizer: SentencePieceTokenizer, text: str) -> None:
    (ids,) = tokenizer.encode([text])
    (back,) = tokenizer.decode([ids])
    assert 0 not in ids
    back.encode("utf-8")


def test_lone_surrogate_is_read_as_the_replacement_character(tokenizer: SentencePieceTokenizer) -> None:
    assert tokenizer.encode(["da \ud800 bu \udfff"]) == tokenizer.encode(["da \ufffd bu \ufffd"])


def test_ids_do_not_depend_on_what_was_encoded_before(tmp_path: Path) -> None:
    path = toy_json(tmp_path)
    lines = [*toy_lines(5, 50), "aaaaaaaa", "e\u0301e\u0301"]
    fresh = [SentencePieceTokenizer.open(path).encode([line])[0] for line in lines[:10]]
    used = SentencePieceTokenizer.open(path)
    used.encode(lines[::-1])
    assert used.encode(lines)[:10] == fresh


def test_ids_are_equal_from_many_threads(tmp_path: Path) -> None:
    path = toy_json(tmp_path)
    lines = toy_lines(6, 300)
    expected = SentencePieceTokenizer.open(path).encode(lines)
    shared = SentencePieceTokenizer.open(path)
    results: list[list[list[int]]] = []
    threads = [threading.Thread(target=lambda: results.append(shared.encode(lines))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_word_table_stays_bounded_when_no_word_comes_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("edgekit.tokenizer.unigram._MOST_WORDS", 10)
    tokenizer = SentencePieceTokenizer.open(toy_json(tmp_path))
    text = " ".join(f"ba{number}" for number in range(100))
    first = tokenizer.encode([text])
    assert first == tokenizer.encode([text])
    assert len(tokenizer.unigram._words) <= 10


def test_unigram_prefers_the_sum_and_spells_unknown_runs_as_one_token() -> None:
    pieces = {"▁": 2, "a": 3, "b": 4, "ab": 5, "▁ab": 6}
    unigram = Unigram(pieces, [0, 0, -2, -1, -1.5, -2.25, -4.75], unknown=1, least=-4.75, most=-1)
    assert unigram.encode("▁ab") == [2, 5]
    assert unigram.encode("▁xyaz") == [2, 1, 3, 1]
    assert unigram.encode("") == []


def test_import_of_the_tokenizer_loads_no_heavy_library() -> None:
    code = (
        "import sys, edgekit.tokenizer.sentencepiece\n"
        "print([n for n in ('tokenizers', 'onnxruntime', 'onnx', 'torch', 'rich') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def broken(change: str) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        data = json.loads(toy_json(Path(folder)).read_bytes())
    model, own = data["model"], data["model"]["sentencepiece"]
    changes = {
        "no_section": lambda: model.pop("sentencepiece"),
        "another_format": lambda: own.update(format=99),
        "another_model": lambda: model.update(type="BPE"),
        "an_unknown_id_that_is_none": lambda: model.update(unk_id=5),
        "an_unknown_id_far_away": lambda: model.update(unk_id=10**9),
        "a_kind_of_no_piece": lambda: own["kinds"].update({"100000": 6}),
        "a_negative_piece": lambda: own["kinds"].update({"-1": 3}),
        "bytes_that_are_missing": lambda: model.update(byte_fallback=True),
        "no_scores": lambda: model.update(vocab=["a", "b"]),
        "a_score_that_is_not_finite": lambda: model["vocab"].append(["zzz", float("inf")]),
        "no_pieces": lambda: model.update(vocab=[]),
        "a_map_that_gives_numbers": lambda: own["single"].append(["q", 7]),
        "a_map_of_words": lambda: own["single"].append(["two", "x"]),
        "a_charsmap_that_is_no_base64": lambda: data["normalizer"]["normalizers"][0].update(precompiled_charsmap="*"),
        "a_charsmap_that_lies": lambda: data["normalizer"]["normalizers"][0].update(precompiled_charsmap="/////wAA"),
        "nothing": lambda: data.clear(),
    }
    changes[change]()
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    "change",
    [
        "no_section",
        "another_format",
        "another_model",
        "an_unknown_id_that_is_none",
        "an_unknown_id_far_away",
        "a_kind_of_no_piece",
        "a_negative_piece",
        "bytes_that_are_missing",
        "no_scores",
        "a_score_that_is_not_finite",
        "no_pieces",
        "a_map_that_gives_numbers",
        "a_map_of_words",
        "a_charsmap_that_is_no_base64",
        "a_charsmap_that_lies",
        "nothing",
    ],
)
def test_open_raises_a_typed_error_when_the_file_has(change: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(broken(change))
    with pytest.raises(EngineError, match=r"tokenizer\.json"):
        SentencePieceTokenizer.open(path)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000])
def test_open_raises_a_typed_error_when_the_file_is_no_json_of_ours(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(data)
    with pytest.raises(EngineError):
        SentencePieceTokenizer.open(path)
    with pytest.raises(EngineError):
        SentencePieceTokenizer.open(tmp_path / "none.json")


def test_open_ends_in_a_typed_error_or_a_vocabulary_when_bytes_are_flipped(tmp_path: Path) -> None:
    good = toy_json(tmp_path).read_bytes()
    chooser = random.Random(1)
    path = tmp_path / "bad.json"
    refused = 0
    for _ in range(60):
        bad = bytearray(good)
        for _ in range(chooser.choice([1, 3, 20])):
            bad[chooser.randrange(len(bad))] = chooser.choice(b'"[]{},:0a\xff\x00\\')
        path.write_bytes(bad)
        try:
            tokenizer = SentencePieceTokenizer.open(path)
        except EngineError:
            refused += 1
            continue
        tokenizer.decode(tokenizer.encode(["e\u0301 \u1100\u1161\u11a8 ﬁ Å ba", "\u0301"]))
    assert refused > 5
