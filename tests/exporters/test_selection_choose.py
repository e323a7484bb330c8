"""A whole choice on a small model: targets met exactly, text that stays as it was, costs that a recount confirms."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from toys.small_gguf import AMHARIC, sentences, write_corpora, write_small_gguf

from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import silent
from exporters.containers.gguf import Kind, Strings, Value
from exporters.corpus.base import Corpus
from exporters.corpus.counting import count_corpora
from exporters.corpus.lists import list_counts
from exporters.selection import choose as choose_module
from exporters.selection.base import Selection, Target
from exporters.selection.choose import DEFAULT_LOSS, select
from exporters.selection.costs import Pieces, bits_per_byte, cost
from exporters.trim.base import Ids, TrimmableModel
from exporters.trim.gguf import GgufModel, open_gguf

NONE = np.array([], np.int64)


@pytest.fixture(autouse=True, scope="module")
def lists_are_counted_once() -> Iterator[None]:
    """Cutting 100,000 words in five forms takes seconds, and every choice here has the same tokenizer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose_module, "list_counts", functools.cache(list_counts))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("selection")


@pytest.fixture(scope="module")
def model(folder: Path) -> GgufModel:
    return open_gguf(write_small_gguf(folder / "small.gguf"))


@pytest.fixture(scope="module")
def corpora(folder: Path, model: GgufModel) -> list[Corpus]:
    paths = [str(path) for path in write_corpora(folder / "text")]
    return count_corpora(
        paths, model.tokenizer, languages=["pt", "en"], field="text", report=silent, state=None, jobs=1
    )


def choose(model: TrimmableModel, corpora: Sequence[Corpus], target: Target, **more: object) -> Selection:
    settings = {"languages": ["pt", "en"], "scripts": None, "keep": NONE, "language_model": None, "report": silent}
    return select(model, corpora, target=target, **{**settings, **more})  # type: ignore[arg-type]  # options of any type


def test_by_default_all_text_is_cut_as_before_and_the_expected_loss_is_small(
    model: GgufModel, corpora: list[Corpus]
) -> None:
    selection = choose(model, corpora, Target())
    tokenizer = model.tokenizer
    np.testing.assert_array_equal(tokenizer.closed(selection.kept), selection.kept)
    small = tokenizer.trimmed(selection.kept)
    for corpus in corpora:
        assert not np.setdiff1d(np.flatnonzero(corpus.train.tokens + corpus.held_out.tokens), selection.kept).size
        for before, after in zip(tokenizer.encode(corpus.sample), small.encode(corpus.sample), strict=True):
            assert selection.kept[after].tolist() == before
    assert len(selection.kept) < tokenizer.size
    assert [one.language for one in selection.chosen.costs] == ["pt", "en"]
    assert max(one.expected_loss for one in selection.chosen.costs) <= DEFAULT_LOSS
    assert selection.curve[-1].tokens == tokenizer.size


def test_a_vocabulary_of_any_size_is_met_exactly_up_to_the_whole_one(model: GgufModel, corpora: list[Corpus]) -> None:
    least = 400
    with pytest.raises(UsageError) as caught:
        choose(model, corpora, Target(vocab=10))
    assert "have to stay" in caught.value.reasons[0]
    losses = []
    for size in (least, least + 37, 480, model.tokenizer.size - 1, model.tokenizer.size):
        selection = choose(model, corpora, Target(vocab=size))
        assert len(selection.kept) == selection.chosen.tokens == size
        np.testing.assert_array_equal(model.tokenizer.closed(selection.kept), selection.kept)
        losses.append(max(one.expected_loss for one in selection.chosen.costs))
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[-1] == 0
    with pytest.raises(UsageError):
        choose(model, corpora, Target(vocab=model.tokenizer.size + 1))


def test_a_token_that_no_text_produces_is_in_no_vocabulary_however_large(corpora: list[Corpus], folder: Path) -> None:
    words = open_gguf(folder / "small.gguf").file.metadata["tokenizer.ggml.tokens"]
    names = list(words.value)
    names[names.index("▁the".encode())] = b"zqzq"  # none of its letters is a token, so nothing is ever joined to it
    changes = {"tokenizer.ggml.tokens": Value(Kind.ARRAY, Strings.of(names), Kind.STRING)}
    model = open_gguf(write_small_gguf(folder / "dead.gguf", changes=changes))
    kept = choose(model, corpora, Target(vocab=model.tokenizer.size)).kept
    np.testing.assert_array_equal(kept, model.tokenizer.closed(np.arange(model.tokenizer.size)))
    assert len(kept) < model.tokenizer.size


def test_a_size_in_bytes_is_kept_and_the_next_token_would_break_it(
    model: GgufModel, corpora: list[Corpus], tmp_path: Path
) -> None:
    limit = 45_000
    selection = choose(model, corpora, Target(max_size_bytes=limit))
    model.write(selection.kept, tmp_path)
    size = (tmp_path / "small.gguf").stat().st_size
    assert size == selection.chosen.size_bytes <= limit
    larger = choose(model, corpora, Target(vocab=len(selection.kept) + 1))
    assert larger.chosen.size_bytes > limit
    with pytest.raises(UsageError, match="too small"):
        choose(model, corpora, Target(max_size_bytes=1000))


def test_a_coverage_is_reached_in_every_language_by_the_fewest_tokens(model: GgufModel, corpora: list[Corpus]) -> None:
    selection = choose(model, corpora, Target(coverage=0.9))
    assert min(one.coverage for one in selection.chosen.costs) >= 0.9
    smaller = choose(model, corpora, Target(vocab=len(selection.kept) - 1))
    assert min(one.coverage for one in smaller.chosen.costs) < 0.9


