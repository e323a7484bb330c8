"""ICU messages: their arguments, and the branches in them that are text.

Source of the grammar: ICU's MessageFormat, https://unicode-org.github.io/icu/userguide/format_parse/messages/, with
ICU 4.8's apostrophes: one quotes where it stands before `{`, `}`, or in a plural `#`; two are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"\s{0,16}([A-Za-z_][\w.-]{0,63}|\d{1,3})\s{0,16}")
_TYPE = re.compile(r",\s{0,16}([a-z]{2,16})\s{0,16}")
_OFFSET = re.compile(r"\s{0,16}offset\s{0,4}:\s{0,4}\d{1,6}")
_SELECTOR = re.compile(r"\s{0,256}(=\d{1,9}|[\w-]{1,64})\s{0,64}\{")
_STYLE = re.compile(r"[^{}']{0,200}")
_SIMPLE = frozenset({"number", "date", "time", "spellout", "ordinal", "duration", "list"})
_CHOOSING = frozenset({"plural", "select", "selectordinal"})
# ICU itself goes deeper, people do not.
MAX_DEPTH = 8
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Branch:
    """The text of a branch as a span, without its braces; selector: `one`, `=0`, `female`.

    counts: whether `#` in it is the number.
    """

    begin: int
    end: int
    selector: str
    counts: bool
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """A span from `{` to after `}`; branches: of plural, select and selectordinal, none of the others."""

    begin: int
    end: int
    branches: tuple[Branch, ...]


class _Malformed(Exception):  # noqa: N818 - never leaves this module
    pass


def arguments(text: str, *, counts: bool = False) -> list[Argument]:
    """The outermost arguments that have a type, in order; what is malformed is none.

    `{name}` alone is a placeholder and left to `placeholders`.  counts: the text is a branch in which `#` is a number.
    """
    if "," not in text or "{" not in text:
        return []
    found: list[Argument] = []
    at = text.find("{")
    # A text of many braces that begin nothing costs one look each; one that is cut off costs its length, once.
    budget = 4 * len(text) + 1000
    while at >= 0 and budget > 0:
        parser = _Parser(text, min(len(text), at + _LONGEST))
        try:
            argument = parser.argument(at, 0, counts=counts)
        except _Malformed:
            argument = None
        budget -= max(8, parser.furthest - at)
        if argument is not None:
            found.append(argument)
            at = text.find("{", argument.end)
        else:
            at = text.find("{", at + 1)
    return found


class _Parser:
    def __init__(self, text: str, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.furthest = 0

    def argument(self, at: int, depth: int, *, counts: bool) -> Argument | None:
        """The argument at `{`; None for one without a type."""
        self.furthest = max(self.furthest, at)
        name = _NAME.match(self.text, at + 1, self.limit)
        if name is None or depth > MAX_DEPTH:
            raise _Malformed
        if self.text[name.end() : name.end() + 1] == "}":
            return None
        kind = _TYPE.match(self.text, name.end(), self.limit)
        if kind is None:
            raise _Malformed
        at = kind.end()
        if kind[1] in _SIMPLE:
            if self.text[at : at + 1] == ",":
                style = _STYLE.match(self.text, at + 1, self.limit)
                at = style.end() if style else at
            if self.text[at : at + 1] != "}":
                raise _Malformed
            return Argument(name.start() - 1, at + 1, ())
        if kind[1] not in _CHOOSING or self.text[at : at + 1] != ",":
            raise _Malformed
        return self._choosing(name.start() - 1, at + 1, depth, counts=kind[1] != "select" or counts)

    def _choosing(self, begin: int, at: int, depth: int, *, counts: bool) -> Argument:
        offset = _OFFSET.match(self.text, at, self.limit)
        at = offset.end() if offset else at
        branches: list[Branch] = []
        while True:
            selector = _SELECTOR.match(self.text, at, self.limit)
            if selector is None:
                break
            branch = self._branch(selector.end(), selector[1], depth, counts=counts)
            branches.append(branch)
            at = branch.end + 1
        while at < self.limit and self.text[at].isspace():
            at += 1
        if not branches or self.text[at : at + 1] != "}":
            raise _Malformed
        return Argument(begin, at + 1, tuple(branches))

    def _branch(self, begin: int, selector: str, depth: int, *, counts: bool) -> Branch:
        inner: list[Argument] = []
        at = begin
        while at < self.limit:
            self.furthest = max(self.furthest, at)
            sign = self.text[at]
            if sign == "}":
                return Branch(begin, at, selector, counts, tuple(inner))
            if sign == "{":
                argument = self.argument(at, depth + 1, counts=counts)
                if argument is not None:
                    inner.append(argument)
                    at = argument.end
                else:
                    at = self.text.index("}", at) + 1
            elif sign == "'":
                at = self._quoted(at, counts=counts)
            else:
                at += 1
        raise _Malformed

    def _quoted(self, at: int, *, counts: bool) -> int:
        """After an apostrophe and what it quotes."""
        following = self.text[at + 1 : at + 2]
        if following == "'":
            return at + 2
        if following and (following in "{}" or (following == "#" and counts)):
            close = at + 2
            while (close := self.text.find("'", close, self.limit)) >= 0:
                if self.text[close + 1 : close + 2] != "'":
                    return close + 1
                close += 2
            raise _Malformed
        return at + 1


def skeleton(argument: Argument) -> Iterator[tuple[int, int]]:
    """The spans of an argument that are no text: all but its branches' own words."""
    at = argument.begin
    for branch in argument.branches:
        yield at, branch.begin
        at = branch.end
        for inner in branch.arguments:
            yield from skeleton(inner)
    yield at, argument.end


def quoted(text: str, branch: Branch) -> Iterator[tuple[int, int]]:
    """What apostrophes quote in the words of a branch, and its number signs."""
    parser = _Parser(text, branch.end)
    inner = {argument.begin: argument.end for argument in branch.arguments}
    at = branch.begin
    while at < branch.end:
        if at in inner:
            at = inner[at]
        elif text[at] == "'":
            end = parser._quoted(at, counts=branch.counts)
            if end - at > 1:
                yield at, end
            at = end
        else:
            if text[at] == "#" and branch.counts:
                yield at, at + 1
            at += 1
