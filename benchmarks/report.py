"""What a section of the report is, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.figures import Verdict, table


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer: a table, remarks, the targets that it decides, and the raw figures for `--json`.

    shared: whether others used the core meanwhile.
    """

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    verdicts: Sequence[Verdict] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    shared: bool = False

    def text(self) -> str:
        """As Markdown that is readable as it is."""
        parts = [f"## {self.title}", ""]
        if self.rows:
            parts += [table(self.head, self.rows), ""]
        parts += [f"- {note}" for note in self.notes]
        if self.verdicts:
            if self.notes:
                parts.append("")
            parts.append(targets(self.verdicts))
        return "\n".join(parts).rstrip() + "\n"

    def as_json(self) -> dict[str, Any]:
        """Title, figures, remarks, targets."""
        return {
            "title": self.title,
            **self.data,
            "notes": list(self.notes),
            "core_was_shared": self.shared,
            "targets": [verdict_as_json(verdict) for verdict in self.verdicts],
        }


def targets(verdicts: Sequence[Verdict]) -> str:
    """A table of targets."""
    return table(["target", "measured", "wanted", "verdict"], [verdict.row() for verdict in verdicts])


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """A target, the figure, and whether it is met; null where it was not measured."""
    target = verdict.target
    return {
        "target": target.what,
        "measured": verdict.value,
        "at_least" if target.at_least else "at_most": target.bound,
        "unit": target.unit.strip(),
        "met": None if verdict.value is None else target.met(verdict.value),
    }
