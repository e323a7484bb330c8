"""Draws `docs/tui.svg`: the running app with a real model, after it has translated what was typed into it.

Run with the model `firefox-en-pt` installed: python docs/picture.py
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from textual.widgets import TextArea

from edgekit.core.atomic import write_bytes
from tui.app import EdgekitApp

TEXT = """\
Good morning, class.
Today we will learn how plants use light, water and air to grow.
Please open your books at page forty-two and read the first paragraph."""
WAIT_SECONDS = 60


async def draw(target: Path) -> None:
    """Type TEXT, wait for its translation, write the screen. Raises TimeoutError where none comes."""
    app = EdgekitApp(state={"language": "en"})
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#source", TextArea).insert(TEXT)
        for _ in range(WAIT_SECONDS * 10):
            await pilot.pause(0.1)
            if app.screen.query_one("#target", TextArea).text.count("\n") == TEXT.count("\n"):
                break
        else:
            raise TimeoutError("no translation came; is `firefox-en-pt` installed?")
        svg = app.export_screenshot(title="edgekit tui")
        # Rich names a font on another server; a picture of an offline program loads nothing.
        write_bytes(target, re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).encode())


if __name__ == "__main__":
    asyncio.run(draw(Path(__file__).with_name("tui.svg")))
