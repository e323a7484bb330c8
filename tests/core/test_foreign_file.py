"""No more of a foreign file is read than such files have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edgekit.core.errors import InputError, UnavailableError
from edgekit.core.foreign_file import read_bounded


def test_a_file_of_the_largest_size_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    assert read_bounded(path, 10) == b"x" * 10
    with pytest.raises(InputError, match=r"the list `.*a` is larger than 0 MB"):
        read_bounded(path, 9, "list")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such device")
def test_a_file_without_an_end_is_refused() -> None:
    with pytest.raises(InputError, match="is larger than 1 MB"):
        read_bounded(Path("/dev/zero"), 1 << 20)


def test_a_file_that_cannot_be_read_is_told_by_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"there is no list `.*none`"):
        read_bounded(tmp_path / "none", 9, "list")
    with pytest.raises(InputError, match="is a folder, not a list"):
        read_bounded(tmp_path, 9, "list")
