"""Refilled batches over a small decoder in numpy whose answer for a sentence is known without any batch."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgekit.core.errors import EngineError
from edgekit.engine import refill
from edgekit.engine.marian import _Tray
from edgekit.engine.refill import Ports, RefilledBatch, Source

END, PADDING, NEVER = 0, 1, -1e9
# As many as the longest limit of a sentence here, so that a row which counts on by itself is seen.
POSITIONS = 30
PORTS = Ports(
    state=("position", "alive", "last"),
    memory=("keys_0", "values_0", "head_weights", "head_bias"),
    shapes={
        "position": ("B", 1),
        "alive": ("B", 1),
        "last": ("B", 1, 1),
        "keys_0": ("B", 2, 2, "S"),
        "values_0": ("B", 2, "S", 1),
        "head_weights": ("B", 1, "C"),
        "head_bias": ("B", "C"),
    },
    dtypes={
        "position": np.dtype(np.int64),
        "alive": np.dtype(np.int64),
        "last": np.dtype(np.float32),
        "keys_0": np.dtype(np.float32),
        "values_0": np.dtype(np.float32),
        "head_weights": np.dtype(np.int8),
        "head_bias": np.dtype(np.float32),
    },
    end=END,
    padding=PADDING,
    never=NEVER,
)


def candidates_of(ids: Sequence[int]) -> NDArray[np.int64]:
    """From 2 to 120 tokens: the number differs as it does for real sentences."""
    return np.unique([END, 2 + len(ids), *(2 + (token * at) % 120 for at, token in enumerate(ids, 1))])


def following(keys: Sequence[float], candidates: Sequence[int], position: int, last: float) -> int:
    """The next token: mixes everything that a row's memory and state hold."""
    mixed = sum(int(key) * (at + 1) for at, key in enumerate(keys)) + 7 * position + 3 * int(last)
    return int(sorted(candidates)[mixed % len(candidates)])


def expected(source: Source) -> tuple[list[int], bool]:
    tokens: list[int] = []
    last = 0.0
    for position in range(source.limit):
        token = following([float(token) for token in source.ids], candidates_of(source.ids).tolist(), position, last)
        if token == END:
            return tokens, True
        tokens.append(token)
        last = float(token)
    return tokens, False


class ToyGraph:
    """Speaks the interface of the translation graph and checks what it is fed."""

    def __init__(self, fail_at: int | None = None, memory_step: int = 8) -> None:
        self.runs = 0
        self.fail_at = fail_at
        self.memory_step = memory_step

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        self.runs += 1
        if self.runs == self.fail_at:
            raise EngineError("the model failed")
        results = self.encode(input_feed) if "source_ids" in input_feed else self.decode(input_feed)
        return [results[name] for name in output_names or ()]

    def encode(self, feed: Mapping[str, Any]) -> dict[str, Any]:
        ids, table = feed["source_ids"], feed["candidates"]
        rows, length = ids.shape
        keys = np.zeros((rows, 2, 2, length), np.float32)
        keys[:, :, 0] = ids[:, None, :]
        return {
            "new_keys_0": keys,
            "new_values_0": keys[:, :, 0, :, None],
            "new_head_weights": (table % 128).astype(np.int8)[:, None, :],
            "new_head_bias": np.where(table == PADDING, NEVER, 0).astype(np.float32),
        }

    def decode(self, feed: Mapping[str, Any]) -> dict[str, Any]:
        table, keys = feed["candidates"], feed["keys_0"]
        rows = len(table)
        for name in (*PORTS.state, *PORTS.memory):
            assert feed[name].dtype == PORTS.dtypes[name], name
            assert len(feed[name]) == rows, name
        assert feed["values_0"].shape[2] == keys.shape[-1]
        assert keys.shape[-1] % self.memory_step == 0, "sums are taken over whole steps"
        assert feed["head_bias"].shape == table.shape == feed["head_weights"][:, 0].shape
        position, alive, last = (feed[name].copy() for name in PORTS.state)
        steps: list[list[int]] = []
        visible = [np.flatnonzero(row[0, -1] > NEVER / 2) for row in keys]
        while len(steps) < feed["steps"]:
            column = []
            for row in range(rows):
                assert position[row, 0] < POSITIONS
                allowed = np.flatnonzero(feed["head_bias"][row] > NEVER / 2)
                assert (feed["head_weights"][row, 0, allowed] == table[row, allowed] % 128).all()
                seen = keys[row, 1, 0, visible[row]]
                assert (feed["values_0"][row, 1, visible[row], 0] == seen).all()
                choices = table[row, allowed].tolist() or [PADDING]
                token = following(seen.tolist(), choices, int(position[row, 0]), float(last[row, 0, 0]))
                column.append(token)
                position[row] += 1
                last[row] = token
                alive[row] = min(alive[row, 0], token)
            steps.append(column)
            if alive.sum() <= feed["fewest"]:
                break
        tokens = np.array(steps, np.int64).T
        alignment = np.zeros((rows, len(steps), keys.shape[-1]), np.float32)
        for row in range(rows):
            alignment[row, :, visible[row]] = 1 / max(1, len(visible[row]))
        return {
            "tokens": tokens,
            "log_probabilities": -tokens.astype(np.float32),
            "alignment": alignment,
            "next_position": position,
            "next_alive": alive,
            "next_last": last,
        }


