"""The trimmed model beside the original: the same bytes, the same logits, the same text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgekit.core.errors import EngineError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.units import counted
from edgekit.pipeline.requests import OpenLanguageModel
from exporters.findings import Divergence, Findings, RunFindings
from exporters.opening import Source
from exporters.selection.base import LanguageModel
from exporters.trim.base import Ids
from exporters.trim.gguf import TABLES, GgufModel

# llama.cpp gives exactly 0.0 for rows that are the same bytes; another build may add up in another order.
MOST_DIFFERENCE = 1e-3
_TEXTS = 4
_CONTEXT = 24  # tokens of a text whose logits are compared: 25 rows of 262,144 float32 are 26 MB
_PROMPT = 8  # of them begin the text that is continued
_CONTINUED = 24


def compare_tensors(source: GgufModel, trimmed: GgufModel, kept: Ids) -> list[str]:
    """What is not byte by byte what the original has in the rows of kept tokens, and everywhere else."""
    reasons = []
    if source.file.tensors.keys() != trimmed.file.tensors.keys():
        reasons.append("the artifact has other tensors than its source")
    for name, place in source.file.tensors.items():
        if name not in trimmed.file.tensors:
            continue
        rows, left = source.file.rows(name), trimmed.file.rows(name)
        wanted = rows[kept] if name in TABLES else rows
        if trimmed.file.tensors[name].type != place.type or not np.array_equal(wanted, left):
            reasons.append(f"`{name}` is not what the source has")
    return reasons


def compare_runs(
    source: Source,
    trimmed: Source,
    kept: Ids,
    texts: Sequence[Sequence[int]],
    open_model: OpenLanguageModel,
    findings: Findings,
    report: Reporter,
) -> None:
    """Run both models on the same tokens, one after the other.  texts: ids of the original, kept ones only."""
    report(StepStarted("run", f"{source.id} and {trimmed.id}"))
    new_ids = np.full(source.model.tokenizer.size, -1, np.int64)
    new_ids[kept] = np.arange(len(kept))
    texts = [list(text[:_CONTEXT]) for text in texts[:_TEXTS]]
    try:
        before = _run(open_model(source.container), texts, kept, report, 0)
    except EngineError as problem:
        findings.notes.append(f"`{source.id}` does not run here, so nothing is compared: {problem.message}")
        return
    try:
        after = _run(
            open_model(trimmed.container), [new_ids[text].tolist() for text in texts], None, report, len(texts)
        )
    except EngineError as problem:
        findings.failures.append(f"its source runs here, and it does not: {problem.message}")
        return
    difference = max(
        (float(np.abs(one - two).max()) for one, two in zip(before[0], after[0], strict=True)), default=0.0
    )
    words = source.model.tokenizer.texts
    divergences: list[Divergence] = []
    tokens = 0
    for text, old, new in zip(texts, before[1], after[1], strict=True):
        mapped = [int(kept[at]) for at in new]
        same = next(
            (at for at, (one, two) in enumerate(zip(old, mapped, strict=False)) if one != two),
            min(len(old), len(mapped)),
        )
        tokens += same
        if old == mapped:
            continue
        context = _spelled(words, [*text[:_PROMPT], *old[:same]])
        original = _spelled(words, old[same : same + 1])
        chosen = _spelled(words, mapped[same : same + 1])
        if same < len(old) and new_ids[old[same]] < 0:
            divergences.append(Divergence(context, original, chosen))
        else:
            findings.failures.append(
                f"after `{context}` the text goes on with `{chosen}`, the original's with `{original}`"
            )
    places = sum(len(one) for one in before[0])
    findings.run = RunFindings(places, difference, len(texts), tokens, divergences)
    if difference > MOST_DIFFERENCE:
        findings.failures.append(f"a logit of a kept token differs by {difference:.6g}")
    report(StepFinished("run", counted(places, "place")))


def _run(
    model: LanguageModel, texts: Sequence[Sequence[int]], rows: Ids | None, report: Reporter, done: int
) -> tuple[list[np.ndarray], list[list[int]]]:
    """Logits of each text (of these rows alone), and what follows its beginning."""
    try:
        logits, greedy = [], []
        for number, text in enumerate(texts, 1):
            one = model.logits(text)
            logits.append(one if rows is None else one[:, rows])
            greedy.append(model.greedy(text[:_PROMPT], _CONTINUED))
            report(Progress("run", done + number, 2 * len(texts), "lines"))
        return logits, greedy
    finally:
        model.close()


def _spelled(texts: Sequence[str], ids: Sequence[int]) -> str:
    return "".join(texts[at] or "\ufffd" for at in ids)
