"""Where a text area breaks lines: never inside what a reader takes for one character.

Textual folds a word that is longer than a line by code points: flags, families and Khmer syllables came apart at some
widths. Its text areas have no way to be given another function, so that this one takes its place.
"""

from __future__ import annotations

from textual._cells import cell_len
from textual._wrap import chunks, compute_wrap_offsets
from textual.document import _wrapped_document
from textual.expand_tabs import get_tab_widths


def whole_offsets(
    text: str,
    width: int,
    tab_size: int,
    fold: bool = True,
    precomputed_tab_sections: list[tuple[str, int]] | None = None,
) -> list[int]:
    """The code points before which a line of a text is broken so that it fits into width cells.

    Text with a tab in it, and ASCII, are left to Textual.
    """
    if text.isascii() or "\t" in text or not fold:
        sections = precomputed_tab_sections or get_tab_widths(text, tab_size)
        return compute_wrap_offsets(text, width, tab_size, fold, sections)
    from wcwidth import iter_graphemes  # its tables are no part of the first frame

    breaks: list[int] = []
    used = 0
    for start, _end, chunk in chunks(text):
        cells = cell_len(chunk)
        if used + cells <= width:
            used += cells
            continue
        if used:
            breaks.append(start)
        used = 0
        if cells <= width:
            used = cells
            continue
        at = start
        for grapheme in iter_graphemes(chunk):
            size = cell_len(grapheme)
            if used and used + size > width:
                breaks.append(at)
                used = 0
            used += size
            at += len(grapheme)
    return breaks


def install() -> None:
    """Put it in the place of Textual's own, for every text area."""
    vars(_wrapped_document)["compute_wrap_offsets"] = whole_offsets
