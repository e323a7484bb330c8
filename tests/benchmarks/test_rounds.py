"""Rounds and the table that is drawn from them, over engines that only pretend to take time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks import rounds
from benchmarks.lines import Corpus
from benchmarks.processes import Engine, Launcher, Memory, Opening, Timed
from benchmarks.rounds import Run, measure
from benchmarks.sections import Bench, engine_rounds, speed
from edgekit.core.errors import FailedError

SECONDS = {"edgekit": 1.0, "fxtranslate": 6.0, "slimt": 2.0}


class ToyWorker:
    """Takes SECONDS for all lines at once and three times as long one by one."""

    calls: list[tuple[str, bool, int]]
    opened: list[str]

    def __init__(self, engine: Engine, cores: Sequence[int], first: str) -> None:
        self.engine = engine
        self.opening = Opening(0.1, 0.2, 0.3, 0.25)
        ToyWorker.opened.append(engine.name)

    def __enter__(self) -> ToyWorker:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def translate(self, lines: Sequence[str], *, each: bool = False) -> Timed:
        ToyWorker.calls.append((self.engine.name, each, len(lines)))
        seconds = SECONDS[self.engine.name] * (3 if each and self.engine.name != "fxtranslate" else 1)
        # A peer whose text is another every time.
        texts = [f"{line} {len(ToyWorker.calls)}" if self.engine.name == "slimt" else line for line in lines]
        return Timed(seconds, seconds, tuple(texts))

    def memory(self) -> Memory:
        return Memory(50.0, 60.0)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(rounds, "Worker", ToyWorker)
    ToyWorker.calls, ToyWorker.opened = [], []
    lines = tuple(f"a line of number {number}" for number in range(40))
    engines = [Engine(name, Path(sys.executable), "en", "pt") for name in SECONDS]
    corpus = Corpus("toy", lines, lines)
    return Bench(corpus, engines, frozenset({"edgekit", "slimt"}), 0, None, 3, cast("Any", None), lambda _: None)


def test_rounds_interleave_and_turn_about(bench: Bench) -> None:
    runs = [Run(engine.name, engine, False, (0,)) for engine in bench.engines]
    measured = measure(runs, bench.corpus.lines, 2, bench.tell)
    timed = [name for name, _, lines in ToyWorker.calls if lines == 40]
    assert timed == ["edgekit", "fxtranslate", "slimt", "slimt", "fxtranslate", "edgekit"]
    assert measured["edgekit"].seconds == [1.0, 1.0]
    assert measured["edgekit"].words_per_s.median == 200
    assert measured["edgekit"].changed == 0
    assert measured["slimt"].changed == 40


def test_engine_without_batches_runs_once_a_round_and_counts_in_both_tables(bench: Bench) -> None:
    measured = engine_rounds(bench, batch=True, single=True)
    assert sorted(ToyWorker.opened) == sorted(SECONDS)
    timed = [call[:2] for call in ToyWorker.calls if call[2] == 40]
    assert timed.count(("fxtranslate", True)) == 3
    assert timed.count(("edgekit", False)) == timed.count(("edgekit", True)) == 3
    batch, single = (speed(bench, measured, each=each) for each in (False, True))
    ratios = {verdict.target.what: verdict.value for verdict in (*batch.verdicts, *single.verdicts)}
    assert ratios["all lines at once, against fxtranslate (floor)"] == 6
    assert ratios["all lines at once, against slimt (floor)"] == 2
    assert ratios["one sentence a call, against fxtranslate (floor)"] == 2
    assert ratios["all lines at once, chrF less that of fxtranslate"] == 0
    texts = {verdict.target.what: verdict.text for verdict in batch.verdicts}
    assert texts["all lines at once, against fxtranslate (floor)"] == "met"
    assert texts["all lines at once, against fxtranslate (aim)"] == "not met"
    assert texts["all lines at once, against slimt (floor)"] == "not met"
    assert any("changed from round to round" in note for note in batch.notes)
    assert not batch.shared


@pytest.mark.skipif(sys.platform == "win32", reason="programs are started the POSIX way")
def test_launcher_tells_what_a_program_took_and_what_it_said_when_it_failed(tmp_path: Path) -> None:
    with Launcher(Path(sys.executable), ()) as launcher:
        took = launcher.run([sys.executable, "-c", "bytearray(60 << 20)"], tmp_path / "errors")
        small = launcher.run([sys.executable, "-S", "-c", ""], tmp_path / "errors")
        with pytest.raises(FailedError) as caught:
            launcher.run([sys.executable, "-c", "import sys; sys.exit('broken')"], tmp_path / "errors")
    assert took.peak_mb > small.peak_mb + 50
    assert caught.value.reasons == ("broken",)
