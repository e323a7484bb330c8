"""One task over many blocks on all cores, its results in the order of the blocks.

Processes, because half of our tokenizers are Python and hold the interpreter's lock; the others are none the worse for
it. A process that counts waits for its next block on a pipe of which only we hold the other end: when we are killed, it
ends by itself.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeVar

from edgekit.core.cores import usable_cores
from edgekit.core.errors import FailedError


class _Block(Protocol):
    @property
    def text(self) -> bytes: ...


BlockT = TypeVar("BlockT", bound=_Block)
ResultT = TypeVar("ResultT")
# With fewer blocks (2 MB, about a second) the start of a process, which takes its own copy of the tokenizer, costs more
# than it saves.
_ALONE_BLOCKS = 4
# Each process has a copy of the tokenizer and the words that it remembers, 200 to 400 MB for 262,144 tokens.
_LARGEST_CREW = 8


def cores() -> int:
    """How many processes count where nobody says: the cores that we may use, 8 at most."""
    return min(usable_cores(), _LARGEST_CREW)


def in_order(
    task: Callable[[bytes], ResultT], blocks: Iterable[BlockT], *, jobs: int
) -> Iterator[tuple[BlockT, ResultT]]:
    """Each block with what task makes of its text.

    task: picklable, a function of its argument alone.  jobs: processes; 1 stays in this one, and so does little text.
    Raises what the task raises, and FailedError where a process ends.
    """
    blocks = iter(blocks)
    first = list(itertools.islice(blocks, _ALONE_BLOCKS))
    if jobs == 1 or len(first) < _ALONE_BLOCKS:
        for block in itertools.chain(first, blocks):
            yield block, task(block.text)
        return
    with _crew(task, jobs) as crew:
        yield from crew.run(itertools.chain(first, blocks))


@contextlib.contextmanager
def _crew(task: Callable[[bytes], Any], jobs: int) -> Iterator[_Crew]:
    """Processes that wait for blocks; they are gone when the block ends, however it ends."""
    # Not `fork`: a copy of a process with threads (numpy's, a progress bar's) may wait forever for their locks.
    context = multiprocessing.get_context("spawn")
    processes: dict[Connection, SpawnProcess] = {}
    try:
        with _no_interrupts():
            for _ in range(jobs):
                ours, theirs = context.Pipe()
                process = context.Process(target=_work, args=(theirs, task), daemon=True, name="edgekit-counting")
                process.start()
                processes[ours] = process
                theirs.close()
        yield _Crew(processes)
    finally:
        for ours, process in processes.items():
            process.kill()
            process.join()
            ours.close()


class _Crew:
    def __init__(self, processes: dict[Connection, SpawnProcess]) -> None:
        self._processes = processes

    def run(self, blocks: Iterable[BlockT]) -> Iterator[tuple[BlockT, Any]]:
        idle = list(self._processes)
        busy: dict[Connection, int] = {}
        waiting: deque[tuple[int, BlockT]] = deque()
        done: dict[int, Any] = {}
        for number, block in enumerate(blocks):
            # A slow block keeps the others back once two for each process are done: memory stays flat.
            while not idle or len(waiting) >= 2 * len(self._processes):
                idle += self._collect(busy, done)
                yield from _finished(waiting, done)
            waiting.append((number, block))
            ours = idle.pop()
            busy[ours] = number
            self._send(ours, block.text)
        while waiting:
            self._collect(busy, done)
            yield from _finished(waiting, done)

    def _collect(self, busy: dict[Connection, int], done: dict[int, Any]) -> list[Connection]:
        """Wait for results; the connections that have given theirs."""
        ready = [ours for ours in wait(list(busy)) if isinstance(ours, Connection)]
        for ours in ready:
            done[busy.pop(ours)] = self._result(ours)
        return ready

    def _send(self, ours: Connection, text: bytes) -> None:
        try:
            ours.send_bytes(text)
        except OSError:
            raise self._ended(ours) from None

    def _result(self, ours: Connection) -> Any:
        try:
            result = ours.recv()
        except (EOFError, OSError):
            raise self._ended(ours) from None
        if isinstance(result, Exception):
            raise result
        return result

    def _ended(self, ours: Connection) -> FailedError:
        process = self._processes[ours]
        process.join(1)
        return FailedError(
            "a process that counts ended on its own",
            reasons=[f"exit code {process.exitcode}: -9 where memory ran out"],
            hint="`--jobs 1` counts without other processes",
        )


def _finished(waiting: deque[tuple[int, BlockT]], done: dict[int, Any]) -> Iterator[tuple[BlockT, Any]]:
    while waiting and waiting[0][0] in done:
        number, block = waiting.popleft()
        yield block, done.pop(number)


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """Processes that start in it never see Ctrl-C: a terminal sends it to them too, and it is we who end them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It starts with the first process and, once it runs, unblocks SIGINT for us: it must run before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(blocks: Connection, task: Callable[[bytes], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the Rust ones would each start a thread for every core
    try:
        while True:
            text = blocks.recv_bytes()
            try:
                result = task(text)
            except Exception as problem:  # noqa: BLE001  raised again where the block came from
                blocks.send(problem)
            else:
                blocks.send(result)
    except (EOFError, OSError):
        return
