"""Text that can be shown at once: whole characters, nothing of a stop text, whatever the bytes are cut into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.engine.llama.stop_text import StopText

LETTERS = st.text(alphabet="abé🙂", max_size=20)
STOPS = st.lists(st.text(alphabet="abé🙂", min_size=1, max_size=4), max_size=4)


def fed(pieces: list[bytes], stop: list[str]) -> list[str]:
    text = StopText(stop)
    return [*(text.feed(piece) for piece in pieces), text.finish()]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places})
    return [data[begin:end] for begin, end in zip([0, *ends], [*ends, len(data)], strict=True)]


def before_stop(text: str, stop: list[str]) -> str:
    """By the definition: letter by letter, until one of them is there."""
    for end in range(1, len(text) + 1):
        ending = [one for one in stop if text[:end].endswith(one)]
        if ending:
            return text[: end - max(map(len, ending))]
    return text


@given(LETTERS, STOPS, st.lists(st.integers(0, 200), max_size=10))
def test_the_text_is_that_before_the_first_stop_text_however_it_is_cut(
    text: str, stop: list[str], places: list[int]
) -> None:
    pieces = fed(cut(text.encode(), places), stop)
    assert "".join(pieces) == before_stop(text, stop)


@given(LETTERS, STOPS, st.lists(st.integers(0, 200), max_size=10))
def test_nothing_that_was_given_is_taken_back(text: str, stop: list[str], places: list[int]) -> None:
    wanted = before_stop(text, stop)
    given_so_far = ""
    for piece in fed(cut(text.encode(), places), stop):
        given_so_far += piece
        assert wanted.startswith(given_so_far)


@given(st.binary(max_size=40), st.lists(st.integers(0, 200), max_size=10))
def test_bytes_that_are_no_text_are_replaced_and_a_begun_character_is_left_out(data: bytes, places: list[int]) -> None:
    whole = "".join(fed([data], []))
    assert "".join(fed(cut(data, places), [])) == whole
    assert data.decode("utf-8", "replace").startswith(whole)


def test_a_character_is_given_when_it_is_whole() -> None:
    assert fed([b"a\xf0", b"\x9f\x99", b"\x82b", b"\xc3"], []) == ["a", "", "🙂b", "", ""]


@pytest.mark.parametrize(
    ("pieces", "given_out"),
    [
        ([b"x.", b"\n", b"\nno"], ["x.", "", "", ""]),
        ([b"x.\n", b"y\n"], ["x.", "\ny", "\n"]),
        ([b"x.\n\n"], ["x.", ""]),
    ],
)
def test_what_may_become_a_stop_text_waits(pieces: list[bytes], given_out: list[str]) -> None:
    assert fed(pieces, ["\n\n"]) == given_out


def test_nothing_follows_a_stop_text() -> None:
    text = StopText(["!"])
    assert (text.feed(b"hey! you"), text.stopped, text.feed(b"more"), text.finish()) == ("hey", True, "", "")
