"""Tags are normalised as RFC 5646 writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from edgekit.core.languages import Direction, base_language, decimal_sign, normalise_tag

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("pt", "pt"), ("PT_br", "pt-BR"), ("zh-hant", "zh-Hant"), ("ZH_HANT_tw", "zh-Hant-TW"), (" en ", "en")),
        *(("es-419", "es-419"), ("KMR", "kmr"), ("sr-latn", "sr-Latn"), ("az-Arab-IR", "az-Arab-IR")),
    ],
)
def test_a_tag_is_written_one_way(written: str, meant: str) -> None:
    assert normalise_tag(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "p", "port", "portuguese", "pt-", "-pt", "pt--br", "pt-b", "pt-1234"),
        *("pt br", "pt/br", "../pt", "pt\0", "١٢", "ptß"),
    ],
)
def test_what_is_no_tag_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        normalise_tag(text)
    assert caught.value.hint


@given(
    language=st.text(LETTERS, min_size=2, max_size=3),
    script=st.none() | st.text(LETTERS, min_size=4, max_size=4),
    region=st.none() | st.text(LETTERS, min_size=2, max_size=2) | st.from_regex(r"[0-9]{3}", fullmatch=True),
    separator=st.sampled_from("-_"),
)
def test_case_and_separator_do_not_count_and_twice_is_once(
    language: str, script: str | None, region: str | None, separator: str
) -> None:
    tag = separator.join(part for part in (language, script, region) if part)
    normal = normalise_tag(tag)
    assert normal == normalise_tag(tag.upper()) == normalise_tag(tag.lower()) == normalise_tag(normal)
    assert normal.lower() == tag.lower().replace("_", "-")
    assert base_language(normal) == language.lower()


@given(st.text(max_size=12))
def test_any_text_is_a_tag_or_a_usage_error(text: str) -> None:
    try:
        assert normalise_tag(text).isascii()
    except UsageError:
        pass


def test_a_direction_prints_and_sorts() -> None:
    assert str(Direction("en", "pt-BR")) == "en→pt-BR"
    assert min(Direction("pt", "en"), Direction("en", "pt"), Direction("en", "es")) == Direction("en", "es")


@pytest.mark.parametrize(
    ("tags", "sign"),
    [
        (["en"], "."),
        (["pt-BR", "fr", "de"], ","),
        (["es"], ","),
        (["es-MX", "en-GB"], "."),
        (["de-CH"], "."),
        (["en", "pt"], None),
        (["ar"], None),
        (["en", "ar"], None),
        ([], None),
    ],
)
def test_the_decimal_sign_is_that_of_all_languages_or_none(tags: list[str], sign: str | None) -> None:
    assert decimal_sign(tags) == sign
