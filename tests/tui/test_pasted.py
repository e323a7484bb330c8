"""What is pasted is text: no key in it acts, however the terminal cuts it into pieces."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.constants import ESCAPE_DELAY
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import Input, TextArea
from toys import tui_stage
from toys.tui_models import ToyModels
from toys.tui_stage import Stage

from edgekit.core.languages import Direction
from tui.pasted import install

HACK = "\x1b[31mred \x1b]0;HACK\x07 \x1b[2J tail"
install()


def read(*pieces: str) -> list[Message]:
    parser = XTermParser()
    return [token for piece in pieces for token in parser.feed(piece)]


def told(tokens: list[Message]) -> list[str]:
    return [
        token.text if isinstance(token, Paste) else token.key for token in tokens if isinstance(token, (Paste, Key))
    ]


TEXTS = st.text(st.sampled_from("\x1b[]20~1;J\x07a \r"), max_size=30).filter(lambda text: "\x1b[201~" not in text)


@given(TEXTS, st.data())
def test_a_paste_is_one_text_however_it_comes_in(text: str, data: st.DataObject) -> None:
    sent = f"x{BRACKETED_PASTE_START}{text}{BRACKETED_PASTE_END}y"
    cuts = sorted(data.draw(st.lists(st.integers(1, len(sent) - 1), max_size=5)))
    pieces = [sent[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True) if begin < end]
    assert told(read(*pieces)) == ["x", text, "y"]


def test_two_pastes_and_keys_between_them_keep_their_order() -> None:
    one = f"{BRACKETED_PASTE_START}{HACK}{BRACKETED_PASTE_END}"
    assert told(read(f"a{one}\x1b[A{one}b")) == ["a", HACK, "up", HACK, "b"]


def test_an_empty_paste_and_the_end_of_input_are_no_fault() -> None:
    assert told(read(BRACKETED_PASTE_START + BRACKETED_PASTE_END, "a", "")) == ["", "a"]


@pytest.mark.parametrize("field", [False, True])
def test_escapes_in_a_paste_stay_text_and_open_nothing(field: bool) -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        if field:
            await stage.press("ctrl+g")
            await stage.until(lambda: isinstance(stage.app.focused, Input))
        parser = XTermParser()
        tokens = [*parser.feed(f"{BRACKETED_PASTE_START}{HACK}{BRACKETED_PASTE_END}")]
        await asyncio.sleep(2 * ESCAPE_DELAY)
        tokens += parser.tick()
        assert stage.app._driver is not None
        for token in tokens:
            token.set_sender(stage.app)
            stage.app._driver.send_message(token)
        focused = stage.app.focused
        if isinstance(focused, Input):
            await stage.until(lambda: focused.value == "[31mred ]0;HACK [2J tail")
        else:
            assert isinstance(focused, TextArea)
            await stage.until(lambda: focused.text == HACK)
            assert stage.app.screen is stage.app.screen_stack[0]
            await stage.sees("␛[31mred")

    tui_stage.play(scene, models=ToyModels(Direction("en", "pt")))
