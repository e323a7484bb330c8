"""What is found in a text, what is not, and that no text makes it slow."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText
from edgekit.protect.find import find, search

FOUND = [
    ("Hello {name}", ["{name}"]),
    ("{0:.2f} and {} and {user.name[0]!r:>10}", ["{0:.2f}", "{}", "{user.name[0]!r:>10}"]),
    ("{{x}} {{{raw}}} {{#if a}} {% end %}", ["{{x}}", "{{{raw}}}", "{{#if a}}", "{% end %}"]),
    ("${x} #{y} %{z} $HOME", ["${x}", "#{y}", "%{z}", "$HOME"]),
    ("%s %1$s %(x)s %-5.2f %% %@ %USER%", ["%s", "%1$s", "%(x)s", "%-5.2f", "%%", "%@", "%USER%"]),
    ("I <b>like</b> it<br/>", ["<b>", "</b>", "<br/>"]),
    ('<a title="x > y" href=z>go</a>', ['<a title="x > y" href=z>', "</a>"]),
    ("<!-- a <b> --> &amp; &#8212; <!DOCTYPE html>", ["<!-- a <b> -->", "&amp;", "&#8212;", "<!DOCTYPE html>"]),
    (r"{\an8}Hello", [r"{\an8}"]),
    ("`code` and ``a ` b``", ["`code`", "``a ` b``"]),
    (r"$x^2$ \(a\) \[b\] $$c$$ \frac{1}{2} \alpha", ["$x^2$", r"\(a\)", r"\[b\]", "$$c$$", r"\frac{1}{2}", r"\alpha"]),
    (r"\begin{a}x\end{a}", [r"\begin{a}x\end{a}"]),
    ("See https://x.org/a?b=(1). Or www.y.com!", ["https://x.org/a?b=(1)", "www.y.com"]),
    ("(http://x.org/z)", ["http://x.org/z"]),
    ("teacher@school.org, @ana and #home", ["teacher@school.org", "@ana", "#home"]),
    (
        r"/usr/bin/env C:\Users\ana src/main.py notes.docx",
        ["/usr/bin/env", r"C:\Users\ana", "src/main.py", "notes.docx"],
    ),
    (
        # A drive is no degree Celsius.
        r"it costs 30 C:\Users\ana\notes.docx or 30 C.",
        [r"C:\Users\ana\notes.docx", "30 C"],
    ),
    ("😀👍🏽🇧🇷 👨‍👩‍👧 1️⃣ ❤️", ["😀", "👍🏽", "🇧🇷", "👨‍👩‍👧", "1️⃣", "❤️"]),
    ("10 mg/mL 25 °C 3.5 GHz 1.2.3 6e-5", ["10 mg/mL", "25 °C", "3.5 GHz", "1.2.3", "6e-5"]),
    ("Name: ____________ Class: ____", ["____________", "____"]),
    ("Write the date: ____/____/____ and __:__ here.", ["____/____/____", "__:__"]),
    ("Date: ___/___/20__, the year: 20__.", ["___/___/20__", "__"]),
    ("__Chapter 20__ is long", []),
    ("The sea is ........ than it, . . . . or ………", ["........", ". . . .", "………"]),
    ("They ------ or ——— it, ( ) true [  ] false", ["------", "———", "( )", "[  ]"]),
    ("h__se, _ _ _ _ and Name......", ["__", "_ _ _ _", "......"]),
]
PROSE = [
    "I am 100% sure of it.",
    "Take 50% discount and 100 % of it.",
    "The set {red, green, blue} has three members, {1, 2} has two.",
    "It is $5 and $6, or US$7 and 8$.",
    "if a < b and c > d then x<y and z>w",
    "He and/or she, 24/7, on 3/4 of it.",
    "At 3 p.m. on 10/12, e.g. in the 1930s, i.e. long ago.",
    "It's John's `quote and don't.",
    "C# and F# are #1 and No. 2.",
    "The 5K run, 4B people, 10 a.m.",
    "R&D; AT&T; you & me",
    "a_b is no placeholder, nor is [x].",
    "Wait....what? Well.... no -- that -- is f() and a[ i ].",
    "<-- it --> a–b and —that—",
    "Well... yes - no; (maybe) \"so\" 'it' goes!",
]


@pytest.mark.parametrize(("text", "wanted"), FOUND, ids=[text for text, _ in FOUND])
def test_every_form_is_found(text: str, wanted: list[str]) -> None:
    assert [text[mark.begin : mark.end] for mark in find(text)] == wanted


@pytest.mark.parametrize("text", PROSE)
def test_prose_has_nothing_to_protect(text: str) -> None:
    assert search(text) == ()


def test_words_are_found_when_the_model_cannot_read_them() -> None:
    text = "The word Привет is Russian, Erdős is a name, £5 is money."
    found = find(text, unreadable=lambda some: {one for one in some if one in "Приветő£"})
    assert [text[mark.begin : mark.end] for mark in found] == ["Привет", "Erdős", "£"]


def test_a_mark_of_the_callers_wins_when_it_overlaps() -> None:
    text = "see https://x.org/a"
    own = Mark(4, 9, "keep", "address-0")
    assert find(text, marks=[own]) == (own,)


def test_names_are_new_when_the_caller_has_them() -> None:
    names = [mark.name for mark in find("{a} {b}", marks=[Mark(3, 3, "point", "placeholder-0")])]
    assert len({*names, "placeholder-0"}) == 3


PIECES = st.sampled_from(
    [*(text for text, _ in FOUND), *PROSE, "{", "}", "<", ">", "$", "`", "\\", "%", "&", "'", " ", "\n"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=80))
def test_marks_are_sound_whatever_the_text(text: str) -> None:
    assert (
        MarkedText(text, find(text, unreadable=lambda some: {one for one in some if ord(one) > 0x400})).problems() == []
    )


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """A hang ends the test; nothing is measured."""

    def stop(*_: object) -> None:
        raise TimeoutError

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


HOSTILE = [
    *"{}<>$`\\%@#/.:[&'\"-0a_~ \n",
    *(
        "{a",
        "<a ",
        "\\a{",
        "{a,plural,",
        "{a, plural, one{",
        "a.",
        "a@",
        "a/",
        "<!--",
        "<a b='",
        "1.",
        "%(",
        "{{",
        "&a",
    ),
    *("\\begin{a}", "`a``b```", "😀", "x@a.", "{a[", "<a b=", "__A", "{a,select,a{{", "{a, plural, one {'", "C:\\a\\"),
]


@pytest.mark.parametrize("opening", HOSTILE)
def test_a_long_text_of_openings_takes_no_long_time(opening: str) -> None:
    with _limit(60):
        search(opening * (250_000 // len(opening)))


@pytest.mark.parametrize(
    "text", ["As Olimpíadas de 2012 em Londres.", "de 5 a 3 em cima", "About 1000 B.C., the Assyrians"]
)
def test_a_number_has_no_unit_when_a_word_or_a_date_follows(text: str) -> None:
    assert [one for one in search(text) if one.kind == "quantity"] == []


def test_a_width_of_typesetting_is_a_quantity_when_its_unit_is_glued() -> None:
    assert [one.kind for one in search("a margin of 2em here")] == ["quantity"]
