"""Which terms of several words may begin at a word of a text, in the time that their words take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from edgekit.glossary.words import Word, is_stemmed, keys

# A term with what each of its words is filed under.
_Filed: TypeAlias = tuple[list[tuple[str, ...]], Any]
# By what the next word is filed under: further on, or the one term that goes on so. What ends here is below "".
_Node: TypeAlias = dict[str, Any]
_END = ""
# Words by which a term is filed: where a word has two keys, one that others begin like is filed 2 ** 6 times at most.
_MOST_WORDS = 100
_MOST_WITHOUT_STEMS = 6


class Phrases:
    """Terms of several words in a tree by their words.

    By their rarest word alone, a term in 200,000 that are made of sixty words is looked for in thousands of others.
    """

    def __init__(self, terms: Sequence[tuple[Sequence[str], Any]], language: str) -> None:
        self._language = language
        # The keys of a word with a stemmer, and those of all words that it may be, stand for one class.
        self._classes: dict[str, str] = {}
        most = _MOST_WORDS if is_stemmed(language) else _MOST_WITHOUT_STEMS
        if is_stemmed(language):
            for word in dict.fromkeys(word for words, _ in terms for word in words):
                first, *others = (self._root(key) for key in keys(word, language))
                self._classes.update(dict.fromkeys(others, first))
            self._classes = {key: self._root(key) for key in self._classes}
        self._tree: _Node = {}
        for words, term in terms:
            _file(self._tree, ([self._filed_under(word) for word in words[:most]], term), 0)

    def filed_under(self, words: Sequence[Word]) -> list[tuple[str, ...]]:
        """What the terms that have each word of a text may be filed under."""
        return [self._filed_under(word.text) for word in words]

    def beginning_at(self, at: int, filed_under: Sequence[tuple[str, ...]]) -> Iterator[Any]:
        """The terms whose words may be those from `at` on; a term may have more words than are left, and come twice."""
        nodes = [self._tree]
        for options in filed_under[at:] if self._tree else ():
            children = [child for node in nodes for one in options if (child := node.get(one)) is not None]
            nodes = [child for child in children if isinstance(child, dict)]
            yield from (child[1] for child in children if not isinstance(child, dict))
            yield from (term for node in nodes for _, term in node.get(_END, ()))
            if not nodes:
                return

    def _filed_under(self, word: str) -> tuple[str, ...]:
        found = keys(word, self._language)
        if not is_stemmed(self._language):
            return found
        return tuple({self._classes[key] for key in found if key in self._classes})

    def _root(self, key: str) -> str:
        above = self._classes.setdefault(key, key)
        while above != key:
            self._classes[key] = self._classes[above]
            key, above = above, self._classes[above]
        return key


def _file(node: _Node, filed: _Filed, depth: int) -> None:
    if depth == len(filed[0]):
        node.setdefault(_END, []).append(filed)
        return
    for one in filed[0][depth]:
        child = node.setdefault(one, filed)
        if child is filed:
            continue
        if not isinstance(child, dict):
            # Two go on so: the one that was alone moves a word further.
            other, child = child, {}
            node[one] = child
            _file(child, other, depth + 1)
        _file(child, filed, depth + 1)
