"""The verifier: what it accepts and what it does not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.protect.verify import verify

TOKENS = ["{a}", "%s", "<b>", "</b>", "word", "😀"]


def marked(tokens: list[tuple[str, str]]) -> MarkedText:
    """Tokens (text, name) with blanks between; those with a name are keeps."""
    marks, at, parts = [], 0, []
    for text, name in tokens:
        if name:
            marks.append(Mark(at, at + len(text), "keep", name))
        parts.append(text)
        at += len(text) + 1
    return MarkedText(" ".join(parts), in_order(marks))


SOURCE = [("{a}", "0"), ("word", ""), ("<b>", "1"), ("%s", "2"), ("</b>", "3"), ("%s", "4")]
POSITIONAL = {"2", "4"}


def test_nothing_is_found_when_nothing_is_lost() -> None:
    target = [("<b>", "1"), ("%s", "2"), ("</b>", "3"), ("palavra", ""), ("{a}", "0"), ("%s", "4")]
    assert verify(marked(SOURCE), marked(target), positional=POSITIONAL) == ()


@settings(deadline=None)
@given(st.permutations(SOURCE))
def test_orders_are_accepted_exactly_when_they_mean_the_same(tokens: list[tuple[str, str]]) -> None:
    names = [name for _, name in tokens if name]
    sensible = names.index("2") < names.index("4") and names.index("1") < names.index("3")
    assert (verify(marked(SOURCE), marked(tokens), positional=POSITIONAL) == ()) == sensible


@settings(deadline=None)
@given(st.integers(0, 5), st.sampled_from(["drop", "double", "change"]))
def test_a_lost_doubled_or_changed_keep_is_found(at: int, how: str) -> None:
    tokens = list(SOURCE)
    text, name = tokens[at]
    if not name:
        return
    if how == "drop":
        del tokens[at]
    elif how == "double":
        tokens.append((text, "5"))
    else:
        tokens[at] = (text.replace(text[1], "?"), name)
    findings = verify(marked(SOURCE), marked(tokens), positional=POSITIONAL)
    assert findings
    assert all(finding.kind == "keep" for finding in findings)


def test_impossible_marks_are_found() -> None:
    target = MarkedText("ab", (Mark(0, 9, "keep", "0"),))
    assert verify(MarkedText("{a}", (Mark(0, 3, "keep", "0"),)), target)
