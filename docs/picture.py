"""Draws the pictures of the README: the running app, with real models, after it has done what the picture shows.

Run with the models `firefox-en-pt` and `multilingual-e5-small` installed:

    python docs/picture.py [translate] [grade] [export]
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Select, TextArea

from edgekit.core.atomic import write_bytes
from tui.app import EdgekitApp
from tui.book_grades import BookGrades
from tui.screens.grade import GradeScreen

HERE = Path(__file__).parent
CLASS = HERE.parent / "examples" / "class"
TEXT = """\
Good morning, class.
Today we will learn how plants use light, water and air to grow.
Please open your books at page forty-two and read the first paragraph."""
# In Spanish, to criteria in English.
ANSWER = "s02.leaves"
MODEL, LANGUAGES = "multilingual-e5-small", "en,es,pt"
WAIT_SECONDS = 900


async def translate(app: EdgekitApp, pilot: Pilot[None]) -> None:
    """Type TEXT and wait for its translation."""
    app.screen.query_one("#source", TextArea).insert(TEXT)
    target = app.screen.query_one("#target", TextArea)
    await until(pilot, lambda: target.text.count("\n") == TEXT.count("\n"))
    await pilot.pause(2)  # the language of the text is told after it


async def grade(app: EdgekitApp, pilot: Pilot[None]) -> None:
    """Grade the class of the examples and go to ANSWER."""
    for name in ("quiz.toml", "answers.csv"):
        app.screen.query_one(f"#{Path(name).stem}", Input).value = str(CLASS / name)
    app.screen.query_one("#answers").focus()
    await pilot.press("enter")
    await until(pilot, lambda: bool(app.jobs.all) and not app.jobs.running)
    screen = app.screen
    assert isinstance(screen, GradeScreen)  # noqa: S101  no other screen has these fields
    for _answer in range(100):
        if screen._desk is not None and screen._desk.card is not None and screen._desk.card.answer.answer_id == ANSWER:
            return
        await pilot.press("n")
        await pilot.pause(0.1)
    raise TimeoutError(f"the answer `{ANSWER}` never came")


async def export(app: EdgekitApp, pilot: Pilot[None]) -> None:
    """Plan MODEL for LANGUAGES and move the point a little."""
    app.screen.query_one("#model", Select).value = MODEL
    field = app.screen.query_one("#languages", Input)
    field.value = LANGUAGES
    field.focus()
    await pilot.press("ctrl+l")
    await until(pilot, lambda: bool(app.jobs.all) and not app.jobs.running)
    await pilot.press("left", "left")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait. Raises TimeoutError where it does not come true: is the model installed?"""
    for _ in range(WAIT_SECONDS * 5):
        await pilot.pause(0.2)
        if condition():
            return
    raise TimeoutError("nothing came; are the models installed?")


PICTURES: dict[str, tuple[str, Callable[[EdgekitApp, Pilot[None]], Awaitable[None]]]] = {
    "translate": ("tui.svg", translate),
    "grade": ("tui-grade.svg", grade),
    "export": ("tui-export.svg", export),
}


async def draw(screen: str, book: Path) -> None:
    """Play a scene in an app that remembers nothing, with a gradebook of its own, and write what stands there."""
    name, scene = PICTURES[screen]
    app = EdgekitApp(grades=BookGrades(book), state={"language": "en", "screen": screen})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.5)
        await scene(app, pilot)
        await pilot.pause(0.5)
        svg = app.export_screenshot(title="edgekit tui")
    # Rich names a font on another server; a picture of an offline program loads nothing.
    write_bytes(HERE / name, re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).encode())


if __name__ == "__main__":
    for screen in sys.argv[1:] or PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(draw(screen, Path(folder) / "gradebook.sqlite"))
