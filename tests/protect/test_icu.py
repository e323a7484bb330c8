"""ICU messages: what is text in them and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.protect.icu import MAX_DEPTH, arguments, quoted, skeleton


def words(text: str) -> list[str]:
    return [text[branch.begin : branch.end] for argument in arguments(text) for branch in argument.branches]


def test_branches_are_found_when_plurals_nest() -> None:
    text = "You {n, plural, offset:1 =0 {have none} one {have # {g, select, male {boy} other {child}}} other {# more}}."
    (argument,) = arguments(text)
    assert words(text) == ["have none", "have # {g, select, male {boy} other {child}}", "# more"]
    (inner,) = argument.branches[1].arguments
    assert [text[one.begin : one.end] for one in inner.branches] == ["boy", "child"]
    assert [branch.selector for branch in argument.branches] == ["=0", "one", "other"]
    assert text[argument.end :] == "."


def test_skeleton_and_words_are_the_whole_argument() -> None:
    text = "{n, selectordinal, one {#st} two {#nd} other {#th {x}}}"
    (argument,) = arguments(text)
    assert [text[begin:end] for begin, end in skeleton(argument)] == [
        "{n, selectordinal, one {",
        "} two {",
        "} other {",
        "}}",
    ]


def test_apostrophes_quote_when_syntax_follows() -> None:
    text = "{n, plural, one {it''s '{'not'}' {a} '#'} other {I don't # know}}"
    (argument,) = arguments(text)
    first, other = argument.branches
    assert [text[begin:end] for begin, end in quoted(text, first)] == ["''", "'{'", "'}'", "'#'"]
    assert [text[begin:end] for begin, end in quoted(text, other)] == ["#"]


def test_simple_arguments_have_no_branches() -> None:
    found = arguments("{n, number} {d, date, short} {n, number, ::currency/EUR}")
    assert len(found) == 3
    assert not any(one.branches for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "{n, plural, one {a}",
        "{n, plural, }",
        "{red, green}",
        "{n, plural one {a}}",
        "{, plural, one {a}}",
        "{n, what, a}",
    ],
)
def test_nothing_is_a_message_when_it_is_malformed(text: str) -> None:
    assert arguments(text) == []


def test_a_message_is_none_when_it_nests_too_deep() -> None:
    deep = "x"
    for _ in range(MAX_DEPTH + 3):
        deep = f"{{n, plural, other {{{deep}}}}}"
    assert all(argument.begin > 0 for argument in arguments(deep))


@settings(deadline=None)
@given(st.text(alphabet="{}n,plurasecto h#'1=:", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    done = 0
    for argument in arguments(text):
        assert done <= argument.begin < argument.end
        done = argument.end
