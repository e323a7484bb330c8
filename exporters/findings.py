"""What a verification found, as values, as lines for a person, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edgekit.store.receipt import Receipt

SCHEMA = "edgekit.verify/1"
_SHOWN = 10
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that is cut into other pieces than before; number counts from 1 over all texts."""

    number: int
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """Lines of one script, the one most of their letters have, as the trimmed model reads them and the original did.

    fertility: tokens a word.  fallback: share of unknown or byte tokens.  Both are pairs of before (None where the
    original is not here) and after.
    """

    script: str
    lines: int
    fertility: tuple[float | None, float]
    fallback: tuple[float | None, float]


@dataclass(frozen=True, slots=True)
class TextFindings:
    """proven: lines, of `lines`, that are cut into the same tokens as before; None where the original is not here."""

    lines: int
    proven: int | None
    changed: Sequence[ChangedLine]
    scripts: Sequence[ScriptRow]


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where greedy text leaves that of the original, because the original's choice was trimmed."""

    context: str
    original: str
    chosen: str


@dataclass(frozen=True, slots=True)
class RunFindings:
    """Both models, run on the same tokens.

    places: contexts whose logits were compared.  difference: largest of a kept token's logit.
    texts: continued greedily, `tokens` altogether until they end or part.
    """

    places: int
    difference: float
    texts: int
    tokens: int
    divergences: Sequence[Divergence]


@dataclass(slots=True)
class Findings:
    """See `edgekit.pipeline.requests.Verified`.  checked: what holds, a line each.  notes: what was not looked at."""

    receipt: Receipt
    failures: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    text: TextFindings | None = None
    run: RunFindings | None = None

    def lines(self) -> list[str]:
        """See `edgekit.pipeline.requests.Verified.lines`."""
        return [
            *(f"ok    {one}" for one in self.checked),
            *(f"note  {one}" for one in self.notes),
            *self._recorded(),
            *([] if self.text is None else _text_lines(self.text)),
            *([] if self.run is None else _run_lines(self.run)),
        ]

    def _recorded(self) -> list[str]:
        vocabulary = self.receipt.vocabulary
        if vocabulary is None:
            return []
        return ["", "as the receipt has it:"] + [
            f"  {one.language or 'any language'}, {one.part}: {one.identical:,} of {one.lines:,} lines identical "
            f"({one.share:.2%})"
            for one in vocabulary.certificates
        ]

    def to_json(self) -> dict[str, Any]:
        """See `edgekit.pipeline.requests.Verified.to_json`."""
        vocabulary = self.receipt.vocabulary
        return {
            "schema": SCHEMA,
            "id": self.receipt.id,
            "holds": not self.failures,
            "failures": list(self.failures),
            "checked": list(self.checked),
            "notes": list(self.notes),
            "vocabulary": None if vocabulary is None else vocabulary.to_json(),
            "text": None if self.text is None else _text_json(self.text),
            "model": None if self.run is None else _run_json(self.run),
        }


def _text_lines(text: TextFindings) -> list[str]:
    rows = [""]
    if text.proven is None:
        rows.append(f"{text.lines:,} lines of text")
    else:
        share = text.proven / text.lines if text.lines else 1.0
        rows.append(f"{text.proven:,} of {text.lines:,} lines of text are proven identical ({share:.2%})")
    rows += [
        f"  {row.script}: {row.lines:,} lines, tokens a word {_pair(row.fertility, '.3f')}, "
        f"unknown or byte {_pair(row.fallback, '.2%')}"
        for row in text.scripts
    ]
    for one in text.changed[:_SHOWN]:
        rows += [
            f"  line {one.number}",
            f"    before  {_SEPARATOR.join(one.before)}",
            f"    after   {_SEPARATOR.join(one.after)}",
        ]
    if len(text.changed) > _SHOWN:
        rows.append(f"  and {len(text.changed) - _SHOWN:,} more; `--json` has them all")
    return rows


def _pair(values: tuple[float | None, float], form: str) -> str:
    before, after = values
    return format(after, form) if before is None else f"{format(before, form)} → {format(after, form)}"


def _run_lines(run: RunFindings) -> list[str]:
    rows = [
        "",
        f"logits of kept tokens differ by {run.difference:.6g} at most, at {run.places:,} places",
        f"greedy text: {run.tokens:,} tokens of {run.texts:,} texts, "
        f"{len(run.divergences):,} of them part where the original's choice was trimmed",
    ]
    return rows + [
        f"  after `{one.context}` the original says `{one.original}`, which is gone: `{one.chosen}`"
        for one in run.divergences
    ]


def _text_json(text: TextFindings) -> dict[str, Any]:
    return {
        "lines": text.lines,
        "identical_lines": text.proven,
        "changed": [{"line": one.number, "before": list(one.before), "after": list(one.after)} for one in text.changed],
        "scripts": [
            {
                "script": row.script,
                "lines": row.lines,
                "fertility": list(row.fertility),
                "fallback": list(row.fallback),
            }
            for row in text.scripts
        ],
    }


def _run_json(run: RunFindings) -> dict[str, Any]:
    return {
        "places": run.places,
        "largest_difference": run.difference,
        "texts": run.texts,
        "tokens": run.tokens,
        "divergences": [
            {"context": one.context, "original": one.original, "chosen": one.chosen} for one in run.divergences
        ],
    }