SOURCES = st.lists(st.tuples(st.lists(st.integers(2, 99), max_size=40), st.integers(1, 30)), max_size=25).map(
    lambda pairs: [Source(index, [*ids, END], limit) for index, (ids, limit) in enumerate(pairs)]
)


@settings(max_examples=150, deadline=None)
@given(
    sources=SOURCES,
    rows=st.integers(1, 9),
    idle=st.integers(1, 9),
    together=st.integers(1, 200),
    source_step=st.sampled_from([1, 8, 16]),
    candidate_step=st.sampled_from([1, 64]),
    details=st.booleans(),
)
def test_every_source_gets_its_own_tokens_whatever_the_schedule(
    sources: list[Source],
    rows: int,
    idle: int,
    together: int,
    source_step: int,
    candidate_step: int,
    details: bool,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("IDLE_ROWS", idle),
            ("ENCODE_TOKENS", together),
            ("SOURCE_STEP", source_step),
            ("CANDIDATE_STEP", candidate_step),
        ):
            assert hasattr(refill, name)
            patch.setattr(refill, name, value)
        graph = ToyGraph(memory_step=source_step)
        batch = RefilledBatch(graph, PORTS, _Tray(sources).take, candidates_of, rows=rows, details=details)
        results = list(batch.run())
    assert sorted(index for index, _ in results) == [source.index for source in sources]
    for index, hypothesis in results:
        source = sources[index]
        assert (hypothesis.token_ids, hypothesis.complete) == expected(source)
        if not details:
            assert hypothesis.log_probabilities is hypothesis.alignment is None
            continue
        tokens = [*hypothesis.token_ids, *([END] if hypothesis.complete else [])]
        assert hypothesis.log_probabilities is not None
        assert hypothesis.alignment is not None
        assert hypothesis.log_probabilities.tolist() == [-float(token) for token in tokens]
        assert hypothesis.alignment.shape == (len(tokens), len(source.ids))
        np.testing.assert_allclose(hypothesis.alignment.sum(axis=1), 1, rtol=1e-5)


def test_two_batches_share_the_sources_when_they_take_from_one_tray() -> None:
    sources = [Source(index, [2 + index % 50] * (1 + index % 7) + [END], 12) for index in range(60)]
    tray = _Tray(sources)
    runs = [RefilledBatch(ToyGraph(), PORTS, tray.take, candidates_of, rows=3).run() for _ in range(2)]
    results = []
    while runs:
        for run in list(runs):
            result = next(run, None)
            if result is None:
                runs.remove(run)
            else:
                results.append(result)
    assert sorted(index for index, _ in results) == list(range(60))
    assert all((one.token_ids, one.complete) == expected(sources[index]) for index, one in results)


