"""Keys of a user's own: what they were given to is done wherever the focus is, and what cannot be had is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Select
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, play

from edgekit.core.languages import Direction
from tui import words
from tui.actions import ACTIONS, take_own
from tui.own_keys import OwnKeys, _why_not, own_keys

EN_PT, PT_EN = Direction("en", "pt"), Direction("pt", "en")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], OwnKeys]]:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()

    def written(text: str) -> OwnKeys:
        (tmp_path / "config" / "keys.toml").write_text(text, encoding="utf-8")
        return own_keys()

    yield written
    take_own({})


def models() -> ToyModels:
    return ToyModels(EN_PT, PT_EN)


def test_own_keys_are_read_shown_and_done(write: Callable[[str], OwnKeys]) -> None:
    assert own_keys() == OwnKeys({})
    found = write('quit = "ctrl+x"\n[translate]\nswap = "F11"\n')
    assert found == OwnKeys({"quit": "ctrl+x", "translate.swap": "f11"})

    async def scene(stage: Stage) -> None:
        await stage.sees("f11 Swap")
        await stage.press("f1")
        await stage.sees("f11        Swap:")
        await stage.press("escape")
        await stage.press("f11")
        await stage.until(lambda: stage.app.screen.query_one("#direction", Select).value == PT_EN)
        await stage.press("ctrl+x")
        await stage.until(lambda: not stage.app.is_running)

    play(scene, models=models())


def test_what_a_screen_says_names_the_key_of_ones_own(write: Callable[[str], OwnKeys]) -> None:
    write('[translate]\nworst = "F11"\n')

    async def scene(stage: Stage) -> None:
        await stage.ready()
        stage.area("source").load_text("why?")
        await stage.sees("lines to look at: 1; f11 goes to the worst")

    play(scene, models=models())


@pytest.mark.parametrize("key", ["alt+c", "alt+shift+c", "f7", "f4", "ctrl+e", "ctrl+w"])
def test_a_key_of_ones_own_does_its_work_while_a_text_has_the_focus(key: str, write: Callable[[str], OwnKeys]) -> None:
    """A text area types the letter of Alt, and has uses of its own for the others."""
    assert write(f'translate.swap = "{key}"\ngo.device = "9"\ngo.models = "8"\n').refused == ()

    async def scene(stage: Stage) -> None:
        await stage.press("a", "b")
        await stage.press(key)
        await stage.until(lambda: stage.app.screen.query_one("#direction", Select).value == PT_EN)
        await stage.press("c")
        await stage.until(lambda: stage.area("source").text.endswith("c"))
        assert not any(sign in stage.area("source").text for sign in ("cc", "C"))

    play(scene, models=models())


def test_a_sign_of_ones_own_is_typed_where_text_is(write: Callable[[str], OwnKeys]) -> None:
    assert write('translate.swap = "x"\n').refused == ()

    async def scene(stage: Stage) -> None:
        await stage.press("x")
        await stage.until(lambda: stage.area("source").text == "x")
        await stage.press("escape", "x")
        await stage.until(lambda: stage.app.screen.query_one("#direction", Select).value == PT_EN)

    play(scene, models=models())


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("ctrl+i", "sends `ctrl+i` as `tab`"),
        ("Ctrl+M", "sends `ctrl+m` as `enter`"),
        ("ctrl+h", "sends `ctrl+h` as `backspace`"),
        ("ctrl+[", "sends `ctrl+[` as `escape`"),
        ("alt+f", "sends `alt+f` as `ctrl+right`"),
        ("ctrl+1", "no terminal sends `ctrl+1`"),
        ("ctrl+shift+a", "no terminal sends `ctrl+shift+a`"),
        ("ctrl+comma", "no terminal sends `ctrl+comma`"),
        ("alt+.", "no terminal sends `alt+.`"),
        ("f13", "no terminal sends `f13`"),
        ("shift+a", "no terminal sends `shift+a`"),
        ("cmd+x", "no terminal sends `cmd+x`"),
        ("f5, ctrl+1", "no terminal sends `ctrl+1`"),
        ("", "no terminal sends ``"),
        ("ctrl+o", "`ctrl+o` is the key of `translate.copy`"),
        ("f1", "`f1` is the key of `help`"),
        ("ctrl+c", "`ctrl+c` is the key of `quit`"),
    ],
)
def test_a_key_that_cannot_be_had_is_refused_and_said(key: str, told: str, write: Callable[[str], OwnKeys]) -> None:
    found = write(f'translate.swap = "{key}"\n')
    assert not found.keys
    assert [told in why for why in found.why_not()] == [True]

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: told in " ".join("".join(stage.rows()).split()))
        await stage.sees("^s Swap")
        await stage.press("f1", "end")
        await stage.until(lambda: told in " ".join("".join(stage.rows()).split()))

    if key in ("ctrl+i", "ctrl+1", "ctrl+o"):
        play(scene, models=models(), size=(120, 60))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("= no table", "is no TOML"),
        ("translate.copy = 3", "`translate.copy` takes a text"),
        ('translate.copie = "f5"', "`translate.copie` is no action"),
        ('"\\u001b[2J" = "f5"', "is no action"),
        ('grade.accept = "x"\ngrade.change = "x"', "is the key of"),
    ],
)
def test_a_file_with_mistakes_says_them(text: str, told: str, write: Callable[[str], OwnKeys]) -> None:
    found = write(text)
    assert len(found.refused) == 1
    for tag in words.LANGUAGES:
        words.choose(tag)
        (why,) = found.why_not()
        assert "\x1b" not in why
        assert (told in why) == (tag == "en")
    words.choose("en")


def test_two_actions_may_change_keys(write: Callable[[str], OwnKeys]) -> None:
    found = write('grade.accept = "c"\ngrade.change = "a"\n')
    assert (found.keys, found.refused) == ({"grade.accept": "c", "grade.change": "a"}, ())


def test_every_key_of_the_table_is_one_that_a_terminal_sends() -> None:
    assert not [(action.id, key) for action in ACTIONS for key in action.keys.split(",") if _why_not(key)]


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_is_refused(text: str) -> None:
    why = _why_not(text)
    assert why is None or why[0]
