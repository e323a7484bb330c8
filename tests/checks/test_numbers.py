"""Numbers that vanish or change are found; numbers that are written another way are not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.checks.number_words import digit_words, han, number_words, roman, spelled
from edgekit.checks.numbers import check_numbers
from edgekit.checks.numerals import numerals
from edgekit.checks.scale_words import scale


def missing(source: str, target: str, language: str) -> list[str]:
    """What of the source is told to be missing."""
    return [source[one.source[0] : one.source[1]] for one in check_numbers(source, target, language) if one.source]


@pytest.mark.parametrize(
    ("source", "target", "language"),
    [
        ("It starts at 3 p.m.", "Começa às 15h.", "pt"),
        ("It starts at 3 p.m.", "Começa às 15h00.", "pt"),
        ("It starts at 1:30 p.m.", "Começa às 13:30.", "pt"),
        ("It ended at 12 p.m.", "Acabou ao meio-dia.", "pt"),
        ("Começa às 15h.", "It starts at 3 p.m.", "en"),
        ("Às 15:00 em ponto.", "At 3 o'clock sharp.", "en"),
        ("in the 19th century", "no século XIX", "pt"),
        ("in the 19th century", "au XIXe siècle", "fr"),
        ("the 19th and 20th centuries", "los siglos XIX y XX", "es"),
        ("the 4th time", "pela quarta vez", "pt"),
        ("It cost $350,000.", "Custou 350 mil dólares.", "pt"),
        ("It cost £2.8bn.", "Custou 2,8 bilhões de libras.", "pt"),
        ("It cost £2.8bn.", "耗资28亿英镑。", "zh"),
        ("1,234,567.89 in all", "1.234.567,89 ao todo", "pt"),
        ("1,234,567 in all", "1 234 567 en tout", "fr"),
        ("1,234,567 in all", "कुल 12,34,567", "hi"),
        ("35 lakh people", "3.5 million people", "en"),
        ("2019", "٢٠١٩", "ar"),
        ("12 children and 3 books", "१२ बच्चे और ३ किताबें", "hi"),
        ("50 percent", "50 %", "pt"),
        ("25 books", "vinte e cinco livros", "pt"),
        ("25 Bücher", "twenty-five books", "en"),
        ("25 books", "fünfundzwanzig Bücher", "de"),
        ("350 people", "trezentas e cinquenta pessoas (350)", "pt"),
        ("3 apples", "三个苹果", "zh"),
        ("350 people", "三百五十人", "zh"),
        ("the 1960s", "os anos 60", "pt"),
        ("os anos 60", "the 1960s", "en"),
        ("in '89", "em 1989", "pt"),
        ("the season 2018-19", "a temporada 2018-2019", "pt"),
        ("on 12/05/2019", "em 12 de maio de 2019", "pt"),
        ("3月20日开会", "The meeting is on March 20.", "en"),
        ("45 miles away", "a 72 km", "pt"),
        ("2 to 4 inches of rain", "5 a 10 cm de chuva", "pt"),
        ("90 degrees", "32 °C", "pt"),
        ("2/3 of them", "two-thirds of them", "en"),
        ("a 1.5 hour drive", "une heure et demie", "fr"),
        ("CO2 in the air", "CO₂ no ar", "pt"),
        ("½ a litre of 2 ½", "½ litro de 2 ½", "pt"),
        ("It took 1 day.", "Levou um dia.", "pt"),
        ("7 days", "неделя из семи дней", "ru"),
        ("no digits at all", "sem nada", "pt"),
    ],
)
def test_a_number_is_no_finding_when_it_is_only_written_another_way(source: str, target: str, language: str) -> None:
    assert missing(source, target, language) == []


@pytest.mark.parametrize(
    ("source", "target", "language", "lost"),
    [
        # The five losses that were read in the first study of firefox-en-pt.
        ("the Act 2017 says", "a Lei diz", "pt", ["2017"]),
        ("worth £2.8bn a year", "no valor de 2,9 bilhões por ano", "pt", ["2.8bn"]),
        ("It is 45 miles away.", "Fica longe.", "pt", ["45"]),
        ("the coast 190 miles north", "a costa ao norte", "pt", ["190"]),
        ("50 percent of all", "a maioria", "pt", ["50"]),
        ("page 42", "página 24", "pt", ["42"]),
        ("page 42", "página", "pt", ["42"]),
        ("It cost 100,000.", "Custou 100.004.", "pt", ["100,000"]),
        ("in 2000 and 1999", "em 4000 e 1999", "pt", ["2000"]),
        ("it is 3-1 now", "अब -1 है", "hi", ["3"]),
        ("call 020 7946", "ligue 20 7946", "pt", ["020"]),
        ("2 and 2", "2", "pt", ["2"]),
        ("5 books", "7 книг", "ru", ["5"]),
        ("1,000 were killed, thousands fled", "6.000 morreram, milhares fugiram", "pt", ["1,000"]),
        ("50 million", "Le De Ce 80 millions", "fr", ["50 million"]),
        ("the 2nd half of it", "metade disso", "pt", ["2"]),
        ("a year after October 1", "um ano depois de 6 de outubro", "pt", ["1"]),
        ("the 100-metre ship", "o navio de 107 metros", "pt", ["100"]),
        (
            "1234567890123456789012345678901234567890",
            "1234567890123456789012345678901234567891",
            "pt",
            ["1234567890123456789012345678901234567890"],
        ),
    ],
)
def test_a_number_is_found_when_it_vanished_or_changed(
    source: str, target: str, language: str, lost: list[str]
) -> None:
    assert missing(source, target, language) == lost


def test_a_small_number_is_passed_over_when_the_words_of_the_language_are_not_known() -> None:
    assert missing("3 books", "три книги", "ru") == []
    assert missing("3 books", "livros", "pt") == ["3"]


def test_a_finding_says_where() -> None:
    (one,) = check_numbers("page 42 of it", "página disso", "pt")
    assert (one.kind, one.source, one.detail) == ("number", (5, 7), "`42` is not in the translation")


texts = st.text(max_size=200) | st.text(alphabet="0123456789.,:/-' ½²XIVMelm%°pk千三", max_size=200)


@given(texts, texts, st.sampled_from(["pt", "en", "zh", "ru", "fr", "und"]))
def test_numbers_never_raises_and_spans_are_in_the_source(source: str, target: str, language: str) -> None:
    for one in check_numbers(source, target, language):
        assert one.source is not None
        begin, end = one.source
        assert 0 <= begin < end <= len(source)
        assert re.search(r"\d", source[begin:end])


@given(texts, st.sampled_from(["pt", "en", "zh", "ru"]))
def test_a_text_beside_itself_has_no_finding(text: str, language: str) -> None:
    assert check_numbers(text, text, language) == []


@given(st.integers(13, 10**9), st.text(alphabet="abc éñ", max_size=20))
def test_a_number_is_missed_whenever_nothing_stands_for_it(number: int, around: str) -> None:
    (one,) = missing(f"{around} {number} . {around}", around, "pt")
    assert one == str(number)


@given(st.integers(0, 10**12))
def test_separators_are_no_change(number: int) -> None:
    english = f"{number:,}"
    for other in (english.replace(",", "."), english.replace(",", "\u202f"), english.replace(",", "'"), str(number)):
        assert missing(f"about {english} of it", f"cerca de {other} disso", "pt") == []


def test_a_page_of_numerals_is_read_once() -> None:
    page = "1 2 3 " * 2_000
    assert check_numbers(page, page, "pt") == []
    assert len(check_numbers(page, "", "pt")) == 6_000


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("twenty-five", "en", 25),
        ("three hundred and fifty thousand", "en", 350_000),
        ("vinte e cinco", "pt", 25),
        ("einundzwanzig", "de", 21),
        ("vierhundert", "de", 400),
        ("ishirini na tano", "sw", 25),
        ("vijfentwintig", "nl", 25),
    ],
)
def test_words_are_read_as_their_number(text: str, language: str, value: int) -> None:
    assert any(value in values for _, _, values in spelled(text, language))


def test_characters_and_capitals_are_read_as_their_number() -> None:
    assert [values for _, _, values in han("三百五十 二〇一九 十 五千万")] == [{350}, {2019}, {10}, {50_000_000}]
    assert [values for _, _, values in roman("XIX XIXe MCMXCIX Defeat IIII")] == [{19}, {19}, {1999}]


def test_a_scale_is_every_power_that_the_word_may_stand_for() -> None:
    assert (scale("billion"), scale("mil"), scale("lakh"), scale("house")) == ((9, 12), (3,), (5,), ())


def test_numerals_have_each_reading() -> None:
    (one,) = numerals("2.8bn")
    assert [str(value.normalize()) if not isinstance(value, str) else value for value in one.values][:1] == ["2.8E+9"]
    (two,) = numerals("12.05.2019")
    assert two.parts == (12, 5, 2019)


@pytest.mark.parametrize("language", ["en", "es", "pt", "de", "fr", "it", "nl"])
def test_the_words_for_digits_are_words_for_numbers(language: str) -> None:
    assert set(digit_words(language).values()) == set(range(10))
    assert digit_words(language).keys() <= number_words(language) | {"a", "an", "einen", "einem", "einer"}
    assert digit_words("xx") == {}
    assert number_words("xx") == frozenset()


@pytest.mark.parametrize(
    ("word", "value"),
    [("quatre-vingt-neuf", 89), ("quatre-vingt-dix-neuf", 99), ("mille sept cent quatre-vingt-neuf", 1789)],
)
def test_a_word_with_hyphens_is_read_by_its_longest_parts(word: str, value: int) -> None:
    ((begin, end, values),) = spelled(word, "fr")
    assert (begin, end) == (0, len(word))
    assert value in values
