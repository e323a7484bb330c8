"""Every awkward or hostile answer goes through reading, gate, variety, views and comparison, and comes out whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.grading.bags import find_bag
from edgekit.grading.contradiction import compare_any
from edgekit.grading.evasions import find_hedges
from edgekit.grading.injection import find_instructions
from edgekit.grading.intake import take_in
from edgekit.grading.validity import check_validity
from edgekit.grading.variety import profile
from edgekit.grading.views import make_views
from edgekit.quiz.model import Question

REFERENCE = "Plants use the energy of light to turn 5 g of water (H₂O) into glucose."
QUESTION = Question("q", "explain", "en", {"en": "What do plants do?"}, 1.0, references={"en": (REFERENCE,)})
AWKWARD = {
    "empty": "",
    "spaces": "   ",
    "no-break spaces": "\u00a0\u00a0",
    "emoji": "🙂",
    "family": "👩\u200d👩\u200d👧",
    "question mark": "?",
    "one character": "x",
    "100k characters": "light " * 16_667,
    "one long word": "a" * 50_000,
    "null": "plants\x00use light",
    "lone surrogate": "plants \ud800 use light",
    "replacement": "plantas usan la energ\ufffda",
    "byte order mark": "\ufeffplants use light",
    "line ends": "plants\r\nuse\rlight",
    "decomposed": "fotosi\u0301ntesis",
    "override": "\u202eplants use light\u202c",
    "tags": "plants\U000e0041\U000e0042 use light",
    "zalgo": "p\u0335\u0336\u0337\u0338\u0321\u0322\u0327\u0328l\u0335ants use light",
    "homoglyphs": "рlаnts usе light",
    "full width": "５ ｇ ｏｆ ｗａｔｅｒ",
    "arabic digits": "٥ g of water",
    "decimal comma": "2,5 g of water",
    "kilograms": "5 kg of water",
    "subscript": "H₂O and H2O",
    "latex": r"$\frac{1}{2} m v^2$ and \(H_2O\)",
    "html": "<b>plants</b> use <i onclick=x>light</i>",
    "script": "<script>alert('x')</script>",
    "table": "| a | b |\n|---|---|\n| 1 | 2 |",
    "code": "```python\nprint('%s' % x)\n```",
    "formula": '=HYPERLINK("http://x","y")',
    "terminal": "\x1b[2J\x1b]0;title\x07plants use light",
    "capitals": "PLANTS USE THE ENERGY OF LIGHT",
    "speech": "plants they use like the light um to make glucose yeah",
    "ocr": "P1ants use the 1ight to make g1ucose",
    "unknown script": "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ",
    "romanised": "al nabat yastakhdim al daw liyasna al taam wa al ma",
    "heritage": "las plantas ocupan la luz pa aser su comida",
    "inside a word": "the plant removea the water",
    "switched negation": "no es true that plants use light",
    "repeated": "plants use light " * 20,
    "digits": "9" * 5000,
    "negations": "not " * 2000,
    "marks": "!" * 5000,
    "quotes": '"' * 3000,
    "brackets": "([{<" * 1000,
    "numbers": "1.1.1.1 1,1,1 1/1/1 ½½½ " * 100,
    "devanagari": "पौधे प्रकाश की ऊर्जा का उपयोग करते हैं",
    "thai": "พืชใช้พลังงานแสง",
    "hebrew": "צמחים משתמשים באור\u200f.",
    "unassigned": "\U000e01f0\u0378",
    "private": "\ue000\uf8ff",
}


def whole(text: str) -> None:
    """Run all of it, and hold every span against the original."""
    intake = take_in(text)
    assert intake.original == text
    found = [*check_validity(intake, QUESTION, others=["x", text], languages=["en", "es"]), *find_instructions(text)]
    for reason in found:
        if reason.span is not None:
            assert 0 <= reason.span[0] < reason.span[1] <= len(text)
    variety = profile(intake.text, ["en", "es", "hi"])
    for view in make_views(intake, QUESTION, variety):
        assert list(view.at) == sorted(view.at)
        assert len(view.at) == len(view.text) + 1
        for reason in (
            *find_hedges(view.text, variety.tag, [REFERENCE]),
            *find_bag(view.text, [REFERENCE], [variety.tag, "en"]),
            *compare_any([REFERENCE], view.text, variety.tag).reasons(),
        ):
            if reason.span is not None:
                begin, end = view.span(*reason.span)
                assert 0 <= begin <= end <= len(text)
    assert intake.digest == take_in(text).digest


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_answer_comes_out_whole_when_it_is_awkward(text: str) -> None:
    whole(text)


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=200))
def test_answer_comes_out_whole_when_it_is_anything(text: str) -> None:
    whole(text)


@pytest.mark.parametrize("name", ["script", "html", "terminal", "tags", "override", "homoglyphs", "zalgo"])
def test_what_deceives_is_told_when_an_answer_has_it(name: str) -> None:
    text = AWKWARD[name]
    assert find_instructions(text) or take_in(text).hidden or name == "html"


def test_no_control_character_is_in_a_view_when_the_answer_has_some() -> None:
    for text in AWKWARD.values():
        intake = take_in(text)
        for view in make_views(intake, QUESTION, profile(intake.text, ["en"])):
            assert not any(
                (one < " " and not one.isspace()) or "\x7f" <= one <= "\x9f" for one in view.text if one != "\x85"
            )
