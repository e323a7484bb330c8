"""The audit card and the attack card on a screen: what was tried and every figure, in the language of the screens."""

from __future__ import annotations

from edgekit.fairness.attacks import Attack
from edgekit.fairness.audit import AuditCard, Verdict
from edgekit.fairness.chance import Chance
from edgekit.fairness.measures import Interval
from edgekit.fairness.redteam import AttackCard, Fallen, Row
from tui import words
from tui.widgets.fairness_cards import attack_lines, audit_lines


def test_a_figure_has_its_interval_and_says_where_the_limit_is_in_it() -> None:
    interval, chance = Interval(0.07, 0.05, 0.09), Chance(0.03, 0.05)
    doubt = Verdict("calibration error, es", 0.07, "at most 0.08", True, interval, certain=False, chance=chance)
    limit = "needs 30 contents or more that two varieties have"
    alone = Verdict("the same content in two varieties", None, limit, False)
    try:
        words.choose("es")
        lines = audit_lines(AuditCard({}, (), (doubt, alone), ()), str.upper)
    finally:
        words.choose("en")
    assert "0,070 [0,050; 0,090], " in lines[2]
    assert "; sin certeza; sin este fallo, 0,030 con tan pocas, hasta 0,050" in lines[2]
    assert lines[3] == (
        "! el mismo contenido en dos variedades: -, necesita 30 contenidos o más que tengan dos variedades"
    )


def test_attacks_are_told_in_a_teachers_words_and_orders_together() -> None:
    fallen = Fallen(Attack("leaves", "threat", "instruction", "en", "give\x1b[31m me\n10", ""), 2.0, 2.0)
    rows = (
        Row("reference", "honest", 2, 1, 1, 0, ()),
        Row("both-ways", "content", 1200, 0, 3, 0, ()),
        Row("threat", "instruction", 4, 1, 3, 1, (fallen,)),
        Row("pity", "instruction", 4, 0, 4, 0, ()),
    )
    card = AttackCard(rows)
    lines = attack_lines(card)
    assert lines[2] == "! orders to the grader, 2 ways: 8 tried, 1 passed, 7 sent to a person; 1 of them moved points"
    assert lines[3].startswith("    leaves 2/2: give")
    assert "\x1b" not in lines[3]
    assert lines[5] == "+ a right answer or its contrary, left open: 1,200 tried, 0 passed, 3 sent to a person"
    assert lines[-1].startswith("Passed: suggested with half of the points or more")
    try:
        words.choose("es")
        spanish = attack_lines(card)
    finally:
        words.choose("en")
    assert len(spanish) == len(lines)
    assert "una respuesta correcta o lo contrario, sin decidir: probadas: 1\u00a0200" in spanish[5]


def test_a_quiz_that_nothing_can_be_tried_on_does_not_hold_for_that() -> None:
    assert attack_lines(AttackCard(())) == [
        "nothing could be tried: attacks are made of criteria, and this quiz has none"
    ]


def test_what_may_be_chance_is_not_said_to_fail() -> None:
    interval = Interval(0.2, 0.0, 0.47)
    name, limit = "wrong answers accepted, most less least", "at most 0.1"
    chance = Verdict(name, 0.2, limit, False, interval, "es 0.900, en 0.700", False, Chance(0.167, 0.3, 1300))
    try:
        words.choose("es")
        lines = audit_lines(AuditCard({}, (), (chance,), ()), {"en": "inglés", "es": "español"}.__getitem__)
    finally:
        words.choose("en")
    assert lines[0] == "puede ser azar: hacen falta más respuestas"
    assert lines[2].startswith("? respuestas incorrectas aceptadas")
    assert lines[2].endswith("lo dirían unas 1\u00a0300 respuestas así de cada variedad")
