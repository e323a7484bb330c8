"""Directly or through another language: which does better, by a person's own translated lines.

Which of the two a language model does better depends on the language and on the model, so it is measured on both ways
with the same prompt (the routes of arXiv 2403.06018).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Literal

from edgekit.core.errors import InputError, UsageError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction, base_language
from edgekit.evaluate.paired import Difference, compare
from edgekit.evaluate.systems import translate_lines
from edgekit.store.installed import find_direction
from edgekit.translate.around import Around, is_language_model, open_text

# A language model takes seconds a line: what is done is told after so many.
_LINES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two, on all lines.

    route: languages in order.  left: lines of which a part has no translation.  seconds: a line.
    """

    route: tuple[str, ...]
    texts: tuple[str, ...]
    left: int
    seconds: float

    def __str__(self) -> str:
        return "→".join(self.route)


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """What was measured, and what follows.

    chrf: of `through`, 0 to 100, beside that of `direct`, with the p-values of the difference.
    """

    direct: Way
    through: Way
    chrf: Difference

    @property
    def chosen(self) -> Literal["direct", "through"]:
        """The way with the higher chrF; direct where they are equal."""
        return "through" if self.chrf.difference > 0 else "direct"

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        ways = (("direct", self.direct, self.chrf.baseline), ("through", self.through, self.chrf.score))
        return {
            "lines": len(self.direct.texts),
            "chosen": self.chosen,
            "p_bootstrap": self.chrf.bootstrap,
            "p_randomization": self.chrf.randomization,
            **{
                name: {
                    "route": list(way.route),
                    "chrf": chrf,
                    "lines_left": way.left,
                    "seconds_a_line": round(way.seconds, 3),
                }
                for name, way, chrf in ways
            },
        }


def choose_route(
    direction: Direction,
    through: str,
    lines: Sequence[str],
    references: Sequence[str],
    around: Around,
    *,
    report: Reporter = silent,
) -> RouteChoice:
    """Translate lines both ways with what around names, and compare each with the references.

    through: a BCP-47 tag.  around: of it model, prompt, examples, threads and device count.
    report: hears of the step `translate`, once for each way.
    Raises InputError (no lines), UsageError (a language that is one of the two), DirectionError (a model is not there,
    also where none goes directly: then there is nothing to choose) and what opening a model raises.
    """
    if not lines:
        raise InputError("there are no lines to choose by")
    if base_language(through) in (base_language(direction.source), base_language(direction.target)):
        raise UsageError(f"{direction} has `{through}` at one end", hint="name another language with `--through`")
    if around.model is None:
        find_direction(direction.source, direction.target)
    elif not is_language_model(around.model):
        raise UsageError(
            f"`{around.model}` translates one way alone", hint="leave `--model` out, or name a language model"
        )
    direct, indirect = (_translated(direction, replace(around, through=way), lines, report) for way in (None, through))
    (chrf, *_) = compare(direct.texts, indirect.texts, references, direction.target)
    return RouteChoice(direct, indirect, chrf)


def _translated(direction: Direction, around: Around, lines: Sequence[str], report: Reporter) -> Way:
    with closing(open_text(direction, around, report=report)) as translator:
        began = time.monotonic()
        made = translate_lines(translator, lines, report, at_once=_LINES_AT_ONCE)
        seconds = (time.monotonic() - began) / len(lines)
    middle = () if around.through is None else (around.through,)
    return Way(
        (direction.source, *middle, direction.target),
        tuple(one.text for one in made),
        sum(not one.complete for one in made),
        seconds,
    )
