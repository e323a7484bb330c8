"""Byte pair encoding, replayed: of all neighbours that may be joined, the best, the leftmost of equals, until none."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

# The place of a join of two symbols in the order of all, the lowest first; None where they are not joined.
Rank = Callable[[str, str], float | None]


def merged(text: Sequence[str], rank: Rank) -> tuple[list[str], list[tuple[str, str]]]:
    """What the symbols of text become, and the two sides of every join on the way, in their order."""
    symbols = list(text)
    after = [*range(1, len(symbols)), -1]
    before = [-1, *range(len(symbols) - 1)]
    queue: list[tuple[float, int, int, str]] = []

    def offer(left: int) -> None:
        right = after[left] if left >= 0 else -1
        if right >= 0:
            place = rank(symbols[left], symbols[right])
            if place is not None:
                heapq.heappush(queue, (place, left, right, symbols[left] + symbols[right]))

    for left in range(len(symbols) - 1):
        offer(left)
    made: list[tuple[str, str]] = []
    while queue:
        _, left, right, joined = heapq.heappop(queue)
        # An offer is void once one of its two has been joined with another symbol.
        if not symbols[left] or after[left] != right or symbols[left] + symbols[right] != joined:
            continue
        made.append((symbols[left], symbols[right]))
        symbols[left], symbols[right] = joined, ""
        after[left] = after[right]
        if after[right] >= 0:
            before[after[right]] = left
        offer(before[left])
        offer(left)
    return [symbol for symbol in symbols if symbol], made
