"""The grade screen: one answer at a time, those first that need a person; nothing is a mark before a key.

A decision is in the gradebook before the next answer shows, and where one is in the queue is kept with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import OptionList

from edgekit.core.errors import EdgekitError, UsageError
from tui import words
from tui.actions import N_
from tui.desk import Desk
from tui.figures import number
from tui.grading import Card
from tui.screens.confirm import ConfirmScreen
from tui.screens.group import GroupScreen
from tui.screens.open_class import ClassScreen
from tui.widgets.answer_card import numbers_in_words
from tui.widgets.answer_list import AnswerList
from tui.widgets.class_opener import ClassOpener
from tui.widgets.points_row import PointsRow
from tui.words import _

if TYPE_CHECKING:
    from edgekit.gradebook.standing import Action


class GradeScreen(ClassScreen):
    """A key for each decision."""

    _asked: Sequence[Card] = ()  # of which answers points are asked for
    _asked_in = "card"  # the view that they were asked for in, which is shown again then

    def _decide(self, cards: Sequence[Card], action: Action, told: str, points: float | None = None) -> None:
        if self._desk is None:
            return
        try:
            self._desk.decide(cards, action, points)
        except EdgekitError as problem:
            with self._telling():
                self._look_again(self._desk, cards)
            self.say_problem(problem)
            return
        if points is not None:
            self._back_to_asked()
        self._show_here(self._desk, [card.number for card in cards], goes_on=True)
        self.say(told)

    def _look_again(self, desk: Desk, cards: Sequence[Card]) -> None:
        """Show what stands now, where that is no longer what was seen."""
        now = [desk.opened.card(card.number) for card in cards]
        if any(one is None or one.standing != card.standing for one, card in zip(now, cards, strict=True)):
            desk.show(desk.card.number if desk.card is not None else None)
            self._show_here(desk, [card.number for card in cards])

    def action_accept(self) -> None:
        """The suggested mark becomes the mark."""
        card = self._shown_card()
        if card is not None and card.suggestion is not None:
            points = number(card.suggestion.points)
            self._decide([card], "accepted", _("#{number}: accepted, {points}", number=card.number, points=points))
        elif card is not None:
            self.say(_("no suggestion yet"))

    def action_change(self) -> None:
        """Ask for other points."""
        card = self._shown_card()
        if card is not None:
            self._ask([card])

    def _ask(self, cards: Sequence[Card]) -> None:
        """Ask for points of answers to one question; of one alone below all that is known of it."""
        self._asked, self._asked_in = cards, self._current
        if self._current != "card" and len(cards) == 1:
            self._show()
        self.query_one(PointsRow).ask(cards[0])
        numbers = numbers_in_words([card.number for card in cards])
        self.say(_("{numbers}: Enter makes these points the mark, esc leaves it as it is", numbers=numbers))

    def takes_points(self) -> bool:
        """See JobScreen; where an answer is shown and no points are asked for yet."""
        is_asked = self.query_one(PointsRow).display
        return self._current == "card" and self._desk is not None and self._desk.card is not None and not is_asked

    def take_points(self, text: str) -> None:
        """See JobScreen."""
        self.action_change()
        self.query_one(PointsRow).begin(text)

    def action_give(self, points: float) -> None:
        """Make these points the mark."""
        cards = self._asked
        if cards:
            numbers = numbers_in_words([card.number for card in cards])
            told = N_("{numbers}: changed, {points}") if len(cards) == 1 else N_("{numbers}: changed, {points} each")
            told = _(told, numbers=numbers, points=number(points))
            suggestions = [card.suggestion for card in cards if card.suggestion is not None]
            if any(one.feedback.strip() and one.points != points for one in suggestions):
                told += "; " + _("the suggested words for the student do not go out with it")
            self._decide(cards, "changed", told, points)

    def _back_to_asked(self) -> None:
        self._view(self._asked_in)
        self.query_one(f"#{self._asked_in}").focus()

    @on(ClassOpener.ExampleWanted)
    def action_example(self) -> None:
        """Write an example, and name its files; where answers are shown, only lead to where that is done."""
        if self._current != "open":
            self._show_choice()
            return
        with self._telling():
            quiz, answers = self._grades.example(Path.cwd(), words.chosen())
            names = {"quiz": quiz.name, "answers": answers.name}
            opener = self.query_one(ClassOpener)
            opener.fill(names)
            opener.show_named()
            self.say(_("written here: {quiz} and {answers}; any editor changes them", **names))

    @on(PointsRow.Given)
    def _given(self, event: PointsRow.Given) -> None:
        if event.points is None:
            self.say_problem(UsageError(_("`{text}` is no number of points", text=event.text)))
        else:
            self.action_give(event.points)

    @on(PointsRow.Left)
    def _left_points(self) -> None:
        if self._current != "open":
            self._back_to_asked()
        self.say("")

    def action_later(self) -> None:
        """To the end of the queue."""
        card, desk = self._shown_card(), self._desk
        if card is None or desk is None:
            return
        with self._telling():
            if desk.postpone():
                self._show_here(desk, [card.number], goes_on=True)
                self.say(_("#{number}: for later", number=card.number))
            else:
                self.say(_("#{number} has a mark", number=card.number))

    def action_give_back(self) -> None:
        """No mark; it stays in the queue, at its end."""
        card = self._shown_card()
        if card is not None:
            self._decide([card], "returned", _("#{number}: returned without a mark", number=card.number))

    def action_undo(self) -> None:
        """Take back what was decided on the answer that is shown or chosen, else what was decided here last."""
        desk = self._opened_desk()
        if desk is None:
            return
        if self._current == "queue":
            self._shown_card()
        card = desk.card
        try:
            undone, others = desk.undo(shown=self._current != "open")
        except EdgekitError as problem:
            with self._telling():
                self._look_again(desk, [card] if card is not None else [])
            self.say_problem(problem)
            return
        with self._telling():
            if undone or others:
                self._show_here(desk, [*undone, *others])
                self.query_one(AnswerList).point_at([*undone, *others][0])
            told = [_("taken back: {numbers}", numbers=numbers_in_words(undone))] if undone else []
            if others:
                stays = numbers_in_words(others)
                told.append(_("somebody else has decided since, that stays: {numbers}", numbers=stays))
            self.say("; ".join(told) or _("nothing was decided here yet"))

    def action_release(self) -> None:
        """Say that all marks went out, once that is confirmed."""
        desk = self._opened_desk()
        if desk is None:
            return
        with self._telling():
            desk.opened.refresh()
            numbers = desk.opened.unreleased()
            if not numbers:
                self.say(_("there is no mark that could be released"))
                return

            def answered(yes: bool | None) -> None:
                if yes:
                    with self._telling():
                        desk.release(numbers)
                        self._show_here(desk, numbers)
                        self.say(_("released: {count}; undoing takes all of it back", count=len(numbers)))

            told = _("Did the marks go out to the students? They change no more then: {count}", count=len(numbers))
            if left := desk.opened.counts().left:
                told += "; " + _("{left} without a mark", left=left)
            self.app.push_screen(ConfirmScreen(told), answered)

    def action_next(self) -> None:
        """The next of the queue."""
        self._step(1)

    def action_previous(self) -> None:
        """The one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if self._desk is not None and self._current == "queue":
            box = self.query_one(AnswerList)
            box.action_cursor_down() if by > 0 else box.action_cursor_up()
        elif self._desk is not None:
            with self._telling():
                self._desk.step(by)
                self._show()

    def action_alike(self) -> None:
        """Show the group of the answer, and accept it, or ask for other points of all, when that is confirmed."""
        card, desk = self._shown_card(), self._desk
        if card is None or desk is None or card.suggestion is None:
            return
        with self._telling():
            group = desk.opened.alike(card.number)
            cards = [one for at in group.numbers if (one := desk.opened.card(at)) is not None]
            if not cards:
                self.say(_("nothing to accept together: a person should look at each that is like it"))
                return
            count = len(cards)
            told = _(N_("accepted: {count} answer") if count == 1 else N_("accepted: {count} answers"), count=count)

            left = desk.opened.counts().left - len(cards)
            screen = GroupScreen(cards, group.left_out, left)

            def answered(yes: bool | None) -> None:
                if yes and screen.changes:
                    self._ask(cards)
                elif yes:
                    self._decide(cards, "accepted", told)

            self.app.push_screen(screen, answered)

    def action_list(self) -> None:
        """All answers, or back to the one."""
        desk = self._opened_desk()
        if desk is None:
            return
        if self._current == "queue":
            self._show()
            return
        with self._telling():
            desk.opened.refresh()  # another process may have decided
            self.query_one(AnswerList).fill(desk, desk.card.number if desk.card is not None else None)
            self._view("queue")
            self.query_one("#queue").focus()

    def speak(self) -> None:
        """The rows as well."""
        super().speak()
        if self._desk is not None and self._current == "queue":
            box = self.query_one(AnswerList)
            with self._telling():
                box.fill(self._desk, box.card.number if box.card is not None else None)

    @on(OptionList.OptionSelected, "#queue")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        if self._desk is not None:
            with self._telling():
                self._desk.show(int(event.option.id or 0))
                self._show()

    def action_save(self) -> None:
        """Write the marks, what has none left empty."""
        desk = self._opened_desk()
        if desk is None:
            return
        with self._telling():
            path = desk.opened.save(Path.cwd())
            left = desk.opened.counts().left
            more = "; " + _("{left} without a mark", left=left) if left else ""
            self.say(_("written to {path}", path=path) + more)
