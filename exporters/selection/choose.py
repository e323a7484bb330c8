"""Chooses what stays: how often each language will use each token, in which order they go, and how far."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.units import counted
from exporters.corpus.base import Corpus
from exporters.corpus.checkpoint import State
from exporters.corpus.lists import list_counts, refuse_unknown, start_note
from exporters.selection.base import Cost, LanguageModel, Point, Selection, Target
from exporters.selection.candidates import candidates, characters, scripts_wanted
from exporters.selection.costs import Pieces, bits_per_byte, cost
from exporters.selection.poisson import Floats
from exporters.selection.rates import Evidence, expected_rates
from exporters.selection.removal import Removal, removal_order
from exporters.trim.base import Ids, TrimmableModel

DEFAULT_LOSS = 0.02
"""Without a target: the smallest vocabulary whose expected loss is at most 2 % in every language."""

_CURVE = (2_000, 4_000, 8_000, 12_000, 16_000, 24_000, 32_000, 48_000, 64_000, 96_000, 128_000, 192_000)
# Lines a language for bits per byte: 40 of news are 1,500 tokens, some 15 s on two cores for Gemma 3 270M.
_MEASURED_LINES = 40
# Of a plan's time: the lists of words take half, what is expected of each token a tenth, the two orders the rest.
_STEPS = 100
_LISTED, _EXPECTED, _ORDERED, _TRIED = 50, 60, 80, 98
# Of a language's tokens: FLORES dev in en and pt then takes 1.5 times the tokens (Firefox en-pt, multilingual E5).
_USABLE = 0.75


@dataclass(frozen=True, slots=True)
class _Language:
    """tag: empty for text of no single language.  words: of the held-out text.  lines: some of it."""

    tag: str
    train: Floats
    held_out: Floats
    words: float
    lines: Sequence[str]
    listed: Floats | None

    @property
    def counts(self) -> Floats:
        return self.train + self.held_out


@dataclass(frozen=True, slots=True)
class Ranking:
    """In which order a model's tokens go, whatever its format and its types: what `select` takes its time for.

    whole: whether there is no target, so that all that the text uses stays.  full: the order by all of the text.
    trial: that by nine tenths of it.  rates: of each language that is known.  possible: ids that these may use.
    seen, fixed: ids that the text uses, and that stay whatever they cost; closed sets.
    """

    whole: bool
    languages: Sequence[_Language]
    rates: Sequence[Floats]
    possible: Ids
    seen: Ids
    fixed: Ids
    full: Removal
    trial: Removal
    with_text: bool
    notes: Sequence[str]


def rank(
    model: TrimmableModel,
    corpora: Sequence[Corpus],
    *,
    languages: Sequence[str],
    whole: bool,
    scripts: frozenset[str] | None,
    keep: Ids,
    report: Reporter,
    state: State | None = None,
) -> Ranking:
    """The order in which tokens go. Reports the step `select`, 98 of a hundred; see `select` for the rest.

    state: keeps the counts of lists of words for the next ranking of the same model.
    """

    def progress(done: float) -> None:
        report(Progress("select", int(done), _STEPS, "steps"))

    tokenizer, texts = model.tokenizer, model.tokenizer.texts
    tags = _tags(languages, corpora)
    refuse_unknown([tag for tag in languages if not any(one.language in ("", tag) for one in corpora)])
    known = []
    for at, tag in enumerate(tags):

        def counted(share: float, at: int = at) -> None:
            progress(_LISTED * (at + share) / len(tags))

        known.append(_language(tag, corpora, model, counted, state))
    notes = [start_note(one.tag) for one in known if one.tag and not one.counts.any()]
    progress(_LISTED)
    counts = np.sum([one.counts for one in known], axis=0)
    wanted = scripts if scripts is not None else scripts_wanted(languages, texts, counts)
    possible = candidates(texts, wanted)
    fixed = tokenizer.closed(np.union1d(keep, characters(languages, wanted, texts)))
    seen = tokenizer.closed(np.union1d(fixed, np.intersect1d(np.flatnonzero(counts), possible)))

    evidence = [Evidence(one.counts, one.listed) for one in known]
    parted = [Evidence(one.train, one.listed) for one in known]
    with_text = any(one.held_out.any() for one in known)
    known_to = [*evidence, *(parted if with_text else [])]
    rates = expected_rates(known_to, texts, possible, model.vectors, lambda: progress(_LISTED))
    progress(_EXPECTED)
    # Without a target what the text shows stays, so that every line of it is cut as before.
    full = removal_order(
        tokenizer, _joined(rates[: len(known)], possible), seen if whole else fixed, lambda: progress(_EXPECTED)
    )
    progress(_ORDERED)
    trial = full
    if with_text:
        trial = removal_order(tokenizer, _joined(rates[len(known) :], possible), fixed, lambda: progress(_ORDERED))
    progress(_TRIED)
    return Ranking(whole, known, rates, possible, seen, fixed, full, trial, with_text, notes)


def with_target(
    model: TrimmableModel, ranking: Ranking, *, whole: bool, tick: Callable[[], None] = lambda: None
) -> Ranking:
    """The same ranking for a choice that has a target, or none: only what has to stay is another."""
    if ranking.whole == whole:
        return ranking
    joined = _joined(ranking.rates[: len(ranking.languages)], ranking.possible)
    full = removal_order(model.tokenizer, joined, ranking.seen if whole else ranking.fixed, tick)
    return replace(ranking, whole=whole, full=full)


def points(model: TrimmableModel, ranking: Ranking, count: int, report: Reporter) -> list[Point]:
    """What vocabularies cost, from one that is too small to all that the languages use, evenly by the logarithm.

    Too small keeps three quarters of a language's tokens, or is the smallest there is. Reports the step `curve`.
    """
    report(StepStarted("curve", counted(count, "size")))

    def told(done: int) -> None:
        report(Progress("curve", done, count, "steps"))

    ranking = with_target(model, ranking, whole=False, tick=lambda: told(0))
    full, costs = ranking.full, _costs(model, ranking)

    def is_usable(size: int) -> bool:
        told(0)
        return min(one.coverage for one in costs(size)) >= _USABLE

    begin = _first(is_usable, full.least, len(full.all))
    ladder = np.geomspace(max(1, begin), len(full.all), count).tolist()
    rounded = {min(max(round(at, 2 - math.floor(math.log10(at))), full.least), len(full.all)) for at in ladder}
    found = []
    for done, at in enumerate(sorted(map(int, rounded))):
        told(done)
        found.append(Point(at, model.size_bytes(full.kept(at)), costs(at)))
    report(StepFinished("curve", f"{found[0].tokens:,} to {found[-1].tokens:,} tokens"))
    return found


def select(
    model: TrimmableModel,
    corpora: Sequence[Corpus],
    *,
    languages: Sequence[str],
    target: Target,
    scripts: frozenset[str] | None,
    keep: Ids,
    language_model: LanguageModel | None,
    report: Reporter,
    ranking: Ranking | None = None,
    state: State | None = None,
) -> Selection:
    """Choose what stays, and say what it costs on text that was not used to choose.

    scripts: only tokens of these Unicode scripts stay, besides what must.  keep: ids that stay whatever they cost.
    language_model: measures bits per byte of the chosen size.  ranking: what `rank` made of the same model in any
    format and types, the same text, languages, scripts and ids to keep.  state: see `rank`. Reports the step `select`.

    What is kept is chosen by all of the text; what it costs is estimated with a choice of the same size made by nine
    tenths of it, on the tenth left out. Raises UsageError where a target cannot be met, with what can.
    """
    stays = model.tokenizer.closed(keep)
    _require_possible(target, len(stays), model.tokenizer.size)
    _require_room(target, model, stays)
    report(StepStarted("select", f"for {', '.join(languages)}"))
    whole = target == Target()
    if ranking is None:
        ranking = rank(
            model, corpora, languages=languages, whole=whole, scripts=scripts, keep=keep, report=report, state=state
        )
    ranking = with_target(model, ranking, whole=whole, tick=lambda: report(Progress("select", _TRIED, _STEPS, "steps")))
    tokenizer, notes = model.tokenizer, [*ranking.notes]
    known, rates, full = ranking.languages, ranking.rates, ranking.full
    only_scripts = scripts is not None and not corpora and whole
    judged, costs = _judged(ranking), _costs(model, ranking)
    size = len(full.all) if only_scripts else _size(model, full, target, costs)
    if size > len(full.all):
        full = _whole(model, full, rates, ranking.fixed)
        size = min(size, len(full.all))  # no set holds a token that no text produces
        notes.append(f"{size:,} tokens are more than {', '.join(languages)} use: the rest is what other languages need")
    kept = full.kept(size)
    chosen = Point(len(kept), model.size_bytes(kept), costs(size))
    if whole and max(one.expected_loss for one in chosen.costs) > DEFAULT_LOSS:
        notes.append("every token that the languages may use is kept, and the expected loss is still above 2 %")
    tried = _tried(ranking, size)
    if language_model is not None:
        try:
            chosen = _measured(chosen, model, tried, judged, language_model)
        except EngineError as problem:  # the estimate stands without it
            notes.append(f"bits per byte are not measured: {'; '.join([problem.message, *problem.reasons[:1]])}")
    curve = [Point(at, model.size_bytes(full.kept(at)), costs(at)) for at in _CURVE if full.least <= at < len(full.all)]
    everything = np.arange(tokenizer.size)
    free = tuple(cost(one.tag, tokenizer, Pieces(tokenizer, everything), one.held_out, one.words) for one in judged)
    curve.append(Point(tokenizer.size, sum(part.size_bytes for part in model.parts), free))
    report(Progress("select", _STEPS, _STEPS, "steps"))
    sources = {one.tag: _sources(one, rate, kept) for one, rate in zip(known, rates, strict=False)}
    report(StepFinished("select", f"{len(kept):,} of {tokenizer.size:,} tokens"))
    return Selection(kept, chosen, curve, sources, notes, tried if ranking.with_text else None, ranking)


def _judged(ranking: Ranking) -> list[_Language]:
    """The languages with the text that they are judged on; what is expected of one stands in where it has none."""
    return [
        replace(one, held_out=rate, words=1.0, lines=()) if not one.held_out.any() else one
        for one, rate in zip(ranking.languages, ranking.rates, strict=False)
    ]


def _tried(ranking: Ranking, size: int) -> Ids:
    return ranking.trial.kept(min(max(size, ranking.trial.least), len(ranking.trial.all)))


def _costs(model: TrimmableModel, ranking: Ranking) -> Callable[[int], tuple[Cost, ...]]:
    """What each language pays at a vocabulary size."""
    judged = _judged(ranking)

    def costs(size: int) -> tuple[Cost, ...]:
        pieces = Pieces(model.tokenizer, _tried(ranking, size))
        return tuple(cost(one.tag, model.tokenizer, pieces, one.held_out, one.words) for one in judged)

    return costs


def _tags(languages: Sequence[str], corpora: Sequence[Corpus]) -> list[str]:
    """The languages asked for, and text of no single one; text of a language that nobody asked for is as that."""
    return [*languages, *([""] if any(corpus.language not in languages for corpus in corpora) else [])]


def _language(
    tag: str, corpora: Sequence[Corpus], model: TrimmableModel, tick: Callable[[float], None], state: State | None
) -> _Language:
    none = np.zeros(model.tokenizer.size)
    own = [corpus for corpus in corpora if corpus.language == tag]
    listed = list_counts(tag, model.tokenizer, tick, state) if tag else none
    return _Language(
        tag,
        np.sum([none, *(corpus.train.tokens for corpus in own)], axis=0),
        np.sum([none, *(corpus.held_out.tokens for corpus in own)], axis=0),
        float(max(1, sum(corpus.held_out.words for corpus in own))),
        [line for corpus in own for line in corpus.sample],
        listed if listed.any() else None,
    )


def _joined(rates: Sequence[Floats], possible: Ids) -> Floats:
    """One value a token: every language counts alike, however much text of it there is."""
    joined = np.zeros(len(rates[0]))
    joined[possible] = np.sum(rates, axis=0)[possible]
    return joined


def _size(model: TrimmableModel, full: Removal, target: Target, costs: Callable[[int], tuple[Cost, ...]]) -> int:
    """How many tokens stay. Raises UsageError where a target is out of reach."""
    if target.vocab is not None:
        _require_possible(target, full.least, model.tokenizer.size)
        return target.vocab
    if target.max_size_bytes is not None:
        limit = target.max_size_bytes
        _require_room(target, model, full.kept(full.least))
        return _last(lambda size: model.size_bytes(full.kept(size)) <= limit, full.least, len(full.all))
    if target.coverage is not None:
        share = target.coverage
        return _first(lambda size: min(one.coverage for one in costs(size)) >= share, full.least, len(full.all))
    return _first(lambda size: max(one.expected_loss for one in costs(size)) <= DEFAULT_LOSS, full.least, len(full.all))


def _require_possible(target: Target, least: int, most: int) -> None:
    """Raise UsageError for a number of tokens that is none between these."""
    if target.vocab is not None and not least <= target.vocab <= most:
        raise UsageError(
            f"a vocabulary of {target.vocab:,} tokens is not possible",
            reasons=[
                f"{least:,} have to stay: controls, bytes, characters and what `--keep-text` names; "
                f"the model has {most:,}"
            ],
        )


def _require_room(target: Target, model: TrimmableModel, least: Ids) -> None:
    """Raise UsageError for a size that the model does not get down to with the tokens that have to stay."""
    if target.max_size_bytes is not None and (needed := model.size_bytes(least)) > target.max_size_bytes:
        raise UsageError(
            f"{target.max_size_bytes / 1e6:,.1f} MB is too small",
            reasons=[f"with the {len(least):,} tokens that have to stay, the files take {needed / 1e6:,.1f} MB"],
        )


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest size at which a condition that stays true holds; high where none does."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The largest size at which a condition that stays false holds; low holds."""
    return _first(lambda size: size < high and not holds(size + 1), low, high)


