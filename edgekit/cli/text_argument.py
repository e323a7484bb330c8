"""The argument `[TEXT|FILE|-]` of commands that read lines."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

from edgekit.cli.text_io import FileBlocks, Input, LineReader, open_file, open_stdin
from edgekit.core.errors import InputError, UnavailableError

# A missing argument with one of these endings, or that of a document, or that begins like a path, was meant as a file.
_FILE_ENDINGS = (".log", ".rst", ".tex", ".toml", ".xml")


@contextlib.contextmanager
def open_text(text: str | None, *, literal: bool) -> Iterator[Input]:
    """Open what the argument names: the standard input (None, `-`), an existing file, else the text itself.

    literal: it is a text, even where a file has that name. Raises what open_file and open_stdin raise, UnavailableError
    for a file that is not there, and InputError for a folder and for a text that is not UTF-8.
    """
    if text is None or (text == "-" and not literal):
        with open_stdin() as given:
            yield given
        return
    path = named_path(text, literal=literal)
    if path is not None:
        if path.is_dir():
            raise InputError(f"`{text}` is a folder", hint="name a file in it, or add `--text` if it is a text")
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


def named_path(text: str | None, *, literal: bool) -> Path | None:
    """What the argument names, a file or whatever else is there; None for a text and for the standard input.

    Raises UnavailableError for what looks like a file and is not there.
    """
    if text is None or literal or not text or text == "-":
        return None
    try:
        path = Path(text)
        if path.exists():
            return path
    except (OSError, ValueError):  # longer than a file name can be, or with a NUL
        return None
    if looks_like_a_file(text):
        raise UnavailableError(f"there is no file `{text}`", hint="add `--text` if it is a text")
    return None


def looks_like_a_file(text: str) -> bool:
    """Whether a text was probably meant as the name of a file: it begins like a path or has a file's ending."""
    from edgekit.documents.foreign import FOREIGN
    from edgekit.documents.open import FORMATS

    if any(character.isspace() for character in text):
        return False
    endings = (*_FILE_ENDINGS, *FOREIGN, *(ending for one in FORMATS.values() for ending in one.endings))
    return text.startswith(("/", "./", "../", "~/")) or text.lower().endswith(endings)
