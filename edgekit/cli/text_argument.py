"""The argument `[TEXT|FILE|-]` of commands that read lines."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

from edgekit.cli.text_io import FileBlocks, Input, LineReader, open_file, open_stdin
from edgekit.core.errors import InputError


@contextlib.contextmanager
def open_text(text: str | None, *, literal: bool) -> Iterator[Input]:
    """Open what the argument names: the standard input (None, `-`), an existing file, else the text itself.

    literal: it is a text, even where a file has that name. Raises what open_file and open_stdin raise, and InputError
    for a folder and for a text that is not UTF-8.
    """
    if text is None or (text == "-" and not literal):
        with open_stdin() as given:
            yield given
        return
    if not literal and text:
        try:
            path = Path(text)
            named = path.exists()
        except (OSError, ValueError):  # longer than a file name can be, or with a NUL
            named = False
        if named and path.is_dir():
            raise InputError(f"`{text}` is a folder", hint="name a file in it, or add `--text` if it is a text")
        if named:
            with open_file(path) as given:
                yield given
            return
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            "the text on the command line is not UTF-8", hint="use a UTF-8 locale, or pass the text through a pipe"
        ) from None
    if not text.endswith(("\n", "\r")):
        data += b"\n"
    yield Input(LineReader(FileBlocks(io.BytesIO(data)), "the text"), None)
