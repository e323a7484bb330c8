from __future__ import annotations

import pytest
from translate.toy_engine import ToyEngine

from edgekit.core.errors import UsageError
from edgekit.core.languages import Direction
from edgekit.translate.routing import Router, RoutingTranslator, open_router
from edgekit.translate.translator import Translator

EN_PT, PT_EN, SW_PT, HI_PT = Direction("en", "pt"), Direction("pt", "en"), Direction("sw", "pt"), Direction("hi", "pt")
ENGLISH = "The teacher gave us a lot of homework this week."
PORTUGUESE = "A professora passou muita lição de casa nesta semana."
SWAHILI = "Mwalimu alitupa kazi nyingi za nyumbani wiki hii yote."
GERMAN = "Die Lehrerin hat uns diese Woche sehr viele Hausaufgaben gegeben."


def router(source: str | None, *directions: Direction) -> Router:
    return open_router(source, "pt", directions or (EN_PT, PT_EN, SW_PT))


@pytest.mark.parametrize("source", ["en", None])
def test_route_goes_by_the_language_of_each_text(source: str | None) -> None:
    found = router(source).route([ENGLISH, PORTUGUESE, SWAHILI, GERMAN])
    assert [one.direction for one in found] == [EN_PT, None, SW_PT, None]
    details = [one.finding.detail if one.finding else None for one in found]
    assert details[0] is None
    assert details[1] == "the text is in `pt` already and was left"
    assert details[2] == (None if source is None else "the text is in `sw`, not `en`: sw→pt took it")
    assert details[3] == "the text is in `de`, which nothing here translates; it was left"


def test_route_translates_as_declared_when_a_text_is_too_short_to_contradict() -> None:
    texts = ["Obrigado!", "Yes", "12", "Guten Morgen", "São Paulo", "😀", "", "Drukgyal Dzong"]
    found = router("en").route(texts)
    assert {one.direction for one in found} == {EN_PT}
    assert all(one.finding is None for one in found)


def test_route_takes_unknown_texts_for_the_language_of_the_document_when_it_is_to_find_out() -> None:
    one = router(None)
    assert [found.direction for found in one.route(["Yes!", ENGLISH, "12"])] == [EN_PT, EN_PT, None]
    assert one.route(["No!"])[0].direction == EN_PT
    assert router(None, EN_PT).route(["Hm"])[0].direction == EN_PT
    (left,) = router(None).route(["Hm"])
    assert left.direction is None
    assert left.finding is not None


def test_route_leaves_romanized_text_when_the_model_reads_native_script() -> None:
    found = open_router("hi", "pt", [HI_PT]).route(["namaste bachchon aap sab kaise hain aaj", "नमस्ते बच्चों"])
    assert [one.direction for one in found] == [None, HI_PT]
    assert found[0].finding is not None
    assert "Devanagari" in found[0].finding.detail


@pytest.mark.parametrize("source", ["en", None])
def test_route_does_not_leave_a_text_of_which_much_is_in_another_language(source: str | None) -> None:
    text = "The teacher said muito obrigado pela ajuda de hoje and went home."
    assert [one.direction for one in router(source).route([text])] == [EN_PT]


def test_route_takes_regions_for_their_language() -> None:
    found = open_router("en", "pt-BR", [EN_PT]).route([ENGLISH, PORTUGUESE])
    assert [one.direction for one in found] == [Direction("en", "pt-BR"), None]


def test_open_router_needs_a_model_into_the_target_when_it_is_to_find_out() -> None:
    with pytest.raises(UsageError, match="--from auto"):
        open_router(None, "zu", [EN_PT])


def test_routing_translator_opens_what_it_needs_and_closes_it() -> None:
    opened: list[Direction] = []
    engines: list[ToyEngine] = []

    def open_one(direction: Direction) -> Translator:
        opened.append(direction)
        engines.append(ToyEngine())
        return Translator(direction, engines[-1])

    with RoutingTranslator(router(None), open_one, str) as translator:
        found = translator.translate([SWAHILI, GERMAN, PORTUGUESE, ""], scores=True, alignment=True)
        assert [one.translation and one.translation.text for one in found] == [SWAHILI.upper(), None, None, None]
        assert opened == [SW_PT]
        translator.translate([ENGLISH, SWAHILI])
        assert opened == [SW_PT, EN_PT]
    assert all(engine.closed for engine in engines)


def test_open_router_knows_what_is_reachable_through_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "edgekit.store.installed.find_directions", lambda: dict.fromkeys([Direction("sw", "en"), EN_PT])
    )
    assert [one.direction for one in open_router(None, "pt").route([SWAHILI, ENGLISH])] == [SW_PT, EN_PT]


def test_routing_translator_gives_what_the_translator_gives_when_all_is_in_one_language() -> None:
    texts = [ENGLISH, "", "Yes! No.", "12", f"{ENGLISH}\n\n{ENGLISH}"]
    plain = Translator(EN_PT, ToyEngine()).translate(texts, scores=True, alignment=True)
    with RoutingTranslator(router("en"), lambda one: Translator(one, ToyEngine()), str) as translator:
        assert [one.translation for one in translator.translate(texts, scores=True, alignment=True)] == plain
