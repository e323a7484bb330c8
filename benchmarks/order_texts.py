"""Answers with speech to the grader in them, as a trainer or a measure needs them: where it stands, how it is joined.

`orders/develop.txt` has patterns, `{this|that}` where one of some stands; `orders/held.txt` was written before them
and is only measured; `orders/honest.txt` has what answers say in the words of orders.
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
JOINS = (" ", ", ", ". ", " and ", " so ", " - ", "; ", " but ", ": ", "\n", "... ", " (", " because ", " also ")
_JOIN_SHARES = (10, 2, 2, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.3, 0.2, 0.2, 0.3)
# Of honest texts, those in the words of orders: of answers, and of what stands beside one.
_ALIKE, _ALIKE_BESIDE = 0.08, 0.35
_PLACES = ("after", "before", "middle", "around", "twice")
_PLACE_SHARES = (4, 4, 4, 2, 1)
# Orders in which words are left out.
_THINNED, _LEFT_OUT, _LEAST_WORDS = 0.1, 0.15, 5


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


def placed(honest: str, order: str, place: str, join: str, share: float = 0.5) -> Made:
    """An order in an answer: after it, before it, in the middle, around it (two halves), or before and after it.

    share: of the words before what cuts them in two.
    """
    words, halves = honest.split(), order.split()
    cut, half = int(len(words) * share), int(len(halves) * share + 0.5)
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


def drawn(honest: str, order: str, draw: random.Random, shares: Sequence[float] = _PLACE_SHARES) -> Made:
    """The same, place and join by chance, sometimes in small letters, in capitals, with slips, without some words.

    shares: how often each place comes.
    """
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
    if draw.random() < 0.16:
        order = slipped(order, draw)
    if draw.random() < _THINNED and len(order.split()) >= _LEAST_WORDS:
        order = " ".join(word for word in order.split() if draw.random() > _LEFT_OUT) or order
    if draw.random() < 0.08:
        honest = slipped(honest, draw)
    place = draw.choices(_PLACES, shares)[0]
    if place in ("middle", "around") and min(len(honest.split()), len(order.split())) < 4:
        place = "after"
    return placed(honest, order, place, draw.choices(JOINS, _JOIN_SHARES)[0], draw.uniform(0.25, 0.75))


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


def _mixed(one: str, other: str, draw: random.Random) -> str:
    """The first words of one order and the last of another."""
    first, last = one.split(), other.split()
    return " ".join([*first[: draw.randint(1, len(first))], *last[draw.randrange(len(last)) :]])


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


def samples(
    honest: Sequence[Source],
    others: Sequence[Source],
    alike: Sequence[str],
    orders: Sequence[str],
    count: int,
    shares: Sequence[float] = _PLACE_SHARES,
    mixed: float = 0.0,
) -> list[Sample]:
    """Answers with orders, orders alone, two honest ones run together, and honest ones; a fifth of them of others.

    alike: patterns of what is honest in the words of orders, asked for in the same words or beside the question.
    shares: how often an order stands after, before, in the middle of, around an answer, or twice.  mixed: how many
    orders begin as one and go on as another.
    """
    draw = random.Random(78)

    def source(share: float) -> Source:
        chance = draw.random()
        if chance < share:
            one = draw.choice(alike)
            asked = (expanded(one, draw),) if draw.random() < 0.5 else draw.choice(honest).related
            return Source(expanded(one, draw), asked)
        return draw.choice(others) if chance > 0.8 else draw.choice(honest)

    found = []
    for _ in range(count):
        chance, one, pattern = draw.random(), source(_ALIKE), None
        mine = shortened(one.text, draw)
        if chance < 0.7:
            pattern = draw.choice(orders)
            order = expanded(pattern, draw)
            if mixed and draw.random() < mixed:
                order = _mixed(order, expanded(draw.choice(orders), draw), draw)
            made = drawn(mine, order, draw, shares) if chance < 0.66 else Made(order, ((0, len(order)),))
        elif chance < 0.84:
            made = Made(drawn(mine, shortened(source(_ALIKE_BESIDE).text, draw), draw).text, ())
        else:
            made = Made(mine.lower() if draw.random() < 0.4 else mine, ())
        found.append(Sample(made, one.related, pattern))
    return found