def _whole(model: TrimmableModel, full: Removal, rates: Sequence[Floats], fixed: Ids) -> Removal:
    """The order with all tokens: those that no language here uses go first, the rarest, by id, before the others."""
    rarest = min(float(rate[rate > 0].min()) for rate in rates) / 2
    values = np.sum(rates, axis=0)
    others = np.setdiff1d(np.arange(model.tokenizer.size), full.all)
    values[others] = rarest / (others + 1.0)
    return removal_order(model.tokenizer, values, fixed)


def _measured(
    point: Point, model: TrimmableModel, kept: Ids, languages: Sequence[_Language], running: LanguageModel
) -> Point:
    """The point with bits per byte of its languages, over some lines of each."""
    measured: list[Cost] = []
    for one, language in zip(point.costs, languages, strict=True):
        step = max(1, len(language.lines) // _MEASURED_LINES)
        lines = language.lines[::step][:_MEASURED_LINES]
        measured.append(replace(one, bits_per_byte=bits_per_byte(running, model.tokenizer, kept, lines)))
    return replace(point, costs=tuple(measured))


def _sources(one: _Language, rate: Floats, kept: Ids) -> Mapping[str, float]:
    """How much of what is expected of the kept tokens was seen, is in a list of words, or is the model's own say."""
    stays: NDArray[np.bool_] = np.zeros(len(rate), np.bool_)
    stays[kept] = True
    seen = one.counts > 0
    listed = np.zeros_like(stays) if one.listed is None else one.listed > 0
    shares = {"text": stays & seen, "words": stays & ~seen & listed, "model": stays & ~seen & ~listed}
    total = max(float(rate[stays].sum()), 1e-12)
    return {name: float(rate[which].sum()) / total for name, which in shares.items()}
