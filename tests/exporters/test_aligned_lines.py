"""Line-aligned files: kept together, or refused with a reason."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import InputError
from exporters.alignment.lines import MOST_LINE_BYTES, read_aligned


def written(folder: Path, **files: bytes) -> dict[str, Path]:
    paths = {language: folder / f"dev.{language}" for language in files}
    for language, data in files.items():
        paths[language].write_bytes(data)
    return paths


def test_lines_stay_aligned_when_one_language_has_gaps(tmp_path: Path) -> None:
    paths = written(tmp_path, en=b"\xef\xbb\xbfone\r\ntwo\nthree \n", pt="um\n\ntrês".encode())
    assert read_aligned(paths) == {"en": ["one", "three"], "pt": ["um", "três"]}
    assert read_aligned(paths, most=1) == {"en": ["one"], "pt": ["um"]}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text("ab ", max_size=3), st.text("ab ", max_size=3)), max_size=20))
def test_lines_are_those_pairs_of_which_no_side_is_blank(pairs: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = written(
            Path(folder),
            **{tag: "".join(f"{pair[at]}\n" for pair in pairs).encode() for at, tag in enumerate(["en", "pt"])},
        )
        kept = [(one.strip(), two.strip()) for one, two in pairs if one.strip() and two.strip()]
        found = read_aligned(paths)
    assert list(zip(found["en"], found["pt"], strict=True)) == kept


@pytest.mark.parametrize(
    ("en", "pt", "reason"),
    [
        (b"a\nb\n", b"a\n", "`dev.pt` ends after line 1"),
        (b"a\n", b"\xff\n", "line 1 of `dev.pt` is not UTF-8"),
        (b"a\n", b"x" * (MOST_LINE_BYTES + 1), "line 1 of `dev.pt` has more than"),
    ],
)
def test_files_are_refused_when_they_are_no_aligned_text(en: bytes, pt: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        read_aligned(written(tmp_path, en=en, pt=pt))


def test_files_are_refused_when_one_is_missing_or_alone(tmp_path: Path) -> None:
    paths = written(tmp_path, en=b"a\n")
    with pytest.raises(InputError, match="two languages"):
        read_aligned(paths)
    with pytest.raises(InputError, match="cannot be read"):
        read_aligned({**paths, "pt": tmp_path / "nowhere"})


def test_every_file_is_named_at_once_when_several_are_wrong_even_after_the_lines_that_count(tmp_path: Path) -> None:
    paths = written(tmp_path, en=b"a\n" * 9, pt=b"b\n" * 8, hi=b"c\n" * 7 + b"\xff\n", am=b"d\n" * 9)
    with pytest.raises(InputError) as caught:
        read_aligned({**paths, "sw": tmp_path / "nowhere"}, most=2)
    assert sorted(caught.value.reasons) == [
        f"`{tmp_path / 'nowhere'}` cannot be read: No such file or directory",
        "`dev.am` ends after line 9",
        "`dev.en` ends after line 9",
        "`dev.pt` ends after line 8",
        "line 8 of `dev.hi` is not UTF-8",
    ]
