"""Unigram vocabularies with fewer pieces: what is cut as before, what must stay for that, both files they live in."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.fuzz import fuzz
from toys.marian_student import toy_lines, toy_sentencepiece

from edgekit.core.errors import ModelFormatError, UsageError
from exporters.tokenizers.charsmap import Charsmap
from exporters.tokenizers.sentencepiece import (
    BYTE,
    CONTROL,
    NORMAL,
    UNKNOWN,
    UNUSED,
    USER_DEFINED,
    SentencePieceModel,
    read_sentencepiece,
    tokenizer_json,
)
from exporters.tokenizers.sentencepiece_trim import read_tokenizer_json, take_pieces, trim_spm
from exporters.trim.unigram import Unigram

SIZE = 160
LINES = toy_lines(1, 300)


def toy_path(folder: Path, **flags: object) -> Path:
    path = folder / "toy.spm"
    path.write_bytes(toy_sentencepiece(1, SIZE, **flags))
    return path


@pytest.fixture(scope="module")
def spm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_path(tmp_path_factory.mktemp("spm"))


@pytest.fixture(scope="module")
def unigram(spm: Path) -> Unigram:
    return Unigram(read_sentencepiece(spm))


def vocabulary(*entries: tuple[str, float, int], byte_fallback: bool = False) -> Unigram:
    whole = [("</s>", 0.0, CONTROL), ("<unk>", 0.0, UNKNOWN), *entries]
    pieces, scores, kinds = zip(*whole, strict=True)
    plain = Charsmap({}, "")
    return Unigram(SentencePieceModel(pieces, scores, kinds, b"", plain, True, True, byte_fallback, " \u2047 "))


def renumbered(ids: list[int], kept: np.ndarray) -> list[int]:
    new = np.full(10_000, -1)
    new[kept] = np.arange(len(kept))
    return [int(new[at]) for at in ids]


@settings(max_examples=25, deadline=None)
@given(wanted=st.sets(st.integers(0, SIZE - 1)), seed=st.integers(0, 10_000))
def test_text_whose_pieces_are_kept_is_cut_as_before_and_comes_back(
    spm: Path, unigram: Unigram, wanted: set[int], seed: int
) -> None:
    kept = unigram.closed(np.array(sorted(wanted), np.int64))
    assert (np.diff(kept) > 0).all()
    assert set(unigram.forced.tolist()) <= set(kept.tolist())
    small = unigram.trimmed(kept)
    assert [small.model.pieces[at] for at in range(small.size)] == [unigram.model.pieces[at] for at in kept]
    chooser = random.Random(seed)
    letters = "".join(unigram.model.pieces[at] for at in kept[2:]).replace("▁", " ") or "a"
    lines = [*LINES[:50], *("".join(chooser.choices(letters, k=12)) for _ in range(20))]
    library = sentencepiece.SentencePieceProcessor(model_proto=trim_spm(spm.read_bytes(), kept))
    covered = 0
    for line, before, after in zip(lines, unigram.encode(lines), small.encode(lines), strict=True):
        assert library.EncodeAsIds(line) == after
        if set(before) <= set(kept.tolist()):
            covered += 1
            assert after == renumbered(before, kept)
    # Trimming again to what is left changes nothing.
    again = small.trimmed(small.closed(np.arange(small.size)))
    assert again.model == small.model
    assert covered or len(wanted) < SIZE / 2


def test_lines_of_the_corpus_are_all_cut_as_before_when_their_pieces_are_kept(unigram: Unigram) -> None:
    seen = unigram.encode(LINES[:100])
    kept = unigram.closed(np.unique(np.concatenate([np.array(ids) for ids in seen])))
    assert len(kept) < SIZE
    assert unigram.trimmed(kept).encode(LINES[:100]) == [renumbered(ids, kept) for ids in seen]


def test_e5_the_piece_with_the_least_score_stays_so_that_unknown_is_not_suddenly_preferred() -> None:
    # `abc` is best as `ab` `c` (-12 against -15 for the rest); unknown costs -30 - 10.
    unigram = vocabulary(
        ("▁", -1, NORMAL), ("ab", -6, NORMAL), ("c", -6, NORMAL), ("zz", -30, NORMAL), ("b", -9, NORMAL)
    )
    assert unigram.encode(["abc"]) == [[2, 3, 4]]
    assert 5 in unigram.forced
    kept = unigram.closed(np.array([2, 3, 4]))
    assert kept.tolist() == [0, 1, 2, 3, 4, 5]
    # The naive cut: with the least score gone, unknown and `ab` (-26) beat `qa` and `b` (-29).
    long = vocabulary(
        ("▁", -1, NORMAL), ("qa", -15, NORMAL), ("b", -14, NORMAL), ("ab", -1, NORMAL), ("z", -31, NORMAL)
    )
    before = long.encode(["qab"])[0]
    assert before == [2, 3, 4]
    naive = Unigram(take_pieces(long.model, np.array([0, 1, 2, 3, 4, 5])))
    assert naive.encode(["qab"])[0] == [2, 1, 5]
    assert long.trimmed(long.closed(np.array([2, 3, 4, 5]))).encode(["qab"])[0] == before


def test_e5_a_user_defined_piece_keeps_its_price_because_the_greatest_score_stays() -> None:
    unigram = vocabulary(("▁", -2, NORMAL), ("a", -3, NORMAL), ("b", -1, NORMAL), ("<x>", 0, USER_DEFINED))
    assert unigram.forced.tolist() == [0, 1, 3, 4, 5]


def test_e6_bytes_and_controls_stay_and_unused_pieces_go() -> None:
    spelled = [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
    unigram = vocabulary(*spelled, ("▁", -2, NORMAL), ("a", -3, NORMAL), ("old", 0, UNUSED), byte_fallback=True)
    assert set(range(258)) <= set(unigram.forced.tolist())
    closed = unigram.closed(np.array([258, 260]))
    assert 260 not in closed
    assert unigram.fallback.sum() == 257
    assert unigram.texts[2 + 0x41] == "A"
    assert unigram.texts[2 + 0xC3] == "\ufffd"
    assert unigram.texts[258] == " "
    assert unigram.texts[0] == unigram.texts[1] == ""
    # Without `a`, its byte.
    assert unigram.parts(259) == (2 + 0x61,)


def test_parts_are_what_a_text_becomes_when_the_piece_alone_is_gone(unigram: Unigram) -> None:
    for token in range(2, SIZE, 5):
        if unigram.model.kinds[token] != NORMAL or token in unigram.forced:
            continue
        rest = np.delete(np.arange(SIZE), token)
        text = unigram.model.pieces[token].replace("▁", " ")
        cut = unigram.trimmed(rest)
        alone = cut._encoder.unigram.encode(unigram.model.pieces[token])
        assert unigram.parts(token) == tuple(rest[alone].tolist()), text
    assert unigram.parts(0) == unigram.parts(1) == ()


def test_a_piece_that_is_never_cut_is_left_out() -> None:
    unigram = vocabulary(("▁", -1, NORMAL), ("a", -1, NORMAL), ("b", -1, NORMAL), ("ab", -9, NORMAL), ("z", -9, NORMAL))
    assert unigram.encode(["ab"]) == [[2, 3, 4]]
    assert unigram.closed(np.arange(7)).tolist() == [0, 1, 2, 3, 4, 5, 6]  # the least score must stay
    more = vocabulary(("▁", -1, NORMAL), ("a", -1, NORMAL), ("b", -1, NORMAL), ("ab", -8, NORMAL), ("z", -9, NORMAL))
    assert more.closed(np.arange(7)).tolist() == [0, 1, 2, 3, 4, 6]


def test_ids_outside_the_vocabulary_are_refused(unigram: Unigram) -> None:
    for wanted in ([-1], [SIZE]):
        with pytest.raises(UsageError):
            unigram.closed(np.array(wanted))


@pytest.mark.parametrize(
    ("size", "flags"),
    [
        (SIZE, {}),
        (400, {"byte_fallback": True}),
        (SIZE, {"user_defined_symbols": "<q>,bada"}),
        (SIZE, {"add_dummy_prefix": False, "remove_extra_whitespaces": False}),
    ],
)
def test_both_files_say_the_same_and_keep_everything_else(size: int, flags: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "toy.spm").write_bytes(toy_sentencepiece(1, size, **flags))
    path = tmp_path / "toy.spm"
    model = read_sentencepiece(path)
    unigram = Unigram(model)
    # The JSON leads back to the model, and all pieces to the same bytes.
    (tmp_path / "tokenizer.json").write_bytes(tokenizer_json(model))
    assert read_tokenizer_json(tmp_path / "tokenizer.json") == model
    assert trim_spm(path.read_bytes(), np.arange(unigram.size)) == path.read_bytes()
    kept = unigram.closed(np.arange(0, unigram.size, 3))
    (tmp_path / "small.spm").write_bytes(trim_spm(path.read_bytes(), kept))
    small = read_sentencepiece(tmp_path / "small.spm")
    assert small == take_pieces(model, kept) == unigram.trimmed(kept).model
    library = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "small.spm"))
    assert library.GetPieceSize() == len(kept)
    lines = [*LINES[:40], "<q> bada <q>bada", "Qœ漢"]
    assert Unigram(small).encode(lines) == library.EncodeAsIds(lines)
    assert (
        trim_spm((tmp_path / "small.spm").read_bytes(), np.arange(len(kept))) == (tmp_path / "small.spm").read_bytes()
    )


def test_a_self_test_goes_with_the_pieces_because_the_library_would_fail_it(tmp_path: Path) -> None:
    path = toy_path(tmp_path, self_test_sample_size=5)
    data = path.read_bytes()
    kept = Unigram(read_sentencepiece(path)).forced
    small = sentencepiece.SentencePieceProcessor(model_proto=trim_spm(data, kept))
    assert small.GetPieceSize() == len(kept)
    assert trim_spm(data, np.arange(SIZE)) == data


def test_damaged_vocabularies_end_in_a_typed_error_or_a_vocabulary(tmp_path: Path) -> None:
    sound = read_sentencepiece(toy_path(tmp_path, normalization_rule_name="identity"))

    def read(path: Path) -> object:
        found = Unigram(read_tokenizer_json(path))
        return found.trimmed(found.closed(np.arange(2, min(9, found.size)))).encode(["bada da"])

    fuzz(read, tokenizer_json(sound), tmp_path / "tokenizer.json", seed=5, count=300)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "BPE"},
        {"unk_id": 0},
        {"vocab": []},
        {"vocab": [["a", 0.0]] * 3},
        {"vocab": [[" </s>", 0], [" <unk>", 0], ["x" * 2000, -1.0]]},
        {"vocab": [[" </s>", 0], ["<unk>", 0], ["x", -1.0]]},
        {"vocab": [[" </s>", 0], [" <unk>", 0], ["x", True]]},
        {"vocab": [[" </s>", 0], [" <unk>", 0], *([f"{at:1000d}".replace(" ", "x"), -1.0] for at in range(600))]},
        {"sentencepiece": {}},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_vocabulary_that_edgekit_did_not_write_is_refused(
    change: dict[str, object], unigram: Unigram, tmp_path: Path
) -> None:
    data = json.loads(tokenizer_json(unigram.model))
    data["model"].update(change)
    (tmp_path / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ModelFormatError):
        read_tokenizer_json(tmp_path / "tokenizer.json")
    with pytest.raises(ModelFormatError):
        read_tokenizer_json(tmp_path / "none.json")
