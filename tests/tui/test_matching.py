"""A text is known by the template that it was made from, and its fields come out whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.matching import Templates

WORDS = st.text("ab `,;{}\n", max_size=8)
LITERALS = WORDS.map(lambda text: text.replace("{", "{{").replace("}", "}}"))


@st.composite
def templates(draw: st.DrawFn) -> str:
    return draw(LITERALS) + "".join(f"{{f{at}}}{draw(LITERALS)}" for at in range(draw(st.integers(0, 3))))


@given(st.lists(templates(), min_size=1, max_size=4), st.lists(WORDS, min_size=3, max_size=3))
def test_a_text_is_made_again_of_each_template_that_is_found(all_of_them: list[str], fields: list[str]) -> None:
    made = all_of_them[0].format(**{f"f{at}": one for at, one in enumerate(fields)})
    found = list(Templates(all_of_them).of(made, loose=True))
    assert all_of_them[0] in [template for template, _values in found]
    assert all(template.format(**values) == made for template, values in found)


@given(st.lists(templates(), min_size=1, max_size=4), WORDS)
def test_whatever_is_found_is_found_loosely_too(all_of_them: list[str], text: str) -> None:
    known = Templates(all_of_them)
    assert {one for one, _values in known.of(text)} <= {one for one, _values in known.of(text, loose=True)}


def test_a_field_is_in_one_pair_of_backticks_or_is_one_thing() -> None:
    known = Templates(["`{quote}` is not {other}"])
    assert not list(known.of("`a` or `b` is not c"))
    assert not list(known.of("`a` is not b, c"))
    assert list(known.of("`a` or `b` is not c", loose=True)) == [
        ("`{quote}` is not {other}", {"quote": "a` or `b", "other": "c"})
    ]


def test_the_template_that_says_most_comes_first() -> None:
    known = Templates(["{what} is gone", "the file {name} is gone", "{what} gone"])
    assert [one for one, _values in known.of("the file a is gone")] == [
        "the file {name} is gone",
        "{what} is gone",
        "{what} gone",
    ]
