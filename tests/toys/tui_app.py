"""The whole app with toys for what it reaches, in a terminal of a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot
from toys import tui_stage
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels

from edgekit.core.languages import Direction
from tui.app import EdgekitApp
from tui.machine import Speed

EN_PT, PT_EN = Direction("en", "pt"), Direction("pt", "en")


class Stage(tui_stage.Stage):
    """With the library that the app has."""

    def __init__(self, app: EdgekitApp, pilot: Pilot[None], library: ToyLibrary) -> None:
        super().__init__(app, pilot)
        self.library = library


def play(
    scene: Callable[[Stage], Awaitable[None]],
    *,
    state: dict[str, Any] | None = None,
    size: tuple[int, int] = (80, 24),
    models: ToyModels | None = None,
) -> dict[str, Any]:
    memory = {"language": "en"} if state is None else state

    async def run() -> None:
        library = ToyLibrary()
        app = EdgekitApp(models or ToyModels(EN_PT, PT_EN), library=library, state=memory)
        app.describe = lambda: [("cores", "4"), ("memory", "8 GB")]
        app.measure = lambda translator, _report: Speed(len(translator.translate(["a b"])) * 100, 2.0)
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot, library)
            await stage.begins()
            await scene(stage)

    tui_stage.to_the_end(run)
    return memory
