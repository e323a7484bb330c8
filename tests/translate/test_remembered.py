"""An accepted translation with the formatting of another paragraph that is the same."""

from __future__ import annotations

from edgekit.core.marked import Mark, MarkedText
from edgekit.translate.remembered import formatted, stripped

TEXT = MarkedText("a red book here", (Mark(2, 5, "pair", "1"), Mark(6, 10, "pair", "2")))
# The model puts the second one first.
MODEL = MarkedText("um livro vermelho aqui", (Mark(3, 8, "pair", "2"), Mark(9, 17, "pair", "1")))
# A document counts them anew.
ACCEPTED = MarkedText("um caderno vermelho", (Mark(3, 10, "pair", "1"), Mark(11, 19, "pair", "2")))


def test_formatting_keeps_its_words_when_a_translation_has_another_order() -> None:
    found = formatted(TEXT, MODEL, (TEXT, ACCEPTED), ACCEPTED.text)
    assert found == MarkedText("um caderno vermelho", (Mark(3, 10, "pair", "2"), Mark(11, 19, "pair", "1")))


def test_nothing_is_placed_when_formatting_is_on_other_words_or_of_another_number_or_kind() -> None:
    other = MarkedText(TEXT.text, (Mark(0, 1, "pair", "1"), Mark(6, 10, "pair", "2")))
    assert formatted(TEXT, MODEL, (other, ACCEPTED), ACCEPTED.text) is None
    less = MarkedText(ACCEPTED.text, ACCEPTED.marks[:1])
    assert formatted(TEXT, MODEL, (TEXT, less), less.text) is None
    kept = MarkedText(TEXT.text, (Mark(2, 5, "keep", "1"), Mark(6, 10, "pair", "2")))
    assert formatted(kept, MODEL, (kept, ACCEPTED), ACCEPTED.text) is None
    assert formatted(TEXT, MODEL, (TEXT, MarkedText(ACCEPTED.text)), ACCEPTED.text) is None


def test_what_must_stay_is_the_same_where_it_is_placed() -> None:
    text = MarkedText("run print(x) now", (Mark(4, 12, "keep", "1"),))
    model = MarkedText("corra print(x) agora", (Mark(6, 14, "keep", "1"),))
    good = MarkedText("agora corra print(x)", (Mark(12, 20, "keep", "1"),))
    bad = MarkedText("agora corra print(y)", (Mark(12, 20, "keep", "1"),))
    assert formatted(text, model, (text, good), good.text) == good
    assert formatted(text, model, (text, bad), bad.text) is None


def test_marks_move_when_the_white_space_around_a_text_goes() -> None:
    text = MarkedText("  a word ", (Mark(0, 0, "point", "1"), Mark(4, 8, "pair", "2"), Mark(9, 9, "point", "3")))
    assert stripped(text) == MarkedText(
        "a word", (Mark(0, 0, "point", "1"), Mark(2, 6, "pair", "2"), Mark(6, 6, "point", "3"))
    )
