"""What stands in a line of a document: words of one formatting, things that are moved as they are, elements around."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

_ORDINAL = re.compile(r"(?i)(st|nd|rd|th|ª|º|o|a|er|e|re|ème|os|as)\Z")
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Characters of one formatting; a line break is `\\n`, a tab `\\t`.

    style: equal for what looks the same.
    source: whatever the format needs to write text of this style.
    raised: superscript or subscript.
    shows_space: white space is to be seen (underlined).
    link: a click on them leads elsewhere.
    """

    text: str
    style: Hashable = None
    source: Any = None
    raised: bool = False
    shows_space: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Something that is moved as it is.

    text: what a reader sees of it in the line, for example a page number; empty for a picture or an anchor.
    source: whatever the format needs to write it.
    """

    text: str
    source: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Wrap:
    """An element around words: a link, a span, an insertion."""

    children: tuple[Inline, ...]
    source: Any = None
    raised: bool = False
    link: bool = False


Inline: TypeAlias = Words | Solid | Wrap


def text_of(nodes: Sequence[Inline]) -> str:
    """What a reader sees of nodes."""
    return "".join(text_of(node.children) if isinstance(node, Wrap) else node.text for node in nodes)


def part(words: Words, begin: int, end: int | None) -> Words:
    """Some of the characters of words."""
    return Words(words.text[begin:end], words.style, words.source, words.raised, words.shows_space, words.link)


def whole_tokens(nodes: Sequence[Inline]) -> list[Inline]:
    """Nodes in which `H`, lowered `2`, `O` is one solid token: a model cannot raise or lower a part of a word.

    Ordinals (`1st`) are words of a language and stay as they are.
    """
    found: list[Inline] = [
        replace(node, children=tuple(whole_tokens(node.children))) if isinstance(node, Wrap) else node for node in nodes
    ]
    index = 0
    while index < len(found):
        node = found[index]
        raised = isinstance(node, (Words, Wrap)) and node.raised
        text = text_of([node])
        if not raised or not text.strip() or _SPACE.search(text) or _ORDINAL.fullmatch(text):
            index += 1
            continue
        begin, end = index, index + 1
        before = found[begin - 1] if begin else None
        after = found[end] if end < len(found) else None
        token: list[Inline] = [node]
        pieces_before: list[Inline] = []
        pieces_after: list[Inline] = []
        if isinstance(before, Words) and before.text and not before.text[-1].isspace():
            cut = max((match.end() for match in _SPACE.finditer(before.text)), default=0)
            token.insert(0, part(before, cut, None))
            pieces_before = [part(before, 0, cut)] if cut else []
            begin -= 1
        elif isinstance(before, Solid) and before.text.strip():
            token.insert(0, before)
            begin -= 1
        if isinstance(after, Words) and after.text and after.text[0].isalnum():
            cut = next((at for at, one in enumerate(after.text) if not one.isalnum()), len(after.text))
            token.append(part(after, 0, cut))
            pieces_after = [part(after, cut, None)] if cut < len(after.text) else []
            end += 1
        if len(token) > 1:
            found[begin:end] = [*pieces_before, Solid(text_of(token), tuple(token)), *pieces_after]
            index = begin + len(pieces_before) + 1
        else:
            index += 1
    return found
