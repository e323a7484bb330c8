"""What a verification found, as values, as lines for a person, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edgekit.store.receipt import Receipt
from edgekit.store.vocabulary import Alignment
from exporters.certificate import Certificate, ScriptCost
from exporters.report.terminal import alignment_table

SCHEMA = "edgekit.verify/1"
_SHOWN = 10
_SEPARATOR = "|"


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
    """See `edgekit.pipeline.requests.Verified`.

    checked: what holds, a line each.  notes: what was not looked at.  text: of the lines that were given; where the
    original is not here, `compared` is false, and before stands for after.
    """

    receipt: Receipt
    failures: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    text: Certificate | None = None
    compared: bool = False
    run: RunFindings | None = None
    alignment: Alignment | None = None

    def lines(self) -> list[str]:
        """See `edgekit.pipeline.requests.Verified.lines`."""
        return [
            *(f"ok    {one}" for one in self.checked),
            *(f"note  {one}" for one in self.notes),
            *([] if self.run is None else _run_lines(self.run)),
            *([] if self.alignment is None else ["", *alignment_table(self.alignment)]),
            *self._recorded(),
            *([] if self.text is None else _text_lines(self.text, self.compared)),
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
            "text": None if self.text is None else _text_json(self.text, self.compared),
            "model": None if self.run is None else _run_json(self.run),
            "alignment": None if self.alignment is None else self.alignment.to_json(),
        }


def _text_lines(text: Certificate, compared: bool) -> list[str]:
    rows = [""]
    if compared:
        share = text.proven / text.lines if text.lines else 1.0
        rows.append(f"{text.proven:,} of {text.lines:,} lines of text are proven identical ({share:.2%})")
        same = text.identical - text.proven
        rows += [f"{same:,} more are identical though a token of theirs is gone"] if same else []
    else:
        rows.append(f"{text.lines:,} lines of text")
    rows += [f"  {_script_line(cost, compared)}" for cost in text.scripts]
    for one in text.changes[:_SHOWN]:
        rows += [f"  before  {_SEPARATOR.join(one.before)}", f"  after   {_SEPARATOR.join(one.after)}", ""]
    left = text.lines - text.identical - _SHOWN
    return [*rows, f"  and {left:,} lines more that change; `--json` has them"] if left > 0 else rows


def _script_line(cost: ScriptCost, compared: bool) -> str:
    (fertility, fertility_after), (fallback, fallback_after) = _rates(cost)
    before = [f"{fertility:.3f} → ", f"{fallback:.2%} → "] if compared else ["", ""]
    return (
        f"{cost.script}: {cost.lines:,} lines, tokens a word {before[0]}{fertility_after:.3f}, "
        f"unknown or byte {before[1]}{fallback_after:.2%}"
    )


def _rates(cost: ScriptCost) -> tuple[tuple[float, float], tuple[float, float]]:
    """Tokens a word, and the share of unknown or byte tokens, each before and after."""
    words, before, after = max(1, cost.words), max(1, cost.tokens_before), max(1, cost.tokens_after)
    return (
        (cost.tokens_before / words, cost.tokens_after / words),
        (cost.fallback_before / before, cost.fallback_after / after),
    )


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


def _text_json(text: Certificate, compared: bool) -> dict[str, Any]:
    scripts = []
    for cost in text.scripts:
        fertility, fallback = _rates(cost)
        pairs = {"fertility": fertility, "fallback": fallback}
        before = {f"{name}_before": pair[0] if compared else None for name, pair in pairs.items()}
        after = {f"{name}_after": pair[1] for name, pair in pairs.items()}
        scripts.append({"script": cost.script, "lines": cost.lines, "words": cost.words, **before, **after})
    return {
        "lines": text.lines,
        "proven_lines": text.proven if compared else None,
        "identical_lines": text.identical if compared else None,
        "scripts": scripts,
        "changes": [{"line": one.line, "before": list(one.before), "after": list(one.after)} for one in text.changes],
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
