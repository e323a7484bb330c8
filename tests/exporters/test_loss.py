"""What quantising lost: figures against the textbook's formulas, limits, and what is said where nothing is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toys.tokenizer import toy_tokenizer

from edgekit.core.errors import EngineError, FailedError
from edgekit.core.events import Event, Note, Progress, silent
from edgekit.core.languages import Direction
from exporters.corpus.declaration import declaration
from exporters.loss.base import beyond, refuse_beyond
from exporters.loss.language import LanguageLoss, compare_language_models
from exporters.loss.measuring import BUILT_IN, HELD_OUT, Trial, loss_lines, prepare_trial, recorded_losses
from exporters.loss.translations import TranslationLoss, compare_translators
from exporters.loss.vectors import VectorLoss, compare_encoders

LINES = {"pt": ["a b c", "", "b b"], "en": ["c a"]}
NAN = float("nan")


class Running:
    """A language model whose logits are a table: (V, V), row by the id before; a begin mark counts as id 0."""

    def __init__(self, table: NDArray[np.float32]) -> None:
        self.table = table
        self.closed = False

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        return self.table[[0, *ids]]

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        raise NotImplementedError

    def close(self) -> None:
        self.closed = True


class Embedding:
    """An encoder that gives each line the vector it was told."""

    def __init__(self, vectors: Mapping[str, Sequence[float]]) -> None:
        self.vectors = vectors
        self.closed = False

    def embed(self, lines: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.vectors[line] for line in lines], np.float32)

    def close(self) -> None:
        self.closed = True


def models(seed: int, size: int) -> tuple[Running, Running]:
    random = np.random.default_rng(seed)
    return tuple(Running(random.normal(0, 4, (size, size)).astype(np.float32)) for _ in "xy")  # type: ignore[return-value]  # there are two


def probabilities(row: NDArray[np.float32]) -> NDArray[np.float64]:
    powers = np.exp(row.astype(np.float64))
    return np.asarray(powers / powers.sum())


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_figures_are_those_of_the_formulas(seed: int) -> None:
    tokenizer = toy_tokenizer()
    old, new = models(seed, tokenizer.size)
    for one in compare_language_models(old, new, tokenizer, LINES, silent):
        bits, same, divergence, places = np.zeros(2), 0, 0.0, 0
        for line in LINES[one.language]:
            before = 0
            for at in tokenizer.encode([line])[0]:
                p, q = probabilities(old.table[before]), probabilities(new.table[before])
                bits -= np.log2([p[at], q[at]])
                same += p.argmax() == q.argmax()
                divergence += (p * np.log2(p / q)).sum()
                places, before = places + 1, at
        size = sum(len(line.encode()) for line in LINES[one.language])
        assert one.tokens == places
        np.testing.assert_allclose(one.bits_per_byte, bits / size, rtol=1e-5)
        assert one.agreement == same / places
        np.testing.assert_allclose(one.divergence, divergence / places, rtol=1e-4, atol=1e-6)


def test_a_model_loses_nothing_against_itself() -> None:
    old, _ = models(1, toy_tokenizer().size)
    events: list[Event] = []
    found = compare_language_models(old, old, toy_tokenizer(), LINES, events.append)
    assert [(one.language, one.rise, one.agreement, one.divergence) for one in found] == [
        ("pt", 0.0, 1.0, 0.0),
        ("en", 0.0, 1.0, 0.0),
    ]
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2, 3, 4]
    assert not old.closed


def test_a_long_line_counts_with_the_bytes_of_the_tokens_that_were_read() -> None:
    tokenizer = toy_tokenizer()
    old, new = models(3, tokenizer.size)
    (whole,) = compare_language_models(old, new, tokenizer, {"": ["abc" * 32]}, silent)
    (long,) = compare_language_models(old, new, tokenizer, {"": ["abc" * 32 + "cba" * 500]}, silent)
    assert whole == long


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({}, []),
        ({"bits_per_byte": 0.11, "agreement": 0.5, "cosine": 1.0}, []),
        ({"bits_per_byte": 0.09}, ["bits per byte rise by 10.00%, from 1.0000 to 1.1000, and at most 9.00%"]),
        ({"agreement": 0.8}, ["the same at 75.0% of 8 places, and 80.0% is the least"]),
    ],
)
def test_what_is_beyond_a_limit_is_told_with_by_how_much(limits: dict[str, float], says: list[str]) -> None:
    loss = LanguageLoss("pt", 2, 8, (1.0, 1.1), 0.75, 0.2)
    reasons = beyond([loss], limits)
    assert len(reasons) == len(says)
    assert all(reason.startswith("`pt`: ") and one in reason for reason, one in zip(reasons, says, strict=True))
    if says:
        with pytest.raises(FailedError, match="lost more than the preset allows"):
            refuse_beyond([loss], limits)


def test_a_figure_that_is_no_number_is_beyond_every_limit() -> None:
    limits = {"bits_per_byte": 10.0, "agreement": 0.0, "cosine": -1.0}
    assert len(beyond([LanguageLoss("", 1, 1, (1.0, NAN), NAN, NAN), VectorLoss("", 1, NAN, NAN, 0)], limits)) == 3


def test_vectors_are_compared_line_by_line_and_by_their_neighbours() -> None:
    before = Embedding({"p a": [1, 0], "p b": [0.9, 0.1], "p c": [0, 1]})
    after = Embedding({"p a": [3, 0], "p b": [0.1, 0.9], "p c": [0, 1]})
    (found,) = compare_encoders(before, after, {"pt": ["p a", "p b", "p c"], "en": []}, silent)
    turned = (0.9 * 0.1 * 2) / (0.9**2 + 0.1**2)
    assert found.lines == 3
    np.testing.assert_allclose([found.cosine, found.least_cosine], [(2 + turned) / 3, turned], rtol=1e-6)
    assert found.neighbour == pytest.approx(2 / 3)  # b is nearest to c now, and was to a
    assert found.excess({"cosine": 0.9}) == [
        f"the cosine of vectors with those before is {found.cosine:.4f} on average, and 0.9000 is the least allowed"
    ]


def trial(**more: Any) -> Trial:
    parts: dict[str, Any] = {"limits": {}, "prefix": None, "open_model": None, "open_encoder": None, **more}
    return prepare_trial([], ["pt", "xx"], **parts)


def test_without_text_the_declaration_is_read_and_a_language_without_one_is_named() -> None:
    made = trial()
    assert made.lines == {"pt": list(declaration("pt")[:40])}
    assert made.text == {"pt": BUILT_IN}
    old, _ = models(1, toy_tokenizer().size)
    made = trial(open_model=lambda _: old)
    found = made.measure(Path("a"), Path("b"), {}, toy_tokenizer(), silent)
    assert found.notes == ["there is no text of `xx`, so nothing is measured for it"]
    assert old.closed
    recorded = json.loads(json.dumps(found.to_json({})))
    assert [one.to_json() for one in recorded_losses(recorded)] == recorded["languages"]
    assert [one.cells() for one in recorded_losses(recorded)] == [one.cells() for one in found.losses]
    assert loss_lines(found)[0] == f"what quantising lost, on {BUILT_IN}:"


def test_what_cannot_be_measured_is_told() -> None:
    def broken(_: Path) -> Any:
        raise EngineError("no such thing", reasons=["a reason"])

    for made, says in (
        (trial(), "nothing here runs the model"),
        (trial(open_model=broken), "what quantising lost is not measured: no such thing; a reason"),
    ):
        found = made.measure(Path("a"), Path("b"), {}, toy_tokenizer(), silent)
        assert not found.losses
        assert says in found.notes[1]
        events: list[Event] = []
        made.check(found, events.append, allowed=False)
        assert [event.text for event in events if isinstance(event, Note)] == list(found.notes)


def test_an_encoder_sees_its_prefix_and_both_are_closed() -> None:
    lines = [f"passage: {line}" for line in declaration("pt")[:40]]
    opened = [Embedding({line: [1, at] for at, line in enumerate(lines)}) for _ in "xy"]
    left = list(opened)
    made = trial(prefix="passage: ", open_encoder=lambda *_: left.pop())
    found = made.measure(Path("a"), Path("b"), {}, toy_tokenizer(), silent)
    (loss,) = found.losses
    assert (loss.language, loss.to_json()["cosine"]) == ("pt", pytest.approx(1.0))
    assert all(one.closed for one in opened)


def test_many_languages_have_a_declaration_in_their_own_script() -> None:
    for tag in ("pt", "pt-BR", "en", "sw", "am", "hi", "zh", "ar", "yo", "ha"):
        assert 20 <= len(declaration(tag)) <= 64, tag
    assert declaration("am")[0][0] == "\u12e8" or ord(declaration("am")[0][0]) in range(0x1200, 0x1380)
    assert declaration("am-Latn") == ()
    assert HELD_OUT != BUILT_IN


class Saying:
    """A translator that says its word before each line."""

    def __init__(self, word: str) -> None:
        self.word, self.closed = word, False

    def translate(self, lines: Sequence[str]) -> list[str]:
        return [f"{self.word} {line}" if "a" in line else "" for line in lines]

    def close(self) -> None:
        self.closed = True


def test_translations_are_compared_with_those_before_in_each_direction_that_has_text() -> None:
    asked: list[Direction] = []
    opened: list[Saying] = []

    def open_translator(_folder: Path, _engine: Mapping[str, Any], direction: Direction) -> Saying:
        asked.append(direction)
        opened.append(Saying("sim" if len(asked) == 1 else "não"))
        return opened[-1]

    directions = [Direction("pt", "en"), Direction("en", "pt")]
    made = trial(open_translator=open_translator, directions=directions)
    found = made.measure(Path("a"), Path("b"), {}, toy_tokenizer(), silent)
    assert asked == [Direction("pt", "en")] * 2  # there is no text of `en`
    assert all(one.closed for one in opened)
    (loss,) = found.losses
    assert isinstance(loss, TranslationLoss)
    assert loss.same == sum("a" not in line for line in declaration("pt")[:40]) / 40
    assert 50 < loss.chrf < 100
    assert loss.excess({"chrf": 100.0}) == [
        f"translations have chrF {loss.chrf:.1f} against those before, and 100.0 is the least allowed"
    ]
    recorded = json.loads(json.dumps(found.to_json({})))
    assert recorded_losses(recorded) == [loss]


def test_translators_that_say_nothing_agree() -> None:
    one = compare_translators(Saying("x"), Saying("y"), Direction("pt", "en"), ["b", "c"], silent)
    assert (one.chrf, one.same, one.excess({"chrf": 100.0})) == (100.0, 1.0, [])
    assert TranslationLoss("pt→en", 1, NAN, 0.0).excess({"chrf": 0.0})
