"""Keys one after the other: none is handed on before all that the one before it does is done.

Textual hands a key to what has the focus and goes on to the next one at once. Where keys come in a burst (a paste
without brackets, a slow line, a macro), those after a Tab or an F-key then still go to the old field.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.widgets import Input

from edgekit.core.characters import visible
from tui.pasted import install

install()

# A key whose work takes longer than this no longer holds up the next one; a first screen takes 2 s on a busy board.
_MOST_SECONDS = 5.0
# What is closed while it is waited for never answers.
_LOOK_SECONDS = 0.02
_ALT_DIGITS = {f"alt+{digit}": digit for digit in "0123456789"}
# Textual takes Esc and a digit for what a Mac's Option key writes (`¡` of 1), which such a Mac sends as itself. Without
# these the two are Alt and the digit, as they are for every other key.
for _digit in _ALT_DIGITS.values():
    cast("dict[str, object]", ANSI_SEQUENCES_KEYS).pop(f"\x1b{_digit}", None)


class TypedInOrder:
    """hand_on: gives one key, or one paste, to what has the focus."""

    def __init__(self, app: App[None], hand_on: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: asyncio.Queue[Event] = asyncio.Queue()

    def add(self, event: Event) -> None:
        """Hand it on when its turn comes."""
        self._waiting.put_nowait(event)

    async def run(self) -> None:
        """Hand on what is added, until it is cancelled."""
        while True:
            for event in self._as_pressed(await self._waiting.get()):
                app = self._app
                had = app.focused or app.screen
                await self._hand_on(event)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._settled(had), _MOST_SECONDS)

    def _as_pressed(self, event: Event) -> Iterator[Event]:
        """Esc and a digit that follows at once reach an app as Alt and the digit; where nobody wants that, as both."""
        if isinstance(event, Paste) and isinstance(self._app.focused, Input):
            # A field is one line that the terminal draws: signs that it would obey are left out.
            event.text = "".join(one for one in event.text if one in "\r\n" or visible(one) == one)
        digit = _ALT_DIGITS.get(event.key) if isinstance(event, Key) else None
        if digit is None or f"alt+{digit}" in self._app.active_bindings:
            yield event
            return
        for name, character in (("escape", "\x1b"), (digit, digit)):
            one = Key(name, character)
            one.set_sender(self._app)
            yield one

    async def _settled(self, had: MessagePump) -> None:
        """A key goes from the focused widget up to the app, and so does what the widget makes of it, a message later.

        What it opened comes last: a screen answers once it is filled and has put the focus where it belongs.
        """
        await _all_answer([had, *_up(had)])
        await _all_answer([had, *_up(had)])
        while not self._app.screen.is_mounted:
            await asyncio.sleep(_LOOK_SECONDS)
        await _all_answer([self._app.screen])
        if self._app.focused is not None:
            await _all_answer([self._app.focused])


def _up(node: MessagePump) -> list[MessagePump]:
    above = []
    parent = node._parent
    while parent is not None:
        above.append(parent)
        parent = parent._parent
    return above


async def _all_answer(nodes: Iterable[MessagePump]) -> None:
    """Wait until each, in turn, has done what it was sent so far."""
    for node in nodes:
        done = asyncio.Event()
        if not node.is_running or not node.call_later(done.set):
            continue
        while not done.is_set() and node.is_running:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(done.wait(), _LOOK_SECONDS)
