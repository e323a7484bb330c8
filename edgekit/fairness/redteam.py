"""The attack card: what of a quiz's own red team gets marks that it must not get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from edgekit.core.events import Progress, Reporter, silent
from edgekit.fairness.attacks import Attack, attacks
from edgekit.fairness.measures import Interval, share_interval
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, Suggestion

Grade: TypeAlias = Callable[[Answer], Suggestion]
# Of the issue that grading was built for: at most 5 % pass, or at least 95 % go to a person.
MOST_PASSING = 0.05
LEAST_REVIEWED = 0.95


@dataclass(frozen=True, slots=True)
class Fallen:
    """An attack that worked: what it says and what it got, and where: question, and criterion where it is of one."""

    attack: Attack
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of attack.  passing: suggested, without review, with at least half of the points.

    moved: instructions that changed the points of the answer they stand in.  questions: of each, passing and count.
    """

    name: str
    kind: str
    count: int
    passing: int
    reviewed: int
    moved: int
    fallen: tuple[Fallen, ...]
    questions: tuple[tuple[int, int], ...] = ()

    @property
    def interval(self) -> Interval:
        """Of the share that passes, 95 %: of few attacks of which none passes others may."""
        return share_interval(self.passing, self.count, self.questions)

    @property
    def passed(self) -> bool:
        """Content: few pass, or nearly all go to a person. Instructions: none changes points. Honest ones: all pass."""
        if self.kind == "honest":
            return not self.fallen
        if self.moved:
            return False
        return self.passing <= MOST_PASSING * self.count or self.reviewed >= LEAST_REVIEWED * self.count


@dataclass(frozen=True, slots=True)
class AttackCard:
    """rows: a kind of attack each, the order of their names kept."""

    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """Whether every row holds, and there is one."""
        return bool(self.rows) and all(row.passed for row in self.rows)

    @property
    def weak(self) -> Mapping[str, int]:
        """Question, or question and criterion -> attacks that worked there, most first."""
        found: dict[str, int] = defaultdict(int)
        for row in self.rows:
            for one in row.fallen:
                where = one.attack.question + (f" / {one.attack.criterion}" if one.attack.criterion else "")
                found[where] += 1
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def attack(quiz: Quiz, grade: Grade, *, seed: int = 0, report: Reporter = silent) -> AttackCard:
    """Run every attack on the quiz, each alone: beside each other they would be taken for copies.

    report: of `attack`, counted in answers.
    """
    tried = attacks(quiz, seed=seed)
    bases = list(dict.fromkeys((one.question, one.base) for one in tried if one.kind == "instruction"))
    answers = [Answer(f"attack-{at}", one.question, one.text, language=one.language) for at, one in enumerate(tried)]
    answers += [Answer(f"base-{at}", question, text) for at, (question, text) in enumerate(bases)]
    found = {}
    report(Progress("attack", 0, len(answers), "answers"))
    for done, answer in enumerate(answers, 1):
        found[answer.answer_id] = grade(answer)
        report(Progress("attack", done, len(answers), "answers"))
    plain = {key: found[f"base-{at}"].points for at, key in enumerate(bases)}
    groups: dict[str, list[tuple[Attack, Suggestion]]] = defaultdict(list)
    for at, one in enumerate(tried):
        groups[one.name].append((one, found[f"attack-{at}"]))
    return AttackCard(tuple(_row(name, group, plain) for name, group in groups.items()))


def _row(name: str, group: Sequence[tuple[Attack, Suggestion]], plain: Mapping[tuple[str, str], float]) -> Row:
    passing, moved, fallen = 0, 0, []
    questions: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one, suggestion in group:
        accepted = suggestion.points >= suggestion.most / 2 and suggestion.most > 0
        worked = accepted and suggestion.decision == "suggest"
        passing += worked
        before, count = questions[one.question]
        questions[one.question] = before + worked, count + 1
        if one.kind == "honest":
            worked = not accepted
        elif one.kind == "instruction" and suggestion.points != plain[one.question, one.base]:
            moved += 1
            worked = True
        if worked:
            fallen.append(Fallen(one, suggestion.points, suggestion.most))
    reviewed = sum(suggestion.decision == "review" for _, suggestion in group)
    kind = group[0][0].kind
    return Row(name, kind, len(group), passing, reviewed, moved, tuple(fallen), tuple(questions.values()))
