"""Lines of text in and out, byte for byte: windows of lines, strict UTF-8, output that is whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from edgekit.cli import output
from edgekit.core.errors import InputError, OutputError, UnavailableError, UsageError

_BLOCK_BYTES = 1 << 16
_WAITING_BLOCKS = 16
# The first window is small, so that the first line is out soon; then it doubles, because sorting many lines by length
# is what makes them fast. The bytes bound the memory for long lines.
_FIRST_WINDOW_LINES = 64
_LARGEST_WINDOW_LINES = 1024
_WINDOW_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Line:
    """A line of input and its ending: `\\n`, `\\r\\n`, `\\r`, or nothing at the end of the input."""

    text: str
    ending: str


class Blocks(Protocol):
    """Bytes as they come."""

    def next(self, *, wait: bool) -> bytes | None:
        """The next block, b"" at the end; None where nothing is there yet and wait is false."""
        ...


class FileBlocks:
    """The bytes of a file or of a string: always there."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def next(self, *, wait: bool) -> bytes | None:  # noqa: ARG002  it never has to
        """The next block; never waits."""
        return self._stream.read(_BLOCK_BYTES)


class PipeBlocks:
    """The bytes of a pipe or a terminal, read by a thread: the one way to know, on every system, that none waits."""

    def __init__(self, stream: BinaryIO) -> None:
        self._queue: queue.Queue[bytes | OSError] = queue.Queue(_WAITING_BLOCKS)
        self._ended = False
        # Below the buffer: its read waits until the block is full, and its lock would be held at exit.
        raw = getattr(stream, "raw", stream)
        threading.Thread(target=self._read, args=(raw,), name="edgekit-input", daemon=True).start()

    def _read(self, raw: BinaryIO) -> None:
        while True:
            try:
                block = raw.read(_BLOCK_BYTES)
            except OSError as problem:
                self._queue.put(problem)
                return
            self._queue.put(block)
            if not block:
                return

    def next(self, *, wait: bool) -> bytes | None:
        """The next block. Raises InputError when the pipe cannot be read."""
        if self._ended:
            return b""
        try:
            block = self._queue.get(block=wait)
        except queue.Empty:
            return None
        if isinstance(block, OSError):
            raise InputError(f"the input cannot be read: {block.strerror or block}")
        self._ended = not block
        return block


class LineReader:
    """Windows of lines: a window ends when it is full, or when no further line is waiting."""

    def __init__(self, blocks: Blocks, name: str) -> None:
        """name: what error messages call the input."""
        self._blocks = blocks
        self._name = name
        self._line_number = 0

    def windows(self) -> Iterator[list[Line]]:
        """Every line of the input, in order. Raises InputError at the first one that is not UTF-8."""
        limit = _FIRST_WINDOW_LINES
        window: list[Line] = []
        size = 0
        tail: list[bytes] = []
        ended = False
        while not ended:
            block = self._blocks.next(wait=not window)
            if block is None:
                yield window
                window, size = [], 0
                continue
            ended = not block
            complete, rest = _complete_lines(b"".join(tail) + block if _ends_line(block) or ended else b"", ended=ended)
            if complete or ended:
                tail = [rest]
            else:
                tail.append(block)
            for raw in complete:
                window.append(self._decode(raw))
                size += len(raw)
                if len(window) >= limit or size >= _WINDOW_BYTES:
                    yield window
                    window, size = [], 0
                    limit = min(2 * limit, _LARGEST_WINDOW_LINES)
        if window:
            yield window

    def _decode(self, raw: bytes) -> Line:
        self._line_number += 1
        text = raw.rstrip(b"\r\n")  # raw holds one ending at most
        try:
            return Line(text.decode("utf-8"), raw[len(text) :].decode("ascii"))
        except UnicodeDecodeError as problem:
            raise not_utf8(self._name, self._line_number, problem) from None


def _ends_line(block: bytes) -> bool:
    return b"\n" in block or b"\r" in block


def _complete_lines(data: bytes, *, ended: bool) -> tuple[list[bytes], bytes]:
    """The lines of data with their endings, and the begun line after them.

    bytes.splitlines knows exactly the three endings of the contract. A `\\r` at the end may be half a `\\r\\n`.
    """
    lines = data.splitlines(keepends=True)
    if lines and not ended and not lines[-1].endswith(b"\n"):
        return lines[:-1], lines[-1]
    return lines, b""


