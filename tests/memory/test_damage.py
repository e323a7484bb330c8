"""A file with wrong bytes anywhere gives answers, a new file or a typed error, and nothing else."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from edgekit.core.errors import EdgekitError
from edgekit.core.languages import Direction
from edgekit.memory.entries import Entry
from edgekit.memory.memory import open_memory

EN_PT = Direction("en", "pt")


@pytest.mark.parametrize("seed", range(30))
def test_damage_ends_in_answers_or_a_typed_error(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.take_in(Entry(f"Sentence {number} of many", f"Frase {number}", EN_PT) for number in range(60))
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 10, 200))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    if seed % 5 == 0:
        del data[rng.randrange(len(data)) :]
    path.write_bytes(data)
    for _ in range(2):
        with contextlib.suppress(EdgekitError), open_memory(path) as memory:
            for number in range(0, 60, 7):
                memory.lookup(f"Sentence {number} of man", EN_PT)
            list(memory.entries())
            memory.add(f"New {seed}", "Novo", EN_PT)
            memory.forget([3])
            memory.stats()
