"""What trimming does to a text: how many lines are cut as before, by proof and by trial, and what the others cost.

A line all of whose tokens stay is cut into the same ones by the trimmed tokenizer: its kept set is closed (see
`exporters.trim.base.Tokenizer.closed`), every join that made them is still possible, and none is new. So its ids map
one to one, the rows of the tables are equal, and so is everything that the model computes from them.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import FailedError, InputError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.units import counted
from exporters.corpus.reading import BlockReader
from exporters.corpus.scripts import main_script
from exporters.corpus.sources import find_sources
from exporters.corpus.tallying import is_held_out
from exporters.corpus.workers import cores, in_order
from exporters.trim.base import Ids, Tokenizer

STEP = "certify"
EXAMPLES = 20
# An example is there to be read.
_EXAMPLE_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class ScriptCost:
    """The lines of which most letters are of one script (`Zyyy`: lines without letters).

    words: runs of non-space characters.  tokens, fallback: all tokens, and those that are unknown or bytes, as the
    original and as the trimmed tokenizer cuts the lines.
    """

    script: str
    lines: int
    words: int
    tokens_before: int
    tokens_after: int
    fallback_before: int
    fallback_after: int

    def __add__(self, other: ScriptCost) -> ScriptCost:
        return ScriptCost(self.script, *(a + b for a, b in zip(_numbers(self), _numbers(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is cut differently, and its pieces before and after; long ones are shortened to their beginning."""

    line: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What holds for a number of lines.

    proven: lines of which every token stays.  identical: lines that the trimmed tokenizer, run on them, cuts into the
    same tokens.  scripts: in the order of their codes.  changes: the first lines that change.
    """

    lines: int
    proven: int
    identical: int
    scripts: tuple[ScriptCost, ...]
    changes: tuple[Change, ...]

    @property
    def words(self) -> int:
        """Runs of non-space characters."""
        return sum(cost.words for cost in self.scripts)

    @property
    def tokens(self) -> tuple[int, int]:
        """Before and after."""
        return sum(cost.tokens_before for cost in self.scripts), sum(cost.tokens_after for cost in self.scripts)

    @property
    def fallback(self) -> tuple[int, int]:
        """Unknown and byte tokens, before and after."""
        return sum(cost.fallback_before for cost in self.scripts), sum(cost.fallback_after for cost in self.scripts)

    def joined(self, other: Certificate, *, examples: int = EXAMPLES) -> Certificate:
        """The certificate of these lines and then the others."""
        costs = {cost.script: cost for cost in self.scripts}
        for cost in other.scripts:
            costs[cost.script] = costs[cost.script] + cost if cost.script in costs else cost
        return Certificate(
            self.lines + other.lines,
            self.proven + other.proven,
            self.identical + other.identical,
            tuple(costs[code] for code in sorted(costs)),
            (self.changes + other.changes)[:examples],
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values: the fields, and the sums over all scripts."""
        before, after = self.tokens
        fallback_before, fallback_after = self.fallback
        return {
            **asdict(self),
            "words": self.words,
            "tokens_before": before,
            "tokens_after": after,
            "fallback_before": fallback_before,
            "fallback_after": fallback_after,
        }


NOTHING = Certificate(0, 0, 0, (), ())


@dataclass(frozen=True, slots=True)
class Certified:
    """The certificate of a language's text, and of the tenth of it that is held out."""

    whole: Certificate
    held_out: Certificate


def certify(
    lines: Iterable[str], before: Tokenizer, after: Tokenizer, kept: Ids, *, examples: int = EXAMPLES
) -> Certificate:
    """The certificate of lines, which are read once and not kept.

    before, after: the tokenizers of the original and the trimmed model.  kept: (K,) the original ids of the trimmed
    ones, ascending.  examples: how many changes are kept.
    Raises FailedError where a line is cut differently although all its tokens stay: the trimmed tokenizer is wrong.
    """
    task = CertifyLines(before, after, kept, examples)
    found = NOTHING
    numbered = iter(lines)
    while group := list(itertools.islice(numbered, 1000)):
        found = found.joined(task.certificate(group), examples=examples)
    return found


