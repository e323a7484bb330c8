"""The shortlist file: read as written, refused when any bound is broken."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.firefox import firefox_files
from toys.marian_student import lexicon_checksum, toy_lexicon

from edgekit.core.errors import ModelFormatError
from exporters.families.marian.lexicon import MAGIC, Lexicon, read_lexicon
from exporters.families.marian.lexicon import lexicon_checksum as checksum_of_file


def sealed(
    first: int, best: int, offsets: list[int], words: list[int], *, counts: tuple[int, int] | None = None
) -> bytes:
    head = struct.pack("<4Q", first, best, *(counts or (len(offsets), len(words))))
    body = head + struct.pack(f"<{len(offsets)}Q", *offsets) + struct.pack(f"<{len(words)}I", *words)
    return struct.pack("<2Q", MAGIC, lexicon_checksum(body)) + body


def read(folder: Path, data: bytes, source: int = 3, target: int = 10) -> Lexicon:
    path = folder / "lex.bin"
    path.write_bytes(data)
    return read_lexicon(path, source, target)


def test_read_gives_back_what_was_written(tmp_path: Path) -> None:
    lexicon = read(tmp_path, sealed(2, 5, [0, 2, 2, 3], [4, 9, 7]))
    assert (lexicon.first, lexicon.best) == (2, 5)
    assert lexicon.offsets.tolist() == [0, 2, 2, 3]
    assert lexicon.words.tolist() == [4, 9, 7]
    assert (lexicon.offsets.dtype, lexicon.words.dtype) == (np.uint64, np.uint32)


def test_read_accepts_a_toy_of_another_writer(tmp_path: Path) -> None:
    lexicon = read(tmp_path, toy_lexicon(1, 50, 60), 50, 60)
    assert len(lexicon.offsets) == 51
    assert int(lexicon.words.max()) < 60


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (sealed(2, 5, [0, 2, 3], [4, 9, 7]), "2 source pieces"),
        (sealed(2, 5, [0, 2, 1, 3], [4, 9, 7]), "rise"),
        (sealed(2, 5, [1, 2, 2, 3], [4, 9, 7]), "rise"),
        (sealed(2, 5, [0, 2, 2, 2], [4, 9, 7]), "rise"),
        (sealed(2, 5, [0, 2, 2**63, 3], [4, 9, 7]), "rise"),
        (sealed(2, 5, [0, 2, 2, 3], [4, 10, 7]), "target id 10"),
        (sealed(11, 5, [0, 2, 2, 3], [4, 9, 7]), "always takes 11"),
        (sealed(2**64 - 1, 5, [0, 2, 2, 3], [4, 9, 7]), "always takes"),
        (sealed(0, 5, [0, 2, 2, 3], [4, 9, 7]), "always takes 0"),
        (sealed(2, 5, [0, 2, 2, 3], [4, 9, 7], counts=(4, 2**62)), "promises"),
        (sealed(2, 5, [0, 2, 2, 3], [4, 9, 7], counts=(2**61 + 4, 3)), "promises"),  # 8 x 2^61 is 0 in 64 bits
        (sealed(2, 5, [0, 2, 2, 3], [4, 9, 7], counts=(4, 2**62 + 3)), "promises"),  # 4 x 2^62 is 0 in 64 bits
        (b"", "fewer than its header"),
        (sealed(2, 5, [0, 2, 2, 3], [4, 9, 7])[:-1], "promises"),
        (sealed(2, 5, [0, 2, 2, 3], [4, 9, 7]) + b"\0", "promises"),
        (b"\0" * 64, "starts with"),
    ],
)
def test_read_says_why_when_a_bound_is_broken(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError) as caught:
        read(tmp_path, data)
    assert reason in str(caught.value)


def test_read_names_every_reason_when_there_are_several(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError) as caught:
        read(tmp_path, sealed(99, 5, [0, 3, 2], [40, 90, 70]))
    assert len(caught.value.reasons) == 4


def test_read_refuses_when_one_bit_differs(tmp_path: Path) -> None:
    data = bytearray(sealed(2, 5, [0, 2, 2, 3], [4, 9, 7]))
    data[-8] ^= 1
    with pytest.raises(ModelFormatError, match="checksum"):
        read(tmp_path, bytes(data))


@given(st.binary(min_size=16, max_size=200))
def test_checksum_equals_a_plain_loop_for_any_bytes(data: bytes) -> None:
    assert checksum_of_file(data) == lexicon_checksum(data[16:])


@pytest.mark.real
@pytest.mark.parametrize("direction", ["enpt", "pten"])
def test_read_accepts_the_real_shortlist(direction: str) -> None:
    lexicon = read_lexicon(firefox_files(direction).shortlist, 32_000, 32_000)
    assert (lexicon.first, lexicon.best, len(lexicon.offsets)) == (50, 50, 32_001)
    assert len(lexicon.words) > 1_000_000
