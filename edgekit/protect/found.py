"""What the rooms of this package find: a span and what kind of thing it is."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "address",  # a URL or a domain
    "code",  # between backticks
    "comment",  # of HTML, with doctypes, CDATA and processing instructions
    "emoji",
    "entity",
    "gap",  # of a worksheet, to fill in
    "foreign",  # what the model has no pieces for: a word, a symbol
    "handle",  # @someone, #something
    "mail",
    "maths",  # LaTeX
    "message",  # the skeleton of an ICU message; its branches are text
    "path",
    "placeholder",
    "quantity",  # a number with a unit that must not change
    "tag",
]


class Found(NamedTuple):
    """A span in code points; positional: its place among others of its kind is its meaning, as of `%s`."""

    begin: int
    end: int
    kind: Kind
    positional: bool = False
