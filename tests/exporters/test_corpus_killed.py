"""A count that is cut off, killed or interrupted goes on and counts nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from toys.counted import count, plain, some_lines, write_corpus

from edgekit.core.events import Event, Note, Progress
from exporters.corpus import counting, reading
from exporters.corpus.checkpoint import State

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 10_000)


def test_a_run_that_was_cut_off_goes_on_and_counts_nothing_twice(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "CHECKPOINT_SECONDS", 0.0)
    state = State(tmp_path / "state", "one")
    whole = plain(count(folder))
    seen: list[int] = []

    def cut_off(at: int) -> Any:
        def report(event: Event) -> None:
            if isinstance(event, Progress):
                seen.append(event.done)
                if len(seen) == at:
                    raise KeyboardInterrupt

        return report

    for at in (9, 19):
        seen.clear()
        with pytest.raises(KeyboardInterrupt):
            count(folder, state=state, report=cut_off(at))
    seen.clear()
    assert plain(count(folder, state=state, report=cut_off(0))) == whole
    resumed = seen[0]
    # 8 + 18 blocks were saved (the last one seen was not): the first one now is the 27th.
    seen.clear()
    count(folder, report=cut_off(0))
    assert resumed == seen[26]
    # All is counted now, and nothing is left to do.
    seen.clear()
    assert plain(count(folder, state=state, report=cut_off(0))) == whole
    assert not seen


@pytest.mark.parametrize("change", ["text", "tokenizer", "damage", "shorter"])
def test_everything_is_counted_anew_when_something_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "x.en"
    lines = some_lines(8, 2000)
    path.write_text("\n".join(lines), encoding="utf-8")
    state = State(tmp_path / "state", "one")
    before = plain(count(path, state=state))
    stat = path.stat()
    if change == "text":
        path.write_text("\n".join(lines).replace("wind", "bind", 1), encoding="utf-8")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # same size, same time
        assert path.stat().st_size == stat.st_size
    elif change == "shorter":
        path.write_text("\n".join(lines[:500]), encoding="utf-8")
    elif change == "tokenizer":
        state = State(state.folder, "two")
    else:
        data = state.file.read_bytes()
        state.file.write_bytes(data[: len(data) // 2])
    notes: list[Event] = []
    after = plain(count(path, state=state, report=notes.append))
    assert after == plain(count(path))
    assert (after == before) == (change in ("tokenizer", "damage"))
    assert not [event for event in notes if isinstance(event, Note)]


def test_a_corpus_that_grew_goes_on_with_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHECKPOINT_SECONDS", 0.0)
    lines = some_lines(8, 2000)
    path = tmp_path / "x.en"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    state = State(tmp_path / "state", "one")
    with pytest.raises(KeyboardInterrupt):
        count(path, state=state, report=interrupt_at(6))
    path.write_text("\n".join([*lines, "the end"]) + "\n", encoding="utf-8")
    events: list[Event] = []
    assert plain(count(path, state=state, report=events.append)) == plain(count(path))
    assert [event.text for event in events if isinstance(event, Note)] == [
        "counting goes on after what an earlier run counted"
    ]


def interrupt_at(number: int) -> Any:
    seen = []

    def report(event: Event) -> None:
        if isinstance(event, Progress):
            seen.append(event)
            if len(seen) == number:
                raise KeyboardInterrupt

    return report


COUNT = """
import sys
sys.path[:0] = {path!r}
from exporters.corpus import counting, reading, workers
reading.BLOCK_BYTES = 10_000
counting.CHECKPOINT_SECONDS = 0.0
from exporters.corpus.checkpoint import State
from pathlib import Path
from toys.tokenizer import toy_tokenizer
if __name__ == "__main__":
    def report(event):
        print(event, flush=True)
    counting.count_corpora(
        [{folder!r}],
        toy_tokenizer(),
        languages=["en", "am"],
        jobs={jobs},
        report=report,
        state=State(Path({state!r}), "one"),
    )
    print("end", flush=True)
"""


def start(tmp_path: Path, folder: Path, jobs: int) -> subprocess.Popen[str]:
    script = tmp_path / "count.py"
    path = [str(ROOT), str(ROOT / "tests")]
    script.write_text(COUNT.format(path=path, folder=str(folder), jobs=jobs, state=str(tmp_path / "state")))
    return subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def members(group: int) -> list[int]:
    """Processes of a group that are still there."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if entry.name.isdecimal() and int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def all_gone(group: int) -> bool:
    for _ in range(1_200):
        if not members(group):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("jobs", [1, 2])
def test_kills_at_any_moment_leave_no_process_and_the_result_is_the_same(
    tmp_path: Path, folder: Path, jobs: int
) -> None:
    chooser = random.Random(jobs)
    for _ in range(6):
        process = start(tmp_path, folder, jobs)
        assert process.stdout is not None
        # At a moment of work, not of the start: after a random number of events.
        for _ in range(chooser.randrange(1, 25)):
            if not process.stdout.readline():
                break
        time.sleep(chooser.random() * 0.02)
        process.kill()
        process.communicate()
        assert all_gone(process.pid)
    process = start(tmp_path, folder, jobs)
    out, err = process.communicate(timeout=120)
    assert out.endswith("end\n"), err
    assert plain(count(folder, state=State(tmp_path / "state", "one"))) == plain(count(folder))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_everything_and_prints_nothing_of_the_processes(tmp_path: Path, folder: Path, jobs: int) -> None:
    process = start(tmp_path, folder, jobs)
    assert process.stdout is not None
    while "Progress" not in process.stdout.readline():
        pass
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert err.count("Traceback") == 1
    assert err.strip().endswith("KeyboardInterrupt")
    assert all_gone(process.pid)


MASK = """
import signal, sys
sys.path[:0] = {path!r}
from exporters.corpus import workers
def blocked(text):
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
class Block:
    text = b""
if __name__ == "__main__":
    print([result for _, result in workers.in_order(blocked, [Block()] * 4, jobs=2)])
    print(blocked(b""))
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signal masks")
def test_processes_start_with_ctrl_c_blocked_though_python_s_resource_tracker_unblocks_it(tmp_path: Path) -> None:
    script = tmp_path / "mask.py"
    script.write_text(MASK.format(path=[str(ROOT)]))
    # A process of its own: in ours the tracker may run already, and then nothing is unblocked.
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.splitlines() == ["[True, True, True, True]", "False"]


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    state = State(tmp_path / "file" / "cache", "one")
    assert plain(count(folder, state=state)) == plain(count(folder))
