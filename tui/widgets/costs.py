"""What a size of a model costs, as lines of text."""

from __future__ import annotations

from edgekit.core.columns import aligned_columns
from edgekit.core.units import bytes_in_words
from tui.exporting import Planned
from tui.words import _, grouped


def costs_in_words(planned: Planned, at: int) -> list[str]:
    """The figures of one of the sizes, a language a row."""
    size, before = planned.sizes[at], planned.before
    head = _(
        "{tokens} of {all} tokens, {size} of {whole}",
        tokens=grouped(size.tokens),
        all=grouped(before.tokens),
        size=bytes_in_words(size.size_bytes),
        whole=bytes_in_words(before.size_bytes),
    )
    if at == planned.chosen:
        head = _("{figures}: what edgekit chose", figures=head)
    rows = [("", _("kept"), _("tokens a word"), _("expected loss"))]
    rows += [
        (
            cost.language or "*",
            f"{cost.coverage:.2%}",
            "{:.3f} > {:.3f}".format(*cost.fertility),
            f"{cost.loss:+.2%}",
        )
        for cost in size.costs
    ]
    return [head, *aligned_columns(rows)]
