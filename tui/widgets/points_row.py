"""Other points than the suggested ones: typed, or clicked."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.figures import number
from tui.grading import Card
from tui.words import _

# More of them to click than this are no help.
MOST_CHOICES = 21


class PointsRow(Vertical):
    """Shown while points are asked for; esc, or a click elsewhere, leaves the mark as it is."""

    @dataclass
    class Given(Message):
        """Points for the answer; None for what is no number, which `text` is."""

        points: float | None
        text: str

    class Left(Message):
        """Nothing was given."""

    def compose(self) -> ComposeResult:
        """The field, and below it what could stand there."""
        yield Input(id="points", restrict=r"[0-9]*[.,]?[0-9]*", max_length=8, select_on_focus=False)
        yield Static("", id="choices", markup=False)

    _most = 0.0

    def on_mount(self) -> None:
        """Nobody asks yet."""
        self.display = False
        self.query_one(Input).cursor_blink = False

    def ask(self, card: Card) -> None:
        """Ask for the points of an answer, from those that it has."""
        self.display = True
        field = self.query_one(Input)
        now = card.standing.points
        if now is None:
            now = card.suggestion.points if card.suggestion is not None else 0.0
        field.value = number(now)
        field.focus()
        field.action_select_all()
        self._most = card.question.points
        self.show_words()

    def begin(self, text: str) -> None:
        """Go on from what is typed already."""
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text)

    def show_words(self) -> None:
        """What could be given, in the chosen language."""
        most = self._most
        steps = int(most * 2) + 1
        step = 0.5 if steps <= MOST_CHOICES else most / (MOST_CHOICES - 1)
        choices = [round(at * step, 2) for at in range(min(steps, MOST_CHOICES))]
        pieces = [Content.styled(f" {number(one)} ", f"underline @click=screen.give({one})") for one in choices]
        told = Content(_("of {most}:", most=number(most)) + " ")
        self.query_one("#choices", Static).update(Content("").join([told, *pieces]))

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.post_message(self.Given(float(event.value.replace(",", ".")), event.value))
        except ValueError:
            self.post_message(self.Given(None, event.value))

    @on(Input.Blurred)
    def _blurred(self) -> None:
        # A click on one of the choices takes the focus as well.
        if self.display and not self.has_pseudo_class("hover"):
            self.display = False
            self.post_message(self.Left())
