from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.real_models import home_with
from translate.toy_engine import ToyEngine

from edgekit.catalogue.entries import Languages
from edgekit.core.errors import DirectionError, UsageError
from edgekit.core.events import Event, Note
from edgekit.core.languages import Direction
from edgekit.core.segments import Translation
from edgekit.store.installed import Installed
from edgekit.store.receipt import FileRecord, Receipt
from edgekit.translate.pivot import PivotTranslator, compose, open_direct_or_pivot, open_route
from edgekit.translate.pivot_routes import describe, find_route, known_chrf
from edgekit.translate.translator import Translator


def direction(text: str) -> Direction:
    return Direction(*text.split(">"))


def route(text: str) -> tuple[Direction, ...]:
    ends = text.split(">")
    return tuple(Direction(*pair) for pair in pairwise(ends))


def toy(text: str) -> Translator:
    return Translator(direction(text), ToyEngine())


def installed(text: str, *, size: int = 1, chrf: float | None = None) -> tuple[Direction, Installed]:
    one = direction(text)
    receipt = Receipt(
        id=f"toy-{one.source}-{one.target}".lower(),
        name="A toy",
        family="marian",
        task="translate",
        languages=Languages((one.source,), (one.target,)),
        licence="MIT",
        attribution="nobody",
        source="file:toy",
        revision=None,
        source_files=(),
        steps=({"name": "convert"},) if chrf is None else ({"name": "verify", "chrf": chrf},),
        tools={},
        files=(FileRecord("model", size, "0" * 64),),
        engine={},
        edgekit="0",
        created="2026-01-01T00:00:00Z",
    )
    return one, Installed(Path("toy"), receipt)


class Words:
    """Translates by a word list, each word for one, backwards; with an alignment and log-probabilities."""

    def __init__(self, ends: str, words: dict[str, str]) -> None:
        self.direction = direction(ends)
        self.words = words
        self.closed = False

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        inner = Translator(self.direction, _Backwards(self.words))  # type: ignore[arg-type]  # a toy
        return inner.translate(texts, scores=scores, alignment=alignment)

    def close(self) -> None:
        self.closed = True


class _Backwards(ToyEngine):
    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self.words = words

    def decode(self, sources, *, scores=False, alignment=False):  # type: ignore[no-untyped-def]  # as what it stands for has it
        for index, found in super().decode(sources, scores=scores, alignment=alignment):
            pieces = [piece.lower() for piece in self.source_tokenizer.pieces(sources[index])]
            target = [self.target_tokenizer.id_of("▁" + self.words[piece.strip("▁")]) for piece in reversed(pieces)]
            attention = np.eye(len(target) + 1, dtype=np.float32)
            attention[:-1, :-1] = attention[:-1, :-1][::-1]
            yield index, dataclasses.replace(found, token_ids=target, alignment=attention if alignment else None)


def test_pivot_composes_alignment_over_the_words_between() -> None:
    first = Words("xa>en", {"ka": "one", "li": "two", "mo": "six"})
    second = Words("en>xb", {"one": "uno", "two": "dos", "six": "seis"})
    with PivotTranslator([first, second]) as translator:
        (found,) = translator.translate(["ka li mo"], scores=True, alignment=True)
    assert found.text == "uno dos seis"
    assert found.source == "ka li mo"
    (segment,) = found.segments
    pairs = [(found.source[slice(*one)], found.text[slice(*other)]) for one, other in segment.alignment or ()]
    assert pairs == [("ka", "uno"), ("li", "dos"), ("mo", "seis")]
    assert first.closed
    assert second.closed


def test_pivot_adds_the_doubt_of_every_leg() -> None:
    (direct,) = toy("xa>xb").translate(["good morning"], scores=True)
    with (
        PivotTranslator([toy("xa>xb"), toy("xb>xc")]) as two,
        PivotTranslator([toy("xa>xb"), toy("xb>xc"), toy("xc>xd")]) as three,
    ):
        (through_one,) = two.translate(["good morning"], scores=True)
        (through_two,) = three.translate(["good morning"], scores=True)
    assert direct.score is not None
    assert through_one.score == pytest.approx(2 * direct.score)
    assert through_two.score == pytest.approx(3 * direct.score)


LINES = ["Good morning, class. How are you?  Fine.\n\n  Yes!\r\n", "", "  ", "1990", "a b c d", "12 apples. 3", "😀"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=40)), max_size=6))
def test_pivot_keeps_what_a_translator_keeps_for_any_text(texts: list[str]) -> None:
    with PivotTranslator([toy("xa>xb"), toy("xb>xc")]) as pivot, toy("xa>xc") as direct:
        found = pivot.translate(texts, scores=True, alignment=True)
        expected = direct.translate(texts, scores=True, alignment=True)
        assert pivot.translate(texts) == [*pivot.stream(iter(texts))]
    for one, other in zip(found, expected, strict=True):
        assert one.source == other.source
        assert [segment.source for segment in one.segments] == [segment.source for segment in other.segments]
        assert len(one.text.splitlines()) == len(other.text.splitlines())
        for segment in one.segments:
            assert 0 <= segment.target[0] <= segment.target[1] <= len(one.text)
            for (begin, end), (target_begin, target_end) in segment.alignment or ():
                assert segment.source[0] <= begin < end <= segment.source[1]
                assert segment.target[0] <= target_begin <= target_end <= segment.target[1]


