"""How tests of the screens see the app and act on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from rich.segment import Segment
from textual.css.query import NoMatches
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, Label, TextArea
from toys.tui_models import SECONDS, ToyModels

from tui import words
from tui.actions import SCREENS
from tui.app import EdgekitApp
from tui.exporting import Exporting
from tui.grading import Grades
from tui.library import Library
from tui.screens.asking import AskFileScreen

# A line a script that terminals place differently, and signs that are more than one code point.
SCRIPTS = {
    "Devanagari": "शिक्षक अंक परीक्षा",
    "Tamil": "மாணவர் மதிப்பெண்",
    "Khmer": "សិស្ស រៀន",
    "Burmese": "ကျောင်းသား စာ",
    "Arabic": "صباح الخير",
    "Hebrew": "בוקר טוב",
    "Amharic": "ተማሪ ቤት",
    "Thai": "ครู สอน",
    "Chinese": "老师 学生",
    "emoji": "👩‍🏫 🇧🇷 👍🏽",
}
NUMBER = {name: str(at) for at, (name, _label) in enumerate(SCREENS, 1)}
AnyWidget = TypeVar("AnyWidget", bound=Widget)
T = TypeVar("T")


class Stage:
    """What a person sees and does."""

    def __init__(self, app: EdgekitApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    def rows(self) -> list[str]:
        return ["".join(piece.text for piece in row) for row in self.drawn()]

    def shown(self) -> str:
        return "\n".join(self.rows())

    def drawn(self) -> list[list[Segment]]:
        """The pieces of each row, in the style that the terminal is given."""
        return [list(strip) for strip in self.app.screen._compositor.render_strips()]

    def reversed(self) -> list[str]:
        """What is drawn in reverse, pieces that touch joined."""
        return [piece.text for row in self.drawn() for piece in row if piece.style is not None and piece.style.reverse]

    def shade(self, name: str, row: int) -> object:
        """The background of the last character of a row of a widget."""
        area = self.area(name)
        pieces = [piece for piece in area.render_line(row) if piece.text.strip()]
        style = pieces[-1].style
        return (style.bgcolor, style.underline) if style is not None else None

    def query(self, name: str, kind: type[AnyWidget]) -> AnyWidget:
        return self.app.screen_stack[0].query_one(f"#{name}", kind)

    def area(self, name: str) -> TextArea:
        return self.query(name, TextArea)

    def label(self, name: str) -> str:
        return str(self.query(name, Label).content)

    async def press(self, *keys: str) -> None:
        """Keys, each of which has done what it does: the pilot takes a process that gets no time for an idle one."""
        for key in keys:
            await self.pilot.press(key)
            await self.until(self._has_handed_on)
            for _queue in range(3):  # the app's, the screen's and the widget's, one after the other
                await self.pilot.pause(0)

    def _has_handed_on(self) -> bool:
        """Whether the next key is waited for, which is after all that the one before it does."""
        return self.app._exit or bool(self.app._typed._waiting._getters)  # type: ignore[attr-defined]  # it is an app of ours

    async def begins(self) -> None:
        """The first screen is filled, and a key has somebody to hand it on."""
        await self.until(lambda: self.app.screen.is_mounted and self._has_handed_on())
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Until it holds; what it asks for and is not there yet is awaited too."""
        end = time.monotonic() + SECONDS
        while not _holds(condition):
            assert time.monotonic() < end, self.shown()
            await self.pilot.pause(0.02)

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.shown())

    async def ready(self) -> None:
        await self.until(lambda: self.label("status") == "ready")

    async def translated(self, text: str) -> None:
        """A text to translate, and the toy's translation of it."""
        self.area("source").load_text(text)
        await self.until(lambda: self.area("target").text == text.upper())

    async def answer(self, key: str, name: str) -> None:
        """Press what asks for a file, type a name, and take it."""
        await self.press(key)
        await self.until(lambda: isinstance(self.app.screen, AskFileScreen))
        self.app.screen.query_one(Input).value = name
        await self.press("enter")

    async def click(self, text: str, into: int = 1) -> None:
        """On a text, so many cells into it, once it is there and stays where it is."""
        before = None
        end = time.monotonic() + SECONDS
        while True:
            places = [(row.index(text) + into, y) for y, row in enumerate(self.rows()) if text in row]
            if places and places[0] == before:
                await self.pilot.click(offset=before)
                return
            assert time.monotonic() < end, f"{text} is not there:\n{self.shown()}"
            before = places[0] if places else None
            await self.pilot.pause(0.1)


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except NoMatches:
        return False


def to_the_end(run: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a scene gives; whatever language it chose, the next one begins in English."""
    try:
        return asyncio.run(run())
    finally:
        words.choose("en")


def play(
    scene: Callable[[Stage], Awaitable[None]],
    *,
    models: ToyModels,
    grades: Grades | None = None,
    library: Library | None = None,
    exporting: Exporting | None = None,
    state: dict[str, Any] | None = None,
    size: tuple[int, int] = (80, 24),
) -> dict[str, Any]:
    """The app with toys; gives what it remembers."""
    memory = {"language": "en"} if state is None else state

    async def run() -> None:
        app = EdgekitApp(models, grades=grades, library=library, exporting=exporting, state=memory)
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot)
            await stage.begins()
            await scene(stage)

    to_the_end(run)
    return memory