def not_utf8(name: str, line: int, problem: UnicodeDecodeError) -> InputError:
    """The error for a line that is not UTF-8: where, which byte, and how to convert it."""
    byte = problem.object[problem.start]
    # Of windows-1252 latin1 is the part without its dashes and quotation marks, which would become control characters.
    likely = "utf-16" if problem.object.startswith((b"\xff\xfe", b"\xfe\xff")) else "windows-1252"
    return InputError(
        f"{name} is not UTF-8: line {line}, byte {problem.start + 1} is 0x{byte:02x}",
        hint=f"convert it first, for example `iconv -f {likely} -t utf-8 OLD > NEW`",
    )


@dataclass(frozen=True, slots=True)
class Input:
    """An opened input. lines: how many it has, where that can be known before it is read."""

    reader: LineReader
    lines: int | None


@contextlib.contextmanager
def open_file(path: Path) -> Iterator[Input]:
    """Open a file by its path. Raises UnavailableError (not there), InputError (a folder, unreadable, not UTF-8)."""
    name = f"`{path}`"
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise UnavailableError(f"there is no file {name}") from None
    except IsADirectoryError:
        raise InputError(f"{name} is a folder", hint="name a file in it") from None
    except OSError as problem:
        raise InputError(f"{name} cannot be read: {problem.strerror}") from None
    with stream:
        yield _open_stream(stream, name)


@contextlib.contextmanager
def open_stdin() -> Iterator[Input]:
    """Open standard input, whatever it is. Raises InputError (closed, a folder, a file that is not UTF-8)."""
    if sys.stdin is None:
        raise InputError("the standard input is closed", hint="pass a text or a file")
    if sys.stdin.isatty():
        output.narrate("type lines; end with Ctrl-Z and Enter" if os.name == "nt" else _END_OF_TYPING)
    yield _open_stream(sys.stdin.buffer, "the standard input")


_END_OF_TYPING = "type lines; end with Ctrl-D"


def _open_stream(stream: BinaryIO, name: str) -> Input:
    mode = os.fstat(stream.fileno()).st_mode
    if stat.S_ISDIR(mode):
        raise InputError(f"{name} is a folder", hint="name a file in it")
    if not stat.S_ISREG(mode):
        return Input(LineReader(PipeBlocks(stream), name), None)
    # A file is looked through first (about 1 GB/s): nothing is written when its last line turns out to be Latin-1.
    begin = stream.tell()
    lines = 0
    for window in LineReader(FileBlocks(stream), name).windows():
        lines += len(window)
    stream.seek(begin)
    return Input(LineReader(FileBlocks(stream), name), lines)


class Sink:
    """Where results go; write gives text to it and says OutputError when that fails."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._watched = stream.isatty()

    def write(self, text: str) -> None:
        """Write text as UTF-8, to a terminal without what it would obey."""
        if self._watched:
            text = output.visible(text.replace("\r\n", "\n"))
        try:
            self._stream.write(text.encode("utf-8", errors="surrogatepass"))
        except BrokenPipeError:
            raise output.ReaderGoneError from None
        except OSError as problem:
            raise OutputError(f"cannot write to {self._name}: {problem.strerror or problem}") from None

    def flush(self) -> None:
        """Hand everything on."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise output.ReaderGoneError from None
        except OSError as problem:
            raise OutputError(f"cannot write to {self._name}: {problem.strerror or problem}") from None


def check_out(path: Path) -> None:
    """Raise UsageError where path can be no output file: `-`, a folder, or in a folder that is not there.

    OutputError where the folder cannot be written to, before work of minutes is done for it; pipes and devices need
    none.
    """
    if str(path) == "-":
        raise UsageError("`-` would be a file of that name", hint="name a file for `-o`, or `/dev/stdout --force`")
    if path.is_dir():
        raise UsageError(f"`{path}` is a folder", hint="name a file for `-o`")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder `{path.parent}` for the output")
    folders = path.absolute().parent, path.resolve().parent  # a link is followed or replaced
    if (path.is_file() or not path.exists()) and not any(os.access(one, os.W_OK) for one in folders):
        raise OutputError(
            f"cannot write into `{folders[0]}`: {os.strerror(errno.EACCES)}", hint="name another file for `-o`"
        )


@contextlib.contextmanager
def open_sink(path: Path | None) -> Iterator[Sink]:
    """Standard output, or a file that is there when everything is written and not before.

    A device or a pipe under that name is written to directly. Raises OutputError.
    """
    if path is None:
        sink = Sink(output.raw_stdout(), "the standard output")
        yield sink
        sink.flush()
        return
    name = f"`{path}`"
    try:
        if path.exists() and not path.is_file():
            with path.open("wb", buffering=0) as device:
                yield Sink(device, name)
            return
        from edgekit.core.atomic import replacing

        with replacing(path.resolve()) as stream:
            yield Sink(stream, name)
    except OSError as problem:
        raise OutputError(f"cannot write to {name}: {problem.strerror or problem}") from None
