"""The screen of exports: planned, moved, written, verified and installed; by keys alone and by mouse alone."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from textual.widgets import Input, Select
from toys import tui_stage
from toys.tui_exporting import ToyExporting, fill, line, play
from toys.tui_stage import NUMBER, Stage
from translate.real_models import home_with

from edgekit.store.receipt import read_receipt
from tui import words
from tui.exporting import PipelineExporting, Wanted
from tui.figures import figure, refigured
from tui.screens.confirm import ConfirmScreen

SIZES = [(80, 24), (60, 20), (160, 50)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_a_model_is_planned_moved_written_verified_and_installed_with_keys_alone(
    size: tuple[int, int], language: str, tmp_path: Path
) -> None:
    toy = ToyExporting(out=tmp_path)

    async def scene(stage: Stage) -> None:
        said = words._
        assert "edgekit export toy-en-pt --languages TAGS" in line(stage)
        await stage.press(*"pt,en", "tab", *"pt=a.txt en=b.txt", "ctrl+l")
        await stage.sees(figure(14_000))
        assert toy.asked == [Wanted("toy-en-pt", ("pt", "en"), ("pt=a.txt", "en=b.txt"))]
        assert line(stage) == "edgekit export toy-en-pt --languages pt,en --corpus pt=a.txt --corpus en=b.txt"
        await stage.press("left", "left", "left", "right")
        await stage.sees(figure(10_000))
        await stage.sees(refigured("15.0 MB"))
        await stage.sees(" > ".join(map(refigured, ("1.300", "1.336"))))
        assert line(stage).endswith("--corpus en=b.txt --vocab 10000")
        await stage.press("ctrl+r")
        await stage.sees(said("written into {folder}", folder="/")[:10])
        assert [one.vocab for one in toy.written] == [10_000]
        await stage.press("ctrl+y")
        await stage.sees(said("it holds"))
        assert toy.verified == [(tmp_path / "toy-en-pt-small", "toy-en-pt")]
        await stage.press("ctrl+n")
        await stage.until(lambda: toy.installed == [tmp_path / "toy-en-pt-small"])
        await stage.until(lambda: len(stage.app.screen.query_one("#model", Select)._options) == 5)
        assert len(stage.rows()) == size[1]

    play(scene, toy, size=size, language=language)


@pytest.mark.parametrize("size", SIZES)
def test_the_mouse_alone_plans_moves_and_writes(size: tuple[int, int], tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.click("Plan")
        await stage.sees("Export now")
        row = next(row for row in stage.rows() if "2,000 " in row)
        at = row.index("2,000")
        await stage.pilot.click("#curve", offset=(at, 2))
        await stage.sees("2,000 of 32,000 tokens")
        assert line(stage).endswith("--vocab 2000")
        await stage.click("More")
        await stage.sees("4,000 of 32,000 tokens")
        await stage.click("Export now")
        await stage.sees("written into")
        await stage.click("Verify")
        await stage.sees("it holds")
        await stage.click("Install")
        await stage.until(lambda: bool(toy.installed))

    play(scene, toy, size=size)


def test_a_plan_tells_how_far_it_is_and_is_stopped() -> None:
    toy = ToyExporting()
    toy.go.clear()

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("plan toy-en-pt, step 1 of 3, count: ")
        await stage.sees("^t Stop")
        assert "^l Plan" not in stage.shown()
        await stage.press("ctrl+l", "ctrl+r", "ctrl+y", "ctrl+n")  # nothing of this begins beside it
        assert len(toy.asked) == 1
        await stage.press("ctrl+t")
        await stage.sees("plan toy-en-pt: cancelled")
        await stage.sees("^l Plan")
        toy.go.set()
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")

    play(scene, toy)


def test_an_export_goes_on_while_another_screen_is_shown(tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")
        toy.go.clear()
        await stage.press("ctrl+r", "escape", NUMBER["jobs"])
        await stage.sees("export toy-en-pt")
        await stage.sees("1 at work")
        toy.go.set()
        await stage.sees("0 at work")
        await stage.press(NUMBER["export"])
        await stage.sees("written into")
        assert toy.written[0].vocab is None

    play(scene, toy)


def test_what_lies_there_is_replaced_only_when_that_is_confirmed(tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)
    (tmp_path / "toy-en-pt-small").mkdir()

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")
        assert line(stage).endswith("--force")
        await stage.press("ctrl+r")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("n")
        assert not toy.written
        await stage.press("ctrl+r", "y")
        await stage.until(lambda: [one.force for one in toy.written] == [True])

    play(scene, toy)


@pytest.mark.parametrize(
    ("model", "corpus", "says"),
    [
        ("no-words", "", "has no vocabulary to trim\n hint: choose another model"),
        ("no-extra", "", "nothing that can export is installed\n hint: run `pip install 'edgekit[trim]'`"),
        ("toy-en-pt", "missing.txt", "there is no file `missing.txt`\n hint: write where it lies"),
        ("toy-en-pt", "'open", "a quote is left open in the names of the text files\n hint: close it"),
    ],
)
def test_what_cannot_be_planned_is_a_line_and_its_hint_and_the_next_plan_works(
    model: str, corpus: str, says: str
) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#model", Select).value = model
        fill(stage, languages="pt", corpus=corpus)
        await stage.press("ctrl+l")
        await stage.until(lambda: says in "\n".join(row.rstrip() for row in stage.rows()))
        stage.app.screen.query_one("#model", Select).value = "toy-en-pt"
        fill(stage, corpus="")
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")

    play(scene)


def test_a_language_that_is_missing_or_is_none_is_said() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+l")
        await stage.sees("name the languages that it is to keep")
        await stage.press(*"p_!", "ctrl+l")
        await stage.sees("error:")
        assert not stage.app.jobs.all

    play(scene)


def test_a_model_elsewhere_is_named_by_its_path() -> None:
    toy = ToyExporting(names=[])

    async def scene(stage: Stage) -> None:
        assert stage.app.screen.query_one("#path", Input).display
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("name the folder or the file of the model")
        await stage.press(*"a b", "ctrl+l")
        await stage.sees("14,000 of 32,000")
        assert toy.asked[0].model == "a b"
        assert line(stage) == "edgekit export 'a b' --languages pt"

    play(scene, toy)


def test_a_plan_goes_when_a_field_changes_and_one_of_older_fields_is_not_shown() -> None:
    toy = ToyExporting()

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")
        await stage.press("left")
        fill(stage, languages="pt,en")
        await stage.until(lambda: "of 32,000" not in stage.shown())
        assert "--vocab" not in line(stage)
        toy.go.clear()
        await stage.press("ctrl+l")
        await stage.until(lambda: bool(stage.app.jobs.running))
        fill(stage, languages="pt,es")
        toy.go.set()
        await stage.sees("the fields have changed since; plan again")
        assert "of 32,000" not in stage.shown()

    play(scene, toy)


def test_a_verification_that_does_not_hold_says_what(tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path, failures=("a byte differs",))

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")
        await stage.press("ctrl+r")
        await stage.sees("written into")
        await stage.press("ctrl+y")
        await stage.sees("it does not hold")
        await stage.sees("a byte differs")

    play(scene, toy)


@pytest.mark.real
def test_a_real_translation_model_is_trimmed_from_the_screen_and_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))
    monkeypatch.setattr(tui_stage, "SECONDS", 500)
    sentences = {
        "en": "The water in the puddle is gone because the sun has warmed it. Read page {} and answer the questions.",
        "pt": "A água da poça sumiu porque o sol a esquentou. Leia a página {} e responda às perguntas.",
    }
    for tag, sentence in sentences.items():
        (tmp_path / f"text.{tag}").write_text("\n".join(sentence.format(at) for at in range(300)), "utf-8")

    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#model", Select).value = "firefox-en-pt"
        corpus = " ".join(f"{tag}={shlex.quote(str(tmp_path / f'text.{tag}'))}" for tag in sentences)
        fill(stage, languages="en,pt", corpus=corpus, out=str(tmp_path / "out"))
        await stage.press("ctrl+l")
        await stage.sees("of 32,000 tokens")
        await stage.press("left", "left", "left")
        await stage.until(lambda: "--vocab " in line(stage))
        vocab = int(line(stage).partition("--vocab ")[2].split()[0])
        await stage.sees(f"{vocab:,} of 32,000 tokens")
        size = next(row for row in stage.rows() if "of 32,000 tokens" in row).split(", ")[1].split(" of ")[0]
        await stage.press("ctrl+r")
        await stage.sees("written into")
        folder = tmp_path / "out" / "firefox-en-pt-en-pt"
        assert [one.name for one in (tmp_path / "out").iterdir()] == [folder.name]
        receipt = read_receipt(folder)
        assert receipt.vocabulary is not None
        assert receipt.vocabulary.after == vocab
        assert abs(sum(file.size_bytes for file in receipt.files) / 1e6 - float(size.split()[0])) < 1.5
        await stage.press("ctrl+y")
        await stage.sees("it holds")

    play(scene, PipelineExporting())
