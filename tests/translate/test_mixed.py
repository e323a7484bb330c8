from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.real_models import home_with
from translate.toy_engine import ToyEngine

from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText, with_keeps
from edgekit.identify.mixed import foreign_spans
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.mixed import MixedTranslator
from edgekit.translate.translator import Translator, open_translator

FLORES = Path(__file__).parents[2].parent / "shared" / "data" / "flores"
EN_PT, PT_EN, ES_PT, ES_EN = (Direction(*one.split()) for one in ("en pt", "pt en", "es pt", "es en"))
INSIDE = "The teacher said muito obrigado pela ajuda de hoje and went home."
KEPT = "Amanhã teremos prova de matemática na escola."
SPANISH = "Mañana tenemos un examen de matemáticas en la escuela."


def opened(direction: Direction) -> Translator:
    return Translator(direction, ToyEngine())


def mixed(*directions: Direction) -> MixedTranslator:
    return MixedTranslator(opened(EN_PT), directions, opened)


def test_mixed_puts_foreign_words_into_the_language_of_the_sentence_first() -> None:
    text = f"Good morning. {INSIDE} Good bye."
    with mixed(EN_PT, PT_EN) as translator:
        (found,) = translator.translate_mixed([text], scores=True, alignment=True)
    # The toy says in capitals what it translates, and a span begins small again.
    assert found.translation.text == text.upper()
    assert found.translation.source == text
    (span,) = found.spans
    assert text[span.begin : span.end] == "muito obrigado pela ajuda de hoje"
    assert [one.detail for one in found.findings] == [
        "`muito obrigado pela ajuda de hoje` is in `pt` and was put into `en` first"
    ]
    assert found.findings[0].source == (span.begin, span.end)
    assert [text[slice(*one.source)] for one in found.translation.segments] == ["Good morning.", INSIDE, "Good bye."]
    pairs = [
        (text[slice(*one)], found.translation.text[slice(*other)])
        for segment in found.translation.segments
        for one, other in segment.alignment or ()
    ]
    assert ("home.", "HOME.") in pairs
    assert ("muito obrigado pela ajuda de hoje", "OBRIGADO") in pairs


def test_mixed_leaves_a_sentence_that_is_in_the_target_language() -> None:
    text = f"Good morning, class. {KEPT}\n\n  Good bye to all of you."
    with mixed(EN_PT, PT_EN) as translator:
        (found,) = translator.translate_mixed([text])
    assert found.translation.text == f"GOOD MORNING, CLASS. {KEPT}\n\n  GOOD BYE TO ALL OF YOU."
    assert [one.detail.split(" and ")[1] for one in found.findings] == ["was left"]


def test_mixed_gives_a_sentence_in_a_third_language_to_its_own_model() -> None:
    used: list[Direction] = []

    def watched(direction: Direction) -> Translator:
        used.append(direction)
        return opened(direction)

    text = f"Good morning, class. {SPANISH}"
    with MixedTranslator(opened(EN_PT), [EN_PT, ES_PT, ES_EN], watched) as translator:
        (found,) = translator.translate_mixed([text])
    assert found.translation.text == text.upper()
    assert used == [ES_PT]
    assert found.findings[0].detail.endswith("was translated by es→pt")


def test_mixed_leaves_foreign_words_to_the_model_when_nothing_translates_them() -> None:
    with mixed(EN_PT) as translator:
        (found,) = translator.translate_mixed([INSIDE])
    assert found.translation.text == INSIDE.upper()
    assert found.findings[0].detail.endswith("was translated as if it were not")


def test_mixed_closes_every_model() -> None:
    main = opened(EN_PT)
    others: list[Translator] = []

    def kept(direction: Direction) -> Translator:
        others.append(opened(direction))
        return others[-1]

    translator = MixedTranslator(main, [EN_PT, PT_EN], kept)
    translator.translate([INSIDE])
    translator.close()
    assert [one._engine.closed for one in (main, *others)] == [True, True]  # type: ignore[attr-defined]  # a toy


