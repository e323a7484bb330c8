"""Documents, glossaries, saving, paging: what the translate screen does with files."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import DirectoryTree, Input
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER, SCRIPTS, Stage, play
from translate.real_models import home_with

from edgekit.core.cancelling import CancelledError
from edgekit.core.errors import InputError, UnavailableError
from edgekit.core.events import Event, Note, Progress
from edgekit.core.languages import Direction
from tui import pager, tmux
from tui.checked import _Watched
from tui.models import installed_models
from tui.screens.asking import AskFileScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.translate_files import beside

EN_PT, PT_EN = Direction("en", "pt"), Direction("pt", "en")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_document_is_translated_beside_itself_as_a_job(tmp_path: Path) -> None:
    path = tmp_path / "lição.md"
    path.write_text("hi", "utf-8")
    models = ToyModels(EN_PT)
    models.file_goes_on.clear()

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.answer("ctrl+r", str(path))
        await stage.until(lambda: "2 of 4" in stage.label("status"))
        await stage.translated("typing goes on")
        models.file_goes_on.set()
        await stage.until(lambda: "3 of 4 translated, to look at: 1" in stage.label("status"))
        assert (tmp_path / "lição-pt.md").read_text("utf-8") == "HI"
        await stage.press("escape", NUMBER["jobs"])
        await stage.sees("lição.md en→pt")
        assert list(stage.app.jobs.all[0].log) == ["2: something"]

    play(scene, models=models)


def test_a_document_is_cancelled_on_the_screen_of_jobs_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("hi", "utf-8")
    models = ToyModels(EN_PT)
    models.file_goes_on.clear()

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.answer("ctrl+r", str(path))
        await stage.until(lambda: bool(stage.app.jobs.running))
        await stage.press("escape", NUMBER["jobs"], "c")
        await stage.until(lambda: not stage.app.jobs.running)
        await stage.press("1")
        await stage.until(lambda: "was cancelled" in stage.label("status"))

    play(scene, models=models)
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]


@pytest.mark.parametrize(("language", "told"), [("en", "keys and commands may change"), ("pt", "comandos")])
def test_a_file_of_another_format_is_said_to_be_taken_for_plain_text(language: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.yaml"
    path.write_text("title: hi", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: bool(stage.label("status")) and stage.app.screen._current is not None)  # type: ignore[attr-defined]  # it is a screen of ours
        await stage.answer("ctrl+r", str(path))
        await stage.until(lambda: told in stage.label("status"))

    play(scene, models=ToyModels(EN_PT), state={"language": language})


@pytest.mark.parametrize("replaces", [True, False])
def test_what_is_there_is_replaced_only_after_a_yes(replaces: bool, tmp_path: Path) -> None:
    path, out = tmp_path / "a.md", tmp_path / "a-pt.md"
    path.write_text("hi", "utf-8")
    out.write_text("mine", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.answer("ctrl+r", str(path))
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.click("Replace (y)" if replaces else "Keep (n)")
        await stage.until(lambda: not isinstance(stage.app.screen, ConfirmScreen))
        if replaces:
            await stage.until(lambda: "translated" in stage.label("status"))
        else:
            await stage.pilot.pause(0.1)
            assert not stage.app.jobs.all

    play(scene, models=ToyModels(EN_PT))
    assert out.read_text("utf-8") == ("HI" if replaces else "mine")


def test_a_document_is_chosen_by_mouse_alone(tmp_path: Path) -> None:
    for name in ("a.md", "b\x1b[31m.docx", ".hidden.md", "film.mp4"):
        (tmp_path / name).write_text("hi", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.click("^r File")
        await stage.sees("a.md")
        shown = stage.shown()
        assert "b␛[31m.docx" in shown
        assert "film" not in shown
        assert "hidden" not in shown
        await stage.click("b␛[31m.docx")
        await stage.until(lambda: "\x1b" in stage.app.screen.query_one(Input).value)
        assert "\x1b" not in stage.shown()
        await stage.click("  a.md")
        await stage.until(lambda: stage.app.screen.query_one(Input).value.endswith("a.md"))
        await stage.click("OK (enter)")
        await stage.until(lambda: "3 of 4 translated" in stage.label("status"))

    play(scene, models=ToyModels(EN_PT), size=(160, 40))


def test_a_document_that_is_not_there_is_a_line_and_the_question_can_be_left(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.answer("ctrl+r", str(tmp_path / "none.md"))
        await stage.until(lambda: "error: " in stage.label("status"))
        await stage.press("ctrl+r", "escape")
        await stage.press("ctrl+r")
        assert stage.app.screen.query_one("#path", Input).value == str(tmp_path / "none.md")
        await stage.press("a", "b")  # another name takes the place of the one that stands there
        assert stage.app.screen.query_one("#path", Input).value == "ab"
        await stage.click("Back (esc)")
        await stage.until(lambda: not isinstance(stage.app.screen, AskFileScreen))
        assert len(stage.app.jobs.all) == 1

    play(scene, models=ToyModels(EN_PT))


@pytest.mark.parametrize(("key", "ending"), [("w", ".txt"), ("h", ".html")])
def test_a_translation_is_saved_and_it_is_said_where(key: str, ending: str, tmp_path: Path) -> None:
    text = "\n".join(SCRIPTS.values())

    async def scene(stage: Stage) -> None:
        await stage.translated(text)
        await stage.press("escape", key)
        await stage.until(lambda: isinstance(stage.app.screen, AskFileScreen))
        assert stage.app.screen.query_one(Input).value == str(tmp_path / f"translation-pt{ending}")
        assert not stage.app.screen.query(DirectoryTree)
        await stage.press("enter")
        await stage.until(lambda: stage.label("status").startswith("saved to "))

    play(scene, models=ToyModels(EN_PT))
    saved = (tmp_path / f"translation-pt{ending}").read_text("utf-8")
    if ending == ".txt":
        assert saved == text.upper() + "\n"
    else:
        assert '<p class="source" dir="auto" lang="en">صباح الخير</p>' in saved


def test_saving_asks_before_it_replaces_and_says_why_it_could_not(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.press("escape", "w")
        await stage.until(lambda: stage.label("status") == "there is no translation to save yet")
        await stage.translated("hi")
        await stage.answer("w", str(mine))
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("n")
        assert mine.read_text("utf-8") == "mine"
        await stage.answer("w", str(tmp_path))
        await stage.until(lambda: "is a folder" in stage.label("status"))
        await stage.answer("w", str(tmp_path / "none" / "a.txt"))
        await stage.until(lambda: "there is no folder" in stage.label("status"))
        assert not (tmp_path / "none").exists()
        await stage.answer("w", str(mine))
        await stage.press("y")
        await stage.until(lambda: mine.read_text("utf-8") == "HI\n")

    play(scene, models=ToyModels(EN_PT))


def test_the_pager_has_text_above_translation_and_nothing_that_a_terminal_obeys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    script = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    monkeypatch.setenv("PAGER", f"'{sys.executable}' -c '{script}' '{seen}'")

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.press("escape", "p")
        await stage.until(lambda: stage.label("status") == "there is no translation to show yet")
        await stage.translated("صباح\x1b[2J")
        await stage.press("p")  # the terminal of a test cannot be handed over
        await stage.until(lambda: "cannot be handed to a pager" in stage.label("status"))

        @contextlib.contextmanager
        def suspend() -> Iterator[None]:
            yield

        monkeypatch.setattr(stage.app, "suspend", suspend)
        await stage.press("p")
        await stage.until(lambda: seen.exists() and seen.read_text("utf-8") == "صباح␛[2J\nصباح␛[2J\n")

    play(scene, models=ToyModels(EN_PT))


def test_what_is_copied_inside_tmux_is_in_its_buffer_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bytes] = []

    def run(command: list[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        assert command == ["/bin/tmux", "load-buffer", "-w", "-"]
        given.append(more["input"])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(tmux.shutil, "which", lambda _name: "/bin/tmux")
    monkeypatch.setattr(tmux.subprocess, "run", run)

    async def scene(stage: Stage) -> None:
        await stage.translated("olá")
        await stage.press("ctrl+o")
        await stage.until(lambda: stage.app.clipboard == "OLÁ")
        assert not given
        monkeypatch.setenv("TMUX", "default,1,0")
        await stage.press("ctrl+o")
        await stage.until(lambda: given == ["OLÁ".encode()])

    monkeypatch.delenv("TMUX", raising=False)
    play(scene, models=ToyModels(EN_PT))

    def fails(_command: list[str], **_more: Any) -> None:
        raise subprocess.TimeoutExpired("tmux", 1)

    monkeypatch.setattr(tmux.subprocess, "run", fails)
    assert not tmux.into_tmux("x")
    monkeypatch.setattr(tmux.shutil, "which", lambda _name: None)
    assert not tmux.into_tmux("x")


def test_a_pager_is_the_users_or_less_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", f"{sys.executable} -V")
    assert pager.pager() == [sys.executable, "-V"]
    for wanted in ("'", "", "no-such-pager"):
        monkeypatch.setenv("PAGER", wanted)
        monkeypatch.setattr(pager.shutil, "which", lambda name: "/bin/less" if name == "less" else None)
        assert pager.pager() == ["less"]
    monkeypatch.setattr(pager.shutil, "which", lambda _name: None)
    with pytest.raises(UnavailableError, match="no pager"):
        pager.pager()
    monkeypatch.setattr(pager, "pager", lambda: ["less"])

    def fails(*_given: object, **_more: Any) -> None:
        raise PermissionError(13, "not allowed")

    monkeypatch.setattr(subprocess, "run", fails)
    with pytest.raises(UnavailableError, match="not allowed"):
        pager.show("x")


def test_a_document_that_is_cancelled_waits_for_few_texts() -> None:
    asked: list[int] = []

    class Translator:
        def translate(self, texts: list[str]) -> list[str]:
            asked.append(len(texts))
            return texts

    def report(event: Event) -> None:
        if isinstance(event, Progress):
            done.append(event.done)
            if event.done > 100:
                raise CancelledError("it was cancelled")

    done: list[int] = []
    watched = _Watched(report)
    watched.translator = Translator()  # type: ignore[assignment]  # replaced for this test
    watched.tell(Progress("translate", 7, 1000, "segments"))
    with pytest.raises(CancelledError):
        watched.translate(["x"] * 1000)
    assert done == [7, 7 + 64, 7 + 128]
    assert asked == [64, 64]
    assert len(_Watched(lambda _event: None).translate([])) == 0


def test_a_document_lies_beside_its_translation() -> None:
    assert beside(Path("a/b.c.docx"), Direction("en", "pt-BR")) == Path("a/b.c-pt-BR.docx")


@pytest.fixture
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))


@pytest.mark.real
@pytest.mark.usefixtures("_home")
def test_a_real_line_has_a_confidence_terms_and_words_that_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    glossary = tmp_path / "g.csv"
    glossary.write_text("en,pt\nteacher,docente\n", "utf-8")
    notes: list[Event] = []
    opened = installed_models().open_checked(EN_PT, glossary, notes.append)
    try:
        line, blank, same = opened.translate(["The teacher saw {name} in the garden.", "", "zzxq wqzx"])
    finally:
        opened.close()
    assert "docente" in line.text
    assert [(one.source, one.target, one.honoured) for one in line.terms] == [("teacher", "docente", True)]
    assert line.sure is not None
    assert blank.sure is None
    assert not blank.doubtful
    assert same.doubtful
    became = {line.source[slice(*source)]: line.text[slice(*target)] for source, target in line.pairs}
    assert became["teacher"] == "docente"
    assert became["{name}"] == "{name}"


@pytest.mark.real
@pytest.mark.usefixtures("_home")
def test_a_real_document_is_translated_and_what_is_to_be_looked_at_is_told(tmp_path: Path) -> None:
    path, out = tmp_path / "a.md", tmp_path / "a-pt.md"
    path.write_text("# Good morning, class\n\nzzxq wqzx pqrz\n\n" + "The sun is warm. \n\n" * 5, "utf-8")
    told: list[Event] = []
    done = installed_models().translate_file(path, out, EN_PT, None, force=False, report=told.append)
    assert (done.out, done.segments) == (out, 7)
    assert "O sol" in out.read_text("utf-8")
    assert done.look
    assert any(isinstance(one, Note) and "zzxq" in one.text for one in told)
    assert any(isinstance(one, Progress) for one in told)


@pytest.mark.real
@pytest.mark.usefixtures("_home")
def test_a_real_file_of_no_ending_is_a_text_and_an_old_one_of_office_has_a_hint(tmp_path: Path) -> None:
    (tmp_path / "LEIA").write_text("The sun is warm.\n", "utf-8")
    (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    models = installed_models()
    done = models.translate_file(
        tmp_path / "LEIA", tmp_path / "LEIA-pt", EN_PT, None, force=False, report=lambda _event: None
    )
    assert done.out.read_text("utf-8").startswith("O sol")
    with pytest.raises(InputError) as told:
        models.translate_file(
            tmp_path / "a.doc", tmp_path / "b.doc", EN_PT, None, force=False, report=lambda _event: None
        )
    assert told.value.hint


@pytest.mark.real
@pytest.mark.usefixtures("_home")
def test_a_real_text_of_another_language_is_told_and_a_word_is_not_guessed() -> None:
    models = installed_models()
    assert models.identify("Die Lehrerin öffnet das Buch und liest der Klasse vor.").other == "de"
    assert models.identify("The teacher opens the book and reads to the class.").tag == "en"
    assert models.identify("12 7").tag is None
