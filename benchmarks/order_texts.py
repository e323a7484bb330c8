"""Answers with speech to the grader in them, as a trainer or a measure needs them: where it stands, how it is joined.

`orders/develop.txt` has patterns, `{this|that}` where one of some stands; `orders/held.txt` was written before them
and is only measured.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.grader_orders import lines

_FOLDER = Path(__file__).resolve().parent / "orders"
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_KEYS = "qwertyuiopasdfghjklzxcvbnm"
JOINS = (" ", ", ", ". ", " and ", " so ", " - ", "; ", " but ", ": ", "\n")
_JOIN_SHARES = (10, 2, 2, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5)
_PLACES = ("after", "before", "middle", "around", "twice")
_PLACE_SHARES = (4, 4, 3, 1, 1)


def patterns(name: str) -> tuple[str, ...]:
    """The lines of a list of orders."""
    return lines((_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def expanded(pattern: str, draw: random.Random) -> str:
    """One of the orders that a pattern stands for."""
    while (found := _CHOICE.search(pattern)) is not None:
        pattern = pattern[: found.start()] + draw.choice(found[1].split("|")) + pattern[found.end() :]
    return " ".join(pattern.split())


@dataclass(frozen=True, slots=True)
class Made:
    """A text, and the spans of it that speak to the grader."""

    text: str
    spans: tuple[tuple[int, int], ...]


def placed(honest: str, order: str, place: str, join: str) -> Made:
    """An order in an answer: after it, before it, in the middle, around it (two halves), or before and after it."""
    words, halves = honest.split(), order.split()
    cut, half = len(words) // 2, (len(halves) + 1) // 2
    rows: dict[str, list[tuple[str, bool]]] = {
        "after": [(honest, False), (order, True)],
        "before": [(order, True), (honest, False)],
        "middle": [(" ".join(words[:cut]), False), (order, True), (" ".join(words[cut:]), False)],
        "around": [(" ".join(halves[:half]), True), (honest, False), (" ".join(halves[half:]), True)],
        "twice": [(order, True), (honest, False), (order, True)],
    }
    text, spans = "", []
    for piece, is_order in rows[place]:
        if not piece:
            continue
        begin = len(text)
        if text:
            # What joins belongs to the order.
            text += join
        if is_order:
            spans.append((begin + (len(join) - len(join.lstrip()) if begin else 0), len(text) + len(piece)))
        elif spans and begin:
            spans[-1] = (spans[-1][0], len(text.rstrip()))
        text += piece
    return Made(text, tuple(spans))


def drawn(honest: str, order: str, draw: random.Random) -> Made:
    """The same, place and join by chance, sometimes in small letters, in capitals, with slips."""
    if draw.random() < 0.5:
        honest = honest.rstrip(".!? ")
        order = order.rstrip(".!? ")
    chance = draw.random()
    if chance < 0.45:
        honest, order = honest.lower(), order.lower()
    elif chance < 0.52:
        order = order.upper()
    elif chance < 0.56:
        honest, order = honest.upper(), order.upper()
    elif chance < 0.7:
        order = order[:1].upper() + order[1:]
    if draw.random() < 0.12:
        order = slipped(order, draw)
    if draw.random() < 0.08:
        honest = slipped(honest, draw)
    place = draw.choices(_PLACES, _PLACE_SHARES)[0]
    if place in ("middle", "around") and min(len(honest.split()), len(order.split())) < 4:
        place = "after"
    return placed(honest, order, place, draw.choices(JOINS, _JOIN_SHARES)[0])


def slipped(text: str, draw: random.Random, share: float = 0.06) -> str:
    """With letters that are left out, doubled, swapped or another."""
    letters = list(text)
    for at, letter in enumerate(text):
        if letter.isalpha() and letter.isascii() and draw.random() < share:
            letters[at] = draw.choice(("", letter * 2, draw.choice(_KEYS), letter))
    return "".join(letters)


def shortened(text: str, draw: random.Random, most: int = 24) -> str:
    """Its first words, by chance how many."""
    words = text.split()
    return " ".join(words[: draw.randint(4, most)]) if len(words) > 4 else text


@dataclass(frozen=True, slots=True)
class Source:
    """An honest text; related: of the question and of its references, or what it is the translation of."""

    text: str
    related: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text to learn from.  related: as of its honest part.  pattern: of its order, None where there is none."""

    made: Made
    related: tuple[str, ...]
    pattern: str | None


def samples(honest: Sequence[Source], others: Sequence[Source], orders: Sequence[str], count: int) -> list[Sample]:
    """Answers with orders, orders alone, two honest ones run together, and honest ones; a fifth of them of others."""
    draw = random.Random(78)

    def source() -> Source:
        return draw.choice(others) if draw.random() < 0.2 else draw.choice(honest)

    found = []
    for _ in range(count):
        chance, one, pattern = draw.random(), source(), None
        mine = shortened(one.text, draw)
        if chance < 0.7:
            pattern = draw.choice(orders)
            order = expanded(pattern, draw)
            made = drawn(mine, order, draw) if chance < 0.66 else Made(order, ((0, len(order)),))
        elif chance < 0.82:
            made = Made(drawn(mine, shortened(source().text, draw), draw).text, ())
        else:
            made = Made(mine.lower() if draw.random() < 0.4 else mine, ())
        found.append(Sample(made, one.related, pattern))
    return found
