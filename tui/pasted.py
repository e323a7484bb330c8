"""A paste between brackets is one text, whatever stands in it.

Textual's parser looks for sequences of keys inside a paste as well: an Esc there begins one, the brackets' end may
become part of it, and what follows arrives as keys that act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual._xterm_parser import XTermParser
from textual.events import Paste
from textual.message import Message

_read = XTermParser.feed


class _Pastes:
    """What one parser is in the middle of.  edge: the last characters, which may begin a bracket."""

    def __init__(self) -> None:
        self.edge = ""
        self.text: list[str] | None = None


def _feed(parser: XTermParser, data: str) -> Iterable[Message]:
    """As `XTermParser.feed`, but for what stands between the brackets of a paste."""
    state: _Pastes = vars(parser).setdefault("_edgekit_pastes", _Pastes())
    if not data:  # the end of all input
        yield from _read(parser, data)
    while data:
        if state.text is None:
            at = (state.edge + data).find(START)
            if at < 0:
                state.edge = (state.edge + data)[-len(START) + 1 :]
                yield from _read(parser, data)
                return
            begin = at + len(START) - len(state.edge)
            yield from _read(parser, data[:begin])
            data, state.edge, state.text = data[begin:], "", []
        else:
            inside, bracket, data = (state.edge + data).partition(END)
            if not bracket:
                state.edge = inside[-len(END) + 1 :]
                state.text.append(inside[: len(inside) - len(state.edge)])
                return
            yield from _ended(parser, "".join([*state.text, inside]))
            state.edge, state.text = "", None


def _ended(parser: XTermParser, text: str) -> Iterator[Message]:
    """The paste, once Textual's parser knows that it is over; it saw nothing between the brackets."""
    for token in _read(parser, END):
        if not isinstance(token, Paste):
            yield token
    yield Paste(text.replace("\0", ""))


def install() -> None:
    """Let every driver read so."""
    XTermParser.feed = _feed  # type: ignore[method-assign, assignment]
