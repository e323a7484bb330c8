"""The fields of an export and the line that they make: kept, copied, in any script, read as a shell would."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, TextArea
from toys.tui_exporting import ToyExporting, fill, line, play
from toys.tui_stage import Stage

from edgekit.core.errors import UsageError
from tui.exporting import Wanted, split_files, split_languages
from tui.widgets.curve import drawn

SIZES = [(80, 24), (60, 20), (160, 50)]


LINES = {
    "Devanagari": "शिक्षक अंक",
    "Tamil": "மாணவர்",
    "Khmer": "សិស្ស",
    "Burmese": "ကျောင်းသား",
    "Arabic": "صباح الخير",
    "Hebrew": "בֹּקֶר",
    "Amharic": "ተማሪ",
    "Thai": "ครูดี",
    "Chinese": "老师",
    "emoji": "👩‍🏫🇧🇷👍🏽",
}


def test_fields_and_point_come_back_and_the_language_changes_under_a_plan(tmp_path: Path) -> None:
    async def leave(stage: Stage) -> None:
        fill(stage, languages="pt", corpus="pt=a.txt", out="made")
        await stage.press("ctrl+l")
        await stage.sees("14,000 of 32,000")
        await stage.press("left", "f9")
        await stage.sees("12\u00a0000 de 32\u00a0000 tokens")
        await stage.press("left", "end", "home", "right", "right", "right", "ctrl+q")

    state = play(leave)

    async def again(stage: Stage) -> None:
        assert line(stage).endswith("--corpus pt=a.txt --vocab 8000 -o made")
        await stage.press("ctrl+l")
        await stage.sees("8\u00a0000 de 32\u00a0000 tokens")

    play(again, state=state)


@pytest.mark.parametrize(
    "screen", [{"model": 3, "vocab": "x", "languages": []}, {"model": "gone", "vocab": -1, "path": "\x1b[2J"}, 5]
)
def test_a_state_of_another_version_is_no_reason_not_to_start(screen: object) -> None:
    async def scene(stage: Stage) -> None:
        assert "edgekit export toy-en-pt" in line(stage)

    play(scene, state={"language": "en", "screen": "export", "screens": {"export": screen}})


def test_the_line_is_copied_and_shown() -> None:
    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt", out="x y")
        await stage.press("ctrl+o")
        await stage.until(lambda: stage.app.clipboard == "edgekit export toy-en-pt --languages pt -o 'x y'")
        await stage.press("f8")
        await stage.sees("-o 'x y'")

    play(scene)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("script", list(LINES))
def test_names_in_any_script_have_nothing_to_their_right_and_controls_are_signs(
    script: str, size: tuple[int, int], tmp_path: Path
) -> None:
    name = LINES[script]
    toy = ToyExporting(out=tmp_path / name, notes=(f"{name}\x1b[2J[bold]x[/bold]",))

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt", corpus=f"'pt={name}.txt'", out=f"{name}\u202e\x1b")
        await stage.press("ctrl+l")
        await stage.sees("of 32,000 tokens")
        rows = stage.rows()
        assert len(rows) == size[1]
        for row in rows:
            if name in row:
                assert set(row.rpartition(name)[2]) <= set(" .txt'-o<1B>␛[2J[bold]x/ltnw"), row
        shown = stage.shown()
        assert "\x1b" not in shown
        assert "␛[2J[bold]x[/bold]" in shown
        assert "\u202e" not in shown
        assert line(stage).endswith(f"-o {shlex.quote(name)}")
        area = stage.app.screen.query_one("#line", TextArea)
        assert area.region.right == size[0]
        for one in stage.app.screen.query(Input):
            assert not one.display or one.region.right in (0, size[0])
        await stage.press("ctrl+r")
        await stage.sees("written into")

    play(scene, toy, size=size)


def test_a_line_of_files_and_languages_is_read_as_a_shell_would() -> None:
    assert split_files("pt='a b.txt' en=c.txt") == ("pt=a b.txt", "en=c.txt")
    assert split_languages("pt, en en  PT-br") == ("pt", "en", "pt-BR")
    with pytest.raises(UsageError):
        split_files("'a")


@given(st.text(), st.lists(st.text(), max_size=3), st.text())
def test_the_line_says_every_field_to_a_shell(model: str, corpora: list[str], out: str) -> None:
    words_of = shlex.split(Wanted(model, ("pt", "en"), tuple(corpora), out, 5, force=True).command)
    assert words_of[:2] == ["edgekit", "export"]
    assert words_of[2] == (model or "MODEL")
    assert [words_of[at + 1] for at, one in enumerate(words_of) if one == "--corpus" and at > 2][
        : len(corpora)
    ] == corpora
    assert words_of[-1] == "--force"


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.floats(0, 1)), min_size=1, max_size=40, unique_by=lambda one: one[0]),
    st.integers(0, 39),
    st.integers(0, 200),
    st.integers(0, 60),
)
def test_a_curve_fits_its_room_and_has_one_point(
    places: list[tuple[int, float]], at: int, columns: int, height: int
) -> None:
    places.sort()
    at %= len(places)
    lines = drawn(places, at, columns, height)
    if columns < 10 or height < 3:
        assert lines == []
        return
    assert len(lines) == height
    assert all(len(one) <= columns + 8 for one in lines[:-1])
    assert sum(one.count("O") for one in lines) == 1
