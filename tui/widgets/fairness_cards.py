"""The attack card and the audit card as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from edgekit.core.characters import visible
from tui.actions import N_
from tui.sentences import VARIETIES, said
from tui.widgets.answer_card import number
from tui.words import _

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.redteam import AttackCard


def attack_lines(card: AttackCard) -> list[str]:
    """A line for each kind of attack, those that worked in full, and where the quiz is weak."""
    kinds = {"content": N_("must not pass"), "instruction": N_("must change nothing"), "honest": N_("must pass")}
    lines = [_("holds") if card.passed else _("does not hold: a person should look at every answer"), ""]
    for row in sorted(card.rows, key=lambda row: row.passed):  # what does not hold first
        told = _(
            "{count} tried, {passing} passed, {reviewed} sent to a person, {moved} moved points",
            count=row.count,
            passing=row.passing,
            reviewed=row.reviewed,
            moved=row.moved,
        )
        lines.append(f"{'+' if row.passed else '!'} {said(row.name)}, {_(kinds[row.kind])}: {told}")
        lines += [
            f"    {one.attack.question} {number(one.points)}/{number(one.most)}: {_one_line(one.attack.text)}"
            for one in row.fallen[:5]
        ]
    if card.weak:
        lines += ["", _("where the quiz is weak:"), *(f"  {where}: {count}" for where, count in card.weak.items())]
    return lines


def _one_line(text: str) -> str:
    return " ".join(visible(text[:400]).split())


_TRANSLATED = "translated to "


def variety_in_words(variety: str, name: Callable[[str], str]) -> str:
    """`es` as Spanish, `pt+en` as Portuguese + English, `chat` as what it is."""
    if variety in VARIETIES:
        return _(VARIETIES[variety])
    if variety.startswith(_TRANSLATED):
        return _("translated to {language}", language=name(variety.removeprefix(_TRANSLATED)))
    return " + ".join(map(name, variety.split("+")))


def audit_lines(card: AuditCard, name: Callable[[str], str]) -> list[str]:
    """A line for each verdict, then what there was of each variety.  name: of a language, by its tag."""
    if not card.verdicts:
        lines = [_("nothing could be judged: the quiz has too few wordings")]
    else:
        lines = [_("holds") if card.passed else _("does not hold: a person should look at every answer")]
    lines.append("")
    for verdict in card.verdicts:
        value = "-" if verdict.value is None else f"{verdict.value:.3f}"
        if verdict.interval is not None:
            value += f" [{verdict.interval.low:.3f}, {verdict.interval.high:.3f}]"
        detail = "" if verdict.certain else f"; {_('not certain')}"
        detail += f"; {visible(said(verdict.detail))}" if verdict.detail else ""
        lines.append(f"{'+' if verdict.passed else '!'} {said(verdict.name)}: {value}, {said(verdict.limit)}{detail}")
    lines.append("")
    for variety, rates in card.groups.items():
        right = f"{rates.accuracy:.0%}"
        few = " " + _("(too few for a verdict)") if variety in card.few else ""
        text = N_("{variety}: {count} answers, {right} told rightly")
        if rates.count == 1:
            text = N_("{variety}: {count} answer, {right} told rightly")
        told = _(text, variety=visible(variety_in_words(variety, name)), count=rates.count, right=right)
        lines.append(told + few)
    return lines
