"""The files that a grading on the screen begins with, and the class of the examples."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
from textual.widgets import Input
from toys.tui_class import ANSWERS, grade_screen, graded, marks, play
from toys.tui_grading import class_files, toy_grades, without_encoder
from toys.tui_models import SECONDS
from toys.tui_stage import Stage
from translate.real_models import home_with

from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.quiz_file import quiz_has_changed
from edgekit.quiz.example import NAMES
from tui import words
from tui.book_grades import BookGrades
from tui.grading import OpenClass
from tui.widgets.paths import above

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class"


def test_a_quiz_that_is_changed_after_the_screen_began_with_it_is_known_to_be(tmp_path: Path) -> None:
    book = tmp_path / "g.sqlite"
    quiz, answers = class_files(tmp_path, ANSWERS)
    number = toy_grades(book).begin(quiz, answers, lambda _session: None, lambda _event: None)
    with open_gradebook(book) as opened:
        assert quiz_has_changed(opened.session(number)) is None
        quiz.write_text(quiz.read_text(encoding="utf-8").replace("light", "dark"), encoding="utf-8")
        assert quiz_has_changed(opened.session(number)) == quiz


def test_marks_are_saved_as_a_table_like_that_of_the_answers(tmp_path: Path) -> None:
    book = tmp_path / "g.sqlite"
    quiz, answers = class_files(tmp_path, ANSWERS)
    answers.write_bytes(answers.read_bytes().replace(b",", b";"))  # of a spreadsheet that would not part commas
    grades = toy_grades(book)
    opened = grades.open(grades.begin(quiz, answers, lambda _session: None, lambda _event: None))
    card = opened.card(1)
    assert card is not None
    opened.decide([card], "changed", 1.5)
    try:
        rows = opened.save(tmp_path).read_bytes().split(b"\r\n")
    finally:
        opened.close()
    assert rows[0].startswith(b"\xef\xbb\xbfid;student;question;answer;mark;")
    assert rows[1].startswith(f"s01.light;;light;{ANSWERS[0]};1,5;".encode())


def test_a_missing_encoder_is_a_line_with_its_hint(tmp_path: Path) -> None:
    quiz, answers = class_files(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#quiz", Input).value = str(quiz)
        await stage.press("enter")
        await stage.press(*"x", "enter")
        await stage.sees("error: ")
        stage.app.screen.query_one("#answers", Input).value = str(answers)
        await stage.press("enter")
        await stage.sees("hint: run `edgekit pull e5`; the screen Models (3) does it too")
        stage.app.screen.query_one("#quiz", Input).value = ""
        await stage.press("enter")
        await stage.sees("name the file of the quiz")

    play(scene, BookGrades(tmp_path / "g.sqlite", without_encoder))


def test_a_class_is_chosen_in_the_list_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    class_files(tmp_path / "a", ANSWERS)
    monkeypatch.chdir(tmp_path / "a" / "b")

    async def scene(stage: Stage) -> None:
        await stage.sees("Choose the quiz with the arrows and Enter; / is a folder")
        await stage.press("enter", "enter")  # Enter in an empty field leads into the list, where only `../` is
        await stage.until(lambda: stage.app.screen.query_one("#quiz", Input).value == "../")
        await stage.press("enter")  # files stand before folders
        await stage.sees("Choose the answers with the arrows and Enter; / is a folder")
        assert stage.app.screen.query_one("#answers", Input).value == "../"
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen.query_one("#answers", Input).value == "../answers.csv")
        await stage.press("enter")
        await stage.sees("6 of 6 left")

    play(scene, toy_grades(tmp_path / "g.sqlite"))


def test_who_asks_for_the_list_while_a_session_is_opened_is_not_led_away_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, opened, asked = graded(tmp_path, ANSWERS), threading.Event(), threading.Event()
    monkeypatch.chdir(tmp_path)
    grades = toy_grades(book)
    open_ = grades.open

    def slow(number: int) -> OpenClass:
        assert asked.wait(SECONDS)
        found = open_(number)
        opened.set()
        return found

    monkeypatch.setattr(grades, "open", slow)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.press("escape", "o", "tab")
        asked.set()
        await stage.until(opened.is_set)
        await stage.press("a", "r", "a")
        await stage.until(lambda: stage.app.screen.query_one("#quiz", Input).value.endswith("ara"))

    play(scene, grades)
    assert marks(book) == {}


def test_two_sessions_of_one_quiz_are_told_apart_by_when_they_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, answers in (("2026-03-02 08:15", ANSWERS), ("2026-03-03 11:40", [*ANSWERS[:-1], "light"])):
        moment = int(time.mktime(time.strptime(day, "%Y-%m-%d %H:%M")))
        monkeypatch.setattr("edgekit.gradebook.book.known_now", lambda moment=moment: moment)
        book = graded(tmp_path, answers)
    monkeypatch.chdir(tmp_path)

    async def scene(stage: Stage) -> None:
        for day in ("2026-03-02 08:15", "2026-03-03 11:40"):
            await stage.sees(f"6 answers        {day}  Plants")

    play(scene, toy_grades(book))


def test_the_first_field_is_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.sees("Choose the quiz with")
        await stage.press("tab", "up", "up", "up", "3", "a")
        await stage.until(lambda: stage.app.screen.query_one("#quiz", Input).value == "3a")

    play(scene, toy_grades(tmp_path / "g.sqlite"))


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_who_has_no_quiz_begins_with_an_example(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    quiz, answers = NAMES[language]

    async def scene(stage: Stage) -> None:
        row = words._("an example of both, written here")
        await stage.sees(row)
        await stage.click(f"▌ {row}", 3)
        await stage.sees(words._("both files are named: Enter begins to grade"))
        assert f"{answers}.csv" in stage.label("status")
        await stage.press("enter")
        await stage.sees("#1")
        assert (tmp_path / f"{quiz}.toml").is_file()
        await stage.press("e")  # over answers it leads to where that is done, and writes nothing
        await stage.sees(words._("or grade: the quiz, then the answers"))
        assert len(list(tmp_path.glob("*.toml"))) == 1

    play(scene, toy_grades(tmp_path / "g.sqlite"), state={"language": language, "screen": "grade"})


@pytest.mark.parametrize(
    ("typed", "upper"),
    [
        ("", "../"),
        ("quiz", "../"),
        ("a/", ""),
        ("a/b/qu", "a/"),
        ("../", "../../"),
        ("/", None),
        ("/a/", "/"),
        ("~/", "~/../"),
    ],
)
def test_the_list_leads_to_the_folder_above(typed: str, upper: str | None) -> None:
    assert above(typed) == upper


@pytest.mark.real
def test_the_class_of_the_examples_is_graded_with_the_real_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("multilingual-e5-small")))
    book = tmp_path / "g.sqlite"

    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#quiz", Input).value = str(CLASS / "quiz.toml")
        stage.app.screen.query_one("#answers", Input).value = str(CLASS / "answers.csv")
        stage.app.screen.query_one("#answers").focus()
        await stage.press("enter")
        for _wait in range(1_500):  # a slow machine takes longer than a toy
            if stage.app.jobs.all and not stage.app.jobs.running:
                break
            await asyncio.sleep(0.2)
        assert stage.app.jobs.all[0].state == "done", stage.app.jobs.all[0].problem
        await stage.sees("84 of 84 left")
        assert marks(book) == {}
        seen: dict[str, str] = {}
        for _answer in range(84):
            seen[grade_screen(stage)._desk.card.answer.answer_id] = stage.shown()  # type: ignore[union-attr]  # a card is shown
            await stage.press("n")
            await stage.pilot.pause(0.02)
        assert len(seen) == 84
        assert "it speaks to the grader" in seen["s08.leaves"]
        assert "suggested 0 of 3" in seen["s08.leaves"]
        assert "it sounds like a known wrong idea" in seen["s05.leaves"]
        assert "]1" in seen["s01.leaves"]
        assert marks(book) == {}
        for keys in ("a", "l", "c1~", "a", "r", "u", "a", "c0~", "a", "a", "a", "a", "a"):
            await stage.press(*(key.replace("~", "enter") for key in keys))
            await stage.pilot.pause(0.05)

    play(scene, BookGrades(book))
    found = marks(book)
    assert len(found) == 10
    assert sum(state == "changed" for state, _points in found.values()) == 2
