"""Archives from elsewhere: what is sound is copied, what is not is one error."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

import pytest
from documents.zip_files import kinds, members, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core import package
from edgekit.core.errors import InputError
from edgekit.core.package import Package

SOUND = zipped({"mimetype": "a/b", "a.xml": "<a/>" * 100, "b/c.bin": bytes(300)}, stored=("mimetype",))


def test_an_archive_is_its_bytes_when_nothing_has_changed() -> None:
    assert Package(SOUND, "a.docx").written({}) == SOUND


def test_an_archive_keeps_members_order_kinds_and_dates_when_one_has_changed() -> None:
    written = Package(SOUND, "a.docx").written({"a.xml": b"<b/>"})
    assert kinds(written) == kinds(SOUND)
    assert members(written) == {**members(SOUND), "a.xml": b"<b/>"}
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2024, 5, 6, 7, 8, 10)}
    assert written == Package(SOUND, "a.docx").written({"a.xml": b"<b/>"})
    assert written[30:38] == b"mimetype"
    assert written[38:41] == b"a/b"  # no extra field, nothing packed: `file` and readers look there


@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/a", "a/../../b", "C:/a", "a\\b", "a/..", "./a"], ids=lambda name: repr(name)
)
def test_an_archive_is_refused_when_a_name_leads_out_of_it(name: str) -> None:
    with pytest.raises(InputError, match="leads out of the archive"):
        Package(zipped({"a.xml": "<a/>", name: "x"}), "a.docx")


def test_an_archive_is_refused_when_a_name_comes_twice() -> None:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.xml", "<a/>")
            archive.writestr("a.xml", "<b/>")
    with pytest.raises(InputError, match=r"2 members are called `a\.xml`"):
        Package(buffer.getvalue(), "a.docx")


def test_an_archive_is_refused_when_a_member_is_a_bomb() -> None:
    bomb = zipped({"a.xml": "<a/>", "b.xml": bytes(64 << 20)})
    with pytest.raises(InputError, match=r"`b\.xml` unpacks to 64 MB from"):
        Package(bomb, "a.docx")


def test_an_archive_is_refused_when_it_has_too_many_members_or_unpacks_to_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package, "MAX_MEMBERS", 2)
    with pytest.raises(InputError, match="3 members, more than 2"):
        Package(SOUND, "a.docx")
    monkeypatch.setattr(package, "MAX_MEMBERS", 3)
    monkeypatch.setattr(package, "MAX_UNPACKED", 100)
    with pytest.raises(InputError, match="it unpacks to 0 MB, more than 0 MB"):
        Package(SOUND, "a.docx")


def test_an_archive_in_an_archive_is_copied_and_never_opened() -> None:
    inner = zipped({"../../evil": bytes(8 << 20)})
    outer = zipped({"a.xml": "<a/>", "embedded.xlsx": inner})
    assert members(Package(outer, "a.docx").written({"a.xml": b"<b/>"}))["embedded.xlsx"] == inner


def test_an_archive_is_refused_when_members_share_bytes() -> None:
    # The directory of the second points at the first: a quine or a bomb without a high ratio.
    data = bytearray(zipped({"a.xml": bytes(range(200)), "b.xml": bytes(range(200))}, stored=("a.xml", "b.xml")))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 10)
    with pytest.raises(InputError):
        Package(bytes(data), "a.docx")


def test_an_archive_is_refused_when_a_member_is_encrypted() -> None:
    data = bytearray(SOUND)
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(InputError, match="`mimetype` is encrypted"):
        Package(bytes(data), "a.docx")


def test_an_archive_is_refused_when_it_is_packed_by_another_method() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.xml", "<a/>")
    with pytest.raises(InputError, match="by a method that documents do not use"):
        Package(buffer.getvalue(), "a.docx")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), SOUND[:-30], SOUND[:200]])
def test_an_archive_is_one_error_when_it_is_cut_off(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        Package(data, "a.docx")
    assert "\n" not in caught.value.message


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_an_archive_is_sound_or_one_error_when_bytes_of_it_change(edits: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for place, value in edits:
        data[place] = value
    try:
        found = Package(bytes(data), "a.docx")
    except InputError:
        return
    for name in found.names():
        found.read(name)
    found.written(dict.fromkeys(found.names(), b"x"))
