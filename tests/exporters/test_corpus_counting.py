"""A corpus is counted as by hand, however it is cut, on however many cores, however often the run is killed."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.counted import TOKENIZER, count, plain, some_lines, write_corpus

from edgekit.core.errors import FailedError, InputError
from edgekit.core.events import Event, Note, Progress, StepFinished, StepStarted
from exporters.corpus import reading, tallying, workers
from exporters.corpus.base import Corpus, Tally
from exporters.corpus.tallying import is_held_out


def tally_of(lines: Sequence[str]) -> Tally:
    """By hand."""
    tokens = np.zeros(TOKENIZER.size)
    fallback = 0
    for line in lines:
        (ids,) = TOKENIZER.encode([line])
        for at in ids:
            tokens[at] += 1
        fallback += any(TOKENIZER.fallback[at] for at in ids)
    sizes = sum(len(line.encode()) for line in lines)
    return Tally(tokens, len(lines), sum(len(line.split()) for line in lines), sizes, fallback)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 10_000)


def test_each_language_is_counted_as_by_hand(folder: Path) -> None:
    events: list[Event] = []
    corpora = count(folder, report=events.append)
    assert [one.language for one in corpora] == ["en", "am", ""]
    for corpus, seeds in zip(corpora, ([0, 2], [1], [3]), strict=True):
        lines = [line for seed in seeds for line in some_lines(seed, 3000)]
        held = [line for line in lines if is_held_out(line.encode())]
        train = [line for line in lines if not is_held_out(line.encode())]
        assert plain([replace(corpus, sample=[])]) == plain(
            [Corpus(corpus.language, tally_of(train), tally_of(held), [], corpus.digest)]
        )
        assert corpus.digest == hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
        assert set(corpus.sample) == set(held)
        assert 0.05 < len(held) / len(lines) < 0.15
    total = sum(path.stat().st_size for path in folder.iterdir())
    assert isinstance(events[0], StepStarted)
    assert events[1] == Note(f"`{folder / 'd.txt'}`: text of no single language; `pt=PATH` says that it is of one")
    steps = [event for event in events if isinstance(event, Progress)]
    assert {(step.total, step.unit) for step in steps} == {(total, "bytes")}
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert done[-1] == total
    assert events[-1] == StepFinished("count", "12,000 lines")


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.sampled_from(some_lines(5, 40)), min_size=1, max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=4),
    size=st.integers(1, 400),
)
def test_e22_files_cut_in_any_way_give_the_same_counts_and_their_order_only_another_digest(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], cuts: list[int], size: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    (folder / "whole.en").write_text("\n".join(lines) + "\n", encoding="utf-8")
    places = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    parts = []
    for number, (begin, end) in enumerate(itertools.pairwise(places)):
        if end > begin:
            parts.append(folder / f"{number}.en")
            parts[-1].write_text("\n".join(lines[begin:end]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", size)
        (whole,) = count(folder / "whole.en")
        (cut,) = count(*parts)
        (turned,) = count(*reversed(parts))
    assert plain([cut]) == plain([whole])
    assert plain([replace(turned, digest=whole.digest)]) == plain([whole])
    assert (turned.digest == whole.digest) == (
        [line for part in reversed(parts) for line in part.read_text(encoding="utf-8").split("\n")] == lines
    )


def test_e22_the_held_out_tenth_is_the_same_on_every_machine() -> None:
    # Frozen: a change would mix what earlier runs held out into what they train on.
    frozen = [5, 41, 51, 63, 74, 82, 92, 93, 108, 113, 120, 125, 134, 144, 161, 187, 196, 197]
    assert [at for at in range(200) if is_held_out(f"line {at}".encode())] == frozen


def test_e22_the_number_of_processes_changes_nothing(folder: Path) -> None:
    assert plain(count(folder, jobs=3)) == plain(count(folder, jobs=1))


def test_the_sample_has_2000_lines_at_most_and_is_spread_evenly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "SAMPLE_LINES", 200)
    lines = [f"the line {at}" for at in range(20_000)]
    (tmp_path / "x.en").write_text("\n".join(lines))
    (corpus,) = count(tmp_path / "x.en")
    assert len(corpus.sample) == 200
    assert all(is_held_out(line.encode()) for line in corpus.sample)
    quarters = np.bincount([int(line.split()[-1]) // 5000 for line in corpus.sample])
    assert quarters.min() > 30


def test_a_line_of_the_sample_is_short_when_the_line_is_long(tmp_path: Path) -> None:
    lines = [f"{at} " + "the and " * 10_000 for at in range(12)]
    (tmp_path / "x.en").write_text("\n".join(lines))
    (corpus,) = count(tmp_path / "x.en")
    assert corpus.sample
    assert {len(line) for line in corpus.sample} == {4000}


def test_equal_lines_count_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "x.en").write_text("the\n" * 7 + "the wind\n")
    (corpus,) = count(tmp_path / "x.en")
    assert corpus.train.lines + corpus.held_out.lines == 8
    thes, rest = TOKENIZER.encode(["the", "the wind"])
    assert (corpus.train.tokens + corpus.held_out.tokens).sum() == 7 * len(thes) + len(rest)


def test_a_corpus_without_a_line_is_an_error_that_names_its_files(tmp_path: Path) -> None:
    for name, text in (("x.en", ""), ("y.en", " \n\n"), ("z.am", "ሰላም")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        count(tmp_path)
    assert [reason.rpartition("/")[2] for reason in caught.value.reasons] == [
        "x.en` holds no line of text",
        "y.en` holds no line of text",
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_texts_that_cannot_be_read_are_all_named(folder: Path, tmp_path: Path, jobs: int) -> None:
    (tmp_path / "bad1").write_bytes(b"a\n" * 9999 + b"\xff")
    (tmp_path / "bad2").write_bytes(b"\0")
    with pytest.raises(InputError) as caught:
        count(folder, tmp_path, jobs=jobs)
    assert len(caught.value.reasons) == 2
    assert caught.value.hint


class Lowering:
    """A tokenizer that writes all small, as models of one case do."""

    size, fallback = TOKENIZER.size, TOKENIZER.fallback

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        return TOKENIZER.encode([line.lower() for line in lines])


def test_e7_counting_sees_text_as_the_models_own_normaliser_leaves_it(tmp_path: Path) -> None:
    for name, text in (("x.en", "The AND\n"), ("y.en", "the and\n")):
        (tmp_path / name).write_text(text)
    small, large = (count(tmp_path / name, tokenizer=Lowering())[0] for name in ("y.en", "x.en"))
    np.testing.assert_array_equal(
        small.train.tokens + small.held_out.tokens, large.train.tokens + large.held_out.tokens
    )
    (own,) = count(tmp_path / "x.en")
    assert (own.train.tokens + own.held_out.tokens != small.train.tokens + small.held_out.tokens).any()


class Failing(Lowering):
    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        raise FailedError("no", reasons=["because"], hint="do")


class Ending(Lowering):
    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        os._exit(3)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_the_tokenizer_arrives_whole(folder: Path, jobs: int) -> None:
    with pytest.raises(FailedError) as caught:
        count(folder, tokenizer=Failing(), jobs=jobs)
    assert (caught.value.message, caught.value.reasons, caught.value.hint) == ("no", ("because",), "do")


def test_a_process_that_ends_on_its_own_is_an_error_that_says_so(folder: Path) -> None:
    with pytest.raises(FailedError, match="exit code 3"):
        count(folder, tokenizer=Ending(), jobs=2)


def test_as_many_processes_as_cores_count_and_8_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert workers.cores() == 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5}, raising=False)
    assert workers.cores() == 1
