"""What the translate screen says of a translation: how sure, what is wrong, which language, which word became which."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from textual._wrap import compute_wrap_offsets
from textual.widgets import OptionList, Select
from toys.tui_models import ToyModels
from toys.tui_stage import SCRIPTS, Stage, play
from wcwidth import iter_graphemes

from edgekit.core.languages import Direction
from tui import words
from tui.models import Line, Spoken, fitting
from tui.pages import page
from tui.screens.aligned import AlignedScreen, words_of
from tui.screens.translate import PAUSE_SECONDS
from tui.themes import THEMES
from tui.widgets.wrapping import whole_offsets

EN_PT, PT_EN, AR_EN, EN_DE = Direction("en", "pt"), Direction("pt", "en"), Direction("ar", "en"), Direction("en", "de")
TEXT = "I am sure\nor not?\nthere are 12\nplain"

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


def contrast(style: Style) -> float:
    """Of a text and what is behind it, by WCAG; the two that a terminal has of its own are its business."""
    colours = [style.color, style.bgcolor]
    if all(one is None or one.is_default for one in colours):
        return LEAST_CONTRAST

    def light(colour: Color | None) -> float:
        assert colour is not None
        parts = [part / 255 for part in colour.get_truecolor()]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05

    low, high = sorted(map(light, colours))
    return high / low


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 50)])
@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_doubt_is_said_in_words_beside_a_sign_and_a_shade(size: tuple[int, int], language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(TEXT)
        share = {"en": "25% sure", "es": "25\u00a0% de certeza", "pt": "25% de certeza"}[language]
        await stage.sees(share)
        rows = [row for row in stage.rows() if re.search(r"\d[ ?] ", row[:6])]
        signs = [row[2:5] for row in rows if row[2:3].isdigit()]
        assert signs[:4] == ["1  ", "2? ", "3? ", "4  "]
        shaded = [stage.shade("target", at) for at in range(4)]
        assert shaded[0] == shaded[3] != shaded[1] == shaded[2]

    play(scene, models=ToyModels(EN_PT), state={"language": language}, size=size)


@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("theme", THEMES)
def test_every_set_of_colours_shows_doubt_and_the_text(
    theme: str, no_color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(TEXT)
        await stage.sees("2? OR NOT?")
        drawn = {piece.text.strip(): piece.style for row in stage.drawn() for piece in row if piece.style is not None}
        for text in ("OR NOT?", "PLAIN", "English (en)", "lines to look at"):
            found = next(style for shown, style in drawn.items() if shown.startswith(text))
            assert contrast(found) >= LEAST_CONTRAST, (text, str(found))
        await stage.press("ctrl+l")
        await stage.until(lambda: stage.reversed() == ["[I]", "[I]"])

    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    play(scene, models=ToyModels(EN_PT), state={"language": "en", "theme": theme})


def test_nothing_to_look_at_takes_no_room_and_numbers_no_lines() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated("plain\nI am sure")
        assert not stage.query("look", OptionList).display
        assert not stage.area("target").show_line_numbers
        await stage.press("ctrl+n")
        await stage.until(lambda: "nothing was found" in stage.label("status"))

    play(scene, models=ToyModels(EN_PT))


def test_one_key_goes_to_the_worst_line_and_then_to_the_next() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(TEXT)
        assert stage.label("status").startswith("lines to look at: 2")
        for row in (2, 1, 2):  # something found before a low number, then around again
            await stage.press("ctrl+n")
            assert stage.area("source").cursor_location == (row, 0)
            assert stage.area("target").cursor_location == (row, 0)
        assert "line 3: doubtful, 50% sure" in stage.label("target-title")
        await stage.sees("line 3: doubtful, 50% sure; number: `12` is missing")

    play(scene, models=ToyModels(EN_PT))


@pytest.mark.parametrize("size", [(40, 15), (60, 16), (80, 18)])
def test_both_texts_stay_where_there_is_little_room(size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(TEXT)
        await stage.until(lambda: stage.label("status").startswith("lines to look at: 2"))
        for name in ("source", "target"):
            area = stage.area(name)
            await stage.until(lambda area=area: area.region.height >= 2)
            assert stage.app.screen.region.contains_region(area.region)
        await stage.until(lambda: "^q Quit" in stage.rows()[-1])

    play(scene, models=ToyModels(EN_PT), size=size)


def test_a_line_of_the_list_is_gone_to_by_mouse() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(TEXT)
        await stage.click("line 2: doubtful, 25% sure")
        await stage.until(lambda: stage.area("source").cursor_location == (1, 0))
        await stage.until(lambda: stage.area("source").has_focus)

    play(scene, models=ToyModels(EN_PT))


def test_the_title_says_how_sure_the_line_of_the_cursor_is_and_where_it_is_from() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated("I am sure\nonce again\nmore?")
        await stage.until(lambda: stage.label("target-title") == "Portuguese (pt); line 1: quite certain, 93% sure")
        await stage.press("down")
        await stage.until(lambda: stage.label("target-title") == "Portuguese (pt); from the memory")
        await stage.until(lambda: stage.area("target").cursor_location[0] == 1)
        await stage.press("down")
        await stage.until(lambda: "line 3: doubtful, 25% sure" in stage.label("target-title"))

    play(scene, models=ToyModels(EN_PT))


@pytest.mark.parametrize("by", ["key", "mouse"])
def test_a_wrong_direction_is_said_and_turned_with_the_text_kept(by: str) -> None:
    models = ToyModels(EN_DE, EN_PT, PT_EN)
    models.spoken = Spoken("pt")

    async def scene(stage: Stage) -> None:
        stage.query("direction", Select).value = EN_PT
        await stage.translated("olá")
        await stage.sees("language of the text: Portuguese; ^t turns to Portuguese → English")
        await stage.press("ctrl+t") if by == "key" else await stage.click("^t turns")
        await stage.until(lambda: stage.label("source-title") == "Portuguese (pt)")
        await stage.until(lambda: stage.label("spoken") == "language of the text: Portuguese")
        assert stage.area("source").text == "olá"
        # What the other direction makes of it is told last, and the text counts as changed when it is put back.
        await stage.until(lambda: stage.area("target").text == "OLÁ")
        await stage.pilot.pause(3 * PAUSE_SECONDS)
        await stage.ready()
        await stage.press("ctrl+t")
        await stage.until(lambda: "no other direction" in stage.label("status"))

    play(scene, models=models)


@pytest.mark.parametrize(
    ("spoken", "says"),
    [
        (Spoken(), "language of the text: unknown"),
        (Spoken(other="de"), "language of the text: German, which no model here translates"),
        (Spoken("en"), "language of the text: English"),
    ],
)
def test_a_language_is_said_to_be_unknown_rather_than_guessed(spoken: Spoken, says: str) -> None:
    models = ToyModels(EN_PT)
    models.spoken = spoken

    async def scene(stage: Stage) -> None:
        await stage.translated("hm")
        await stage.until(lambda: stage.label("spoken") == says)
        stage.area("source").load_text("")
        await stage.until(lambda: stage.label("spoken") == "")

    play(scene, models=models)


def test_a_fitting_direction_keeps_the_target_before_it_turns_around() -> None:
    pt_de, de_pt = Direction("pt", "de"), Direction("de", "pt")
    assert fitting([PT_EN, pt_de], "pt-BR", EN_DE) == pt_de
    assert fitting([PT_EN, pt_de], "pt", EN_PT) == PT_EN
    assert fitting([pt_de], "pt", AR_EN) == pt_de
    assert fitting([PT_EN, de_pt], "en", EN_PT) is None
    assert fitting([], "pt", EN_PT) is None


def test_words_are_walked_through_by_keys_and_marked_by_brackets_and_reversed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated("one two\nthree")
        stage.area("source").move_cursor((0, 5))
        await stage.press("ctrl+l")
        await stage.sees("one [two]")
        await stage.sees("ONE [TWO]")
        await stage.sees("line 1 of 2: two became TWO")
        assert stage.reversed() == ["[two]", "[TWO]"]
        await stage.press("right")
        await stage.sees("[three]")
        await stage.press("left", "left")
        await stage.sees("[one] two")
        await stage.press("down", "escape")
        await stage.until(lambda: not isinstance(stage.app.screen, AlignedScreen))
        assert stage.area("source").cursor_location == (1, 0)

    play(scene, models=ToyModels(EN_PT))


def test_words_are_walked_through_by_mouse_alone() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated("one two\nthree")
        await stage.click("^l Words") if "^l Words" in stage.shown() else await stage.press("ctrl+l")
        await stage.sees("[one] two")
        await stage.click("two")
        await stage.sees("one [two]")
        await stage.click("down next line")
        await stage.sees("[three]")
        await stage.click("up line before")
        await stage.click("right next word")
        await stage.click("left word before")
        await stage.sees("[one] two")
        await stage.click("esc back")
        await stage.until(lambda: not isinstance(stage.app.screen, AlignedScreen))

    play(scene, models=ToyModels(EN_PT), size=(160, 30))


def test_words_without_a_counterpart_are_walked_through_and_say_so() -> None:
    line = Line("uma casa , azul", "a house", pairs=(((4, 8), (2, 7)),))
    assert [line.source[slice(*span)] for span in words_of(line)] == ["uma", "casa", "azul"]
    assert words_of(Line("", "")) == []
    assert words_of(Line("...", "...")) == []

    async def scene(stage: Stage) -> None:
        await stage.ready()
        stage.app.push_screen(AlignedScreen([line, Line("", ""), Line("a b", "c")], 0, 0, ("s", "t")))
        await stage.sees("uma has no word of its own")
        await stage.press("down")
        await stage.sees("line 2 of 3")
        await stage.press("left")
        await stage.sees("azul has no word of its own")
        await stage.press("right", "right")
        await stage.sees("which words became which is not known here")

    play(scene, models=ToyModels(EN_PT))


@pytest.mark.parametrize(("script", "text"), list(SCRIPTS.items()))
def test_every_script_is_shown_whole_with_nothing_to_its_right(script: str, text: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(f"{text} ?\nplain")
        source, target = stage.area("source"), stage.area("target")
        assert source.region.right == target.region.right == stage.app.size.width
        assert source.region.bottom < target.region.y
        assert any(row.rstrip().endswith(f"{text} ?") for row in stage.rows())
        await stage.press("ctrl+l")
        first = text.split()[0]
        await stage.sees(f"[{first}]")
        rows = [row for row in stage.rows() if f"[{first}]" in row]
        assert all(set(iter_graphemes(text.replace(" ", ""))) >= set(iter_graphemes(first)) for _row in rows)
        assert all(row.rstrip().endswith("?") for row in rows[:2])

    play(scene, models=ToyModels(EN_PT))


LONG = {
    "Khmer": "ខ្ញុំបានទៅសាលារៀនដើម្បីរៀនសូត្រ" * 6,
    "Burmese": "ကျောင်းသားများသည်စာသင်ခန်းတွင်" * 6,
    "Thai": "ครูสอนนักเรียนในห้องเรียนที่นี่" * 6,
    "Devanagari": "शिक्षकोंविद्यार्थियों" * 9,
    "Chinese": "老师教学生" * 30,
    "emoji": "👩‍🏫🇧🇷👍🏽" * 30,
}


@pytest.mark.parametrize(("script", "text"), list(LONG.items()))
def test_a_line_is_never_broken_inside_a_character(script: str, text: str) -> None:
    ends = set(itertools.accumulate(map(len, iter_graphemes(text))))
    for width in (*range(8, 90), 200):
        breaks = whole_offsets(compute_wrap_offsets, text, width, 4)
        assert set(breaks) <= ends
        assert breaks == sorted(set(breaks))
        parts = [text[begin:end] for begin, end in itertools.pairwise([0, *breaks, len(text)])]
        assert all(0 < cell_len(part.rstrip()) <= width for part in parts)
        # No part has room for what the next one begins with.
        for part, following in itertools.pairwise(parts):
            first = next(iter_graphemes(following))
            assert cell_len(part) + cell_len(first) > width


def test_text_areas_break_lines_that_way() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(LONG["emoji"])
        offsets = stage.area("target").wrapped_document.get_offsets(0)
        ends = set(itertools.accumulate(map(len, iter_graphemes(LONG["emoji"]))))
        assert offsets
        assert set(offsets) <= ends

    play(scene, models=ToyModels(EN_PT))


@given(st.text(st.sampled_from("ab -.éãß老\t"), max_size=80), st.integers(12, 40))
def test_words_that_fit_are_broken_where_textual_breaks_them(text: str, width: int) -> None:
    text = re.sub(r"(\S{4})(?=\S)", r"\1 ", text)
    assert whole_offsets(compute_wrap_offsets, text, width, 4) == compute_wrap_offsets(text, width, 4)


def test_control_characters_of_a_text_are_signs_everywhere() -> None:
    nasty = "a\x1b]52;c;ZQ\x07b [red]c[/] \x9b31m \u202egnp.exe ?"

    async def scene(stage: Stage) -> None:
        await stage.translated(nasty)
        for key in ("", "ctrl+l"):
            if key:
                await stage.press(key)
                await stage.sees("line 1 of 1")
            shown = stage.shown()
            assert "␛]52;c;" in shown
            assert "[red]" in shown
            assert not set(shown) & set("\x1b\x07\x9b\u202e")

    play(scene, models=ToyModels(EN_PT))


def test_a_page_has_each_line_in_its_language_and_runs_nothing() -> None:
    made = page([("<script>x</script>", "صباح الخير"), ("", "\x1b")], "en", "ar")
    assert '<p class="source" dir="auto" lang="en">&lt;script&gt;x&lt;/script&gt;</p>' in made
    assert '<p class="target" dir="auto" lang="ar">صباح الخير</p>' in made
    assert "<script" not in made
    assert "\x1b" not in made
    assert 'lang="en">&nbsp;</p>' in made


def test_a_text_from_the_right_is_told_once_how_to_see_it_right() -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated("hi")
        stage.query("direction", Select).value = AR_EN
        await stage.sees("where text looks reversed")
        stage.query("direction", Select).value = EN_PT
        await stage.until(lambda: stage.label("source-title") == "English (en)")
        await stage.ready()
        stage.query("direction", Select).value = AR_EN
        await stage.until(lambda: stage.label("source-title") == "Arabic (ar), right to left")
        await stage.ready()

    play(scene, models=ToyModels(EN_PT, AR_EN))


def test_the_palette_has_every_action_of_the_screen() -> None:
    from tui.actions import of_screen

    async def scene(stage: Stage) -> None:
        await stage.ready()
        for action in of_screen("translate"):
            assert action.label
        await stage.press("ctrl+p")
        await stage.sees("Commands")
        await stage.press(*"browser")
        await stage.sees("Page")

    play(scene, models=ToyModels(EN_PT))
