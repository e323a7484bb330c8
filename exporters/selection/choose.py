"""Which tokens stay: everything that the text uses and what that is made of; a target drops the rarest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgekit.core.errors import UsageError
from edgekit.core.events import Reporter, StepFinished, StepStarted
from exporters.corpus.base import Corpus
from exporters.selection.base import Cost, LanguageModel, Point, Selection, Target
from exporters.trim.base import Ids, TrimmableModel

_CURVE = (0.125, 0.25, 0.5, 0.75)  # sizes of the curve, as shares of what is there


def select(
    model: TrimmableModel,
    corpora: Sequence[Corpus],
    *,
    languages: Sequence[str],
    target: Target,
    scripts: frozenset[str] | None,  # noqa: ARG001  counts alone decide here
    keep: Ids,
    language_model: LanguageModel | None,  # noqa: ARG001  the same
    report: Reporter,
) -> Selection:
    """Choose what stays. keep: ids that stay whatever they cost. Raises UsageError where a target cannot be met."""
    report(StepStarted("select", f"for {', '.join(languages)}"))
    tokenizer = model.tokenizer
    counts = sum((corpus.train.tokens + corpus.held_out.tokens for corpus in corpora), np.zeros(tokenizer.size))
    ranked = np.lexsort((np.arange(tokenizer.size), -counts))
    seen = ranked[: int((counts > 0).sum())]
    full = tokenizer.closed(np.union1d(seen, keep))

    def kept_of(count: int) -> Ids:
        return tokenizer.closed(np.union1d(seen[:count], keep))

    def fits(kept: Ids) -> bool:
        if target.vocab is not None:
            return len(kept) <= target.vocab
        if target.max_size_bytes is not None:
            return model.size_bytes(kept) <= target.max_size_bytes
        return True

    low, high = 0, len(seen)
    if not fits(kept_of(0)):
        raise UsageError(
            "the target cannot be met", reasons=[f"{len(kept_of(0)):,} tokens have to stay, whatever the text"]
        )
    if fits(full):
        low = len(seen)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(kept_of(middle)) else (low, middle)
    kept = kept_of(low)
    sizes = sorted({round(low * share) for share in _CURVE})
    curve = [_point(model, corpora, one) for one in (*(kept_of(size) for size in sizes), np.arange(tokenizer.size))]
    chosen = _point(model, corpora, kept)
    report(StepFinished("select", f"{len(kept):,} of {tokenizer.size:,} tokens"))
    return Selection(kept, chosen, curve, {})


def _point(model: TrimmableModel, corpora: Sequence[Corpus], kept: Ids) -> Point:
    return Point(len(kept), model.size_bytes(kept), tuple(_cost(model, corpus, kept) for corpus in corpora))


def _cost(model: TrimmableModel, corpus: Corpus, kept: Ids) -> Cost:
    tokenizer = model.tokenizer
    after_tokenizer = tokenizer.trimmed(kept)
    before = [at for ids in tokenizer.encode(corpus.sample) for at in ids]
    after = [at for ids in after_tokenizer.encode(corpus.sample) for at in ids]
    words = max(1, sum(len(line.split()) for line in corpus.sample))
    stays = np.zeros(tokenizer.size, np.bool_)
    stays[kept] = True
    return Cost(
        corpus.language,
        float(stays[before].mean()) if before else 1.0,
        len(before) / words,
        len(after) / words,
        float(tokenizer.fallback[before].mean()) if before else 0.0,
        float(after_tokenizer.fallback[after].mean()) if after else 0.0,
        len(after) / len(before) - 1 if before else 0.0,
    )
