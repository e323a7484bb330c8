"""What a person at a terminal sees and does, for tests that drive the app."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.pilot import Pilot

if TYPE_CHECKING:
    from tui.app import EdgekitApp


class Stage:
    """seconds: how long anything may take to come."""

    def __init__(self, app: EdgekitApp, pilot: Pilot[None], *, seconds: float = 60.0) -> None:
        self.app = app
        self.pilot = pilot
        self.seconds = seconds

    def rows(self) -> list[str]:
        return ["".join(piece.text for piece in strip) for strip in self.app.screen._compositor.render_strips()]

    def shown(self) -> str:
        return "\n".join(self.rows())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + self.seconds
        while not condition():
            assert time.monotonic() < end, self.shown()
            await self.pilot.pause(0.02)

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.shown())

    async def click(self, text: str, *, right: int = 1) -> None:
        for y, row in enumerate(self.rows()):
            if text in row:
                await self.pilot.click(offset=(row.index(text) + right, y))
                return
        raise AssertionError(f"{text} is not there:\n{self.shown()}")
