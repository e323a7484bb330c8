"""A batch whose rows are refilled: when a sentence ends, the next one takes its row.

Sentences of one batch end at different times. Decoding until the last has ended computes 19 % more rows than there
are tokens (16 English lines of like length, FLORES dev); here it is 5 %.

A sentence is encoded without padding, with others of exactly its length, and what padding the decoder's memory has is
masked and starts at a multiple of 8, so no floating-point sum depends on it: a row's result is its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import EngineError
from edgekit.engine.base import Hypothesis

Array = NDArray[Any]

# 8 to 12 rows are equally fast within 2 %; 16 cost 4 % and 24 cost 12 %, because the candidate tables (280 kB a
# sentence) of more rows fall out of the cache (AVX512-VNNI; with AVX2 alone 6 to 12 are, and 24 cost 7 %).
ROWS = 10
# Without candidates every row has the one table of the whole vocabulary, which is read once a step for all of them:
# 64 rows of OPUS-MT's shapes give 7 to 14 % more tokens a second than 32, 128 none more. Sentences of 40 tokens take
# 1.8 MB a row, 115 MB together (computed).
ROWS_OF_ONE_TABLE = 64
# Steps go on until this many rows are idle: half of that is idle on average, and each stop costs 0.1 ms.
IDLE_ROWS = 2
# Sentences of the same length are encoded together while they have no more tokens than this. Those that find no row
# free wait: after an encoding the decoder finds its weights gone from the cache, 0.57 ms each time. 256 cost 2 to 5 %.
ENCODE_TOKENS = 512
MASKED = -1e9
SOURCE_STEP = 8
CANDIDATE_STEP = 64
_NO_IDS = np.array([], np.int64)


class Runner(Protocol):
    """What runs the graph."""

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """One sentence to decode.

    index: the caller's number for it.  ids: with the end mark.  limit: most tokens to produce, end mark included; at
    least 1.
    """

    index: int
    ids: Sequence[int]
    limit: int


@dataclass(frozen=True, slots=True)
class Ports:
    """Names and shapes of the graph's interface, read from the model itself.

    candidates: whether rows have lists of tokens to choose from.  initial: what a row's state begins with, 0 where
    nothing is said.  caches: what a call adds to, and `call` the most steps of one where there are any: calls begin
    where every row's position is a multiple of it.
    """

    state: tuple[str, ...]
    memory: tuple[str, ...]
    shapes: Mapping[str, tuple[int | str, ...]]
    dtypes: Mapping[str, np.dtype[Any]]
    end: int
    padding: int
    never: float
    candidates: bool = True
    initial: Mapping[str, int] = field(default_factory=lambda: {"alive": 1})
    caches: tuple[str, ...] = ()
    call: int = 1

    def zeros(self, name: str, rows: int, length: int, candidates: int, places: int = 0) -> Array:
        sizes = {"B": rows, "S": length, "C": candidates, "P": places}
        shape = [size if isinstance(size, int) else sizes[size] for size in self.shapes[name]]
        return np.zeros(shape, self.dtypes[name])


@dataclass(slots=True)
class _Row:
    source: Source
    length: int
    candidates: int
    tokens: list[int] = field(default_factory=list)
    log_probabilities: list[Array] = field(default_factory=list)
    alignment: list[Array] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A sentence that waits for a row: what the graph made of it, and how many of its candidates are no padding.

    memory has one array a name; its first axis has this sentence alone, and so has that of table.
    """

    source: Source
    count: int
    table: Array
    memory: Mapping[str, Array]


