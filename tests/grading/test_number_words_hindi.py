"""Numbers and units of Hindi, in its own digits and in words."""

from __future__ import annotations

import pytest
from grading.ruled_questions import mark, question

from edgekit.checks.check import check
from edgekit.checks.number_tables import CARDINALS, ONE_WORD
from edgekit.core.languages import Direction
from edgekit.grading.amounts import amounts

_HINDI = ("hi", "en")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("७", 7), ("सात", 7), ("सात दिन", 7), ("अट्ठाईस", 28), ("पैंसठ", 65), ("एक", 1), ("एक हज़ार", 1000)),
        *(("तीन सौ पैंसठ", 365), ("एक हजार नौ सौ सैंतालीस", 1947), ("दो लाख", 200_000), ("12 लाख", 1_200_000)),
        *(("डेढ़ सौ", 150), ("ढाई", 2.5), ("साढ़े तीन सौ", 350), ("सवा सौ", 125), ("पौने दो लाख", 175_000)),
        *(
            ("साढ़े तीन", 3.5),
            ("तीन चौथाई", 0.75),
            ("आधा", 0.5),
            ("उन्नीसवीं सदी", 19),
            ("तीसरा", 3),
            ("19वीं", 19),
            ("तीन दशमलव एक चार", 3.14),
        ),
    ],
)
def test_a_number_is_right_in_words_of_hindi(text: str, value: float) -> None:
    assert mark(question("numeric", value=float(value)), text, _HINDI).possible == (2.0,)
    for other in {1.0, 3.0, 4.0, 7.0, 100.0, 300.0} - {float(value)}:
        assert mark(question("numeric", value=other), text, _HINDI).points == 0.0, other


@pytest.mark.parametrize(
    ("value", "unit", "right", "wrong"),
    [
        (5.0, "km", "5 किलोमीटर|पाँच किलोमीटर|५ किलोमीटर|5000 मीटर", "5 मीटर"),
        (24.0, "cm²", "24 वर्ग सेमी|24 cm²|चौबीस वर्ग सेंटीमीटर", "24 सेमी"),
        (100.0, "°C", "100 डिग्री सेल्सियस|सौ डिग्री सेल्सियस", "100 °F"),
        (25.0, "%", "25 प्रतिशत|पच्चीस प्रतिशत", "25 किलो"),
        (150.0, "₹", "₹150|150 रुपये|डेढ़ सौ रुपये", "$150"),
        (150.0, "min", "दो घंटे तीस मिनट|ढाई घंटे|साढ़े दो घंटे", "150 सेकंड"),
    ],
)
def test_a_unit_is_known_by_its_name_in_hindi(value: float, unit: str, right: str, wrong: str) -> None:
    asked = question("numeric", value=value, unit=unit)
    for text in right.split("|"):
        assert mark(asked, text, _HINDI).possible == (2.0,), text
    assert mark(asked, wrong, _HINDI).reasons[0].code == "unit"


def test_each_number_below_a_hundred_has_words_of_its_own() -> None:
    words = ONE_WORD["hi"]
    assert set(words.values()) == set(range(100))
    for word, value in words.items():
        assert [one.values for one in amounts(word, _HINDI)] == [(value,)], word
    assert len(CARDINALS["hi"].split()) == 30


@pytest.mark.parametrize("text", ["सात नहीं", "7 गलत है", "यह सात नहीं है"])
def test_a_number_that_is_denied_in_hindi_goes_to_a_person(text: str) -> None:
    found = mark(question("numeric", value=7.0), text, _HINDI)
    assert (found.possible, found.reasons[0].code) == ((0.0, 2.0), "negation")
    assert mark(question("numeric", value=7.0), text.replace("सात", "7"), ("en",)).points == 0.0
    word = mark(question("exact", references={"hi": ("शनि",)}), "शनि नहीं", _HINDI)
    assert (word.points, word.reasons[0].code) == (0.0, "negation")


def test_a_number_in_words_of_hindi_is_no_number_that_is_lost() -> None:
    assert not [
        one for one in check("She has 7 cats.", "उसके पास सात बिल्लियाँ हैं।", Direction("en", "hi")) if one.kind == "number"
    ]
    (lost,) = check("She has 7 cats.", "उसके पास आठ बिल्लियाँ हैं।", Direction("en", "hi"))
    assert lost.kind == "number"
