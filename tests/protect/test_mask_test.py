"""The self-test of masks on translators that do known things to them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from edgekit.core.languages import Direction
from edgekit.protect.mask_sentences import sentences
from edgekit.protect.mask_test import try_masks
from edgekit.protect.masks import MaskForm

FORMS = [MaskForm("Xq{}"), MaskForm("T{}T"), MaskForm("REF{}")]


def test_everything_survives_when_nothing_is_translated() -> None:
    found = try_masks(lambda lines: list(lines), Direction("en", "pt"), FORMS)
    assert [result.template for result in found] == ["Xq{}", "T{}T", "REF{}"]
    assert all(result.survival == 1 and result.likeness == 1 for result in found)


def test_the_form_that_survives_is_first_when_others_do_not() -> None:
    def upper(lines: Sequence[str]) -> list[str]:
        return [line.upper().replace("REF2", "REF 2") for line in lines]

    found = try_masks(upper, Direction("en", "pt"), FORMS)
    assert [result.template for result in found] == ["T{}T", "REF{}", "Xq{}"]
    assert found[1].one == found[1].tried
    assert found[1].three == 0
    assert found[2].survival == 0


def test_nothing_is_tried_when_there_are_no_sentences() -> None:
    assert try_masks(lambda lines: list(lines), Direction("tlh", "pt")) == ()


@pytest.mark.parametrize("language", ["en", "pt-BR", "es", "fr", "de", "id", "sw", "ru", "ar", "hi", "zh"])
def test_every_language_has_sentences_of_enough_parts(language: str) -> None:
    found = sentences(language)
    assert len(found) == 6
    assert all(len(parts) >= 6 for parts in found)