def test_pivot_is_incomplete_when_any_leg_is() -> None:
    class Endless(Words):
        def translate(self, texts, *, scores=False, alignment=False):  # type: ignore[no-untyped-def]  # as what it stands for has it
            return [Translation(text.upper(), text, complete=False) for text in texts]

    with PivotTranslator([toy("xa>xb"), Endless("xb>xc", {})]) as translator:
        (found,) = translator.translate(["good morning"])
    assert not found.complete
    assert not found.segments[0].complete


@pytest.mark.parametrize("legs", ["xa>xb", "xa>xb,xc>xd", "xa>xa,xa>xb", "pt>pt-BR,pt-BR>en"])
def test_pivot_refuses_directions_that_make_no_route(legs: str) -> None:
    with pytest.raises(UsageError):
        PivotTranslator([toy(leg) for leg in legs.split(",")])


def test_find_route_prefers_what_was_measured_better() -> None:
    have = dict(
        [
            installed("am>en", chrf=40),
            installed("en>pt", chrf=60),
            installed("am>fr", chrf=55),
            installed("fr>pt", chrf=55),
        ]
    )
    assert find_route("am", "pt", have) == route("am>fr>pt")
    assert find_route("am", "pt", have, chrf={}) == route("am>en>pt")
    assert find_route("am", "pt", have, chrf={direction("am>en"): 90, direction("en>pt"): 90}) == route("am>en>pt")


def test_find_route_takes_the_fewest_legs_then_the_largest_models_when_nothing_was_measured() -> None:
    have = dict(
        [installed("am>en"), installed("en>fr"), installed("fr>pt"), installed("am>fr", size=5), installed("en>pt")]
    )
    assert find_route("am", "pt", have) == route("am>fr>pt")
    assert find_route("am", "es", have) is None
    assert describe(route("am>fr>pt")) == "am→fr→pt"


def test_find_route_looks_past_regions_and_never_passes_a_language_twice() -> None:
    have = dict([installed("pt>en"), installed("en>am"), installed("en>pt-BR"), installed("am>pt")])
    assert find_route("pt-BR", "am", have) == route("pt>en")[:1] + route("en>am")
    assert find_route("en", "sw", have) is None
    assert find_route("pt", "ha", have) is None
    for source, target in (("pt", "pt-BR"), ("en", "en"), ("bad tag", "en")):
        with pytest.raises(UsageError):
            find_route(source, target, have)


def test_known_chrf_ignores_what_is_no_measure() -> None:
    have = dict([installed("am>en", chrf=140), installed("en>pt", chrf=60.5), installed("pt>en")])
    assert known_chrf(have) == {direction("en>pt"): 60.5}


def test_open_direct_or_pivot_tells_of_the_route_when_it_takes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    have = dict([installed("am>en"), installed("en>pt")])
    monkeypatch.setattr("edgekit.store.installed.find_directions", lambda: have)
    monkeypatch.setattr("edgekit.engine.open.open_engine", lambda *_, **__: ToyEngine())
    told: list[Event] = []
    with open_direct_or_pivot("am", "pt-BR", report=told.append) as translator:
        assert isinstance(translator, PivotTranslator)
        assert translator.route == route("am>en>pt")
        assert translator.direction == Direction("am", "pt-BR")
        assert translator.translate(["hello"])[0].text == "HELLO"
    assert [one.text for one in told if isinstance(one, Note)] == [
        "no model translates am→pt-BR: it goes through am→en→pt"
    ]
    with open_direct_or_pivot("am", "en", report=told.append) as direct:
        assert isinstance(direct, Translator)
    assert len(told) == 1
    with pytest.raises(DirectionError):
        open_direct_or_pivot("am", "zu")


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.integers(0, 9), st.integers(1, 4)), max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.integers(0, 9), st.integers(1, 4)), max_size=6),
)
def test_compose_pairs_only_words_that_share_characters_of_the_pivot(
    first: list[tuple[int, int, int, int]], second: list[tuple[int, int, int, int]]
) -> None:
    one, two = ([((a, a + n), (b, b + m)) for a, n, b, m in given_pairs] for given_pairs in (first, second))
    for source, target in compose(one, two, pivot_begin=0, target_begin=100):
        assert any(
            source == known and target == (begin + 100, end + 100) and max(low, start) < min(high, last)
            for known, (start, last) in one
            for (low, high), (begin, end) in two
        )


@pytest.mark.real
def test_pivot_goes_through_real_models_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt", "firefox-pt-en")))
    text = "Good morning, class. Open your books at page 12.\n\n  Who can tell me why leaves are green?\n"
    with open_route(route("en>pt>en")) as translator:
        (found,) = translator.translate([text], scores=True, alignment=True)
        assert translator.translate([text])[0].text == found.text
    assert found.text.startswith("Good morning, class.")
    assert "12" in found.text
    assert "\n\n  Who" in found.text
    assert found.complete
    assert found.score is not None
    assert found.score < 0
    pairs = [
        (text[slice(*one)], found.text[slice(*other)]) for seg in found.segments for one, other in seg.alignment or ()
    ]
    assert sum(one == other for one, other in pairs) > 0.7 * len(text.split())
