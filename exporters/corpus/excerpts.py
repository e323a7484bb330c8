"""The first lines of each language's text, for what needs text to run on and not counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgekit.core.errors import InputError
from exporters.corpus.reading import BlockReader
from exporters.corpus.sources import find_sources
from exporters.corpus.tallying import is_held_out


def first_lines(
    arguments: Sequence[str], languages: Sequence[str], *, field: str, most_bytes: int
) -> Mapping[str, Sequence[str]]:
    """Lines by language until it has most_bytes of them; none of the held-out tenth, on which quality is measured.

    arguments, languages: see `exporters.corpus.sources.find_sources`; a pipe gives nothing, it was read before. Raises
    InputError with all that is wrong.
    """
    sources = [one for one in find_sources(arguments, languages) if one.path is not None]
    found: dict[str, list[str]] = {}
    sizes = dict.fromkeys((one.language for one in sources), 0)
    reader = BlockReader(sources, field)
    for block in reader:
        if all(size >= most_bytes for size in sizes.values()):
            break
        for line in block.text.split(b"\n")[:-1]:
            if sizes[block.language] < most_bytes and not is_held_out(line):
                found.setdefault(block.language, []).append(line.decode("utf-8"))
                sizes[block.language] += len(line)
    if reader.problems:
        raise InputError("a text cannot be read", reasons=reader.problems)
    return found
