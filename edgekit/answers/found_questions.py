"""A question as another program has it, on its way to a quiz file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edgekit.answers.answers import shown
from edgekit.quiz.model import QuestionKind
from edgekit.quiz.texts import is_id

FULL = 99.99
"""Per cent of the points from which an answer is right; Moodle rounds thirds."""


@dataclass(slots=True)
class FoundQuestion:
    """What was read; `table` is what a teacher would have written.

    options: text and whether it is right.  option_ids: what answers call them, where that is no letter.
    partly: other answers, or texts of options, and their per cent of the points.
    criteria: points, or None, and statement.  category: that it stood in.
    part: the number of the gap that it is of a text, 0 for a question of its own.  of: the number of that text.
    """

    kind: QuestionKind
    text: str
    id: str = ""
    name: str = ""
    points: float | None = None
    language: str | None = None
    references: list[str] = field(default_factory=list)
    criteria: list[tuple[float | None, str]] = field(default_factory=list)
    options: list[tuple[str, bool]] = field(default_factory=list)
    option_ids: list[str] = field(default_factory=list)
    partly: list[tuple[str, float]] = field(default_factory=list)
    value: float | None = None
    tolerance: float = 0.0
    unit: str | None = None
    category: str = ""
    part: int = 0
    of: int = 0

    @property
    def says_nothing(self) -> bool:
        """Whether no right answer is known, or no question."""
        known = self.references or self.criteria or self.value is not None or any(right for _, right in self.options)
        return not known or not self.text.strip()

    def _has_own_ids(self) -> bool:
        """Whether each option has an id that a quiz can have, and no other has."""
        plain = {name.casefold() for name in self.option_ids}
        return len(plain) == len(self.options) and all(map(is_id, self.option_ids))

    def _give_partly(self, table: dict[str, Any], names: Mapping[str, str]) -> None:
        """Write what has some of the points; names: of its answers in the quiz."""
        most = self.points if self.points is not None else 1.0
        points = {names[text]: round(most * worth / 100, 6) for text, worth in self.partly if text in names}
        points = {
            name: value for name, value in points.items() if 0 < value < most and name not in table.get("correct", ())
        }
        if points:
            table["partly"] = points

    def table(self, language: str) -> dict[str, Any]:
        """The question as a table of a quiz file."""
        table: dict[str, Any] = {"id": self.id, "kind": self.kind, "text": self.text}
        if self.language is not None and self.language != language:
            table["language"] = self.language
        if self.points is not None:
            table["points"] = self.points
        if self.kind in ("explain", "exact"):
            if self.references:
                table["references"] = list(dict.fromkeys(self.references))
            if self.kind == "exact":
                self._give_partly(table, {text: text for text, _ in self.partly if text not in self.references})
            if self.criteria and self.kind == "explain":
                table["criteria"] = _criteria(self.criteria)
        elif self.kind == "numeric":
            table |= {"value": self.value, "tolerance": self.tolerance}
            if self.unit:
                table["unit"] = self.unit
        elif self.kind == "choice":
            ids = self.option_ids if self._has_own_ids() else []
            texts = [text for text, _ in self.options]
            table["options"] = dict(zip(ids, texts, strict=True)) if ids else texts
            ids = ids or [chr(ord("a") + at) for at in range(len(texts))]
            table["correct"] = [name for name, (_, right) in zip(ids, self.options, strict=True) if right]
            self._give_partly(table, {text: name for name, text in zip(ids, texts, strict=True)})
        return table


def _criteria(criteria: Sequence[tuple[float | None, str]]) -> list[dict[str, Any]]:
    every = all(points is not None for points, _ in criteria)
    return [{"statement": text, **({"points": points} if every else {})} for points, text in criteria]


@dataclass(slots=True)
class Reading:
    """What a file gave: questions in order, notes for the teacher, its title, how many items and texts with gaps."""

    questions: list[FoundQuestion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    title: str = ""
    items: int = 0
    texts: int = 0

    def left_out(self, question: FoundQuestion, what: str, count: int) -> None:
        """Note what of a question is not in the quiz, if there is any."""
        if count:
            name = shown(question.id or question.name or question.text)
            name += f".{question.part}" if question.part else ""
            self.notes.append(f"`{name}`: left out, {what}: {count}")


def category_name(path: str) -> str:
    """`$course$/top/Water` -> `Water`; what holds every category is none."""
    # A slash within a name is doubled.
    name = path.strip().replace("//", "\0").rpartition("/")[2].replace("\0", "/").strip()
    return "" if name in ("top", "$course$", "$module$", "$system$") else name
