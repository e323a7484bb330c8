"""Shows what accepting a group of like answers does, and asks; or leads to other points for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Button

from tui.actions import N_
from tui.figures import number
from tui.grading import Card
from tui.screens.confirm import YesOrNo
from tui.widgets.answer_card import answer_pieces, numbers_in_words
from tui.widgets.script import Paragraph, ScriptText, plain
from tui.words import _

# So many answers are read before accepting; the rest is counted.
MOST_PREVIEWED = 200


class GroupScreen(YesOrNo):
    """Gives whether it was confirmed; Enter alone does not, as what is shown may need scrolling."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="group.yes"),
        Binding("n,escape", "dismiss(False)", "No", id="group.no"),
        Binding("c", "change", "Change", id="group.change"),
    ]
    changes = False  # whether what was confirmed is to give all of them other points

    def __init__(self, cards: Sequence[Card], left_out: Sequence[int], left: int) -> None:
        """cards: of one question and the same points.  left_out: like them, for a person.  left: unmarked then."""
        super().__init__()
        self._cards = cards
        self._left_out = left_out
        self._left = left

    def compose(self) -> ComposeResult:
        """What happens, to which answers, and the two ways on, the harmless one first."""
        yield ScriptText(list(self._head()), id="group-head")
        with VerticalScroll(id="group-answers"):
            yield ScriptText(list(self._answers()))
        yield Button(_("No, one by one (n)"), id="no", compact=True)
        count = len(self._cards)
        told = _("Accept it (y)") if count == 1 else _("Accept all {count} (y)", count=count)
        yield Button(told, id="yes", compact=True)
        yield Button(_("Other points (c)") if count == 1 else _("Other points for all (c)"), id="change", compact=True)

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one("#group-answers").focus()

    def action_change(self) -> None:
        """Go on to the points."""
        self.changes = True
        self.dismiss(True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The same by mouse; Textual hands it to YesOrNo as well."""
        if event.button.id == "change":
            self.action_change()

    def _head(self) -> Iterator[Paragraph]:
        suggestion = self._cards[0].suggestion
        text = N_("{count} answers to `{question}` would get {points} of {most}; {left} would be left.")
        if len(self._cards) == 1:
            text = N_("{count} answer to `{question}` would get {points} of {most}; {left} would be left.")
        told = _(
            text,
            count=len(self._cards),
            question=self._cards[0].question.id,
            points=number(suggestion.points) if suggestion is not None else "-",
            most=number(self._cards[0].question.points),
            left=self._left,
        )
        yield plain(told, "bold")
        if self._left_out:
            told = numbers_in_words(self._left_out)
            count = len(self._left_out)
            yield plain(_("Left out, as a person should look at each: {count} ({numbers})", count=count, numbers=told))

    def _answers(self) -> Iterator[Paragraph]:
        for card in self._cards[:MOST_PREVIEWED]:
            yield Paragraph(((f"#{card.number}  ", "bold"), *answer_pieces(card)), 4)
        if len(self._cards) > MOST_PREVIEWED:
            yield plain(_("and {count} more", count=len(self._cards) - MOST_PREVIEWED))