def certify_corpora(
    arguments: Sequence[str],
    before: Tokenizer,
    after: Tokenizer,
    kept: Ids,
    *,
    languages: Sequence[str],
    field: str = "text",
    jobs: int | None = None,
    examples: int = EXAMPLES,
    report: Reporter = silent,
) -> dict[str, Certified]:
    """The certificates of each language's texts, on all cores; arguments, languages, field, jobs as in `count_corpora`.

    Reports the step `certify` in stored bytes. Raises InputError like `count_corpora`, FailedError like `certify`.
    """
    sources = find_sources(arguments, languages)
    sizes = [source.size_bytes for source in sources]
    total = sum(size for size in sizes if size is not None) if None not in sizes else None
    report(StepStarted(STEP, counted(len(sources), "text")))
    reader = BlockReader(sources, field)
    found: dict[str, Certified] = {}
    for block, one in in_order(CertifyLines(before, after, kept, examples), reader, jobs=jobs or cores()):
        known = found.get(block.language, Certified(NOTHING, NOTHING))
        found[block.language] = Certified(
            known.whole.joined(one.whole, examples=examples), known.held_out.joined(one.held_out, examples=examples)
        )
        report(Progress(STEP, block.read_bytes, total, "bytes"))
    if reader.problems:
        raise InputError("the text cannot be read", reasons=reader.problems)
    lines = sum(one.whole.lines for one in found.values())
    identical = sum(one.whole.identical for one in found.values())
    report(StepFinished(STEP, f"{identical:,} of {lines:,} lines are cut as before"))
    return found


class CertifyLines:
    """Certifies a block of lines."""

    def __init__(self, before: Tokenizer, after: Tokenizer, kept: Ids, examples: int) -> None:
        if len(kept) != after.size:
            raise FailedError(f"{len(kept):,} tokens are kept, and the trimmed tokenizer has {after.size:,}")
        self._before, self._after, self._examples = before, after, examples
        self._new = np.full(before.size, -1, np.int64)
        self._new[kept] = np.arange(len(kept))
        self._fallback = tuple(frozenset(np.flatnonzero(one.fallback).tolist()) for one in (before, after))

    @functools.cached_property
    def _texts(self) -> tuple[Sequence[str], Sequence[str]]:
        return self._before.texts, self._after.texts

    def __call__(self, block: bytes) -> Certified:
        sides: tuple[list[str], list[str]] = [], []
        for line in block.split(b"\n")[:-1]:
            sides[is_held_out(line)].append(line.decode())
        train, held_out = map(self.certificate, sides)
        return Certified(train.joined(held_out, examples=self._examples), held_out)

    def certificate(self, lines: Sequence[str]) -> Certificate:
        """The certificate of lines."""
        costs: dict[str, ScriptCost] = {}
        changes: list[Change] = []
        proven = identical = 0
        pairs = zip(lines, self._before.encode(lines), self._after.encode(lines), strict=True)
        for line, before, after in pairs:
            check_cancelled()
            new = self._new[before] if before else self._new[:0]
            stays = bool((new >= 0).all())
            same = new.tolist() == after
            proven += stays
            identical += same
            if stays and not same:
                raise FailedError(
                    "the trimmed tokenizer cuts a line differently although all its tokens stay",
                    reasons=[f"{line[:_EXAMPLE_CHARACTERS]!r}: {self._change(line, before, after)}"],
                )
            if not same and len(changes) < self._examples:
                changes.append(self._change(line, before, after))
            code = main_script(line)
            fallback = (
                sum(map(ids.__contains__, cut)) for ids, cut in zip(self._fallback, (before, after), strict=True)
            )
            cost = ScriptCost(code, 1, len(line.split()), len(before), len(after), *fallback)
            costs[code] = costs[code] + cost if code in costs else cost
        return Certificate(len(lines), proven, identical, tuple(costs[code] for code in sorted(costs)), tuple(changes))

    def _change(self, line: str, before: Sequence[int], after: Sequence[int]) -> Change:
        cut = line[:_EXAMPLE_CHARACTERS]
        pieces = (
            tuple(itertools.islice((texts[at] or "\ufffd" for at in ids), _EXAMPLE_CHARACTERS))
            for texts, ids in zip(self._texts, (before, after), strict=True)
        )
        return Change(cut, *pieces)


def _numbers(cost: ScriptCost) -> tuple[int, ...]:
    return (
        cost.lines,
        cost.words,
        cost.tokens_before,
        cost.tokens_after,
        cost.fallback_before,
        cost.fallback_after,
    )
