"""Segments with something between two words: which of their readings is taken, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.test_careful import TEXTS, FakeTranslator, kept_texts

from edgekit.core.marked import Mark, MarkedText
from edgekit.protect.masks import MaskForm
from edgekit.translate.careful import CarefulTranslation, CarefulTranslator
from edgekit.translate.translator import Translation

MASKS = (MaskForm("Xq{}"),)


class Weighing(FakeTranslator):
    """Finds a text with a mask so likely and one without as likely as that; lower words, in reverse where asked."""

    def __init__(self, masked: float, bare: float, *, reverse: bool = False) -> None:
        super().__init__(self._say, reverse=reverse)
        self.masked, self.bare = masked, bare
        self.asked_for_scores: list[bool] = []
        self.changes_words = True

    def _say(self, text: str) -> str:
        # Without the mask the words are others, as with a model: a mask is not free.
        return text if not self.changes_words or "Xq" in text or " mg" in text else text.replace("a", "o")

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        self.asked_for_scores.append(scores)
        return [self._scored(one) if scores else one for one in super().translate(texts, alignment=alignment)]

    def _scored(self, one: Translation) -> Translation:
        value = self.masked if "Xq" in one.source or " mg" in one.source else self.bare
        segments = tuple(replace(segment, log_probabilities=(value,) * 3) for segment in one.segments)
        return replace(one, segments=segments, score=value if segments else None)


def translated(
    text: str | MarkedText, masked: float, bare: float, *, reverse: bool = False, scores: bool = False
) -> tuple[CarefulTranslation, Weighing]:
    fake = Weighing(masked, bare, reverse=reverse)
    with CarefulTranslator(fake, forms=MASKS) as one:
        (result,) = one.translate([text], scores=scores)
    return result, fake


def test_the_reading_without_is_taken_when_the_model_likes_it_more() -> None:
    result, _ = translated("a cat {name} sat", -0.2, -0.1)
    assert result.text == "o cot {name} sot"
    assert (result.kept, result.repaired, result.left, result.findings) == (1, 0, 0, ())


@pytest.mark.parametrize("bare", [-0.2, -0.197, -0.3])
def test_the_reading_with_the_mask_stays_when_the_model_likes_the_other_no_more(bare: float) -> None:
    result, _ = translated("a cat {name} sat", -0.2, bare)
    assert result.text == "a cat {name} sat"


@pytest.mark.parametrize(
    "text",
    [
        "a cat, {name} sat",
        "a cat {name}, sat",
        "a cat {name}",
        "{name} sat a cat",
        "a cat “{name}” sat",
        "a cat 2 {name} sat",
        "a cat of 5 to 8 mg sat",
    ],
)
def test_a_text_has_one_reading_when_the_item_is_not_alone_between_two_words(text: str) -> None:
    result, fake = translated(text, -0.2, -0.1)
    assert result.text == text
    assert all("{" not in one and ("Xq" in one or " mg" in one) for call in fake.calls for one in call)


def test_a_quantity_comes_back_as_it_was_when_it_was_left_out() -> None:
    result, fake = translated("a cat 5 mg sat", -0.2, -0.05)
    assert result.text == "o cot 5 mg sot"
    assert fake.calls[-1] == ["a cat sat"]
    assert (result.kept, result.repaired) == (1, 0)


def test_a_quantity_stays_when_the_sentence_without_it_is_hardly_likelier() -> None:
    # By .1 a token, .3 in all: what a quantity costs where it belongs.
    assert translated("a cat 5 mg sat", -0.2, -0.1)[0].text == "a cat 5 mg sat"


class WeighingQuantities(Weighing):
    """Finds a text with a quantity as likely as that."""

    def _scored(self, one: Translation) -> Translation:
        if " mg" not in one.source:
            return super()._scored(one)
        return replace(
            one, segments=tuple(replace(segment, log_probabilities=(-0.2,) * 3) for segment in one.segments), score=-0.2
        )


def test_a_quantity_stays_where_the_model_has_it_when_both_readings_have_the_same_words() -> None:
    fake = WeighingQuantities(-0.3, -0.1)
    fake.changes_words = False
    fake.change = lambda text: "cat sat 5 mg here" if "mg" in text else text
    with CarefulTranslator(fake, forms=MASKS) as one:
        (result,) = one.translate(["cat 5 mg sat here"])
    assert result.text == "cat sat 5 mg here"


def test_a_gap_is_a_mask_when_the_model_likes_that_more() -> None:
    fake = Weighing(-0.1, -0.5)
    fake._scored = lambda one: replace(  # type: ignore[method-assign]  # replaced for this test
        one,
        segments=tuple(
            replace(segment, log_probabilities=((-0.1 if "Xq" in one.source else -0.2),)) for segment in one.segments
        ),
        score=-0.5,
    )
    fake.change = lambda text: text.replace("cat", "CAT") if "Xq" in text else text
    with CarefulTranslator(fake, forms=MASKS) as one:
        (result,) = one.translate(["a cat ________ sat"])
    assert result.text == "a CAT ________ sat"


class Dropping(Weighing):
    """Has nothing for `of`."""

    def _scored(self, one: Translation) -> Translation:
        one = super()._scored(one)
        return replace(
            one,
            segments=tuple(
                replace(
                    segment,
                    alignment=None
                    if segment.alignment is None
                    else tuple(pair for pair in segment.alignment if one.source[slice(*pair[0])] != "of"),
                )
                for segment in one.segments
            ),
        )


@pytest.mark.parametrize(("bare", "text"), [(-0.19, "a cat of {name} sat"), (-0.17, "o cot of {name} sot")])
def test_the_reading_without_must_be_liked_much_more_when_the_word_before_became_nothing(
    bare: float, text: str
) -> None:
    with CarefulTranslator(Dropping(-0.2, bare), forms=MASKS) as one:
        (result,) = one.translate(["a cat of {name} sat"])
    assert result.text == text


def test_a_gap_comes_back_as_long_as_it_was_when_it_was_left_out() -> None:
    result, _ = translated("cat sat {n} or ________ ran", -0.2, -0.1)
    assert result.text == "cot sot {n} or ________ ron"


def test_items_go_to_where_their_words_went_when_the_order_is_another() -> None:
    result, _ = translated("a cat {name} sat here", -0.2, -0.1, reverse=True)
    assert result.text == "here sot {name} cot o"


def test_the_order_stays_that_of_the_masks_when_items_stand_for_the_next_argument() -> None:
    result, _ = translated("a cat %s sat %d here", -0.2, -0.1)
    assert result.text == "o cot %s sot %d here"
    result, _ = translated("a cat %s sat %d here", -0.2, -0.1, reverse=True)
    assert (result.text.index("%s") < result.text.index("%d")) or result.findings or result.left


def test_the_words_are_the_masks_when_both_readings_have_the_same() -> None:
    fake = Weighing(-0.2, -0.1, reverse=True)
    fake.changes_words = False
    with CarefulTranslator(fake, forms=MASKS) as one:
        (result,) = one.translate(["one cat {name} sat"])
    assert result.text == "sat {name} cat one"


def test_marks_are_on_their_words_when_the_reading_without_is_taken() -> None:
    text = MarkedText("a big cat {name} sat", (Mark(2, 9, "pair", "bold"),))
    result, _ = translated(text, -0.2, -0.1)
    bold = next(mark for mark in result.marked.marks if mark.name == "bold")
    assert result.text == "o big cot {name} sot"
    assert result.text[bold.begin : bold.end] == "big cot"


def test_probabilities_are_given_when_they_were_asked_for_and_only_then() -> None:
    assert translated("a cat {name} sat", -0.2, -0.1)[0].score is None
    assert translated("a cat {name} sat", -0.2, -0.1, scores=True)[0].score == pytest.approx(-0.1)


def test_the_model_is_asked_once_and_for_no_probabilities_when_there_is_nothing_between_words() -> None:
    _, fake = translated("<b>a cat</b> sat at the {name}.", -0.2, -0.1)
    assert not any(fake.asked_for_scores)


@settings(max_examples=60)
@given(TEXTS, st.booleans())
def test_nothing_is_lost_when_readings_without_are_always_liked_more(text: str, reverse: bool) -> None:
    result, _ = translated(text, -2.0, -0.1, reverse=reverse)
    plain = CarefulTranslator(Weighing(-0.1, -2.0, reverse=reverse), forms=MASKS).translate([text])[0]
    assert result.source.text == text
    if not result.findings and not result.left:
        assert kept_texts(result) == kept_texts(plain)
    assert bool(result.findings or result.left) <= bool(plain.findings or plain.left)
