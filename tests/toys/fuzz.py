"""Mutations of a sound file, and what a reader must do with each: a typed error or a value, in little memory."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from edgekit.core.errors import EdgekitError

# What a reader may take whatever the file's size: the tables of names and headers of the largest accepted counts.
FLOOR = 8 << 20

Read = Callable[[Path], object]


def mutated(data: bytes, chooser: random.Random) -> bytes:
    """A few bytes changed, mostly where headers are, or a part cut, doubled or moved."""
    out = bytearray(data)
    near = min(len(out), chooser.choice([64, 512, 4096, len(out)]))
    for _ in range(chooser.choice([1, 1, 2, 4, 16])):
        place = chooser.randrange(near) if chooser.random() < 0.8 else len(out) - 1 - chooser.randrange(near)
        kind = chooser.random()
        if kind < 0.4:
            out[place] ^= 1 << chooser.randrange(8)
        elif kind < 0.7:
            out[place] = chooser.choice([0, 1, 0x7F, 0x80, 0xFF])
        else:
            width = chooser.choice([2, 4, 8])
            value = chooser.choice([0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), 2 ** (8 * width - 3), len(out)])
            out[place : place + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")[: len(out) - place]
    shape = chooser.random()
    if shape < 0.1:
        del out[chooser.randrange(len(out)) :]
    elif shape < 0.15:
        start = chooser.randrange(len(out))
        del out[start : start + chooser.randrange(64)]
    elif shape < 0.2:
        start = chooser.randrange(len(out))
        out[start:start] = out[start : start + chooser.randrange(64)]
    return bytes(out)


def fuzz(read: Read, data: bytes, path: Path, *, seed: int, count: int, seal: Callable[[bytes], bytes] = bytes) -> None:
    """Read count mutations of data; at least one must be refused, so that the fuzz is seen to reach the checks."""
    chooser = random.Random(seed)
    path.write_bytes(seal(data))
    read(path)
    refused = 0
    for number in range(count):
        bad = seal(mutated(data, chooser))
        path.write_bytes(bad)
        tracemalloc.start()
        try:
            read(path)
        except EdgekitError:
            refused += 1
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak <= 2 * len(bad) + FLOOR, number
    assert refused > count / 20
