"""The list of answers: what is decided in it stays in sight, and who decides there stays there."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import ContentSwitcher, Input, OptionList
from toys.tui_class import ANSWERS, graded, marks, play
from toys.tui_grading import HeldTools, class_files, toy_grades
from toys.tui_stage import Stage

from edgekit.gradebook.book import open_gradebook
from tui.screens.group import GroupScreen


def row(stage: Stage) -> str:
    """The row under the cursor of the list."""
    assert stage.query("grade", ContentSwitcher).current == "queue", stage.shown()
    option = stage.query("queue", OptionList).highlighted_option
    assert option is not None
    return str(option.prompt)


def rows(stage: Stage) -> list[str]:
    return [str(option.prompt).split("#")[0].strip() for option in stage.query("queue", OptionList).options]


async def listed(stage: Stage) -> None:
    await stage.press("enter")
    await stage.sees("6 of 6 left")
    await stage.press("v")
    assert "#3 " in row(stage)


def test_decisions_in_the_list_change_their_rows_and_lead_to_the_next_row(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await listed(stage)
        order = [option.id for option in stage.query("queue", OptionList).options]
        await stage.press("a")
        assert rows(stage)[0] == "accepted 0"
        assert f"#{order[1]} " in row(stage)
        await stage.sees("#3: accepted, 0")
        await stage.press("r")
        assert rows(stage)[1].startswith("returned without a mark")
        await stage.press("l")
        assert rows(stage)[2].endswith("(later)")
        assert f"#{order[3]} " in row(stage)
        await stage.press("n")
        assert f"#{order[4]} " in row(stage)
        await stage.press("b", "c")
        await stage.sees("of 2:")
        await stage.press("1", "enter")
        assert rows(stage)[3] == "changed 1"
        assert f"#{order[4]} " in row(stage)
        await stage.press("c", "escape")
        await stage.until(lambda: f"#{order[4]} " in row(stage))
        await stage.press("up", "u")
        await stage.sees(f"taken back: #{order[3]}")
        assert rows(stage)[3].endswith("%")
        assert f"#{order[3]} " in row(stage)
        assert [option.id for option in stage.query("queue", OptionList).options] == order
        await stage.press("end", "a", "a")
        assert f"#{order[-1]} " in row(stage)

    play(scene, toy_grades(book))
    assert marks(book)[3] == ("accepted", 0.0)


def test_the_list_opens_again_at_the_answer_that_was_shown_with_a_row_for_each(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await listed(stage)
        order = [option.id for option in stage.query("queue", OptionList).options]
        await stage.press("down", "enter")
        await stage.until(lambda: stage.query("grade", ContentSwitcher).current != "queue")
        await stage.press("v")
        assert f"#{order[1]} " in row(stage)
        assert [option.id for option in stage.query("queue", OptionList).options].count(order[1]) == 1
        assert len(rows(stage)) == len(ANSWERS)

    play(scene, toy_grades(book))


@pytest.mark.parametrize(("keys", "told"), [(("y",), "accepted 2"), (("c", "1", "enter"), "changed 1")])
def test_a_group_is_decided_from_the_list_and_leads_back_to_it(
    keys: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        await listed(stage)
        await stage.sees("g All alike")
        await stage.press("end", "g")
        await stage.until(lambda: isinstance(stage.app.screen, GroupScreen))
        await stage.press(*keys)
        await stage.until(lambda: rows(stage).count(told) == 4)
        await stage.press("p", "y")
        await stage.sees("released: 4")
        assert sum(one.startswith("released") for one in rows(stage)) == 4
        await stage.press("u")
        await stage.until(lambda: rows(stage).count(told) == 4)

    play(scene, toy_grades(graded(tmp_path, ANSWERS)))


def test_a_row_shows_what_somebody_else_decides_and_is_not_decided_on_unseen(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await listed(stage)
        with open_gradebook(book) as other:
            other.session(1).decide([3], "changed", 1.5)
        await stage.press("a")
        await stage.sees("#3")
        assert marks(book)[3] == ("changed", 1.5)
        assert rows(stage)[0] == "changed 1.5"
        with open_gradebook(book) as other:
            other.session(1).decide([5], "changed", 0.5)
        await stage.until(lambda: "changed 0.5" in rows(stage))

    play(scene, toy_grades(book))


def test_rows_for_what_is_graded_meanwhile_come_below_and_the_cursor_stays(tmp_path: Path) -> None:
    quiz, answers = class_files(tmp_path, [f"{at} plants" for at in range(20)])
    gate = threading.Event()

    async def scene(stage: Stage) -> None:
        for name, path in (("quiz", quiz), ("answers", answers)):
            stage.query(name, Input).value = str(path)
        stage.query("answers", Input).focus()
        await stage.press("enter")
        await stage.sees("20 of 20 left")
        await stage.press("v", "down")
        before = [option.id for option in stage.query("queue", OptionList).options]
        here = row(stage)
        assert 1 < len(before) < 20
        gate.set()
        await stage.until(lambda: stage.query("queue", OptionList).option_count == 20)
        assert [option.id for option in stage.query("queue", OptionList).options][: len(before)] == before
        assert row(stage) == here

    play(scene, toy_grades(tmp_path / "g.sqlite", lambda: HeldTools(gate, 16)))


def test_a_wide_terminal_shows_more_of_an_answer(tmp_path: Path) -> None:
    long = "plants need light " * 12

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "v")
        shown[stage.app.size.width] = row(stage)

    shown: dict[int, str] = {}
    book = graded(tmp_path, [long])
    for width in (80, 200):
        play(scene, toy_grades(book), size=(width, 24))
    assert len(shown[80]) + 80 < len(shown[200]) <= 196


def test_the_row_under_the_cursor_stays_in_sight_when_the_terminal_gets_smaller(tmp_path: Path) -> None:
    book = graded(tmp_path, [f"light number {at}" for at in range(1, 31)])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.sees("30 of 30 left")
        await stage.press("v", *["down"] * 15)
        told = row(stage).split("  ")[-1]
        await stage.sees(told)
        await stage.pilot.resize_terminal(60, 12)
        await stage.until(lambda: stage.app.size.height == 12 and told in stage.shown())
        await stage.pilot.pause(0.05)
        assert told in stage.shown()

    play(scene, toy_grades(book))
