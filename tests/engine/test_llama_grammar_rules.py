"""Rules that begin with themselves, held against another way to find them: growing all that a rule can begin with."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from edgekit.engine.llama.grammar import check_size
from edgekit.engine.llama.grammar_rules import endless_rule, is_choice
from edgekit.grading.judge import GRAMMAR, PAIR_GRAMMAR


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('root ::= root "a" | "b"', ["root"]),
        ('root ::= "x" e\ne ::= ws e "+" | "a"\nws ::= [ ]*', ["e"]),
        ('root ::= "x" e\ne ::= ws (ws e "+") | "a"\nws ::= [ ]{0,3}', ["e"]),
        ('root ::= a\na ::= (b) "x"\nb ::= ""? a | "y"', ["a", "b"]),
        ('root ::= e\ne ::= o e "b" | "a"\no ::= p\np ::= ""', ["e"]),
        ("root ::= (root)+", ["root"]),
        ("root ::= x | root\nx ::= [|(root]", ["root"]),
        ('root ::= "a" root | "b"', None),
        ('root ::= e\ne ::= ws "(" e ")" | "a"\nws ::= [ ]*', None),
        ('root ::= (" "*)* "a"', None),
        ('root ::= "root ::= root" # root ::= root', None),
        ('root ::= x{1,3} root | "a"\nx ::= "b"', None),
        ("nothing at all", None),
        ("", None),
        ("root ::= ) ) | ( * {0} undefined", None),
    ],
)
def test_a_rule_that_begins_with_itself_is_found(text: str, found: list[str] | None) -> None:
    assert endless_rule(text) == found


@pytest.mark.parametrize("text", ["[", '"', "{", "(", "a ", "<", "root ::= (", "#", "[\\", "{0,"])
def test_a_long_text_of_anything_is_read_once(text: str) -> None:
    with pytest.raises(UsageError) if "(" in text else contextlib.nullcontext():
        check_size(text * (60_000 // len(text)))
    if "(" not in text:
        endless_rule(text * (60_000 // len(text)))


@pytest.mark.parametrize("text", [GRAMMAR, PAIR_GRAMMAR, r'root ::= " "? ("a \"b\" \\" | "ção (")'])
def test_a_choice_of_texts_is_known_for_one(text: str) -> None:
    assert is_choice(text)


@pytest.mark.parametrize(
    "text",
    [
        'root ::= "a"',
        'root ::= " "? ("a" | )',
        'root ::= " "? ("a" | root)',
        'root ::= " "? ("a")*',
        'root ::= " "? ("a"){9}',
        'root ::= " "? ("a" | "")',
        'root ::= " "? ("a\nb")',
        'root ::= " "? ("a\x00b")',
        'root ::= " "? ("a\ud800")',
        r'root ::= " "? ("\q")',
        'root ::= " "? ("a" | "b"',
        'root ::= " "? ("a" | "b")\nroot ::= root',
        'root ::= " "? (' + " | ".join(['"a"'] * 65) + ")",
    ],
)
def test_another_grammar_is_for_a_process_of_its_own(text: str) -> None:
    assert not is_choice(text)


NAMES = ["root", "a", "b", "c"]
# A grammar as alternatives of sequences; a small letter is a rule, "x" a text, "" is nothing.
RULES = st.fixed_dictionaries(
    {
        name: st.lists(st.lists(st.sampled_from([*NAMES, '"x"', '""']), max_size=3), min_size=1, max_size=3)
        for name in NAMES
    }
)


def can_be_empty(rules: dict[str, list[list[str]]]) -> set[str]:
    empty = {'""'}
    for _ in range(len(rules) + 1):
        empty |= {name for name, rule in rules.items() if any(set(sequence) <= empty for sequence in rule)}
    return empty


@given(RULES)
def test_the_answer_is_that_of_derivations(rules: dict[str, list[list[str]]]) -> None:
    empty = can_be_empty(rules)
    begins = {
        (name, one)
        for name, rule in rules.items()
        for seq in rule
        for at, one in enumerate(seq)
        if set(seq[:at]) <= empty
    }
    for _ in range(len(rules)):
        begins |= {(first, last) for first, middle in begins for other, last in begins if middle == other}
    text = "\n".join(f"{name} ::= {' | '.join(map(' '.join, rule))}" for name, rule in rules.items())
    found = endless_rule(text)
    assert (found is not None) == any((name, name) in begins for name in NAMES)
    if found is not None:
        assert all((one, following) in begins for one, following in zip(found, [*found[1:], found[0]], strict=True))
