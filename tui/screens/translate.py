"""The translate screen: text above, its translation below.

Terminals disagree on the width of Indic, Khmer and Burmese text and on which side right-to-left text starts, so nothing
stands to the right of either text: no border, no scroll bar, no neighbour.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Label, Select, TextArea
from textual.worker import get_current_worker

from edgekit.core.errors import EdgekitError
from edgekit.core.languages import Direction
from tui.actions import N_
from tui.models import OpenTranslator
from tui.screens.base import JobScreen
from tui.words import _

# Long enough that a person who types is not translated letter by letter, short enough to feel immediate.
PAUSE_SECONDS = 0.3
# Lines handed to the engine at once: one full batch of it, so that a newer text waits for no more than that.
CHUNK_LINES = 16


class TranslateScreen(JobScreen):
    """Opens the chosen direction in the background and translates what stands in the upper text as it changes."""

    NAME: ClassVar[str] = "translate"
    TOLD: ClassVar[dict[str, str]] = {
        "source": N_("Write or paste text here; its translation appears below. Every line stays a line."),
        "target": N_("The translation. Select it with the mouse or Shift and the arrows, or copy all of it."),
        "direction": N_("From which language to which, of what is installed. Enter opens the list."),
    }

    @dataclass
    class Opened(Message):
        """A direction is open, and the upper text becomes `text` where one is given."""

        direction: Direction
        text: str | None

    @dataclass
    class Translated(Message):
        """The next lines of a translation, and how far it is; with the first of them the one before goes."""

        source: str
        text: str
        is_first: bool
        done: int
        lines: int

    @dataclass
    class Failed(Message):
        """What was asked for could not be done."""

        problem: EdgekitError

    def __init__(self) -> None:
        super().__init__()
        self._models = self.app.models
        self._directions = list(self._models.directions())
        self._current: Direction | None = None
        self._wanted: Direction | None = None
        self._translator: OpenTranslator | None = None
        self._busy = threading.Lock()  # a thread cannot be stopped, so the next one waits until it looks up
        self._pause: Timer | None = None
        self._translated_text: str | None = None  # what the lower text is the whole translation of

    def content(self) -> ComposeResult:
        """Direction, text, translation; one below the other."""
        if self._directions:
            choices = [
                (f"{self._models.name(one.source)} → {self._models.name(one.target)}", one) for one in self._directions
            ]
            yield Select(choices, value=self._first(), allow_blank=False, compact=True, id="direction")
        yield Label("", id="source-title", classes="title", markup=False)
        yield TextArea(id="source", disabled=not self._directions)
        yield Label("", id="target-title", classes="title", markup=False)
        yield TextArea(id="target", read_only=True)

    def restore(self, state: dict[str, Any]) -> None:
        """Begin to open the direction of the last time, else the first, with the cursor in the text."""
        for area in self.query(TextArea):
            area.cursor_blink = area.highlight_cursor_line = False
        if not self._directions:
            offers = " / ".join(f"`edgekit pull {name}`" for name in self._models.offers())
            self.say(_("no model is installed; run {command}, or pull one on the screen Models", command=offers))
            return
        text = state.get("text")
        if isinstance(text, str) and text:
            self._source.load_text(text)
            self._source.move_cursor(self._source.document.end)
        self._source.focus()
        self._open(self._first())

    def models_changed(self) -> None:
        """Offer what is installed now; what stands here stays."""
        if self._models.directions() != self._directions:
            self._directions = list(self._models.directions())
            self.call_later(self.speak)

    def _first(self) -> Direction:
        """The direction that is shown, or was the last time, or the first."""
        wanted = str(self._current) if self._current else self.app.remembered(self.NAME).get("direction")
        return next((one for one in self._directions if str(one) == wanted), self._directions[0])

    def snapshot(self) -> dict[str, Any]:
        """The text, and its direction."""
        return {"text": self._source.text, "direction": str(self._current) if self._current else None}

    def command(self) -> str:
        """`edgekit translate` in the direction that is shown."""
        one = self._current or (self._directions[0] if self._directions else None)
        return f"edgekit translate letter.txt --from {one.source} --to {one.target}" if one else "edgekit models ls"

    def on_unmount(self) -> None:
        """Free the model."""
        if self._translator is not None:
            self._translator.close()

    @property
    def _source(self) -> TextArea:
        return self.query_one("#source", TextArea)

    @property
    def _target(self) -> TextArea:
        return self.query_one("#target", TextArea)

    def _title(self, tag: str) -> str:
        name = f"{self._models.name(tag)} ({tag})"
        return _("{language}, right to left", language=name) if self._models.is_right_to_left(tag) else name

    @on(Select.Changed, "#direction")
    def _chosen(self, event: Select.Changed) -> None:
        if isinstance(event.value, Direction) and event.value != self._wanted:
            self._open(event.value)

    @on(TextArea.Changed, "#source")
    def _edited(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, self._translate_now)

    def _translate_now(self) -> None:
        if self._translator is None:
            return  # what was typed is translated when the model is there
        text = self._source.text
        if text.strip():
            self.say(_("translating"))
            self._translate(self._translator, text)
        else:
            self.workers.cancel_group(self, "translate")
            self._target.load_text("")
            self.say(_("ready"))

    def _open(self, direction: Direction, text: str | None = None) -> None:
        self._wanted = direction
        self.workers.cancel_group(self, "translate")
        self.say(_("opening {direction}", direction=direction))
        self._open_in_background(direction, text)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _open_in_background(self, direction: Direction, text: str | None) -> None:
        worker = get_current_worker()
        with self._busy:
            if worker.is_cancelled:
                return
            try:
                translator = self._models.open(direction)
            except EdgekitError as problem:
                self.post_message(self.Failed(problem))
                return
            before, self._translator = self._translator, translator
            if before is not None:
                before.close()
        self.post_message(self.Opened(direction, text))

    @work(thread=True, exclusive=True, exit_on_error=False, group="translate")
    def _translate(self, translator: OpenTranslator, text: str) -> None:
        worker = get_current_worker()
        lines = text.split("\n")
        done = 0
        with self._busy:
            while done < len(lines):
                if worker.is_cancelled or translator is not self._translator:
                    return
                try:
                    results = translator.translate(lines[done : done + CHUNK_LINES])
                except EdgekitError as problem:
                    self.post_message(self.Failed(problem))
                    return
                if worker.is_cancelled:
                    return
                is_first, done = done == 0, done + len(results)
                self.post_message(
                    self.Translated(text, "\n".join(one.text for one in results), is_first, done, len(lines))
                )

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self._current = self._wanted = event.direction
        self.query_one("#direction", Select).value = event.direction
        self.query_one("#source-title", Label).update(self._title(event.direction.source))
        self.query_one("#target-title", Label).update(self._title(event.direction.target))
        if event.text is not None:
            self._source.replace(event.text, (0, 0), self._source.document.end)  # ctrl+z brings back what was there
        self._target.load_text("")
        self._translated_text = None
        self._translate_now()

    @on(Translated)
    def _translated(self, event: Translated) -> None:
        if not self._source.text.strip():
            return  # it was on its way when the text was deleted
        if event.is_first:
            self._target.load_text(event.text)
        else:  # at the end, so that who reads on above is not disturbed
            self._target.insert("\n" + event.text, self._target.document.end, maintain_selection_offset=True)
        is_whole = event.done == event.lines
        self._translated_text = event.source if is_whole else None
        self.say(
            _("ready") if is_whole else _("translating, {done} of {lines} lines", done=event.done, lines=event.lines)
        )

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        if self._current is not None:
            self._wanted = self._current
            self.query_one("#direction", Select).value = self._current
        self.say_problem(event.problem)

    def action_swap(self) -> None:
        """Translate the translation back, where that direction is installed; the error says how to get it.

        A text that is not translated yet stays, and only the direction turns.
        """
        if self._current is not None:
            is_whole = self._translated_text == self._source.text
            self._open(Direction(self._current.target, self._current.source), self._target.text if is_whole else None)

    def action_copy(self) -> None:
        """Hand the translation to the terminal's clipboard; whether it takes it, no program can know."""
        if not self._target.text:
            self.say(_("there is no translation to copy yet"))
            return
        self.app.copy_to_clipboard(self._target.text)
        self.say(
            _("handed to the terminal's clipboard; if pasting brings nothing, select the text with Shift and mouse")
        )
