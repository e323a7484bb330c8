"""What a screen looks like as text that a person can read and compare: its rows, then the styles of each.

A picture of 80 x 24 cells is 3 kB instead of the 40 kB of an SVG, and a change of it is a few lines.
"""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.app import App

# Set to write what is seen over what was: look at the difference before you keep it.
WRITE = "EDGEKIT_WRITE_SNAPSHOTS"
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def drawn(app: App[None]) -> str:
    """The screen: a line a row without the spaces at its end; a line a row of how many characters have which style."""
    rows = [list(strip) for strip in app.screen._compositor.render_strips()]
    names: dict[str, str] = {}
    styles = []
    for row in rows:
        runs = groupby(row, key=lambda piece: names.setdefault(_style(piece), _LETTERS[len(names)]))
        styles.append(" ".join(f"{name}{sum(len(piece.text) for piece in pieces)}" for name, pieces in runs))
    lines = [f"|{''.join(piece.text for piece in row).rstrip()}" for row in rows]
    # Rows that look alike are told once.
    told, at = [], 1
    for style, alike in groupby(styles):
        count = len(list(alike))
        told.append(f"{at}{f'-{at + count - 1}' if count > 1 else ''}: {style}")
        at += count
    legend = [f"{letter} = {style}" for style, letter in names.items()]
    return "\n".join([*lines, "", *told, "", *legend, ""])


def _style(piece: Segment) -> str:
    style = piece.style or Style()
    colours = [one.name if one is not None else "default" for one in (style.color, style.bgcolor)]
    return " ".join([f"{colours[0]} on {colours[1]}", *(name for name in _ATTRIBUTES if getattr(style, name))])


def is_another(path: Path, shown: str) -> bool:
    """Whether the file says another, and is to stay as it is."""
    return not os.environ.get(WRITE) and not (path.is_file() and path.read_text("utf-8") == shown)


def same(path: Path, shown: str) -> bool:
    """Whether it is what the file says; written there instead where `WRITE` is set."""
    if os.environ.get(WRITE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8", newline="\n")
    return path.is_file() and path.read_text("utf-8") == shown
