"""In which order tokens go: the one whose absence costs least first, its count then flowing to its parts.

Where tokens are made from others (BPE), only those go that none is made from, so every set on the way is closed, and
one pass gives a closed set of every size.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from exporters.selection.poisson import Floats
from exporters.trim.base import Ids, Tokenizer

# Bits that a text takes more where a token is gone and two stand for it, and for each further piece: Gemma 3 270M,
# 960 lines of pt and en, cut to 32,000 and 64,000 tokens, least squares over the lines: 15.0 and 5.2.
FIRST_SPLIT, NEXT_SPLIT = 15.0, 5.0
_AGAIN = NEXT_SPLIT / FIRST_SPLIT
_LONGEST_CHAIN = 6
# Tokens between two calls of `tick`, some 0.1 s of Python.
_TICK_TOKENS = 2_000


@dataclass(frozen=True, slots=True)
class Removal:
    """all: the closed set that it begins with, ascending.  order: its tokens that may go, the first to go first."""

    all: Ids
    order: Ids

    @property
    def least(self) -> int:
        """Size of the smallest set."""
        return len(self.all) - len(self.order)

    def kept(self, size: int) -> Ids:
        """The closed set of this size, least to all; ascending."""
        return np.setdiff1d(self.all, self.order[: len(self.all) - size], assume_unique=True)


def removal_order(tokenizer: Tokenizer, rates: Floats, fixed: Ids, tick: Callable[[], None] = lambda: None) -> Removal:
    """The order in which the tokens with a rate go.

    rates: (V,) how often each is used.  fixed: a closed set that stays.  tick: called several times a second; what it
    raises ends the work.
    """
    wanted = np.union1d(np.flatnonzero(rates > 0), fixed)
    parts: dict[int, tuple[int, ...]] = {}
    _ask_for_parts(tokenizer, wanted, parts, tick)
    start = tokenizer.closed(wanted)
    _ask_for_parts(tokenizer, start, parts, tick)
    return _Remover(tokenizer, rates, start, fixed, parts, tick).run()


def _ask_for_parts(tokenizer: Tokenizer, ids: Ids, parts: dict[int, tuple[int, ...]], tick: Callable[[], None]) -> None:
    """Those that are not known yet; 3 s for 100,000 tokens of a Unigram model, whose closed set asks for them too."""
    for count, at in enumerate(at for at in ids.tolist() if at not in parts):
        if count % _TICK_TOKENS == 0:
            tick()
        parts[at] = tokenizer.parts(at)


class _Remover:
    def __init__(
        self,
        tokenizer: Tokenizer,
        rates: Floats,
        start: Ids,
        fixed: Ids,
        parts: Mapping[int, tuple[int, ...]],
        tick: Callable[[], None],
    ) -> None:
        self.start = start
        self.tick = tick
        self.own: list[float] = rates.tolist()
        self.split = [0.0] * tokenizer.size  # what came from tokens that are gone
        self.present = set(start.tolist())
        self.parts = parts
        staying = set(fixed.tolist())
        # What nothing can replace stays.
        self.may_go = {at for at in self.present if at not in staying and self.parts[at]}
        self.needed = [0] * tokenizer.size
        self.needs_parts = tokenizer.needs_parts
        if self.needs_parts:
            for at in self.present:
                for part in set(self.parts[at]):
                    self.needed[part] += 1

    def run(self) -> Removal:
        queue = [(self.price(at), at) for at in self.may_go if not self.needed[at]]
        heapq.heapify(queue)
        order: list[int] = []
        while queue:
            price, token = heapq.heappop(queue)
            if token not in self.present:
                continue
            now = self.price(token)
            if now > price * (1 + 1e-9):
                heapq.heappush(queue, (now, token))
                continue
            if len(order) % _TICK_TOKENS == 0:
                self.tick()
            self.present.discard(token)
            order.append(token)
            self.flow(token, self.own[token] + self.split[token])
            if not self.needs_parts:
                continue
            for part in set(self.parts[token]):
                self.needed[part] -= 1
                if not self.needed[part] and part in self.may_go:
                    heapq.heappush(queue, (self.price(part), part))
        return Removal(self.start, np.array(order, np.int64))

    def flow(self, token: int, count: float) -> None:
        for part in self.parts.get(token, ()):
            if part in self.present:
                self.split[part] += count
            elif part != token:
                self.flow(part, count)

    def price(self, token: int) -> float:
        """What it costs that a token goes, in first splits; less where what only it needs is cheaper still after it.

        A token that is only there for one other goes with it: the mean over such a chain decides.
        """
        cost = self.own[token] + _AGAIN * self.split[token]
        if not self.needs_parts:
            return cost
        carried = self.own[token] + self.split[token]
        total, best, count, todo = cost, cost, 1, [token]
        while todo and count < _LONGEST_CHAIN:
            for part in set(self.parts[todo.pop()]):
                if self.needed[part] == 1 and part in self.may_go:
                    total += self.own[part] + _AGAIN * (self.split[part] + carried)
                    count += 1
                    todo.append(part)
                    best = min(best, total / count)
        return best
