"""Lines of the texts that somebody names, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from edgekit.core.errors import InputError
from exporters.corpus.reading import BlockReader
from exporters.corpus.sources import find_sources


def text_blocks(texts: Sequence[Path], field: str = "text") -> Iterator[list[str]]:
    """The lines of all texts that are not blank, half a megabyte at once. Raises InputError with all that is wrong.

    field: where the text is in a line of JSON.
    """
    reader = BlockReader(find_sources([str(text) for text in texts], []), field)
    for block in reader:
        yield block.text.decode("utf-8").split("\n")[:-1]
    if reader.problems:
        raise InputError("a text cannot be read", reasons=reader.problems)
