"""A glossary on the translate screen: asked for, used, told of, remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, play

from edgekit.core.languages import Direction
from tui.screens import translate
from tui.screens.confirm import ConfirmScreen

EN_PT = Direction("en", "pt")


def test_a_glossary_is_used_told_of_remembered_and_left_out_again(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("en,pt\n", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.translated("a term")
        await stage.answer("ctrl+g", str(path))
        await stage.until(lambda: "terms 1 of 1: term → TERMO" in stage.label("target-title"))
        assert "no conflicts" in stage.label("status")
        assert f"--glossary {path}" in stage.app.screen.command()  # type: ignore[attr-defined]  # it is a screen of ours
        await stage.press("ctrl+q")

    state = play(scene, models=ToyModels(EN_PT))

    async def again(stage: Stage) -> None:
        await stage.until(lambda: "terms 1 of 1" in stage.label("target-title"))
        await stage.answer("ctrl+g", "")
        await stage.until(lambda: stage.label("target-title") == "Portuguese (pt)")

    play(again, models=ToyModels(EN_PT), state=state)

    path.unlink()
    state["screens"]["translate"]["glossary"] = str(path)

    async def gone(stage: Stage) -> None:
        await stage.until(lambda: "the glossary is not used" in stage.label("status"))
        assert stage.area("target").text == "A TERM"

    play(gone, models=ToyModels(EN_PT), state=state)


def test_what_is_said_of_a_glossary_stays_when_the_text_of_the_last_time_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translate, "PAUSE_SECONDS", 1.0)
    models = ToyModels(EN_PT)

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "the glossary is not used" in stage.label("status"))
        await stage.pilot.pause(1.2)
        assert "the glossary is not used" in stage.label("status")
        assert models.asked == [["a term"]]

    last = {"text": "a term", "glossary": str(tmp_path / "none.csv")}
    play(scene, models=models, state={"language": "en", "screens": {"translate": last}})


@pytest.mark.parametrize("answered", ["y", "n"])
def test_a_table_without_a_header_is_a_glossary_only_after_a_yes(answered: str, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("Ana [b]\x1b[2J,3\nBruno,4\n", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.translated("a term")
        await stage.answer("ctrl+g", str(path))
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        shown = " ".join(stage.shown().split())
        assert "marks.csv has no header that names its columns. Does it say that" in shown
        assert "Ana [b]␛[2J in English is to become 3 in Portuguese?" in shown
        assert len(stage.app.models.opened) == 1  # type: ignore[attr-defined]  # it is a toy here
        await stage.press(answered)
        if answered == "y":
            await stage.until(lambda: "terms 1 of 1: term → TERMO" in stage.label("target-title"))
        else:
            await stage.until(lambda: "marks.csv is not used: a glossary begins" in stage.label("status"))
            assert stage.label("source-title") == "English (en)"
            assert "--glossary" not in stage.app.screen.command()  # type: ignore[attr-defined]  # it is a screen of ours

    play(scene, models=ToyModels(EN_PT))


def test_a_glossary_that_is_not_there_is_said_and_no_question(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.answer("ctrl+g", str(tmp_path / "none.csv"))
        await stage.until(lambda: "the glossary is not used" in stage.label("status"))

    play(scene, models=ToyModels(EN_PT))
