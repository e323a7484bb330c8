"""Word by word: a line above its translation, and in it what the chosen word became, in brackets and reversed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from edgekit.core.characters import visible
from tui.models import Line, Span
from tui.words import _

_WORD = re.compile(r"\S*\w\S*")
_CHOSEN = "bold reverse"


class AlignedScreen(ModalScreen[int]):
    """Gives the index of the line where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+l", "leave", "Back", id="aligned.back"),
        Binding("right,n,space,tab", "word(1)", "Next word", id="aligned.next"),
        Binding("left,b,shift+tab", "word(-1)", "Word before", id="aligned.before"),
        Binding("down,j", "line(1)", "Next line", id="aligned.next_line"),
        Binding("up,k", "line(-1)", "Line before", id="aligned.line_before"),
    ]

    def __init__(self, lines: Sequence[Line], line: int, column: int, titles: tuple[str, str]) -> None:
        """line, column: where to begin, of the source.  titles: of the text and of its translation."""
        super().__init__()
        self._lines = lines
        self._line = line
        self._titles = titles
        self._word = 0
        for number, (begin, _end) in enumerate(self._words):
            if begin <= column:
                self._word = number

    def compose(self) -> ComposeResult:
        """Source above target, nothing beside them."""
        with VerticalScroll(id="aligned"):
            yield Label(self._titles[0], classes="title", markup=False)
            yield Static("", id="aligned-source")
            yield Label(self._titles[1], classes="title", markup=False)
            yield Static("", id="aligned-target")
        yield Label("", id="aligned-words", markup=False)
        yield Static("", id="aligned-keys")

    def on_mount(self) -> None:
        """Fill in."""
        pieces = [
            Content.styled(_("left word before") + "  ", "@click=screen.word_before()"),
            Content.styled(_("right next word") + "  ", "@click=screen.word(1)"),
            Content.styled(_("up line before") + "  ", "@click=screen.line_before()"),
            Content.styled(_("down next line") + "  ", "@click=screen.line(1)"),
            Content.styled(_("esc back"), "@click=screen.leave()"),
        ]
        self.query_one("#aligned-keys", Static).update(Content("").join(pieces))
        self._show()

    @property
    def _words(self) -> list[Span]:
        return words_of(self._lines[self._line])

    def _show(self) -> None:
        line, words = self._lines[self._line], self._words
        chosen = words[self._word] if words else None
        became = [target for source, target in line.pairs if source == chosen]
        marked = {chosen} if chosen is not None else set()
        self.query_one("#aligned-source", Static).update(_content(line.source, words, marked, clickable=True))
        self.query_one("#aligned-target", Static).update(
            _content(line.text, sorted(set(became)), set(became), clickable=False)
        )
        self.query_one("#aligned-words", Label).update(self._said(line, chosen, became))

    def _said(self, line: Line, chosen: Span | None, became: Sequence[Span]) -> str:
        where = _("line {line} of {lines}", line=self._line + 1, lines=len(self._lines))
        if not line.source.strip():
            return where
        if not line.pairs:
            return f"{where}: " + _("which words became which is not known here")
        if chosen is None:
            return where
        word = visible(line.source[slice(*chosen)])
        if not became:
            return f"{where}: " + _("{word} has no word of its own in the translation", word=word)
        found = " … ".join(visible(line.text[slice(*span)]) for span in sorted(set(became)))
        return f"{where}: " + _("{word} became {found}", word=word, found=found)

    def action_word(self, step: int) -> None:
        """The next word, or the one before; at the end of a line its neighbour's."""
        at = self._word + step
        if 0 <= at < len(self._words):
            self._word = at
        elif 0 <= self._line + step < len(self._lines):
            self._line += step
            self._word = 0 if step > 0 else max(0, len(self._words) - 1)
        self._show()

    def action_line(self, step: int) -> None:
        """The next line, or the one before."""
        if 0 <= self._line + step < len(self._lines):
            self._line += step
            self._word = 0
        self._show()

    def action_word_before(self) -> None:
        """For the mouse: a link takes no negative number."""
        self.action_word(-1)

    def action_line_before(self) -> None:
        """The same for lines."""
        self.action_line(-1)

    def action_pick(self, word: int) -> None:
        """A word by mouse."""
        self._word = max(0, min(word, len(self._words) - 1))
        self._show()

    def action_leave(self) -> None:
        """Back, at this line."""
        self.dismiss(self._line)


def words_of(line: Line) -> list[Span]:
    """The words of a line's source, in order: those that have a counterpart as the model has them, then the others."""
    found = sorted({source for source, _target in line.pairs if source[0] < source[1] <= len(line.source)})
    words: list[Span] = []
    done = 0
    for begin, end in [*found, (len(line.source), len(line.source))]:
        if begin < done:
            continue
        words += [(done + one.start(), done + one.end()) for one in _WORD.finditer(line.source[done:begin])]
        if begin < end:
            words.append((begin, end))
        done = end
    return words


def _content(text: str, spans: Sequence[Span], marked: set[Span], *, clickable: bool) -> Content:
    parts: list[Content] = []
    done = 0
    for number, (begin, end) in enumerate(spans):
        if begin < done:
            continue
        parts.append(Content(visible(text[done:begin])))
        word = visible(text[begin:end])
        style = f"@click=screen.pick({number})" if clickable else ""
        if (begin, end) in marked:
            parts.append(Content.styled(f"[{word}]", f"{_CHOSEN} {style}".strip()))
        else:
            parts.append(Content.styled(word, style) if style else Content(word))
        done = end
    parts.append(Content(visible(text[done:])))
    return Content("").join(parts)
