"""A graded class for the screen of grading, and what its tests ask of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from toys.tui_grading import class_files, toy_grades
from toys.tui_models import ToyModels
from toys.tui_stage import Stage
from toys.tui_stage import play as play_app

from edgekit.core.languages import Direction
from edgekit.gradebook.book import open_gradebook
from tui.book_grades import BookGrades
from tui.screens.grade import GradeScreen

RIGHT = "plants need light to live"
DOUBTFUL = "soil and water"
ANSWERS = [RIGHT, "plants need light", DOUBTFUL, "light is what plants need", "nothing", "because plants need light"]


def play(
    scene: Callable[[Stage], Awaitable[None]],
    grades: BookGrades,
    *,
    state: dict[str, Any] | None = None,
    size: tuple[int, int] = (80, 24),
) -> dict[str, Any]:
    memory = {"language": "en", "screen": "grade"} if state is None else state
    return play_app(scene, models=ToyModels(Direction("en", "pt")), grades=grades, state=memory, size=size)


def marks(book: Path, session: int = 1) -> dict[int, tuple[str, float | None]]:
    """What stands on the disk: state and points of what is no longer only suggested."""
    with open_gradebook(book) as opened:
        standings = opened.session(session).standings
        return {one.number: (one.state, one.points) for one in standings if one.state not in ("waiting", "suggested")}


def graded(folder: Path, answers: list[str]) -> Path:
    """A gradebook in which everything is suggested."""
    book = folder / "g.sqlite"
    toy_grades(book).begin(*class_files(folder, answers), lambda _session: None, lambda _event: None)
    return book


def grade_screen(stage: Stage) -> GradeScreen:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, GradeScreen)
    return screen


def number_shown(stage: Stage) -> int | None:
    desk = grade_screen(stage)._desk
    return desk.card.number if desk is not None and desk.card is not None else None
