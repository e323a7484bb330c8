"""How much memory a GGUF model takes when it runs, held against what is free before it is taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edgekit.core.errors import ResourceError
from edgekit.core.units import bytes_in_words

_MIB = 1 << 20
# As llama.cpp says it: `llama_kv_cache: size =   12.00 MiB (...)`, the same of `llama_memory_recurrent`, and
# `sched_reserve:        CPU compute buffer size =   128.63 MiB`.
_CACHE = re.compile(r"^llama_(?:kv_cache\w*|memory_recurrent): size = +([0-9.]+) MiB")
_WORK = re.compile(r"(?:compute|output) buffer size = +([0-9.]+) MiB")


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes. weights: the file, mapped.  cache: keys and values of the context.  work: buffers of the computation."""

    weights: int
    cache: int
    work: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.work


def rough_need(weights: int, context: int, layers: int, width: int) -> int:
    """More than a model takes: keys and values as wide as twice its states, in 16 bits, and 1 GB to compute."""
    return weights + context * layers * width * 2 * 2 * 2 + 1_000_000_000


def measured_need(weights: int, lines: Sequence[str]) -> MemoryNeed:
    """What llama.cpp's log says of a model and a context that were made without taking their memory."""
    cache = sum(float(found[1]) for line in lines if (found := _CACHE.search(line)))
    work = sum(float(found[1]) for line in lines if (found := _WORK.search(line)))
    return MemoryNeed(weights, round(cache * _MIB), round(work * _MIB))


def require_memory(name: str, need: MemoryNeed, free: int | None, *, context: int) -> None:
    """Raise ResourceError where more is needed than is free. context: tokens that the cache is for."""
    if free is None or need.total <= free:
        return
    reasons = [f"weights: {bytes_in_words(need.weights)}"]
    if need.cache or need.work:
        reasons += [
            f"a context of {context:,} tokens: {bytes_in_words(need.cache)}",
            f"computing: {bytes_in_words(need.work)}",
        ]
    room = free - need.weights - need.work
    fitting = 1 << (room * context // need.cache).bit_length() - 1 if need.cache and room * context > need.cache else 0
    raise ResourceError(
        f"`{name}` needs {bytes_in_words(need.total)} of memory, and {bytes_in_words(free)} are free",
        reasons=reasons,
        hint=f"close other programs, or use a smaller context: `--context {fitting}`"
        if fitting >= 256
        else "close other programs, or take a smaller model: `edgekit export` makes one",
    )
