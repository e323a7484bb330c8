"""What the grade screen asks of the gradebook and of grading, behind one seam, so that a test can answer instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from edgekit.core.events import Event

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.redteam import AttackCard
    from edgekit.gradebook.book import SessionEntry
    from edgekit.gradebook.standing import Action, Standing
    from edgekit.grading.groups import Alike
    from edgekit.quiz.model import Question
    from edgekit.quiz.suggestion import Answer, Suggestion

Report = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of one answer.

    feedback: what goes out to the student in the place of the suggested words, empty for nothing; None for those.
    contested: why its mark was contested, empty where nobody said why or it was not.
    """

    number: int
    answer: Answer
    question: Question
    standing: Standing
    suggestion: Suggestion | None
    feedback: str | None = None
    contested: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a session.  left: with no mark yet, review: those of them that are sent to a person, waiting: not graded."""

    answers: int
    left: int
    review: int
    waiting: int


class OpenClass(Protocol):
    """A session that is open; every change is on the disk when the call returns."""

    @property
    def id(self) -> int:
        """Its number in the gradebook."""
        ...

    @property
    def title(self) -> str:
        """Of the quiz."""
        ...

    def refresh(self) -> None:
        """Take in what was graded meanwhile."""
        ...

    def counts(self) -> Counts:
        """How much is left."""
        ...

    def queue(self) -> list[int]:
        """Answers with a suggestion and no mark, those that need a person most first."""
        ...

    def decided(self) -> list[int]:
        """Answers that a person has decided on, the last first."""
        ...

    def card(self, number: int) -> Card | None:
        """Of an answer; None where there is none of that number."""
        ...

    def alike(self, number: int) -> Alike:
        """What could be accepted together with it."""
        ...

    def decide(self, cards: Sequence[Card], action: Action, points: float | None = None) -> None:
        """Make marks of what was seen, all or none.

        Raises EdgekitError: also where another suggestion or somebody else's decision stands now.
        """
        ...

    def unreleased(self) -> list[int]:
        """Answers with a mark that did not go out yet."""
        ...

    def release(self, numbers: Sequence[int]) -> None:
        """Say that marks went out to the students, all or none. Raises EdgekitError."""
        ...

    def undo(self, rows: Mapping[int, int]) -> None:
        """Take decisions back, all or none.  rows: of the record, by answer: what comes last there.

        Raises EdgekitError: also where somebody else's decision stands now.
        """
        ...

    def save(self, folder: Path) -> Path:
        """Write a table of marks, empty where there is none yet, to a new file. Raises EdgekitError."""
        ...

    def close(self) -> None:
        """Close the gradebook."""
        ...


class Grades(Protocol):
    """The gradebook of this user."""

    def sessions(self) -> list[SessionEntry]:
        """The newest last. Raises EdgekitError."""
        ...

    def open(self, number: int) -> OpenClass:
        """One of them. Raises EdgekitError."""
        ...

    def begin(self, quiz: Path, answers: Path, begun: Callable[[int], None], report: Report) -> int:
        """Grade answers, going on with a session of the same; begun: told its number before the first suggestion.

        Raises EdgekitError.
        """
        ...

    def go_on(self, number: int, report: Report) -> int:
        """Grade what has no suggestion yet, with the models the session was begun with. Raises EdgekitError."""
        ...

    def red_team(self, number: int, report: Report) -> AttackCard:
        """Try what must not get marks against the quiz of a session. Raises EdgekitError."""
        ...

    def audit(self, number: int, report: Report) -> AuditCard:
        """Whether the same content gets the same mark in every variety of the quiz. Raises EdgekitError."""
        ...

    def example(self, folder: Path, language: str) -> tuple[Path, Path]:
        """Write an example of a quiz and of answers into a folder, and give both. Raises EdgekitError."""
        ...
