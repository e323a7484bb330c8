"""Where a person is in an open class: what comes next, what was left for later, what can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgekit.gradebook.standing import Action
    from tui.grading import Card, OpenClass

MOST_UNDONE = 200
DECIDED = ("accepted", "changed", "returned", "released")


class Desk:
    """A class, the answer that is shown of it, and the way through the rest."""

    def __init__(self, opened: OpenClass, state: Mapping[str, Any] | None = None) -> None:
        """state: what `snapshot` gave, of this class; of another version anything may be missing or wrong."""
        self.opened = opened
        self.card: Card | None = None
        state = state or {}
        self._later = _numbers(state.get("later"))
        done = state.get("done")
        self._done = [_rows(one) for one in done] if isinstance(done, list) else []
        at = state.get("at")
        self.show(at if isinstance(at, int) and opened.card(at) is not None else next(iter(self.order()), None))

    def snapshot(self) -> dict[str, Any]:
        """The answer, what was left for later, and what can be undone together."""
        return {
            "session": self.opened.id,
            "at": self.card.number if self.card is not None else None,
            "later": self._later,
            "done": [[[at, row] for at, row in one.items()] for one in self._done[-MOST_UNDONE:]],
        }

    @property
    def later(self) -> frozenset[int]:
        """What was left for later and has no mark yet."""
        return frozenset(self._later) & frozenset(self.opened.queue()) if self._later else frozenset()

    def order(self) -> list[int]:
        """The queue, what was left for later and what was given back at its end."""
        queue = self.opened.queue()
        known = set(queue)
        last = [at for at in self._later if at in known]
        behind = set(last)
        return [at for at in queue if at not in behind] + last

    def everything(self) -> list[int]:
        """The queue, then what is decided, the last first."""
        return list(dict.fromkeys([*self.order(), *self.opened.decided()]))

    def show(self, at: int | None) -> None:
        """Look at an answer, as it is now."""
        self.card = self.opened.card(at) if at is not None else None

    def step(self, by: int) -> None:
        """Look at the next of the queue, or the one before."""
        order = self.order()
        if order:
            here = self.card.number if self.card is not None else None
            self.show(order[(order.index(here) + by) % len(order) if here in order else 0])

    def decide(self, cards: Sequence[Card], action: Action, points: float | None = None) -> None:
        """Make marks of what was seen, and look at the next answer. Raises EdgekitError, and nothing is decided."""
        order = self.order()
        numbers = [card.number for card in cards]
        self.opened.decide(cards, action, points)
        self._remember(numbers)
        self._later = [at for at in self._later if at not in set(numbers)]
        if action == "returned":
            self._later += numbers
        self.show(self._after(order, set(numbers)))

    def release(self, numbers: Sequence[int]) -> None:
        """Say that marks went out. Raises EdgekitError, and none did."""
        self.opened.release(numbers)
        self._remember(numbers)
        self.show(self.card.number if self.card is not None else None)

    def postpone(self) -> bool:
        """Leave the answer to the end; False where it has a mark."""
        order = self.order()
        if self.card is None or self.card.number not in order:
            return False
        number = self.card.number
        self._later = [at for at in self._later if at != number] + [number]
        self.show(self._after(order, {number}))
        return True

    def undo(self, *, shown: bool) -> tuple[list[int], list[int]]:
        """Take back the decision on the answer, where it is shown and has one, else the last one made here.

        Gives on which, and those of them that somebody else has been at since: they stay. Raises EdgekitError, and
        nothing is taken back: the answer that is shown stands otherwise by now.
        """
        card = self.card
        if shown and card is not None and card.standing.state in DECIDED and not self._is_of_last_release(card):
            mine, others = {card.number: card.standing.by}, list[int]()
        else:
            self.opened.refresh()
            mine, others = self._last()
        if mine:
            self.opened.undo(mine)
            self._later = [at for at in self._later if at not in mine]
        gone = {*mine.items(), *((at, self._done[-1][at]) for at in others)}
        left = [{at: row for at, row in one.items() if (at, row) not in gone} for one in self._done]
        self._done = [one for one in left if one]
        if mine or others:
            self.show([*mine, *others][0])
        return list(mine), others

    def _remember(self, numbers: Sequence[int]) -> None:
        """By which rows of the record these were decided here."""
        self._done.append({at: card.standing.by for at in numbers if (card := self.opened.card(at)) is not None})

    def _is_of_last_release(self, card: Card) -> bool:
        """Whether it went out together with others just now: they come back together as well."""
        standing = card.standing
        return standing.state == "released" and bool(self._done) and self._done[-1].get(card.number) == standing.by

    def _last(self) -> tuple[dict[int, int], list[int]]:
        """What was decided here last and still stands, and what somebody else decided on since.

        What another process took back is not there to undo.
        """
        while self._done:
            mine, others = dict[int, int](), list[int]()
            decided = set(self.opened.decided())
            for at, row in self._done[-1].items():
                card = self.opened.card(at) if at in decided else None
                if card is not None and card.standing.by == row:
                    mine[at] = row
                elif card is not None:
                    others.append(at)
            if mine or others:
                return mine, others
            self._done.pop()
        return {}, []

    def _after(self, order: Sequence[int], gone: set[int]) -> int | None:
        """The next of an order that is left, else the first."""
        left = self.order()
        here = self.card.number if self.card is not None else None
        follows = order[order.index(here) + 1 :] if here in order else []
        open_ones = set(left) - gone
        others = [at for at in (*follows, *left) if at in open_ones]
        return next(iter(others or left), None)


def _numbers(value: object) -> list[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else []


def _rows(value: object) -> dict[int, int]:
    pairs = [_numbers(one) for one in value] if isinstance(value, list) else []
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
