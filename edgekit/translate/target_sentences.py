"""Sentences of a text that are in the language it is translated to already."""

from __future__ import annotations

from collections.abc import Callable

from edgekit.core.languages import Direction, base_language
from edgekit.core.segments import Span
from edgekit.identify.identifier import Identifier
from edgekit.identify.mixed import count_words
from edgekit.translate.segment import split

# As of whole texts (`edgekit.translate.routing`) fewer words are a title, names, a quotation.
_LEAST_WORDS = 6
_SURE = 0.99


def target_sentences(direction: Direction, identifier: Identifier) -> Callable[[str], list[Span]]:
    """What finds the sentences of a text that a CarefulTranslator of direction is to carry through as they are.

    identifier: for both languages.  A text that is one sentence has none: what becomes of it is for a Router to say.
    """
    target = base_language(direction.target)

    def found(text: str) -> list[Span]:
        sentences = split(text, direction.source)
        spans: list[Span] = []
        begin = 0
        for sentence in sentences if len(sentences) > 1 else ():
            end = begin + len(sentence.text)
            if count_words(sentence.text) >= _LEAST_WORDS:
                said = identifier.identify(sentence.text)
                if said.tag is not None and base_language(said.tag) == target and said.probability >= _SURE:
                    spans.append((begin, end))
            begin = end + len(sentence.gap)
        return spans if len(spans) < len(sentences) else []

    return found