@pytest.mark.parametrize("lengths", [[30, 1, 1, 1, 1, 1], [3, 3, 3, 3, 30, 30], [40, 30, 20, 10, 5, 2, 1]])
def test_content_stays_when_tables_grow_and_shrink(lengths: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Handed out in this order, not sorted, so that a short sentence is followed by a long one and back."""
    sources = [
        Source(index, [*range(2 + index, 2 + index + length), END], 4 + 5 * (index % 3))
        for index, length in enumerate(lengths)
    ]
    waiting = list(sources)
    sizes = []
    batch = RefilledBatch(ToyGraph(), PORTS, lambda _: [waiting.pop(0)] if waiting else [], candidates_of, rows=2)
    resize = batch._resize

    def watched() -> None:
        resize()
        sizes.append((batch._length, batch._candidates))

    monkeypatch.setattr(batch, "_resize", watched)
    results = dict(batch.run())
    assert {index: (one.token_ids, one.complete) for index, one in results.items()} == {
        source.index: expected(source) for source in sources
    }
    assert len(set(sizes)) > 1


def test_nothing_is_run_when_there_is_nothing_to_take() -> None:
    graph = ToyGraph()
    assert list(RefilledBatch(graph, PORTS, lambda _: [], candidates_of).run()) == []
    assert graph.runs == 0


@settings(max_examples=30, deadline=None)
@given(fail_at=st.integers(1, 12))
def test_an_error_of_the_graph_comes_out_and_nothing_is_given_twice(fail_at: int) -> None:
    sources = [Source(index, [2 + index, END], 9) for index in range(20)]
    run = RefilledBatch(ToyGraph(fail_at), PORTS, _Tray(sources).take, candidates_of, rows=4).run()
    seen = []
    runs_without_failure = ToyGraph()
    whole = RefilledBatch(runs_without_failure, PORTS, _Tray(sources).take, candidates_of, rows=4).run()
    assert len(list(whole)) == 20
    fails = pytest.raises(EngineError, match="the model failed")
    with fails if fail_at <= runs_without_failure.runs else contextlib.nullcontext():
        for index, hypothesis in run:
            assert (hypothesis.token_ids, hypothesis.complete) == expected(sources[index])
            seen.append(index)
    assert len(seen) == len(set(seen))
    assert (len(seen) == 20) == (fail_at > runs_without_failure.runs)


@pytest.mark.parametrize("together", [1, 7, 64, 10_000])
def test_the_tray_hands_out_sources_of_one_length_and_no_more_tokens_than_asked(together: int) -> None:
    sources = [Source(index, [5] * (index % 9) + [END], 3) for index in range(50)]
    tray = _Tray(sources)
    taken = []
    while batch := tray.take(together):
        lengths = {len(source.ids) for source in batch}
        assert len(lengths) == 1
        assert len(batch) == 1 or sum(len(source.ids) for source in batch) <= together
        taken += batch
    assert sorted(source.index for source in taken) == list(range(50))
    assert [len(source.ids) for source in taken] == sorted((len(source.ids) for source in sources), reverse=True)


def test_the_tray_is_empty_after_it_was_emptied() -> None:
    tray = _Tray([Source(0, [END], 3)])
    tray.empty()
    assert tray.take(100) == []


class SilentGraph(ToyGraph):
    """Never decodes anything."""

    def decode(self, feed: Mapping[str, Any]) -> dict[str, Any]:
        results = super().decode(feed)
        return {**results, "tokens": results["tokens"][:, :0]}


@pytest.mark.parametrize("rows", [1, 3])
def test_a_graph_that_decodes_nothing_ends_in_an_error_and_not_in_an_endless_loop(rows: int) -> None:
    sources = [Source(index, [2 + index, END], 9) for index in range(5)]
    with pytest.raises(EngineError, match="decoded nothing"):
        list(RefilledBatch(SilentGraph(), PORTS, _Tray(sources).take, candidates_of, rows=rows).run())
