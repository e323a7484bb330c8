"""What a person at the app sees and does."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.pilot import Pilot

from tui.app import EdgekitApp

SECONDS = 30.0


class Stage:
    """The screen as text, keys and clicks."""

    def __init__(self, app: EdgekitApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    def rows(self) -> list[str]:
        return ["".join(piece.text for piece in strip) for strip in self.app.screen._compositor.render_strips()]

    def shown(self) -> str:
        return "\n".join(self.rows())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, self.shown()
            await self.pilot.pause(0.02)

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.shown())

    async def click(self, text: str, into: int = 1) -> None:
        for y, row in enumerate(self.rows()):
            if text in row:
                await self.pilot.click(offset=(row.index(text) + into, y))
                return
        raise AssertionError(f"{text} is not there:\n{self.shown()}")
