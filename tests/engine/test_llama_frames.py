"""What goes over the pipes comes out as it went in, and what is cut or no frame is not taken for one."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.engine.llama.frames import Frame, packed, receive, send, unpacked

ARRAYS = st.tuples(st.sampled_from(["i4", "f4", "f8", "u1"]), st.integers(0, 4), st.integers(0, 5))


def written(frame: Frame) -> bytes:
    stream = io.BytesIO()
    send(stream, frame)
    return stream.getvalue()


@given(st.text(max_size=9), st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=9)), st.lists(ARRAYS))
def test_a_frame_comes_out_as_it_went_in(
    say: str, values: dict[str, int | str], shapes: list[tuple[str, int, int]]
) -> None:
    chooser = np.random.default_rng(1)
    arrays = [chooser.integers(0, 99, (rows, width)).astype(dtype) for dtype, rows, width in shapes]
    stream = io.BytesIO(written(Frame(say, values, arrays)) * 2)
    for _ in range(2):
        found = receive(stream)
        assert found is not None
        assert (found.say, found.values) == (say, values)
        for one, other in zip(found.arrays, arrays, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)
    assert receive(stream) is None


def test_a_frame_that_is_cut_at_any_byte_is_none() -> None:
    data = written(Frame("ok", {"a": 1}, [np.arange(3, dtype=np.int32)]))
    for size in range(len(data)):
        assert receive(io.BytesIO(data[:size])) is None


@pytest.mark.parametrize(
    "header",
    [
        {"say": "ok", "values": {}, "arrays": [["|O", [1]]]},
        {"say": "ok", "values": {}, "arrays": [["<i4", [-1]]]},
        {"say": "ok", "values": {}, "arrays": [["<f8", [1 << 40]]]},
    ],
)
def test_objects_negative_and_huge_arrays_are_refused(header: dict[str, object]) -> None:
    raw = json.dumps(header).encode()
    with pytest.raises(ValueError, match="an array of"):
        receive(io.BytesIO(struct.pack("<I", len(raw)) + raw))
    with pytest.raises(ValueError, match="a header of"):
        receive(io.BytesIO(b"\xff\xff\xff\xff"))


@given(st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=5), max_size=6))
def test_lines_of_ids_come_apart_where_they_were_joined(lines: list[list[int]]) -> None:
    assert [one.tolist() for one in unpacked(*packed(lines))] == lines
