"""Two drawings as SVG: what the parts weigh before and after, and what each vocabulary size costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from edgekit.core.units import bytes_in_words
from exporters.report.markup import Markup, element
from exporters.selection.base import Point

WIDTH = 760
COLOURS = 6  # classes `c0` to `c5` of the page's style
_BAR = 34
_GAP = 14
_LEFT = 64
_HEIGHT = 260
_LABEL = 14.0  # lines of text this far apart do not touch


def weight_bars(parts: Sequence[tuple[str, int, int]]) -> Markup:
    """Two stacked bars on one scale.  parts: name, bytes before, bytes after."""
    most = max(1, sum(before for _, before, _ in parts))
    drawn: list[Markup] = []
    for row, (label, column) in enumerate((("before", 1), ("after", 2))):
        top, at = row * (_BAR + _GAP), float(_LEFT)
        total = sum(int(part[column]) for part in parts)
        drawn.append(_text(label, _LEFT - 10, top + _BAR / 2 + 5, "end"))
        for number, part in enumerate(parts):
            size = int(part[column])
            width = (WIDTH - _LEFT - 80) * size / most
            title = element("title", f"{part[0]}: {bytes_in_words(size)}")
            drawn.append(
                element("rect", title, class_=f"c{number % COLOURS}", x=at, y=top, width=width, height=_BAR, rx=2)
            )
            at += width
        drawn.append(_text(bytes_in_words(total), at + 8, top + _BAR / 2 + 5, "start", "strong"))
    return _drawing(2 * _BAR + _GAP, "Size of each part before and after", drawn)


def loss_curve(points: Sequence[Point], chosen: Point) -> Markup:
    """Expected loss over vocabulary size, a line for each language, with the chosen size marked."""
    shown = sorted({point.tokens: point for point in [*points, chosen]}.values(), key=lambda point: point.tokens)
    languages = [cost.language for cost in chosen.costs]
    losses = {
        language: [
            (point.tokens, cost.expected_loss) for point in shown for cost in point.costs if cost.language == language
        ]
        for language in languages
    }
    low, high = math.log(max(1, shown[0].tokens)), math.log(max(2, shown[-1].tokens))
    most = max([0.01, *(loss for line in losses.values() for _, loss in line)])
    right, bottom = WIDTH - 24, _HEIGHT - 36

    def across(tokens: int) -> float:
        return _LEFT + (right - _LEFT) * (math.log(max(1, tokens)) - low) / max(1e-9, high - low)

    def up(loss: float) -> float:
        return bottom - (bottom - 12) * max(0.0, loss) / most

    drawn: list[Markup] = []
    for loss in ticks(most):
        drawn.append(element("line", class_="grid", x1=_LEFT, x2=right, y1=up(loss), y2=up(loss)))
        drawn.append(_text(f"{loss:.1%}" if most < 0.05 else f"{loss:.0%}", _LEFT - 10, up(loss) + 4, "end"))
    free = -1e9  # where the last number ends
    for point in shown:
        at, end = across(point.tokens), point is shown[-1]
        if at - 30 > free and (end or across(shown[-1].tokens) - at > 100):
            drawn.append(_text(f"{point.tokens:,}", at, bottom + 22, "end" if end else "middle"))
            free = at + 30
    middle = across(chosen.tokens)
    drawn.append(element("line", class_="chosen", x1=middle, x2=middle, y1=8, y2=bottom))
    for number, (language, line) in enumerate(losses.items()):
        places = " ".join(f"{across(tokens):.1f},{up(loss):.1f}" for tokens, loss in line)
        drawn.append(element("polyline", class_=f"line l{number % COLOURS}", points=places))
        for tokens, loss in line:
            title = element("title", f"{language}, {tokens:,} tokens: {loss:.2%}")
            size = 5 if tokens == chosen.tokens else 3
            drawn.append(
                element("circle", title, class_=f"c{number % COLOURS}", cx=across(tokens), cy=up(loss), r=size)
            )
    starts = [(up(line[0][1]), language, number) for number, (language, line) in enumerate(losses.items()) if line]
    for at, language, number in _apart(starts):
        drawn.append(_text(language, across(shown[0].tokens) + 10, max(12.0, at - 6), "start", f"t{number % COLOURS}"))
    return _drawing(_HEIGHT, "Expected loss over the number of tokens", drawn)


def ticks(most: float) -> list[float]:
    """Four to eight round numbers from 0 up to most."""
    step = 10.0 ** math.floor(math.log10(most))
    while most / step < 4:
        step /= 2 if most / step >= 2 else 5
    return [step * number for number in range(int(most / step + 1e-9) + 1)]


def _apart(places: list[tuple[float, str, int]]) -> list[tuple[float, str, int]]:
    """Labels moved down until none touches the one above it."""
    moved: list[tuple[float, str, int]] = []
    for at, language, number in sorted(places):
        moved.append((max(at, moved[-1][0] + _LABEL) if moved else at, language, number))
    return moved


def _text(text: str, x: float, y: float, anchor: str, kind: str = "label") -> Markup:
    return element("text", text, class_=kind, x=x, y=y, text_anchor=anchor)


def _drawing(height: float, title: str, drawn: Sequence[Markup]) -> Markup:
    return element("svg", element("title", title), *drawn, viewBox=f"0 0 {WIDTH} {height:g}", role="img")