PARTS = [
    *INSIDE.split(),
    *KEPT.split(),
    "\n",
    "  ",
    "Dr. Who?",
    "12",
    "😀",
    "我们今天",
    "\ud800",
    "<b>",
    "Good morning.",
]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=30).map(" ".join))
def test_mixed_has_spans_in_range_and_changes_nothing_without_foreign_words_for_any_text(text: str) -> None:
    with mixed(EN_PT, PT_EN) as translator, opened(EN_PT) as plain:
        (found,) = translator.translate_mixed([text], scores=True, alignment=True)
        if not foreign_spans(text, "en", ["pt"]):
            assert [found.translation] == plain.translate([text], scores=True, alignment=True)
    last = 0
    for segment in found.translation.segments:
        assert last <= segment.source[0] <= segment.source[1] <= len(text)
        last = segment.source[1]
        assert 0 <= segment.target[0] <= segment.target[1] <= len(found.translation.text)
        for (begin, end), (target_begin, target_end) in segment.alignment or ():
            assert segment.source[0] <= begin <= end <= segment.source[1]
            assert segment.target[0] <= target_begin <= target_end <= segment.target[1]


@pytest.mark.skipif(not FLORES.is_dir(), reason="the FLORES lines are not here")
@pytest.mark.parametrize(("source", "target"), [("en", "pt"), ("pt", "en")])
def test_mixed_is_identical_in_monolingual_lines_but_one_in_200(source: str, target: str) -> None:
    lines = (FLORES / f"dev.{source}").read_text(encoding="utf-8").splitlines()[::3]
    direction = Direction(source, target)
    plain = opened(direction).translate(lines, scores=True, alignment=True)
    with MixedTranslator(opened(direction), [EN_PT, PT_EN], opened) as translator:
        found = translator.translate_mixed(lines, scores=True, alignment=True)
    assert sum(bool(one.spans) for one in found) <= 0.005 * len(lines)
    assert all(one.translation == other for one, other in zip(found, plain, strict=True) if not one.spans)


@pytest.mark.real
def test_mixed_translates_foreign_words_with_a_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt", "firefox-pt-en")))

    def real(direction: Direction) -> Translator:
        return open_translator(direction.source, direction.target)

    with MixedTranslator(real(EN_PT), [EN_PT, PT_EN], real) as translator:
        (found,) = translator.translate([f"{INSIDE} {KEPT}"], alignment=True)
        assert KEPT in found.text
        assert "muito obrigado pela ajuda de hoje" in found.text.lower()
        assert "The teacher" not in found.text
        assert translator.translate(["Good morning, class."]) == real(EN_PT).translate(["Good morning, class."])


def test_words_that_are_in_the_target_language_already_come_through_when_a_careful_translator_asks_for_them() -> None:
    text = f"Good morning. {INSIDE} {KEPT}"
    with mixed(EN_PT, PT_EN) as translator:
        (span,) = translator.kept_spans(text)
        assert text[slice(*span)] == "muito obrigado pela ajuda de hoje"
        (found,) = CarefulTranslator(translator, kept_spans=translator.kept_spans).translate([text])
    assert "muito obrigado pela ajuda de hoje" in found.text
    assert KEPT in found.text
    assert (found.kept, found.left) == (1, 0)


def test_no_words_are_kept_when_a_mark_crosses_them() -> None:
    crossed = MarkedText(INSIDE, (Mark(0, 25, "pair", "1"),))
    assert with_keeps(crossed, [(17, 50)]) is crossed
    around = MarkedText(INSIDE, (Mark(0, 60, "pair", "1"),))
    assert not with_keeps(around, [(17, 50)]).problems()
    assert len(with_keeps(around, [(17, 50), (40, 55)]).marks) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('The answer "as plantas precisam de luz e água" is right.', "as plantas precisam de luz e água"),
        ("The answer 'as plantas precisam de luz e água' isn't wrong.", "as plantas precisam de luz e água"),
        ('The boy asked me "onde fica a biblioteca da escola" today.', "onde fica a biblioteca da escola"),
        (
            'He said "this" and "we think so and will always say that as plantas precisam de luz e água" then.',
            "plantas precisam de luz e água",
        ),
    ],
)
def test_a_quotation_is_kept_whole_when_most_of_it_is_in_the_target_language(text: str, expected: str) -> None:
    with mixed(EN_PT, PT_EN) as translator:
        (span,) = translator.kept_spans(text)
    assert text[slice(*span)] == expected
