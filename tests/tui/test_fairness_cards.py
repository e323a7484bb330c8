"""The audit card on a screen: every figure with what it may be, in the language of the screens."""

from __future__ import annotations

from edgekit.fairness.audit import AuditCard, Verdict
from edgekit.fairness.measures import Interval
from tui import words
from tui.widgets.fairness_cards import audit_lines


def test_a_figure_has_its_interval_and_says_where_the_limit_is_in_it() -> None:
    interval, chance = Interval(0.07, 0.05, 0.09), "0.030 of so few answers is chance"
    doubt = Verdict("calibration error, es", 0.07, "at most 0.08", True, interval, chance, certain=False)
    limit = "needs 30 contents or more that two varieties have"
    alone = Verdict("the same content in two varieties", None, limit, False)
    try:
        words.choose("es")
        lines = audit_lines(AuditCard({}, (), (doubt, alone), ()), str.upper)
    finally:
        words.choose("en")
    assert "0,070 [0,050; 0,090], " in lines[2]
    assert "; sin certeza; con tan pocas respuestas, 0,030 es azar" in lines[2]
    assert lines[3] == (
        "! el mismo contenido en dos variedades: -, necesita 30 contenidos o más que tengan dos variedades"
    )
