"""What a document says of its own language: once it is translated, a browser reads it aloud by that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from edgekit.core.languages import base_language
from edgekit.documents.base import DocumentOptions

if TYPE_CHECKING:
    from lxml.etree import _Element


_CJK = frozenset({"ja", "ko", "wuu", "yue", "zh"})
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def is_cjk(tag: str) -> bool:
    """Whether a language is written in the letters that word processors call East Asian."""
    return _base(tag) in _CJK


def is_right_to_left(tag: str) -> bool:
    """Whether a language is written from right to left."""
    return _base(tag) in _RIGHT_TO_LEFT


def same_language(one: str, other: str) -> bool:
    """Whether two tags, `-` or `_` between their parts, are of one language, whatever the region."""
    return _base(one) == _base(other)


def restated(stated: str | None, options: DocumentOptions, *, whole: bool = False) -> str | None:
    """The target language for what is stated to be in the source language; None for a statement that stays.

    stated: a tag, `-` or `_` between its parts.  whole: whether it is of the whole document: where the source language
    is not known, that is taken for it.
    """
    if not options.set_language or not options.target or not stated or not stated.strip():
        return None
    base = _base(stated)
    if base == _base(options.target):
        return None
    if options.source is None:
        return options.target if whole else None
    return options.target if base == _base(options.source) else None


def restated_fact(stated: str, target: str) -> str:
    """What a person should know of it."""
    return f"where the document says that its language is `{stated.strip()}`, it says `{target}` now"


def restating(name: str, options: DocumentOptions, *, of: str | None = None) -> Callable[[_Element], list[str]]:
    """What changes the attribute `name` of a tree's elements, of those called `of` where it is given; gives facts."""

    def finish(root: _Element) -> list[str]:
        facts = []
        for element in root.iter(of):
            stated = element.get(name) or ""
            target = restated(stated, options)
            if target is not None:
                element.set(name, target)
                facts.append(restated_fact(stated, target))
        return facts

    return finish


def _base(tag: str) -> str:
    return base_language(tag.strip().replace("_", "-").lower())
