"""How soon a job of `edgekit tui` that is cancelled ends, and how soon its screen is told.

    python benchmarks/tui_cancel.py --home FOLDER [--job NAME ...] [--runs 12] [--most 20]

Every kind of job runs as the screens run it, with real models, and is then cancelled at random moments (seeded) of the
time that this took. Prints, median and longest: from the cancel until whoever looks is told that it has ended; until
its thread has, which is when its files are gone and the processor is idle; and the processor time that this thread took
in between, which a machine under load stretches less. What a cancelled job leaves behind ends the program.

FOLDER: an `EDGEKIT_HOME` with the models; they are used where they are, and nothing of it is written. POSIX.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from edgekit.core.atomic import PARTIAL_SUFFIX
from edgekit.core.languages import Direction
from tui.book_grades import BookGrades
from tui.bridge import Jobs
from tui.exporting import PipelineExporting, Wanted
from tui.library import StoreLibrary
from tui.machine import measure
from tui.models import Report, installed_models

CLASS = Path(__file__).resolve().parents[1] / "examples" / "class"
FLORES = Path(__file__).resolve().parents[2] / "shared" / "data" / "flores"
SECONDS = 600.0
LEAST_SECONDS = 0.02
WARM_SECONDS = 3.0
_LINES = 300


@dataclass(frozen=True)
class Kind:
    """A kind of job.  before: makes anew what has to be there.  writes: as the app says."""

    name: str
    work: Callable[[Report], object]
    writes: bool
    before: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Timed:
    """Seconds from the cancel until it was told, until it had ended, and of the processor; whether it was cancelled."""

    told: float
    ended: float
    processor: float
    cancelled: bool


def kinds(home: Path, given: argparse.Namespace) -> Iterator[Kind]:
    """In the order of the screens."""
    models, grades, exporting, library = installed_models(), BookGrades(), PipelineExporting(), StoreLibrary()
    direction = Direction(given.source, given.target)
    letter = home / "letter.txt"
    letter.write_text("".join((FLORES / f"dev.{given.source}").read_text("utf-8").splitlines(True)[:_LINES]), "utf-8")
    out = home / "letter.out.txt"

    def translate(report: Report) -> object:
        return models.translate_file(letter, out, direction, None, force=True, report=report)

    def measured(report: Report) -> object:
        translator = models.open(direction)
        try:
            return measure(translator, report, seconds=5.0)
        finally:
            translator.close()

    yield Kind("open a direction", lambda report: models.open_checked(direction, None, report).close(), False)
    yield Kind("translate a file", translate, True, lambda: forget(home, out))
    yield Kind("measure the device", measured, False)

    book = home / "data" / "gradebook"
    begun: list[int] = []

    def graded(report: Report) -> object:
        return grades.begin(CLASS / "quiz.toml", CLASS / "answers.csv", begun.append, report)

    yield Kind("grade", graded, True, lambda: shutil.rmtree(book, ignore_errors=True))
    if given.job is None or {"attack", "audit"} & set(given.job):
        shutil.rmtree(book, ignore_errors=True)
        session = grades.begin(CLASS / "quiz.toml", CLASS / "answers.csv", lambda _: None, lambda _: None)
        yield Kind("attack", lambda report: grades.red_team(session, report), False)
        yield Kind("audit", lambda report: grades.audit(session, report), False)

    aside = home / "aside" / given.model
    place = home / "data" / "models" / given.model

    def back() -> None:
        if not place.exists():
            shutil.copytree(aside, place, copy_function=os.link)

    shutil.copytree(place, aside, copy_function=os.link)
    yield Kind("verify a model", lambda report: library.verify(given.encoder, report), False)
    yield Kind("remove a model", lambda report: library.remove(given.model, report), True, back)
    back()

    corpora = tuple(f"{tag}={FLORES / f'dev.{tag}'}" for tag in (given.source, given.target))
    for name in (given.model, given.encoder):
        wanted = Wanted(name, (given.source, given.target), corpora, str(home / "out"))
        names = {f"plan {name}", f"export {name}", f"export another size of {name}", f"install {name}"}
        if given.job is not None and not names & set(given.job):
            continue
        yield Kind(f"plan {name}", partial(exporting.plan, wanted), False)
        planned = exporting.plan(wanted, lambda _: None)
        other = replace(wanted, vocab=planned.sizes[len(planned.sizes) // 2].tokens)
        yield Kind(f"export {name}", partial(exporting.write, planned, wanted), True)
        yield Kind(f"export another size of {name}", partial(exporting.write, planned, other), True)
        installed = home / "data" / "models" / planned.folder.name
        yield Kind(
            f"verify the export of {name}",
            partial(exporting.verify, planned.folder, name),
            False,
        )
        yield Kind(
            f"install {name}",
            partial(exporting.install, planned.folder),
            True,
            partial(shutil.rmtree, installed, ignore_errors=True),
        )


def forget(home: Path, out: Path) -> None:
    """What an earlier run translated."""
    out.unlink(missing_ok=True)
    for left in (home / "cache" / "translate", home / "data" / "memory"):
        shutil.rmtree(left, ignore_errors=True)


def cancelled(kind: Kind, after: float) -> Timed:
    """Start it, cancel it so many seconds later, and see it end."""
    kind.before()
    told = threading.Event()
    jobs = Jobs(lambda job: None if job.runs else told.set())
    job = jobs.start(kind.name, kind.work, writes=kind.writes)
    told.wait(after)
    clock = time.pthread_getcpuclockid(job.thread.ident) if job.thread.is_alive() and job.thread.ident else None
    used = time.clock_gettime(clock) if clock is not None else 0.0
    begin = time.monotonic()
    job.cancel()
    told.wait(SECONDS)
    told_after = time.monotonic() - begin
    latest = used
    while job.thread.is_alive():
        if clock is not None:
            try:
                latest = time.clock_gettime(clock)
            except OSError:  # it has ended
                break
        job.thread.join(0.005)
    job.thread.join()
    return Timed(told_after, time.monotonic() - begin, latest - used, job.state == "cancelled")


def whole(kind: Kind, most: float) -> float:
    """Seconds that it takes, at most so many; libraries are read before that."""
    for seconds in (WARM_SECONDS, most):
        kind.before()
        begin = time.monotonic()
        job = Jobs().start(kind.name, kind.work, writes=kind.writes)
        job.thread.join(seconds)
        if job.thread.is_alive():
            job.cancel()
            job.thread.join()
        elif job.state != "done":
            raise SystemExit(f"{kind.name}: {job.problem or job.state}")
    return min(most, time.monotonic() - begin)


def leftovers(home: Path) -> list[str]:
    """What no run may leave; a journal and a cache of counts are for the next run."""
    return [str(path) for name in ("out", "data") for path in (home / name).rglob(f"*{PARTIAL_SUFFIX}")]


def run(home: Path, given: argparse.Namespace) -> None:
    """A row for each kind."""
    draw = random.Random(given.seed)
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {given.runs} runs each")
    print(f"{'job':<44} {'takes':>7}   {'told':>13}   {'ended':>13}   {'processor':>13}")
    for kind in kinds(home, given):
        if given.job is not None and kind.name not in given.job:
            if kind.name.startswith("export ") and not (home / "out").exists():
                kind.work(lambda _: None)
            continue
        seconds = whole(kind, given.most)
        rows = [cancelled(kind, draw.uniform(0, max(LEAST_SECONDS, seconds))) for _ in range(given.runs)]
        rows = [one for one in rows if one.cancelled]
        left = leftovers(home)
        if left:
            raise SystemExit(f"{kind.name} left {', '.join(left)}")
        columns = [[getattr(one, name) for one in rows] for name in ("told", "ended", "processor")]
        cells = "   ".join(f"{statistics.median(one):.2f} to {max(one):.2f} s" if one else "none" for one in columns)
        print(f"{kind.name:<44} {seconds:>5.1f} s   {cells}   ({len(rows)} cancelled)", flush=True)
        kind.before()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--job", action="append", help="only this one, as its row is called")
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--most", type=float, default=20.0, help="seconds of a job that the moments are drawn from")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--from", dest="source", default="en")
    parser.add_argument("--to", dest="target", default="pt")
    parser.add_argument("--model", default="firefox-en-pt")
    parser.add_argument("--encoder", default="multilingual-e5-small")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.home.parent) as folder:
        home = Path(folder)
        (home / "data").mkdir()
        shutil.copytree(given.home / "data" / "models", home / "data" / "models", copy_function=os.link)
        os.environ["EDGEKIT_HOME"] = str(home)
        run(home, given)


if __name__ == "__main__":
    main()