class RefilledBatch:
    """Decodes sources that `take` hands out, longest first, until there are none.

    take: number of tokens -> sources of one length that have no more tokens together, or one that has.
    """

    def __init__(
        self,
        runner: Runner,
        ports: Ports,
        take: Callable[[int], list[Source]],
        candidates: Callable[[Sequence[int]], NDArray[np.int64]],
        *,
        rows: int = ROWS,
        details: bool = False,
    ) -> None:
        self._runner = runner
        self._ports = ports
        self._take = take
        self._candidates_of = candidates
        self._details = details
        self._rows: list[_Row | None] = [None] * rows
        self._length = 0
        self._candidates = 0
        self._memory: dict[str, Array] = {}
        # A batch of one row takes the candidate tables of its sentence as they are: 280 kB that are not copied.
        self._alone = rows == 1
        self._copied = [name for name in ports.memory if not (self._alone and "C" in ports.shapes[name])]
        self._table: Array = np.zeros((rows, 0), np.int64)
        self._state: dict[str, Array] = {name: ports.zeros(name, rows, 0, 0) for name in ports.state}
        self._caches = {name: ports.zeros(name, rows, 0, 0, ports.call) for name in ports.caches}
        self._prompted = ports.initial.get("prompted", 0)
        self._waiting: deque[_Encoded] = deque()
        self._empty = False
        self._outputs = ["tokens", *(["log_probabilities", "alignment"] if details else [])]
        self._next = [f"next_{name}" for name in ports.state]
        self._added = [f"added_{name}" for name in ports.caches]

    def run(self) -> Iterator[tuple[int, Hypothesis]]:
        """Yield (index, hypothesis) as sentences end."""
        while True:
            self._fill()
            active = sum(row is not None for row in self._rows)
            if not active:
                return
            yield from self._decode(active)

    def _fill(self) -> None:
        for at, row in enumerate(self._rows):
            if row is None:
                if not self._waiting:
                    self._encode()
                if not self._waiting:
                    break
                self._place(at, self._waiting.popleft())
        if self._empty and not self._waiting:
            self._drop_free_rows()

    def _encode(self) -> None:
        """Encode the next sources, all of one length; they wait for their rows."""
        sources = [] if self._empty else self._take(ENCODE_TOKENS)
        if not sources:
            self._empty = True
            return
        lists = [self._candidates_of(source.ids) if self._ports.candidates else _NO_IDS for source in sources]
        table = np.full((len(sources), _round_up(max(map(len, lists)), CANDIDATE_STEP)), self._ports.padding, np.int64)
        for at, candidates in enumerate(lists):
            table[at, : len(candidates)] = candidates
        encoded = self._runner.run(
            [f"new_{name}" for name in self._ports.memory],
            {
                "source_ids": np.array([source.ids for source in sources], np.int64),
                **({"candidates": table} if self._ports.candidates else {}),
            },
        )
        for at, (source, candidates) in enumerate(zip(sources, lists, strict=True)):
            one = slice(at, at + 1)
            memory = {name: values[one] for name, values in zip(self._ports.memory, encoded, strict=True)}
            self._waiting.append(_Encoded(source, len(candidates), table[one], memory))
        self._resize()

    def _place(self, row: int, new: _Encoded) -> None:
        """Put an encoded sentence into a free row."""
        length = len(new.source.ids)
        for name in self._copied:
            value, target = new.memory[name][0], self._memory[name][row]
            region = tuple(slice(0, min(pair)) for pair in zip(value.shape, target.shape, strict=True))
            target[region] = value[region]
            if name.startswith("keys"):
                target[:, -1, length:] = MASKED
        if self._alone:
            self._memory |= {name: value for name, value in new.memory.items() if name not in self._copied}
            self._table = new.table
        elif self._ports.candidates:
            self._memory["head_bias"][row, new.count :] = self._ports.never
            self._table[row] = self._ports.padding
            self._table[row, : new.count] = new.table[0, : new.count]
        for name, array in (*self._state.items(), *self._caches.items()):
            array[row] = self._ports.initial.get(name, 0)
        self._rows[row] = _Row(new.source, length, new.count)

    def _resize(self) -> None:
        """Make room for the sentences that wait, and give back what no row needs any more."""
        held = [(row.length, row.candidates) for row in self._rows if row]
        held += [(len(new.source.ids), new.count) for new in self._waiting]
        lengths, counts = zip(*held, strict=True)
        length, candidates = _round_up(max(lengths), SOURCE_STEP), _round_up(max(counts), CANDIDATE_STEP)
        # A table a little too wide costs less than moving it: 1 MB a millisecond against 9 ns a candidate and step.
        fits = not self._ports.candidates or candidates <= self._candidates < 1.1 * candidates
        if fits and length <= self._length < 1.3 * length:
            return
        for name in self._copied:
            old = self._memory.get(name)
            new = self._ports.zeros(name, len(self._rows), length, candidates)
            if name.startswith("keys"):
                new[:, :, -1] = MASKED
            elif name == "head_bias":
                new[:] = self._ports.never
            if old is not None:
                shared = tuple(slice(0, min(pair)) for pair in zip(old.shape, new.shape, strict=True))
                new[shared] = old[shared]
            self._memory[name] = new
        self._length = length
        if not self._alone:
            table = np.full((len(self._rows), candidates), self._ports.padding, np.int64)
            kept = min(candidates, self._candidates)
            table[:, :kept] = self._table[:, :kept]
            self._table, self._candidates = table, candidates

    def _drop_free_rows(self) -> None:
        """With nothing left to take, a batch that is half empty shrinks to its active rows."""
        active = [at for at, row in enumerate(self._rows) if row is not None]
        if not active or 2 * len(active) > len(self._rows):
            return
        self._rows = [self._rows[at] for at in active]
        self._memory = {name: array[active] for name, array in self._memory.items()}
        self._state = {name: array[active] for name, array in self._state.items()}
        self._caches = {name: array[active] for name, array in self._caches.items()}
        self._table = self._table[active]

    def _decode(self, active: int) -> Iterator[tuple[int, Hypothesis]]:
        left = [row.source.limit - len(row.tokens) for row in self._rows if row]
        if self._caches:
            # The next call has to find every row where this one leaves it, at its end.
            steps, fewest = min(self._ports.call, max(left)), 0
        else:
            # While there is more to take, a few idle rows are worth a stop; after that, half of what is left.
            more = self._waiting or not self._empty
            fewest = active - (min(IDLE_ROWS, active) if more else max(1, (active + 1) // 2))
            # A row at its limit ends like one at its end mark, only that the graph does not know.
            steps = min(left)
        results = self._runner.run(
            [*self._outputs, *self._next, *self._added],
            {
                "steps": np.array(steps),
                "fewest": np.array(fewest),
                "details": np.array(self._details),
                **({"candidates": self._table} if self._ports.candidates else {}),
                **self._memory,
                **self._state,
                **self._caches,
            },
        )
        tokens: Array = results[0]
        shown = len(self._outputs)
        self._state = dict(zip(self._ports.state, results[shown:], strict=False))
        added = dict(zip(self._caches, results[shown + len(self._state) :], strict=True))
        if not tokens.shape[1]:
            raise EngineError(f"the model decoded nothing when asked for {steps} tokens")
        for at, row in enumerate(self._rows):
            if row is None:
                # It counts on where nothing is decoded, and must not run past the positions that there are.
                self._state["position"][at] = 0
                continue
            new = tokens[at, : row.source.limit - len(row.tokens)].tolist()
            complete = self._ports.end in new
            kept = new.index(self._ports.end) + 1 if complete else len(new)
            row.tokens += new[: kept - 1] if complete else new
            if self._details:
                row.log_probabilities.append(results[1][at, :kept])
                row.alignment.append(results[2][at, :kept, : row.length])
            if complete or len(row.tokens) >= row.source.limit:
                self._rows[at] = None
                self._state["alive"][at] = self._state["position"][at] = 0
                yield row.source.index, self._hypothesis(row, complete)
        if added:
            self._keep(tokens.shape[1], added)

    def _keep(self, steps: int, added: Mapping[str, Array]) -> None:
        """Put what a call added to the caches behind what they have, of the rows that go on.

        The caches have as many places as the longest of them needs: every step reads all.
        """
        ends = {at: len(row.tokens) for at, row in enumerate(self._rows) if row}
        if ends and steps < self._ports.call:
            raise EngineError(f"the model stopped after {steps} of {self._ports.call} tokens, and a row goes on")
        places = max(ends.values(), default=self._ports.call)
        for name, values in added.items():
            old = self._caches[name]
            if old.shape[2] != places:
                new = self._ports.zeros(name, len(self._rows), 0, 0, places)
                shared = min(places, old.shape[2])
                new[:, :, :shared] = old[:, :, :shared]
                self._caches[name] = new
            for row, end in ends.items():
                self._caches[name][row, :, end - steps : end] = values[row]

    def _hypothesis(self, row: _Row, complete: bool) -> Hypothesis:
        # What was prescribed is the caller's, not the model's.
        tokens = row.tokens[self._prompted :]
        if not self._details:
            return Hypothesis(tokens, complete=complete)
        return Hypothesis(
            tokens,
            np.concatenate(row.log_probabilities)[self._prompted :].astype(np.float32),
            np.concatenate(row.alignment)[self._prompted :].astype(np.float32),
            complete,
        )


def _round_up(size: int, step: int) -> int:
    return -(-size // step) * step
