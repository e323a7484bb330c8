"""Decides on answers of a session and says so, in children that are killed.

decider.py kill FILE ROUNDS   prints what is wrong with the file after each kill, nothing when all is well
decider.py decide FILE FIRST STEP   accepts every STEP-th answer, beginning at FIRST
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time
from pathlib import Path

from edgekit.core import database
from edgekit.gradebook.book import open_gradebook


def decide(path: Path, first: int, step: int) -> None:
    database.WAIT_SECONDS = 100.0  # two that write without a pause, on a disk that takes long to sync
    with open_gradebook(path) as book:
        session = book.session()
        for number in range(first, len(session.answers) + 1, step):
            session.decide([number], "accepted")


def _child(path: Path, turn: int, out: int) -> None:
    rng = random.Random(turn)
    with open_gradebook(path) as book:
        session = book.session()
        while True:
            number = rng.randint(1, len(session.answers))
            points = rng.choice((0.0, 0.5, 1.0, 1.5, 2.0))
            session.decide([number], "changed", points)
            os.write(out, f"{number} {points}\n".encode())


def kill(path: Path, rounds: int) -> None:
    rng = random.Random(5)
    told: dict[int, float] = {}
    count = 0
    for turn in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _child(path, turn, writing)
            finally:
                os._exit(1)
        os.close(writing)
        if turn % 2:
            # On a busy machine opening takes longer than all of this: every other kill comes after a first decision.
            select.select([reading], [], [], 30.0)
        time.sleep(rng.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as stream:
            lines = [line.split() for line in stream if line.endswith("\n")]
        told.update((int(number), float(points)) for number, points in lines)
        count += len(lines)
        with open_gradebook(path) as book:
            session = book.session()  # which verifies the record
            decided = [row for row in session.rows() if row.kind == "decided"]
            # The keypress in flight may be on the disk without having been told.
            in_flight = len(decided) - count
            if not 0 <= in_flight <= 1:
                sys.stdout.write(f"round {turn}: {count} told, {len(decided)} there\n")
            if in_flight == 1:
                told[decided[-1].body["answer"]] = decided[-1].body["points"]
                count += 1
            wrong = [number for number, points in told.items() if session.standing(number).points != points]
            if wrong:
                sys.stdout.write(f"round {turn}: answers {wrong[:3]} have other points\n")
    if not count:
        sys.stdout.write("nothing was ever written\n")


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        decide(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