def test_what_is_to_be_kept_is_kept_whatever_it_costs(model: GgufModel, corpora: list[Corpus]) -> None:
    wanted = np.unique([at for ids in model.tokenizer.encode(sentences(AMHARIC, 3)) for at in ids])
    selection = choose(model, corpora, Target(vocab=500), keep=wanted)
    assert set(wanted.tolist()) <= set(selection.kept.tolist())


def test_scripts_alone_keep_every_token_of_theirs_and_no_letters_of_others(model: GgufModel) -> None:
    selection = choose(model, [], Target(), languages=["am"], scripts=frozenset({"Ethi"}))
    kept = {model.tokenizer.texts[at] for at in selection.kept.tolist()}
    ethiopic = {text for text in model.tokenizer.texts if any("\u1200" <= letter <= "\u137f" for letter in text)}
    assert ethiopic <= kept
    assert not any(len(text.strip()) > 1 and text.isascii() and text.strip().isalpha() for text in kept)


def test_without_text_a_list_of_words_is_the_start_and_that_is_said(model: GgufModel) -> None:
    selection = choose(model, [], Target())
    assert len(selection.notes) == 2
    small = model.tokenizer.trimmed(selection.kept)
    assert small.encode(["the"]) != [[]]
    assert {" the", " a", "o"} <= {model.tokenizer.texts[at] for at in selection.kept.tolist()}
    assert all(shares["text"] == 0 for shares in selection.sources.values())


def test_the_same_text_gives_the_same_choice(model: GgufModel, corpora: list[Corpus]) -> None:
    one, two = (choose(model, corpora, Target(vocab=450)) for _ in range(2))
    np.testing.assert_array_equal(one.kept, two.kept)
    assert one.chosen == two.chosen


def test_a_model_whose_rows_cannot_be_read_is_chosen_for_all_the_same(
    model: GgufModel, corpora: list[Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GgufModel, "vectors", None)
    selection = choose(model, corpora, Target(vocab=450))
    assert len(selection.kept) == 450


def test_costs_are_what_a_recount_with_the_trimmed_tokenizer_gives(model: GgufModel, corpora: list[Corpus]) -> None:
    tokenizer = model.tokenizer
    kept = choose(model, corpora, Target(vocab=430)).kept
    lines = sentences(AMHARIC, 40) + list(corpora[0].sample)
    before, after = tokenizer.encode(lines), tokenizer.trimmed(kept).encode(lines)
    counts = np.bincount([at for ids in before for at in ids], minlength=tokenizer.size).astype(np.float64)
    words = sum(len(line.split()) for line in lines)
    found = cost("", tokenizer, Pieces(tokenizer, kept), counts, words)
    assert found.fertility_before == pytest.approx(sum(map(len, before)) / words)
    # Joins across what a token leaves behind are possible, so the recount may be a little lower.
    assert sum(map(len, after)) / words <= found.fertility_after * 1.0001
    assert sum(map(len, after)) / words == pytest.approx(found.fertility_after, rel=0.05)
    stays = np.isin(np.arange(tokenizer.size), kept)
    assert found.coverage == pytest.approx(counts[stays].sum() / counts.sum())
    assert found.fallback_after > found.fallback_before == 0


@dataclasses.dataclass
class Toy:
    """A language model whose next token depends on the last one only."""

    table: NDArray[np.float32]

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        return self.table[[0, *list(ids)[:-1]]] if ids else self.table[:0]

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        raise AssertionError

    def close(self) -> None:
        pass


def test_e17_bits_per_byte_are_over_the_same_bytes_and_of_the_kept_tokens_alone(
    model: GgufModel, corpora: list[Corpus]
) -> None:
    tokenizer = model.tokenizer
    toy = Toy(np.random.default_rng(1).standard_normal((tokenizer.size, tokenizer.size)).astype(np.float32))
    kept: Ids = choose(model, corpora, Target(vocab=420)).kept
    lines = [*corpora[0].sample[:5], *sentences(AMHARIC, 2)]
    found = bits_per_byte(toy, tokenizer, kept, lines)
    assert found is not None
    wanted = []
    for tokens, among in ((tokenizer, np.arange(tokenizer.size)), (tokenizer.trimmed(kept), kept)):
        bits = 0.0
        for ids in tokens.encode(lines):
            last = 0
            for at in among[ids].tolist():
                row = toy.table[last].astype(np.float64)
                bits -= np.log2(np.exp(row[at]) / np.exp(row[among]).sum())
                last = at
        wanted.append(bits / sum(len(line.encode()) for line in lines))
    assert found == pytest.approx(tuple(wanted))
    assert bits_per_byte(toy, tokenizer, kept, [""]) is None


def test_measured_bits_stand_beside_the_estimate(model: GgufModel, corpora: list[Corpus]) -> None:
    toy = Toy(np.zeros((model.tokenizer.size, model.tokenizer.size), np.float32))
    selection = choose(model, corpora, Target(vocab=450), language_model=toy)
    for one in selection.chosen.costs:
        assert one.bits_per_byte is not None
        # All tokens are as probable: log2 of their number for each.
        assert one.bits_per_byte[0] > 0 < one.bits_per_byte[1]


class Broken(Toy):
    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        raise EngineError("llama.cpp failed at `open`", reasons=["it could not be loaded", "and more"])


def test_a_model_that_does_not_run_is_chosen_for_without_its_bits(model: GgufModel, corpora: list[Corpus]) -> None:
    selection = choose(model, corpora, Target(vocab=450), language_model=Broken(np.zeros((1, 1), np.float32)))
    assert all(one.bits_per_byte is None for one in selection.chosen.costs)
    assert "llama.cpp failed at `open`; it could not be loaded" in selection.notes[-1]
