"""Sets of colours: which there are, one of them our own, and what NO_COLOR leaves of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.filter import LineFilter, Monochrome, NoColor

# The last three are for terminals whose colours are not known to be many: 16 over SSH.
THEMES = ("textual-dark", "textual-light", "high-contrast", "ansi-dark", "ansi-light")


def register_high_contrast(app: App[Any]) -> None:
    """White on black, one accent; every pair of colours has a contrast of 7 or more (WCAG 2.2, 1.4.6)."""
    from textual.theme import Theme

    app.register_theme(
        Theme(
            name="high-contrast",
            primary="#ffffff",
            secondary="#ffff00",
            accent="#ffff00",
            warning="#ffff00",
            error="#ff9999",
            success="#99ff99",
            foreground="#ffffff",
            background="#000000",
            surface="#000000",
            panel="#1a1a1a",
            dark=True,
        )
    )


def without_colour(filters: Sequence[LineFilter], *, ansi: bool) -> list[LineFilter]:
    """The filters of an app under NO_COLOR: greys, or the terminal's own two colours where the theme has those.

    Textual chooses by the theme of the start alone: of the terminal's own colours its greys make black on black.
    """
    return [(NoColor() if ansi else Monochrome()) if isinstance(one, (Monochrome, NoColor)) else one for one in filters]
