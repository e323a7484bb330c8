"""All answers of a class as rows: what is decided on one changes its row, which stays where it is."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.desk import DECIDED, Desk
from tui.grading import Card
from tui.widgets.answer_card import IN_A_ROW, answer_row

# What stands before the words of an answer, and beside them.
_BEFORE = 36


class AnswerList(OptionList):
    """Rows of the answers of a desk, in the order in which they were to be decided on when it was filled."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._cards: dict[int, Card] = {}

    @property
    def card(self) -> Card | None:
        """Of the answer under the cursor, as its row shows it."""
        option = self.highlighted_option
        return self._cards.get(int(option.id or 0)) if option is not None else None

    def fill(self, desk: Desk, here: int | None) -> None:
        """A row for every answer, with the cursor on one of them, by its number."""
        self._cards = {}
        self.clear_options()
        self.add(desk)
        self.point_at(here)
        if self.highlighted is None and self._cards:
            self.highlighted = 0

    def add(self, desk: Desk) -> None:
        """Rows for answers that came since, below the others: who reads on is not disturbed."""
        found = (desk.opened.card(at) for at in desk.everything() if at not in self._cards)
        cards = {card.number: card for card in found if card is not None}
        self._cards |= cards
        later = desk.later
        self.add_options([Option(self._row(card, card.number in later), str(card.number)) for card in cards.values()])

    def point_at(self, here: int | None) -> None:
        """The cursor to an answer, where it has a row."""
        if here in self._cards:
            self.highlighted = self.get_option_index(str(here))

    def go_on(self) -> None:
        """To the next answer below that has no mark; where there is none, the cursor stays."""
        at = self.highlighted
        if at is not None:
            below = range(at + 1, self.option_count)
            self.highlighted = next((one for one in below if not self._is_decided(one)), at)

    def _is_decided(self, at: int) -> bool:
        return self._cards[int(self.get_option_at_index(at).id or 0)].standing.state in DECIDED

    def renew(self, desk: Desk, numbers: Iterable[int]) -> None:
        """Show what stands now of these answers."""
        later = desk.later
        for at in numbers:
            card = desk.opened.card(at) if at in self._cards else None
            if card is not None:
                self._cards[at] = card
                self.replace_option_prompt(str(at), self._row(card, at in later))

    def look_again(self, desk: Desk) -> None:
        """Take in what came since, and what somebody else decided on the rows that are in sight."""
        if len(self._cards) < desk.opened.counts().answers:
            self.add(desk)
        top = int(self.scroll_y)
        seen = [int(one.id or 0) for one in self.options[top : top + self.size.height]]
        now = {at: desk.opened.card(at) for at in seen}
        self.renew(desk, [at for at, card in now.items() if card is not None and card != self._cards[at]])

    def _row(self, card: Card, is_later: bool) -> Content:
        return answer_row(card, is_later=is_later, cells=max(IN_A_ROW, self.app.size.width - _BEFORE))
