"""Which rules of a GBNF grammar begin with themselves: llama.cpp would follow them for ever.

It refuses `a ::= a "x"` itself, but takes a rule for one that is never empty unless it has an empty alternative of its
own: in `a ::= space a "x" | "y"` with `space ::= [ ]*` it finds nothing, and its stacks grow until memory ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# What is open at the end matches too: else each bracket of thousands is looked for to the end.
_LEXEME = re.compile(
    r"""(?P<comment>\#[^\r\n]*) | (?P<space>\s+) | (?P<rule>[\w-]+\s*::=)
    | (?P<empty>"") | (?P<text>"(?:\\.|[^"\\])*"? | \[(?:\\.|[^\]\\])*\]? | \. | !?<[^>]*>?)
    | (?P<many>[*?] | \{\s*0\s*(?:,[^}]*)?\}) | (?P<more>\+ | \{[^}]*\}?)
    | (?P<name>[\w-]+) | (?P<mark>[()|]) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)

# llama.cpp compares each text of a choice with each: more of them are for its own process to try.
_TEXT = r'"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\["\\])+"'
_MOST_CHOICES = 64
_CHOICE = re.compile(rf'root ::= " "\? \({_TEXT}(?: \| {_TEXT}){{0,{_MOST_CHOICES - 1}}}\)')


@dataclass(slots=True)
class _Item:
    """A name, a group of alternatives, or a text; `may_be_nothing` by itself or by what stands behind it."""

    name: str | None = None
    alternatives: list[list[_Item]] = field(default_factory=list)
    may_be_nothing: bool = False


def endless_rule(text: str) -> list[str] | None:
    """Names of rules, each of which can begin with the next before any text, the last with the first; None without.

    text: GBNF; of what is none, what comes out means nothing.
    """
    rules = _parsed(text)
    nothing: set[str] = set()
    while more := {name for name, rule in rules.items() if name not in nothing and _empty(rule, nothing)}:
        nothing |= more
    begins = {name: list(dict.fromkeys(_begins(rule, nothing))) for name, rule in rules.items()}
    return _cycle(begins)


def is_choice(text: str) -> bool:
    """Whether a grammar is `root ::= " "? ("one" | "other")` and so on: no rule refers to another, nothing repeats.

    There is nothing to go round in, and nothing to be wrong with it.
    """
    return _CHOICE.fullmatch(text) is not None


def _parsed(text: str) -> dict[str, _Item]:
    rules: dict[str, _Item] = {}
    opened: list[_Item] = []
    for lexeme in _LEXEME.finditer(text):
        kind, word = lexeme.lastgroup, lexeme[0]
        if kind == "rule":
            opened = [rules.setdefault(word[:-3].rstrip(), _Item())]
            opened[0].alternatives.append([])
        elif kind in ("comment", "space") or not opened:
            continue
        elif word == "|":
            opened[-1].alternatives.append([])
        elif word == ")":
            if len(opened) > 1:
                opened.pop()
        elif kind in ("many", "more"):
            if kind == "many" and opened[-1].alternatives[-1]:
                opened[-1].alternatives[-1][-1].may_be_nothing = True
        else:
            item = _Item(name=word if kind == "name" else None, may_be_nothing=kind == "empty")
            opened[-1].alternatives[-1].append(item)
            if word == "(":
                item.alternatives.append([])
                opened.append(item)
    return rules


def _empty(item: _Item, nothing: set[str]) -> bool:
    return (
        item.may_be_nothing
        or item.name in nothing
        or any(all(_empty(one, nothing) for one in sequence) for sequence in item.alternatives)
    )


def _begins(item: _Item, nothing: set[str]) -> Iterator[str]:
    if item.name is not None:
        yield item.name
    for sequence in item.alternatives:
        for one in sequence:
            yield from _begins(one, nothing)
            if not _empty(one, nothing):
                break


def _cycle(begins: dict[str, list[str]]) -> list[str] | None:
    done: set[str] = set()
    for start in begins:
        way, left = [start], [iter(begins[start])]
        while way:
            following = next(left[-1], None)
            if following is None:
                done.add(way.pop())
                left.pop()
            elif following in way:
                return way[way.index(following) :]
            elif following in begins and following not in done:
                way.append(following)
                left.append(iter(begins[following]))
    return None
