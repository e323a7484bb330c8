"""Numbers as the language of the screens writes them; files and lines to paste keep those of programs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.words import chosen

# A figure as the command line writes it, with a unit behind it or without.
_FIGURE = re.compile(r"[<+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?( ?(%|x|s|[kMGT]?B(/s)?))?")


def figure(number: float, form: str = ",") -> str:
    """A number in a form of `str.format`: `1,234.5`, and `1 234,5` in Spanish and Portuguese."""
    return refigured(f"{number:{form}}")


def number(points: float) -> str:
    """`2`, `1.5`; `1,5` where a comma begins the decimals."""
    return figure(points, "g")


def percent(share: float) -> str:
    """0.84 -> `84%`."""
    return figure(share, ".0%")


def listed(figures: Sequence[str]) -> str:
    """Figures one after the other; a semicolon parts them where a comma begins their decimals."""
    return ("; " if any("," in one for one in figures) and chosen() != "en" else ", ").join(figures)


def refigured(text: str) -> str:
    """A figure of the command line, or several with commas between them, as the chosen language writes it.

    A text that is no figure stays as it is.
    """
    pieces = text.split(", ")
    if chosen() == "en" or not all(map(_FIGURE.fullmatch, pieces)):
        return text
    found = [piece.replace(",", "\u00a0").replace(".", ",") for piece in pieces]
    # A space before the sign in Spanish (Ortografía de la lengua española, 2010), none in Portuguese.
    return listed([re.sub(" ?%", "\u00a0%", one) for one in found] if chosen() == "es" else found)
