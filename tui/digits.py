"""A digit is the number of a screen, or of none; on an answer, a decimal sign right after it tells of points."""

from __future__ import annotations

import time
from typing import Any

from textual.app import App
from textual.events import Key

from tui.screens.base import JobScreen

# Between two keys of a number, typed without haste.
_MOST_SECONDS = 3.0


class DigitsOfPoints:
    """Remembers on which answer a digit was typed, until the next key."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._left: tuple[JobScreen, str, float] | None = None

    async def take(self, event: Key) -> bool:
        """Whether a key goes on with points, which are then asked for where the digit was typed."""
        left, self._left = self._left, None
        screen, now = self._app.screen, time.monotonic()
        if event.key.isdecimal() and isinstance(screen, JobScreen) and screen.takes_points():
            self._left = (screen, event.key, now)
        if left is None or event.character not in (",", "."):
            return False
        answers, digit, when = left
        if now - when > _MOST_SECONDS or not answers.takes_points():
            return False
        if answers is not screen:  # its own number, or that of no screen, led nowhere
            await self._app.switch_mode(answers.NAME)
        answers.take_points(digit + event.character)
        return True
