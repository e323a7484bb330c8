"""The built-in text: what there is to measure a model on where nobody gives any."""

from __future__ import annotations

import functools
import lzma
from collections.abc import Mapping, Sequence
from importlib.resources import files

from exporters.corpus.exemplars import lookup_tags


def declaration(language: str) -> Sequence[str]:
    """Paragraphs of the Universal Declaration of Human Rights, 20 to 64; nothing for a language that has none here.

    language: a tag; its script counts, its region does not.
    """
    known = _known()
    return next((known[tag] for tag in lookup_tags(language) if tag in known), ())


@functools.cache
def _known() -> Mapping[str, Sequence[str]]:
    text = lzma.decompress(files("exporters.corpus").joinpath("declaration.xz").read_bytes()).decode("utf-8")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            lines = found[line[2:]] = []
        else:
            lines.append(line)
    return found
