"""What is told of texts in languages that the grader has no words of."""

from __future__ import annotations

from edgekit.grading.contradiction import compare_across


def test_a_wording_in_a_language_that_is_not_known_denies_nothing_but_has_its_numbers() -> None:
    said = "Plants do not grow without light."
    assert not compare_across({"sw": ["Mimea haikui bila mwanga."]}, said, "en")
    assert not compare_across({"en": [said]}, "Mimea haikui bila mwanga.", "sw")
    assert compare_across({"sw": ["Maji huchemka kwa 100 °C."]}, "It boils at 90 °C.", "en").number
