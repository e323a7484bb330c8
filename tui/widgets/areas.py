"""Texts of people: every character shown, none obeyed; and marks beside lines, on their left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.strip import Strip
from textual.widgets import TextArea

from edgekit.core.characters import visible
from tui.widgets.wrapping import install

install()


class PlainArea(TextArea):
    """A text whose control characters are signs, with nothing that blinks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+a", "select_all", show=False, id="text.all"),
        # Textual's text areas have keys of their own there; screens are reached from everywhere.
        Binding("f6", "app.go('jobs')", show=False, id="text.jobs"),
        Binding("f7", "app.go('device')", show=False, id="text.device"),
        Binding("ctrl+home", "first", show=False, id="text.first"),
        Binding("ctrl+end", "last", show=False, id="text.last"),
    ]

    _rows = 0

    def action_first(self) -> None:
        """To the first line, which Textual has no key for."""
        self.move_cursor((0, 0))

    def action_last(self) -> None:
        """To the last line."""
        self.move_cursor(self.document.end)

    def on_mount(self) -> None:
        """Nothing moves by itself."""
        self.cursor_blink = self.highlight_cursor_line = False

    def on_resize(self) -> None:
        """Lines break elsewhere: what stood above is shown there again, the end where it was shown, and the cursor."""
        y, writing = self.scroll_offset.y, self.has_focus
        # Textual's own handler comes behind this one, and keeps no more than the number of the row.
        top = self.wrapped_document.offset_to_location(Offset(0, y))
        at_end = y > 0 and y + self._rows >= self.virtual_size.height
        self._rows = self.size.height

        def show() -> None:
            row = self.wrapped_document.location_to_offset(top).y
            self.scroll_to(y=self.max_scroll_y if at_end else row, animate=False)
            if writing:
                self.scroll_cursor_visible()
            self.refresh()  # nobody does where as many rows are needed as before

        self.call_after_refresh(show)

    def get_line(self, line_index: int) -> Text:
        """As it is drawn: a sign for every character that a terminal would obey."""
        return Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)


class MarkedArea(PlainArea):
    """A text whose lines are numbered; those that are marked have a sign behind the number and a shade."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"marked-area--doubtful"}
    DEFAULT_CSS = """
    MarkedArea .marked-area--doubtful { background: $warning 25%; }
    MarkedArea:ansi .marked-area--doubtful { background: ansi_default; text-style: bold; }
    """

    def __init__(self, identity: str) -> None:
        super().__init__(read_only=True, show_line_numbers=False, id=identity)
        self._signs: Mapping[int, str] = {}

    def mark(self, signs: Mapping[int, str]) -> None:
        """Line index -> a sign of one cell; numbers are there while anything is marked."""
        self._signs = dict(signs)
        self.show_line_numbers = bool(signs)
        self.notify_style_update()
        self.refresh()

    def get_line(self, line_index: int) -> Text:
        """With its shade."""
        line = super().get_line(line_index)
        if line_index in self._signs:
            # Its whole style: of a partial one the shade is laid on at full strength, white on yellow at worst.
            line.stylize(self.get_component_rich_style("marked-area--doubtful"))
        return line

    def render_line(self, y: int) -> Strip:
        """With its sign, where the number is."""
        strip = super().render_line(y)
        if not self._signs or not strip:
            return strip
        first, *others = strip
        number = first.text.strip()
        sign = self._signs.get(int(number) - 1) if number.isdecimal() and first.text.endswith("  ") else None
        if sign is None:
            return strip
        return Strip([Segment(f"{first.text[:-2]}{sign} ", first.style), *others], strip.cell_length)
