"""Numbers in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from edgekit.core.units import bytes_in_words, counted, duration_in_words, parse_bytes


@pytest.mark.parametrize(
    ("count", "words"),
    [
        *((0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (99_400_000, "99.4 MB")),
        *((99_500_000, "100 MB"), (100_000_000, "100 MB"), (999_499_999, "999 MB"), (999_500_000, "1.0 GB")),
        *((1_500_000_000, "1.5 GB"), (2_000_000_000_000, "2.0 TB"), (12.7, "12 B")),
    ],
)
def test_bytes_are_words_of_decimal_units(count: float, words: str) -> None:
    assert bytes_in_words(count) == words


@given(st.integers(0, 10**15))
def test_bytes_in_words_are_short_and_within_six_percent(count: int) -> None:
    number, unit = bytes_in_words(count).split(" ")
    assert len(number) <= 6
    value = float(number) * {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
    assert abs(value - count) <= 0.06 * count


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "0s"), (0.4, "0s"), (59.4, "59s"), (59.6, "1m00s"), (75, "1m15s"), (3599, "59m59s"), (3600, "1h00m")),
        *((3661, "1h01m"), (86_399, "23h59m"), (360_000, "100h00m"), (-5, "0s")),
    ],
)
def test_durations_are_words(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words


@given(st.floats(0, 10**7))
def test_a_duration_says_the_time_within_a_minute(seconds: float) -> None:
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", duration_in_words(seconds))
    assert parts is not None
    hours, minutes, rest = (int(part or 0) for part in parts.groups())
    assert minutes < 60
    assert rest < 60
    assert abs(3600 * hours + 60 * minutes + rest - seconds) <= 60


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("90MB", 90_000_000), ("90 mb", 90_000_000), (" 1.5GB ", 1_500_000_000), ("512", 512), ("7B", 7)),
        *(("1KiB", 1024), ("1.5MiB", 1_572_864), ("0.29GB", 290_000_000), ("2T", 2_000_000_000_000)),
    ],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "1e9", "0", "0.0001B", "1iB", "1 MB MB", "٣MB", "9" * 400, "nan"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        parse_bytes(text)


@given(st.integers(1, 10**12))
def test_a_number_of_bytes_is_itself(count: int) -> None:
    assert parse_bytes(str(count)) == count


def test_a_noun_has_the_form_of_its_number() -> None:
    assert [counted(number, "term") for number in (0, 1, 2, 2000)] == ["0 terms", "1 term", "2 terms", "2,000 terms"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "entry", "entries") == "3 entries"
