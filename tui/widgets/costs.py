"""What a size of a model costs, as lines of text."""

from __future__ import annotations

from edgekit.core.columns import aligned_columns
from edgekit.core.units import bytes_in_words
from tui.exporting import Planned
from tui.figures import figure, refigured
from tui.words import _


def costs_in_words(planned: Planned, at: int) -> list[str]:
    """The figures of one of the sizes, a language a row."""
    size, before = planned.sizes[at], planned.before
    head = _(
        "{tokens} of {all} tokens, {size} of {whole}",
        tokens=figure(size.tokens),
        all=figure(before.tokens),
        size=refigured(bytes_in_words(size.size_bytes)),
        whole=refigured(bytes_in_words(before.size_bytes)),
    )
    if at == planned.chosen:
        head = _("{figures}: what edgekit chose", figures=head)
    rows = [("", _("kept"), _("tokens a word"), _("expected loss"))]
    rows += [
        (
            cost.language or "*",
            figure(cost.coverage, ".2%"),
            " > ".join(figure(one, ".3f") for one in cost.fertility),
            figure(cost.loss, "+.2%"),
        )
        for cost in size.costs
    ]
    return [head, *aligned_columns(rows)]
