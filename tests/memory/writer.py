"""Writes entries into a memory and says so, in children that are killed.

writer.py kill FILE ROUNDS   prints what is wrong with the file after each kill, nothing when all is well
writer.py add FILE NAME N    adds N entries
"""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
import sys
import time
from pathlib import Path

from edgekit.core import database
from edgekit.core.languages import Direction
from edgekit.memory.memory import open_memory

EN_PT = Direction("en", "pt")


def add(path: Path, name: str, count: int) -> None:
    database.WAIT_SECONDS = 100.0  # two that write without a pause, on a disk that takes long to sync
    with open_memory(path) as memory:
        for number in range(count):
            memory.add(f"{name} says sentence {number}", f"frase {number}", EN_PT)


def _child(path: Path, turn: int, out: int) -> None:
    with open_memory(path) as memory:
        number = 0
        while True:
            memory.add(f"round {turn} sentence {number}", f"frase {turn} {number}", EN_PT, previous="before")
            os.write(out, b"%d\n" % number)
            number += 1


def kill(path: Path, rounds: int) -> None:
    rng = random.Random(5)
    acknowledged: dict[str, str] = {}
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
            # On a busy machine opening takes longer than all of this: every other kill comes after a first entry.
            select.select([reading], [], [], 30.0)
        time.sleep(rng.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as stream:
            for line in stream:
                if line.endswith("\n"):
                    acknowledged[f"round {turn} sentence {int(line)}"] = f"frase {turn} {int(line)}"
        with open_memory(path) as memory:
            found = {entry.source: entry.target for entry in memory.entries()}
        missing = [source for source, target in acknowledged.items() if found.get(source) != target]
        if missing:
            sys.stdout.write(f"round {turn}: {missing[:3]} are gone\n")
        with sqlite3.connect(path) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            (orphans,) = connection.execute(
                "SELECT count(*) FROM grams WHERE entry NOT IN (SELECT id FROM entries)"
            ).fetchone()
        connection.close()
        if verdict != "ok" or orphans:
            sys.stdout.write(f"round {turn}: {verdict}, {orphans} hashes of no entry\n")
    if not acknowledged:
        sys.stdout.write("nothing was ever written\n")


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        add(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
