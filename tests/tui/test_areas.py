"""Texts of people in a terminal whose size changes."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult
from textual.geometry import Size

from tui.widgets.areas import PlainArea

SENTENCES = "The water of the river is clean. Children drink it every day, and they carry it home in buckets of wood."
LINES = [f"{at} {SENTENCES}" for at in range(1, 81)]


class Writing(App[None]):
    CSS = "PlainArea { border: none; height: 8; }"

    def compose(self) -> ComposeResult:
        yield PlainArea("\n".join(LINES))

    def drawn(self) -> list[str]:
        """What the terminal was sent last, not what a widget would draw now."""
        strips = self.screen._compositor.render_strips(Size(*self.size))
        return [strip.text.strip() for strip in strips if strip.text.strip()]


def resized(*sizes: tuple[int, int], focus: bool, line: int) -> list[list[str]]:
    """What is drawn at each size, of a text with the cursor in that line, or scrolled to it where nobody writes."""
    found: list[list[str]] = []

    async def scene() -> None:
        app = Writing()
        async with app.run_test(size=sizes[0]) as pilot:
            area = app.query_one(PlainArea)
            await pilot.pause()
            if focus:
                area.move_cursor((line, 0))
            else:
                app.set_focus(None)
                area.scroll_to(y=area.wrapped_document.location_to_offset((line, 0)).y, animate=False)
            await pilot.pause()
            found.append(app.drawn())
            for size in sizes[1:]:
                await pilot.resize_terminal(*size)
                for _turn in range(4):
                    await pilot.pause()
                found.append(app.drawn())

    asyncio.run(scene())
    return found


def test_the_cursor_and_the_end_stay_in_sight_when_the_terminal_is_another() -> None:
    for focus in (True, False):
        for rows in resized((120, 40), (60, 20), (100, 30), focus=focus, line=len(LINES) - 1):
            assert "80 The water of the river" in "\n".join(rows)


def test_what_stands_above_stays_there_when_the_terminal_is_another() -> None:
    for rows in resized((120, 40), (60, 20), (100, 30), (40, 20), focus=False, line=40):
        assert rows[0].startswith("41 The water")
