from __future__ import annotations

from pathlib import Path

import pytest
from store.toys import TOY, sha256

from edgekit.core.errors import IntegrityError, SourceError
from edgekit.sources.base import Wanted, is_there, is_truthy
from edgekit.sources.local import FileSource


def fetch(location: str, member: str, target: Path) -> None:
    FileSource(location).fetch([Wanted(member, target, len(TOY), sha256(TOY))], target.parent, lambda _: None)


def test_a_file_comes_from_a_folder_or_stands_for_itself(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "w.bin").write_bytes(TOY)
    fetch(f"{tmp_path}/", "a/w.bin", tmp_path / "one.bin")
    fetch(f"{tmp_path}/a/w.bin", "", tmp_path / "two.bin")
    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "two.bin").read_bytes() == TOY


def test_a_missing_file_or_a_folder_is_a_typed_error(tmp_path: Path) -> None:
    for location, member in ((f"{tmp_path}/", "nothing"), (str(tmp_path), "")):
        with pytest.raises(SourceError, match="there is no file"):
            fetch(location, member, tmp_path / "out.bin")


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(TOY)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "w.bin").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="leads out"):
        fetch(f"{tmp_path}/m/", "w.bin", tmp_path / "out.bin")


@pytest.mark.parametrize("data", [TOY + b"x", TOY[:-1], TOY[:-1] + b"X"])
def test_other_bytes_than_promised_leave_no_file(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "w.bin").write_bytes(data)
    with pytest.raises(IntegrityError):
        fetch(f"{tmp_path}/", "w.bin", tmp_path / "out.bin")
    assert [path.name for path in tmp_path.iterdir()] == ["w.bin"]


def test_a_file_is_there_only_when_size_and_digest_are_right(tmp_path: Path) -> None:
    target = tmp_path / "w.bin"
    assert not is_there(Wanted("", target, len(TOY), sha256(TOY)))
    target.write_bytes(TOY)
    assert is_there(Wanted("", target, len(TOY), sha256(TOY)))
    assert not is_there(Wanted("", target, len(TOY), sha256(b"other")))
    assert not is_there(Wanted("", target, len(TOY) + 1, sha256(TOY)))
    assert not is_there(Wanted("", target, len(TOY), None))


def test_a_switch_is_on_in_the_spellings_that_the_hub_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in {
        "1": True,
        "true": True,
        "YES": True,
        "on": True,
        "0": False,
        "": False,
        "no": False,
    }.items():
        monkeypatch.setenv("EDGEKIT_OFFLINE", value)
        assert is_truthy("EDGEKIT_OFFLINE") is expected
