"""Directly or through English."""

from __future__ import annotations

import pytest
from translate.prompted_models import Said, catalogue

from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.translate.filling import Filler
from edgekit.translate.prompted import PromptedTranslator
from edgekit.translate.route import RouteChoice, ThroughEnglish, choose_route


def translator(source: str, target: str, answer: str) -> PromptedTranslator:
    made = catalogue()
    filler = Filler(made, made.prompts["plain"], Direction(source, target), examples=[])
    return PromptedTranslator(filler, Said(lambda *_: answer))  # type: ignore[arg-type]


def test_the_way_with_the_higher_chrf_is_chosen_and_both_are_recorded() -> None:
    direct = translator("pt", "am", "ሰላም አለ")
    english = ThroughEnglish(translator("pt", "en", "good day"), translator("en", "am", "ደህና ቀን"))
    choice = choose_route(direct, english, [("bom dia", "ደህና ቀን")])
    assert choice == RouteChoice("pt→am", 1, choice.direct, 100.0, "english")
    assert choice.direct < 50
    assert choose_route(direct, direct, [("bom dia", "ደህና ቀን")]).chosen == "direct"
    assert choice.to_json()["chosen"] == "english"


def test_both_legs_are_translated_and_their_findings_kept() -> None:
    with ThroughEnglish(translator("pt", "en", ""), translator("en", "am", "ደህና ቀን")) as route:
        (made,) = route.translate(["bom dia"], scores=True)
    assert (made.source, made.text, made.complete) == ("bom dia", "ደህና ቀን", False)
    assert [(one.kind, one.source, one.target) for one in made.findings] == [("incomplete", (0, 7), None)]
    assert str(route.direction) == "pt→am"


def test_a_choice_without_lines_or_with_english_at_one_end_is_refused() -> None:
    direct = translator("en", "am", "x")
    with pytest.raises(InputError) as caught:
        choose_route(direct, direct, [])
    assert len(caught.value.reasons) == 2
