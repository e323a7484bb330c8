"""How fast and how good edgekit translates, beside every engine that runs the same weights.

The table of the README:

    pip install -e '.[dev]'
    edgekit pull firefox-en-pt
    python benchmarks/translation.py                                           en to pt, FLORES dev
    python benchmarks/translation.py --direction pt-en --only batch,single
    python benchmarks/translation.py --only scaling --scaling full    1,000 to 100,000 lines
    python benchmarks/translation.py --activations --only activations      static, dynamic and float activations

`--limit 40 --rounds 2` gives a first look. FLORES-200 dev (files `dev.en` and `dev.pt`, one
sentence a line) is looked for in `../shared/data/flores`; `--data FOLDER` names another place, and
`--source FILE --reference FILE` any parallel files.

Every peer gets a virtual environment of its own in `.peers/` (network, once). Every engine is one process, open all the
time and bound to the same core; they run in turn, A B C D, D C B A, and so on, so that what slows the machine for a
while slows all of them. A figure is the median of the rounds, a ratio the median of the ratios of each round. Words are
whitespace tokens of the source. Seconds are of this machine: compare ratios.

The report goes to stdout (Markdown, or one JSON object with `--json`), what happens meanwhile to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # As a script, Python puts this folder on the path and not the one that it is a package of.
    sys.path[0] = str(ROOT)

from benchmarks import machine, peers, programs, sections  # noqa: E402
from benchmarks.lines import Corpus, flores, parallel, repeats, sentences  # noqa: E402
from benchmarks.processes import Engine  # noqa: E402
from benchmarks.report import Section, targets, verdict_as_json  # noqa: E402
from edgekit.cli import output  # noqa: E402
from edgekit.core.errors import DirectionError, EdgekitError, UnavailableError, UsageError  # noqa: E402
from edgekit.core.events import Event, Note, StepStarted  # noqa: E402
from edgekit.store.installed import Installed, find_direction  # noqa: E402

SCHEMA = "edgekit.benchmark.translation/1"
SECTIONS = ("batch", "single", "cores", "open", "command", "scaling", "rate", "activations")
SIZES = {"short": (1_000, 5_000), "full": (1_000, 10_000, 100_000)}


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="translation.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--direction", choices=["en-pt", "pt-en"], default="en-pt")
    add("--data", type=Path, default=ROOT.parent / "shared" / "data" / "flores", help="folder with FLORES dev")
    add("--source", type=Path, help="another file to translate, one sentence a line")
    add("--reference", type=Path, help="its translation, line by line")
    add("--limit", type=_positive, help="so many lines only")
    add("--rounds", type=_positive, default=5)
    add("--core", type=int, help="the core to run on; the first usable one")
    add("--only", type=_names(SECTIONS), help=f"sections, by comma: {', '.join(SECTIONS)}")
    add("--activations", action="store_true", help="compare static, dynamic and float activations as well")
    add("--scaling", type=_sizes, default=SIZES["short"], metavar="short|full|N,N", help="lines for section scaling")
    add("--peers", type=_names((*peers.PEERS, "none")), default=tuple(peers.PEERS), help="by comma; `none`")
    add("--json", action="store_true", help="one JSON object on stdout")
    options = parser.parse_args(arguments)
    if options.reference is not None and options.source is None:
        parser.error("--reference needs --source")
    options.only = options.only or tuple(name for name in SECTIONS if name != "activations")
    if options.activations and "activations" not in options.only:
        options.only = (*options.only, "activations")
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def _names(known: Sequence[str]) -> Any:
    def read(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(","))
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(known)}")
        return names

    return read


def _sizes(text: str) -> tuple[int, ...]:
    if text in SIZES:
        return SIZES[text]
    try:
        return tuple(_positive(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: not `short`, `full` or numbers by comma") from None


def open_model(source: str, target: str) -> Installed:
    """The installed direction; pulled, and said so, where it is not there."""
    try:
        return find_direction(source, target)
    except DirectionError:
        pass
    from edgekit.store.pull import pull

    def tell(event: Event) -> None:
        if isinstance(event, Note):
            output.narrate(event.text)
        elif isinstance(event, StepStarted):
            output.narrate(f"{event.step} {event.detail or ''}".rstrip())

    output.narrate(f"{source} to {target} is not installed: pulling it")
    pull(f"firefox-{source}-{target}", report=tell)
    return find_direction(source, target)


def open_peers(
    names: Sequence[str], installed: Installed, direction: tuple[str, str]
) -> tuple[list[Engine], dict[str, Path] | None, list[str]]:
    """The peers that can be had here, the weights that they and the exporter read, and why the others are missing."""
    wanted = [name for name in names if name != "none"]
    missing: list[str] = []
    pythons: dict[str, Path] = {}
    for name in dict.fromkeys([peers.WEIGHTS_OF, *wanted]):
        try:
            pythons[name] = peers.environment(peers.PEERS[name], output.narrate)
        except UnavailableError as problem:  # noqa: PERF203  the others can still be measured
            missing.append(f"{name} is not measured: {'; '.join([problem.message, *problem.reasons])}")
    if peers.WEIGHTS_OF not in pythons:
        return [], None, missing
    files = peers.weights(installed.receipt, pythons[peers.WEIGHTS_OF])
    engines = [Engine(name, pythons[name], *direction, 1, files) for name in wanted if name in pythons]
    return engines, files, missing


def choose_cores(wanted: int | None) -> tuple[int, int | None]:
    """The core to measure on and another one. Raises UsageError."""
    usable = machine.usable_cores()
    core = usable[0] if wanted is None else wanted
    if core not in usable:
        raise UsageError(f"core {core} may not be used here", hint=f"name one of {', '.join(map(str, usable))}")
    return core, next((other for other in usable if other != core), None)


def describe(
    corpus: Corpus, installed: Installed, options: argparse.Namespace, core: int, missing: Sequence[str]
) -> Section:
    """What was measured, on what, and what the reader has to know about both."""
    source, _ = options.direction.split("-")
    facts = {**machine.describe(), "core": str(core)}
    receipt = installed.receipt
    graph = next((file.sha256 for file in receipt.files if file.path == receipt.engine.get("graph")), "unknown")
    facts["model"] = f"{receipt.id}, built {receipt.created}, graph {graph[:12]}"
    facts["direction"] = options.direction
    facts["lines"] = f"{len(corpus.lines):,} of {corpus.name}, {corpus.words:,} words"
    same_lines, same_sentences = repeats(corpus.lines), repeats(sentences(corpus.lines, source))
    notes = [
        f"lines that repeat an earlier one: {same_lines}; sentences: {same_sentences} "
        "(edgekit decodes equal sentences of a call once, its peers every time)",
        *missing,
    ]
    if not (corpus.whole and corpus.name == "FLORES dev" and options.direction == "en-pt"):
        notes.append("the targets are stated for all of FLORES dev, en to pt: here they are for orientation only")
    if not machine.can_pin():
        notes.append("this system cannot bind a process to a core: figures are not per core")
    return Section(
        "machine", "What and where", ["", ""], [[name, value] for name, value in facts.items()], notes, (), facts
    )


def run(options: argparse.Namespace) -> list[Section]:
    """Measure; sections are printed as they are done, unless they are for JSON."""
    source, target = options.direction.split("-")
    if options.source is not None:
        corpus = parallel(options.source, options.reference, options.limit)
    else:
        corpus = flores(options.data, source, target, options.limit)
    core, second = choose_cores(options.core)
    installed = open_model(source, target)
    engines, files, missing = open_peers(options.peers, installed, (source, target))
    batches = frozenset({"edgekit"} | {peer.name for peer in peers.PEERS.values() if peer.batches})
    bench = sections.Bench(
        corpus,
        [Engine("edgekit", Path(sys.executable), source, target), *engines],
        batches,
        core,
        second,
        options.rounds,
        installed,
        output.narrate,
    )
    done: list[Section] = []

    def add(section: Section) -> None:
        done.append(section)
        if not options.json:
            output.data(section.text())
            output.flush()

    add(describe(corpus, installed, options, core, missing))
    only = options.only
    measured = {}
    if {"batch", "single", "rate"} & set(only):
        measured = sections.engine_rounds(
            bench,
            batch="batch" in only or "single" not in only,
            single="single" in only,
            peers="batch" in only or "single" in only,
        )
    if "batch" in only:
        add(sections.speed(bench, measured, each=False))
    if "single" in only:
        add(sections.speed(bench, measured, each=True))
    if "cores" in only:
        add(sections.cores(bench))
    if "open" in only:
        add(sections.opening(bench, measured))
    if "command" in only:
        add(programs.whole_process(bench))
    if "scaling" in only:
        add(programs.scaling(bench, options.scaling))
    if "rate" in only:
        add(sections.roof(bench, measured))
    if "activations" in only:
        from benchmarks import activations

        if files is None:
            raise UnavailableError("the weights for other activations are not here", reasons=missing)
        add(activations.compare(bench, files))
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; gives an exit code of the command line's kind."""
    output.utf8_streams()
    try:
        options = read_options(arguments)
        done = run(options)
        verdicts = [verdict for section in done for verdict in section.verdicts]
        if options.json:
            report = {section.key: section.as_json() for section in done}
            output.json_object(
                {"schema": SCHEMA, **report, "targets": [verdict_as_json(verdict) for verdict in verdicts]}
            )
        elif verdicts:
            output.data(f"## All targets\n\n{targets(verdicts)}")
            if any(section.shared for section in done):
                output.data("\n- others used a core meanwhile: measure again on a quiet machine before judging by this")
        output.flush()
    except EdgekitError as problem:
        output.error(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
