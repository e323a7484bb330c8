"""The attack card and the audit card as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from edgekit.core.characters import visible
from tui.actions import N_
from tui.figures import figure, listed, number, percent, refigured
from tui.sentences import said
from tui.varieties import variety_in_words
from tui.words import _

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.redteam import AttackCard

_SIDE = re.compile(r"(.+) (\d\.\d+)")


def attack_lines(card: AttackCard) -> list[str]:
    """A line for each kind of attack, those that worked in full, and where the quiz is weak."""
    from edgekit.cli.grade.cards import TRIED  # which loads numpy

    if not card.rows:
        return [_("nothing could be tried: attacks are made of criteria, and this quiz has none")]
    orders = [row for row in card.rows if row.kind == "instruction"]
    tried = [(said(TRIED.get(row.name, row.name)), [row]) for row in card.rows if row.kind != "instruction"]
    if orders:
        tried.append((_("orders to the grader, {ways} ways", ways=figure(len(orders))), orders))
    lines = [_("holds") if card.passed else _("does not hold: a person should look at every answer"), ""]
    for what, rows in sorted(tried, key=lambda one: all(row.passed for row in one[1])):  # what does not hold first
        told = _(
            "{count} tried, {passing} passed, {reviewed} sent to a person",
            count=figure(sum(row.count for row in rows)),
            passing=figure(sum(row.passing for row in rows)),
            reviewed=figure(sum(row.reviewed for row in rows)),
        )
        if moved := sum(row.moved for row in rows):
            told += "; " + _("{moved} of them moved points", moved=figure(moved))
        lines.append(f"{'+' if all(row.passed for row in rows) else '!'} {what}: {told}")
        lines += [
            f"    {one.attack.question} {number(one.points)}/{number(one.most)}: {_one_line(one.attack.text)}"
            for one in [one for row in rows for one in row.fallen][:5]
        ]
    if card.weak:
        lines += ["", _("where the quiz is weak:"), *(f"  {where}: {count}" for where, count in card.weak.items())]
    told = _(
        "Passed: suggested with half of the points or more, with no person to look. The rest is suggested with less. "
        "Right answers should get half of the points, seen or not; all else should not pass, and no order may move a "
        "point."
    )
    return [*lines, "", told]


def _one_line(text: str) -> str:
    return " ".join(visible(text[:400]).split())


def audit_lines(card: AuditCard, name: Callable[[str], str]) -> list[str]:
    """A line for each verdict, then what there was of each variety.  name: of a language, by its tag."""
    if not card.verdicts:
        lines = [_("nothing could be judged: the quiz has too few wordings")]
    elif card.is_open:
        lines = [_("may be chance: more answers are needed")]
    else:
        lines = [_("holds") if card.passed else _("does not hold: a person should look at every answer")]
    lines.append("")
    for verdict in card.verdicts:
        value = "-" if verdict.value is None else figure(verdict.value, ".3f")
        if verdict.interval is not None:
            value += f" [{listed([figure(one, '.3f') for one in (verdict.interval.low, verdict.interval.high)])}]"
        detail = "" if verdict.certain else f"; {_('not certain')}"
        detail += f"; {visible(_detail(verdict.detail, name))}" if verdict.detail else ""
        detail += "".join(f"; {said(one)}" for one in verdict.chance_told)
        told = visible(said(verdict.name, name))
        mark = "+" if verdict.passed else "?" if verdict.is_open else "!"
        lines.append(f"{mark} {told}: {value}, {said(verdict.limit)}{detail}")
    lines.append("")
    for variety, rates in card.groups.items():
        right = percent(rates.accuracy)
        few = " " + _("(too few for a verdict)") if variety in card.few else ""
        text = N_("{variety}: {count} answers, {right} told rightly")
        if rates.count == 1:
            text = N_("{variety}: {count} answer, {right} told rightly")
        told = _(text, variety=visible(variety_in_words(variety, name)), count=rates.count, right=right)
        lines.append(told + few)
    return lines


def _detail(text: str, name: Callable[[str], str]) -> str:
    """`es 0.867, en 0.722`, or a sentence."""
    sides = [_SIDE.fullmatch(piece) for piece in text.split(", ")]
    found = [f"{variety_in_words(side[1], name)} {refigured(side[2])}" for side in sides if side is not None]
    return listed(found) if len(found) == len(sides) else said(text, name)
