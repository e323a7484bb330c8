"""Where a text area breaks lines: never inside what a reader takes for one character.

Textual folds a word that is longer than a line by code points: flags, families and Khmer syllables came apart at some
widths. Its text areas have no way to be given another function, so that this one takes its place; where a newer Textual
has no such place any more, lines are broken as it breaks them.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from rich.cells import cell_len

Offsets = Callable[..., list[int]]
# What is not seen between words of Khmer, Burmese and Thai parts them as a space does.
_WORD = re.compile(r"[^\s\u200b]+[\s\u200b]*|[\s\u200b]+")
_PLACE = "textual.document._wrapped_document", "compute_wrap_offsets"


def whole_offsets(textuals: Offsets, text: str, width: int, tab_size: int, *others: Any, **more: Any) -> list[int]:
    """The code points before which a line of a text is broken so that it fits into width cells.

    Text with a tab in it, and ASCII, are left to Textual's own function.
    """
    if text.isascii() or "\t" in text:
        return textuals(text, width, tab_size, *others, **more)
    from wcwidth import iter_graphemes  # its tables are no part of the first frame

    breaks: list[int] = []
    used = 0
    for word in _WORD.finditer(text):
        cells = cell_len(word[0])
        if used + cells <= width:
            used += cells
            continue
        if used:
            breaks.append(word.start())
        used = 0
        if cells <= width:
            used = cells
            continue
        at = word.start()
        for grapheme in iter_graphemes(word[0]):
            size = cell_len(grapheme)
            if used and used + size > width:
                breaks.append(at)
                used = 0
            used += size
            at += len(grapheme)
    return breaks


def install() -> None:
    """Put it in the place of Textual's own, for every text area, once."""
    name, function = _PLACE
    with contextlib.suppress(ImportError, AttributeError):
        module = importlib.import_module(name)
        theirs = getattr(module, function)
        if not isinstance(theirs, partial):
            setattr(module, function, partial(whole_offsets, theirs))
