"""The shortlist against plain sets, and damaged ones."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import ModelFormatError
from edgekit.engine.shortlist import FullVocabulary, Shortlist

TARGETS = 40


def arrays(lists: list[list[int]], words_dtype: Any = np.uint16) -> tuple[Any, Any]:
    offsets = np.cumsum([0, *map(len, lists)]).astype(np.uint32)
    return offsets, np.array([word for words in lists for word in words], words_dtype)


LISTS = st.lists(st.lists(st.integers(0, TARGETS - 1), max_size=8), min_size=1, max_size=TARGETS)


@settings(deadline=None)
@given(
    lists=LISTS,
    frequent=st.integers(0, TARGETS),
    joint=st.booleans(),
    wide=st.booleans(),
    sentence=st.lists(st.integers(0, 10**6), max_size=12),
)
def test_candidates_are_those_of_plain_sets(
    lists: list[list[int]], frequent: int, joint: bool, wide: bool, sentence: list[int]
) -> None:
    ids = [token % len(lists) for token in sentence]
    shortlist = Shortlist(
        *arrays(lists, np.uint32 if wide else np.uint16), frequent=frequent, joint=joint, target_vocabulary=TARGETS
    )
    expected = set(range(frequent))
    for token in ids:
        expected |= set(lists[token]) | ({token} if joint else set())
    got = shortlist.candidates(ids)
    assert got.tolist() == sorted(expected)
    assert shortlist.candidates(ids[::-1]).tolist() == got.tolist()
    assert shortlist.source_vocabulary == len(lists)


OFFSETS, WORDS = arrays([[1, 2], [], [3, 39]])
DAMAGED = {
    "two dimensions": (OFFSETS.reshape(1, -1), WORDS),
    "words of two dimensions": (OFFSETS, WORDS.reshape(2, 2)),
    "no dimension": (np.array(4, np.uint32), WORDS),
    "float offsets": (OFFSETS.astype(np.float32), WORDS),
    "text words": (OFFSETS, WORDS.astype(str)),
    "no offsets": (OFFSETS[:0], WORDS),
    "not from zero": (OFFSETS + 1, WORDS),
    "too far": (np.array([0, 2, 2, 5], np.uint32), WORDS),
    "too short": (np.array([0, 2, 2, 3], np.uint32), WORDS),
    "backwards": (np.array([0, 3, 2, 4], np.uint32), WORDS),
    "signed and negative": (np.array([0, -2, 2, 4], np.int64), WORDS),
    "huge": (np.array([0, 2**63, 2**63, 4], np.uint64), WORDS),
    "outside the vocabulary": (OFFSETS, np.array([1, 2, 3, TARGETS], np.uint16)),
    "negative word": (OFFSETS, np.array([1, 2, 3, -1], np.int16)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_arrays_are_refused(name: str) -> None:
    offsets, words = DAMAGED[name]
    with pytest.raises(ModelFormatError) as caught:
        Shortlist(offsets, words, frequent=2, joint=False, target_vocabulary=TARGETS)
    assert caught.value.reasons


@pytest.mark.parametrize("frequent", [-1, TARGETS + 1, 2**70])
def test_a_number_of_frequent_tokens_outside_the_vocabulary_is_refused(frequent: int) -> None:
    with pytest.raises(ModelFormatError):
        Shortlist(OFFSETS, WORDS, frequent=frequent, joint=False, target_vocabulary=TARGETS)


def test_a_joint_shortlist_with_more_source_tokens_than_targets_is_refused() -> None:
    """Its source tokens are candidates, so each must be one of the target's."""
    offsets, words = arrays([[]] * (TARGETS + 1))
    with pytest.raises(ModelFormatError):
        Shortlist(offsets, words, frequent=2, joint=True, target_vocabulary=TARGETS)


def test_a_token_listed_twice_is_one_candidate() -> None:
    shortlist = Shortlist(*arrays([[5, 5, 5]]), frequent=1, joint=True, target_vocabulary=TARGETS)
    assert shortlist.candidates([0, 0]).tolist() == [0, 5]


def saved(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=array.dtype == object)
    return stream.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\1\0\x76\0" + text.ljust(117).encode() + b"\n" + bytes(8)


FILES: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "no array": b"hello, this is text and no array",
    "truncated head": saved(WORDS)[:20],
    "truncated body": saved(WORDS)[:-3],
    "pickled objects": saved(np.array([{"a": 1}], dtype=object)),
    "a zip": b"PK\3\4" + bytes(100),
    "a huge shape": header("{'descr': '<u2', 'fortran_order': False, 'shape': (999999999999,), }"),
    "a larger shape": header("{'descr': '<u2', 'fortran_order': False, 'shape': (99999999999999,), }"),
    "a negative shape": header("{'descr': '<u2', 'fortran_order': False, 'shape': (-4,), }"),
    "code in the header": header("{'descr': __import__('os').getcwd(), 'shape': (4,)}"),
    "a header that never ends": b"\x93NUMPY\2\0\xff\xff\xff\x7f" + b"(" * 500,
    "deep brackets": b"\x93NUMPY\1\0\xf0\x1f" + b"(" * 0x1FF0,
    "a void type": header("{'descr': '|V0', 'fortran_order': False, 'shape': (4,), }"),
}


@pytest.mark.parametrize("which", ["offsets", "words"])
@pytest.mark.parametrize("name", FILES)
def test_unreadable_files_are_refused(name: str, which: str, tmp_path: Path) -> None:
    paths = {"offsets": tmp_path / "offsets.npy", "words": tmp_path / "words.npy"}
    paths["offsets"].write_bytes(saved(OFFSETS))
    paths["words"].write_bytes(saved(WORDS))
    data = FILES[name]
    if data is None:
        paths[which].unlink()
    else:
        paths[which].write_bytes(data)
    with pytest.raises(ModelFormatError):
        Shortlist.open(paths["offsets"], paths["words"], frequent=2, joint=False, target_vocabulary=TARGETS)


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), which=st.booleans())
def test_a_changed_byte_is_refused_or_gives_candidates_of_the_vocabulary(
    tmp_path_factory: pytest.TempPathFactory, position: int, byte: int, which: bool
) -> None:
    folder = tmp_path_factory.mktemp("shortlist")
    files = [bytearray(saved(OFFSETS)), bytearray(saved(WORDS))]
    files[which][position % len(files[which])] = byte
    paths = [folder / "offsets.npy", folder / "words.npy"]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    try:
        shortlist = Shortlist.open(*paths, frequent=2, joint=True, target_vocabulary=TARGETS)
    except ModelFormatError:
        return
    for token in range(shortlist.source_vocabulary):
        assert set(shortlist.candidates([token]).tolist()) <= set(range(TARGETS))


def test_files_are_mapped_and_right(tmp_path: Path) -> None:
    np.save(tmp_path / "o.npy", OFFSETS)
    np.save(tmp_path / "w.npy", WORDS)
    shortlist = Shortlist.open(
        tmp_path / "o.npy", tmp_path / "w.npy", frequent=1, joint=False, target_vocabulary=TARGETS
    )
    assert shortlist.candidates([2]).tolist() == [0, 3, 39]


def test_full_vocabulary_offers_everything() -> None:
    assert FullVocabulary(5).candidates([3]).tolist() == [0, 1, 2, 3, 4]
