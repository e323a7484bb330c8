from __future__ import annotations

import io
import os
import queue
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.cli.text_io import FileBlocks, Line, LineReader, PipeBlocks, check_out, open_sink
from edgekit.core.errors import InputError, OutputError, UsageError

TEXT = st.text(st.sampled_from("ab \n\r\u2028é😀\0\x0b\x85"), max_size=40)


class Chunks:
    """Blocks of the sizes given; says that none waits before each of them."""

    def __init__(self, data: bytes, sizes: list[int], *, waits: bool) -> None:
        self.left = data
        self.sizes = sizes
        self.waits = waits
        self.said = False

    def next(self, *, wait: bool) -> bytes | None:
        if self.waits and not wait and not self.said:
            self.said = True
            return None
        self.said = False
        size = self.sizes.pop() if self.sizes else len(self.left)
        block, self.left = self.left[:size], self.left[size:]
        return block


def expected(text: str) -> list[Line]:
    lines = []
    for raw in text.encode().splitlines(keepends=True):
        line = raw.decode()
        body = line.rstrip("\r\n")
        lines.append(Line(body, line[len(body) :]))
    return lines


@given(TEXT, st.lists(st.integers(1, 5), max_size=20), st.booleans())
def test_lines_are_the_input_whatever_its_blocks_and_whether_it_waits(text: str, sizes: list[int], waits: bool) -> None:
    windows = list(LineReader(Chunks(text.encode(), sizes, waits=waits), "x").windows())
    lines = [line for window in windows for line in window]
    assert lines == expected(text)
    assert "".join(line.text + line.ending for line in lines) == text
    assert all(windows)


def test_windows_grow_and_stay_bounded_when_the_input_is_long() -> None:
    windows = [len(window) for window in LineReader(FileBlocks(io.BytesIO(b"line\n" * 10_000)), "x").windows()]
    assert windows[:5] == [64, 128, 256, 512, 1024]
    assert max(windows) == 1024
    assert sum(windows) == 10_000
    long_lines = LineReader(FileBlocks(io.BytesIO((b"x" * 100_000 + b"\n") * 50)), "x").windows()
    assert max(len(window) for window in long_lines) <= 3


def test_a_window_ends_when_no_line_waits() -> None:
    read_end, write_end = os.pipe()
    seen: queue.Queue[list[Line]] = queue.Queue()

    def consume() -> None:
        with os.fdopen(read_end, "rb") as stream:
            for window in LineReader(PipeBlocks(stream), "x").windows():
                seen.put(window)

    thread = threading.Thread(target=consume)
    thread.start()
    try:
        for number in range(3):
            os.write(write_end, f"line {number}\nbegun".encode())
            assert seen.get(timeout=60) == [Line(("begun" if number else "") + f"line {number}", "\n")]
    finally:
        os.close(write_end)
        thread.join(60)
    assert seen.get(timeout=60) == [Line("begun", "")]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"\xff", "line 1, byte 1 is 0xff"),
        (b"ok\r\nok\rab\xc3\n", "line 3, byte 3 is 0xc3"),
        ("é".encode() + b"\x80", "line 1, byte 3 is 0x80"),
    ],
)
def test_the_first_bad_byte_is_named(data: bytes, where: str) -> None:
    with pytest.raises(InputError) as raised:
        list(LineReader(FileBlocks(io.BytesIO(data)), "`notes.txt`").windows())
    assert raised.value.message == f"`notes.txt` is not UTF-8: {where}"
    assert raised.value.hint
    assert raised.value.exit_code == 2


def test_an_output_that_fails_to_close_is_an_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OutputError, match="No space left"), open_sink(tmp_path / "out.txt") as sink:
        sink.write("text")
    assert list(tmp_path.iterdir()) == []


def test_check_out_refuses_what_can_be_no_file(tmp_path: Path) -> None:
    check_out(tmp_path / "new.txt")
    for wrong in (tmp_path, tmp_path / "no" / "out.txt"):
        with pytest.raises(UsageError):
            check_out(wrong)
