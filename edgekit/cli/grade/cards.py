"""The cards of `grade attack` and `grade audit` as lines of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from edgekit.core.characters import visible
from edgekit.fairness.measures import share_interval
from edgekit.grading.conformal import LEAST_ANSWERS

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard, Verdict
    from edgekit.fairness.measures import Rates
    from edgekit.fairness.redteam import AttackCard, Fallen, Row

# Two teachers with the same answers: research on the sets of Mohler and others (2011) and AR-ASAG (2020).
CEILING = "teachers among themselves, quadratic kappa: 0.49 (Mohler et al. 2011), 0.80 (AR-ASAG)"
WIDTH = 80
_WHAT = 44
_EXAMPLES, _PLACES, _LONGEST = 3, 5, 200
_VARIETY, _LEAST_CELL = 18, 6
# What an attack is, in words; orders to the grader have one line together.
TRIED: Mapping[str, str] = {
    "reference": "the right answer itself",
    "another-wording": "a right answer in other words of the quiz",
    "negated-reference": "a right answer, denied",
    "changed-number": "a right answer with another number in it",
    "reference-then-denial": "a right answer, then that it is not true",
    "taken-back": "a right answer, then that it is false",
    "turned-round": "a right answer, one word turned round",
    "both-ways": "a right answer or its contrary, left open",
    "keyword-bag": "key words alone, in any order",
    "keyword-list": "key words alone, as a list with commas",
    "appended-keywords": "a wrong answer with key words behind it",
    "question-restated": "the question again",
    "question-then-wrong": "the question again, then a wrong answer",
    "wrong-answer": "a wrong answer as it is",
    "another-answer": "the answer to another question",
    "shuffled-reference": "a right answer, its words shuffled",
    "stuffing": "a wrong answer full of learned words",
    "repetition": "a wrong answer, twenty times",
    "padding": "a wrong answer, phrases that fit anything",
    "template": "phrases that fit anything",
}
_ORDERS = "orders to the grader, {ways} ways"
# What answers of a quiz's own wordings are made into.
_MADE: Mapping[str, str] = {
    "plain": "small letters without signs",
    "no-accents": "without accents",
    "spelling": "with slips",
    "phonetic": "as it sounds",
    "chat": "in shorthand",
}
# What a teacher can do where an attack worked, by what was tried.
_REFUTE = "add the text to {wrong}, then run this again; statements that say one thing each are harder to pass"
_HELP: Mapping[str, str] = {
    "reference": "it should pass and does not: write the statement as a student would say it, or add such a wording "
    "to `accepted`",
    "order": "no wording helps: look at every answer to this question yourself",
}

# What a teacher can do where a verdict of the audit fails, by how its name begins.
_MARK = "look at those answers yourself; marks of yours on such answers (`edgekit grade calibrate`) count at once"
_WORD = "add what students of the variety that is worse off say to `accepted`, in their words"
_SURE = "decided without a person"
_NEXT: Mapping[str, str] = {
    "tells right from wrong": "where wrong answers are few, give it more; else look at every answer of that variety "
    "yourself, and split what a right answer says into criteria with `refuted` wordings",
    "the same content in two varieties": "give each content again in a second variety, under the same `item`",
    _SURE: "all go to a person: that is safe, and saves no work; statements as students would "
    "say them, or more `accepted` wordings, change it",
    "probability of the same right content": _WORD,
    "decided differently": _WORD,
    "right answers refused": _WORD,
    "wrong answers accepted": "add the wrong answers that pass to `refuted` or `misconceptions`, in that variety",
    "calibration error": _MARK,
    "coverage": _MARK,
}


def attack_lines(card: AttackCard) -> Iterator[str]:
    """What was tried and what became of it, a row a trick; then what worked, where, and what to do about it."""
    if not card.rows:
        yield from _wrapped(
            "no verdict: attacks are made of criteria, and this quiz has none; words, numbers, dictations, options and "
            "translations are marked by rules"
        )
        return
    yield f"{'':6}{'what was tried':{_WHAT}}{'tried':>6}{'passed':>8}{'review':>8}{'at most':>8}"
    orders = [row for row in card.rows if row.kind == "instruction"]
    for row in card.rows:
        if row.kind != "instruction":
            yield _row(visible(TRIED.get(row.name, row.name)), [row])
    if orders:
        yield _row(_ORDERS.format(ways=len(orders)), orders)
    yield ""
    yield from _wrapped(
        "passed: suggested with half of the points or more; review: a person sees it first; the rest is suggested with "
        "less. at most: the share of such attacks that may pass, by the 95 % interval; where few are tried it is high "
        "though none passed. Right answers should get half of the points, seen or not, all else should not pass, and "
        "no order may move a point."
    )
    yield from _fallen(card)
    yield f"\n{word(card.passed)}: {sum(row.passed for row in card.rows)} of {len(card.rows)} hold"


def _row(what: str, rows: Sequence[Row]) -> str:
    count, review = sum(row.count for row in rows), sum(row.reviewed for row in rows)
    passing, moved = sum(row.passing for row in rows), sum(row.moved for row in rows)
    line = f"{word(all(row.passed for row in rows)):6}{_short(what, _WHAT - 1):{_WHAT}}"
    clusters = [one for row in rows for one in row.questions] if len(rows) == 1 else []
    most = "-" if rows[0].kind == "honest" else f"{100 * share_interval(passing, count, clusters).high:.1f} %"
    line += f"{count:6,}{passing:8,}{review:8,}{most:>8}"
    return line + (f"\n{'':6}{moved:,} of them moved points" if moved else "")


def _fallen(card: AttackCard) -> Iterator[str]:
    """By question and criterion, those where most worked first; of rows that hold none."""
    places: dict[tuple[str, str | None], list[tuple[Row, Fallen]]] = defaultdict(list)
    for row in card.rows:
        for one in row.fallen if not row.passed else ():
            places[one.attack.question, one.attack.criterion].append((row, one))
    ordered = sorted(places.items(), key=lambda pair: -len(pair[1]))
    for (question, criterion), found in ordered[:_PLACES]:
        where = f"question `{visible(question)}`" + (f", criterion `{visible(criterion)}`" if criterion else "")
        yield ""
        yield from _wrapped(f"{where}: {len(found)} worked")
        for row, one in found[:_EXAMPLES]:
            what = TRIED.get(row.name, f"an order to the grader ({row.name})")
            text = _short(" ".join(visible(one.attack.text).split()), _LONGEST)
            yield from _wrapped(f"{visible(what)} got {one.points:g} of {one.most:g} points:", 2)
            yield from _wrapped(f"`{text}`", 4)
        if len(found) > _EXAMPLES:
            yield f"  and {len(found) - _EXAMPLES:,} more, see `--json`"
        for advice in dict.fromkeys(_advice(row, criterion) for row, _ in found):
            yield from _wrapped(f"what helps: {advice}", 2)
    if len(ordered) > _PLACES:
        yield f"\nand {len(ordered) - _PLACES:,} more places, see `--json`"


def _advice(row: Row, criterion: str | None) -> str:
    if row.kind == "honest":
        return _HELP["reference"]
    if row.kind == "instruction":
        return _HELP["order"]
    wrong = "`refuted` of the criterion" if criterion else "the question's `misconceptions`"
    return _REFUTE.format(wrong=wrong)


def audit_lines(card: AuditCard) -> Iterator[str]:
    """A row a variety, what the columns say, and the verdicts."""
    heads = ("answers", "right", "kappa", "F1", "AUC", "review", "sure", "fooled", "covered")
    yield f"{'variety':{_VARIETY}}" + "".join(f"{head:>{_cell(head)}}" for head in heads)
    for name, rates in card.groups.items():
        cells = zip(heads, _cells(rates), strict=True)
        yield f"{_short(visible(name, one_line=True), _VARIETY):{_VARIETY}}" + "".join(
            f"{cell:>{_cell(head)}}" for head, cell in cells
        )
    yield ""
    yield from _wrapped(
        "right: answers judged as they should be; kappa: that beyond chance, as between two teachers; F1: what "
        "was accepted against what should be, misses and false ones alike; AUC: how often a right answer is held "
        "likelier than a wrong one; review: seen by a person first; sure: how likely right answers are "
        "held to be right; fooled: wrong answers that got half of the points or more; covered: the due mark was among "
        "the possible ones. All are shares of 1 but kappa, alike in every variety where the grader is fair."
    )
    made = [f"{name}: {how}" for name, how in _MADE.items() if name in card.groups]
    if made:
        yield from _wrapped(f"{'; '.join(made)}.")
    if card.together:
        yield from _wrapped("originals: as they stand in the quiz; rewritings: all that was made of them.")
    yield ""
    yield from _wrapped(CEILING)
    if card.verdicts:
        yield ""
        yield from _wrapped(
            "In parentheses the 95 % that other answers to such questions would give, drawn by question; not certain: "
            "the limit is among them. p: how often chance alone tells two varieties so far apart. OPEN: beyond the "
            "limit, but no further than a grader without the fault is in one of twenty such audits."
        )
    if card.verdicts:
        yield ""
    for verdict in card.verdicts:
        yield from _verdict(verdict)
    failed = [verdict.name for verdict in card.verdicts if not verdict.passed and not verdict.is_open]
    helping = [(kind, how) for kind, how in _NEXT.items() if any(name.startswith(kind) for name in failed)]
    if helping:
        yield "\nwhat helps:"
    for kind, how in helping:
        # No wording helps where nothing is decided for another reason.
        unmeasured = kind == _SURE and card.unmeasured
        yield from _wrapped(f"{kind}: {_measuring(card.unmeasured) if unmeasured else how}", 2)


def _measuring(varieties: Sequence[str]) -> str:
    """What helps where nothing is decided for how sure a suggestion is was never measured."""
    told = ", ".join(f"`{one}`" for one in varieties)
    return (
        f"how sure a suggestion is was never measured for answers in {told}, so all go to a person, whatever the "
        f"wordings: mark such answers of a class in `edgekit grade review`, and `edgekit grade calibrate` learns it "
        f"from {LEAST_ANSWERS} of them"
    )


def _verdict(verdict: Verdict) -> Iterator[str]:
    value = "-" if verdict.value is None else f"{verdict.value:.3f}"
    span = "" if verdict.interval is None else f" ({verdict.interval.low:.3f} to {verdict.interval.high:.3f})"
    doubt = "" if verdict.certain else "not certain"
    told = "; ".join(one for one in (verdict.limit, doubt, verdict.detail, *verdict.chance_told) if one)
    yield from _wrapped(f"{state(verdict)}  {verdict.name}: {value}{span}, {told}", 0, 6)


def _cell(head: str) -> int:
    return max(_LEAST_CELL, len(head) + 1)


def _cells(rates: Rates) -> tuple[str, ...]:
    values = (
        rates.accuracy,
        rates.kappa,
        rates.f1,
        rates.auc,
        rates.unknown,
        rates.likely_right,
        rates.false_accepts,
        rates.coverage,
    )
    return (str(rates.count), *("-" if value is None else f"{value:.2f}" for value in values))


def wrapped(text: str) -> str:
    """A paragraph of at most 80 columns."""
    return "\n".join(_wrapped(text))


def word(passed: bool) -> str:
    """The verdict."""
    return "PASS" if passed else "FAIL"


def state(judged: AuditCard | Verdict) -> str:
    """The verdict, where there is a third: beyond the limit, and no further than chance alone."""
    return "OPEN" if judged.is_open else word(judged.passed)


def _wrapped(text: str, indent: int = 0, hanging: int | None = None) -> list[str]:
    after = " " * (indent if hanging is None else hanging)
    before = " " * indent
    return textwrap.wrap(visible(text), WIDTH, initial_indent=before, subsequent_indent=after, break_on_hyphens=False)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
