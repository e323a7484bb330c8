"""What the cards say to a teacher, at 80 columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgekit.cli.grade.cards import TRIED, attack_lines, audit_lines
from edgekit.fairness.attacks import Attack, Kind, attacks
from edgekit.fairness.audit import AuditCard, Verdict, audit
from edgekit.fairness.chance import Chance
from edgekit.fairness.measures import Interval, Outcome, rates
from edgekit.fairness.redteam import AttackCard, Fallen, Row
from edgekit.quiz.model import Criterion, Question, Quiz


def row(name: str, kind: Kind, fallen: int = 0, *, count: int = 6, moved: int = 0, criterion: str | None = None) -> Row:
    one = Attack("puddle", name, kind, "en", f"vapour \x1b[31m heat {'very ' * 60}", "base", criterion)
    return Row(
        name, kind, count, fallen - moved, count - fallen, moved, tuple(Fallen(one, 2.0, 2.0) for _ in range(fallen))
    )


def shown(*rows: Row) -> str:
    return "\n".join(attack_lines(AttackCard(rows)))


def test_card_fits_80_columns_and_shows_no_control_character_whatever_is_in_it() -> None:
    text = shown(
        row("reference", "honest", 1),
        row("keyword-bag", "content", 5),
        row("an attack of a later version with a name that is longer than what there is room for", "content"),
        row("negated-reference", "content", 2, criterion="light " * 30),
        row("ignore-en", "instruction", 2, moved=2),
        row("ignore-es", "instruction"),
    )
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_card_says_what_worked_where_and_what_to_do() -> None:
    text = shown(row("keyword-bag", "content", 5), row("negated-reference", "content", 1, criterion="light"))
    assert "FAIL  key words alone, in any order" in text
    assert "question `puddle`: 5 worked" in text
    assert "question `puddle`, criterion `light`: 1 worked" in text
    assert "key words alone, in any order got 2 of 2 points:" in text
    assert "and 2 more, see `--json`" in text
    assert "`misconceptions`" in text
    assert "`refuted` of the criterion" in text
    assert text.endswith("FAIL: 0 of 2 hold")


def test_orders_have_one_line_together_and_say_that_they_moved_points() -> None:
    text = shown(row("ignore-en", "instruction"), row("ignore-es", "instruction", 1, moved=1))
    assert "FAIL  orders to the grader, 2 ways                    12       0      11" in text
    assert "1 of them moved points" in text
    assert "an order to the grader (ignore-es) got 2 of 2 points:" in text
    assert "look at every answer to this question yourself" in text
    assert text.endswith("FAIL: 1 of 2 hold")


def test_card_says_what_so_few_tries_leave_open() -> None:
    few, many = row("keyword-bag", "content", count=6), row("keyword-list", "content", count=400)
    lines = shown(few, many, row("reference", "honest", count=6)).splitlines()
    # Wilson's upper ends of 0 of 6 and 0 of 400; a right answer that passes is no danger.
    assert [line.split()[-2] for line in lines[1:3]] == ["39.0", "1.0"]
    assert lines[3].endswith(" -")
    assert "where few are tried it is high though none passed" in " ".join(" ".join(lines).split())


def test_audit_card_says_where_the_limit_is_within_the_interval() -> None:
    doubt = Verdict("coverage, es", 0.9, "at least 0.87", True, Interval(0.9, 0.8, 1.0), certain=False)
    sure = Verdict("coverage, en", 0.9, "at least 0.87", True, Interval(0.9, 0.88, 1.0))
    text = "\n".join(audit_lines(AuditCard({}, (), (doubt, sure), ())))
    assert "PASS  coverage, es: 0.900 (0.800 to 1.000), at least 0.87; not certain" in text
    assert text.endswith("PASS  coverage, en: 0.900 (0.880 to 1.000), at least 0.87")


def test_card_without_an_attack_is_no_failure_of_the_quiz() -> None:
    text = shown()
    assert text.startswith("no verdict: ")
    assert "FAIL" not in text


def test_right_answer_that_is_refused_is_no_attack_that_worked() -> None:
    text = shown(row("reference", "honest", 1))
    assert "add such a wording to `accepted`" in " ".join(text.split())


def test_every_attack_has_words() -> None:
    criteria = (Criterion("a", 1.0, {"en": "Water boils at 100 degrees."}), Criterion("b", 1.0, {"en": "It is hot."}))
    question = Question("q", "explain", "en", {"en": "When does it boil?"}, 2.0, criteria=criteria)
    made = attacks(Quiz("q", "Q", ("en",), (question,), ""))
    assert {one.name for one in made if one.kind != "instruction"} <= set(TRIED)
    assert all(len(words) < 44 for words in TRIED.values())


@pytest.mark.parametrize("name", ["en", "translated to a variety with a long name", "\x1b[2J", "en\nPASS  fair"])
def test_audit_card_fits_80_columns(name: str) -> None:
    verdict = Verdict(
        f"probability of the same right content, {name} less {name}", 0.1, "within 0.08", False, Interval(0.1, 0.0, 0.2)
    )
    group = rates([Outcome("q/1", "q", name, True, True, True, 0.9, None)])
    text = "\n".join(audit_lines(AuditCard({name: group}, (), (verdict,), ())))
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\nPASS" not in text
    assert "FAIL  probability of the same right content" in text


def test_what_the_columns_and_the_made_varieties_are_is_told() -> None:
    group = rates([Outcome("q/1", "q", "chat", True, True, True, 0.9, None)])
    text = " ".join(" ".join(audit_lines(AuditCard({"chat": group, "en": group}, (), (), ()))).split())
    for head in ("right", "F1", "AUC", "review", "sure", "fooled", "covered"):
        assert f"{head}: " in text
    assert "chat: in shorthand." in text
    assert "phonetic" not in text


def test_what_fails_says_what_helps_and_what_may_be_chance_does_not() -> None:
    groups = {"en": rates([Outcome("q/1", "q", "en", True, True, True, 0.9, None)])}
    fails = Verdict("coverage, es", 0.5, "at least 0.87", False, Interval(0.5, 0.4, 0.6))
    chance = Verdict("calibration error, es", 0.1, "at most 0.08", False, certain=False, chance=Chance(0.06, 0.12, 130))
    text = " ".join("\n".join(audit_lines(AuditCard(groups, (), (fails, chance), ()))).split())
    assert "FAIL coverage, es: 0.500 (0.400 to 0.600), at least 0.87" in text
    assert (
        "OPEN calibration error, es: 0.100, at most 0.08; not certain; a grader without this fault shows 0.060 of so"
        in text
    )
    assert "no more than chance: about 130 such answers of each variety would tell" in text
    assert "what helps: coverage: look at those answers yourself" in text
    assert text.count("edgekit grade calibrate") == 1


@pytest.mark.parametrize("unmeasured", [True, False])
def test_where_no_variety_was_measured_marks_help_and_no_wording_does(unmeasured: bool) -> None:
    found = [
        Outcome(f"i{n}", f"q{n}", name, n % 2 == 0, n % 2 == 0, False, 0.5, True, unmeasured)
        for name in ("es", "pt")
        for n in range(100)
    ]
    card = audit(found, rounds=20)
    text = " ".join(" ".join(audit_lines(card)).split())
    told = text.rpartition("decided without a person:")[2]
    assert ("more `accepted` wordings" in told) is not unmeasured
    assert ("was never measured for answers in `es`, `pt`" in told) is unmeasured
    assert ("`edgekit grade calibrate` learns it from 50" in told) is unmeasured


def test_every_verdict_that_can_fail_has_a_help() -> None:
    rows = [
        Outcome(f"i{n}", f"q{n}", name, n % 2 == 0, n % 3 == 0, False, 0.9 if name == "en" else 0.1, n % 5 == 0)
        for name in ("en", "es")
        for n in range(200)
    ]
    alone = [replace(one, item=f"{one.variety}{one.item}") for one in rows]
    for found in (rows, alone):
        for verdict in audit(found, rounds=20).verdicts:
            failed = replace(verdict, passed=False, chance=None)
            assert "what helps:" in "\n".join(audit_lines(AuditCard({}, (), (failed,), ()))), verdict.name
