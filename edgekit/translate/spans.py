"""Which characters of the source became which characters of the translation."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from edgekit.core.segments import Span

# Of a word's attention. Of the 968 spans of `benchmarks/projection.py` as many are right with 0.1, 4 fewer with 0.3.
_LEAST = 0.2


def token_spans(text: str, surfaces: Sequence[str]) -> list[Span]:
    """The span of text that each token covers.

    surfaces: the tokens' surface forms, `▁` for a space before. Where they do not spell text (the tokenizer changed
    characters: NFKC, bytes), the nearest equal characters are taken; a token without any gets an empty span.
    """
    spelled = "".join(surfaces).replace("▁", " ")
    begins = _positions(spelled, text)
    spans: list[Span] = []
    done = 0
    for surface in surfaces:
        begin, end = done, done + len(surface)
        done = end
        while begin < end and spelled[begin].isspace():
            begin += 1
        spans.append((begins[begin], max(begins[begin], begins[end - 1] + 1)) if begin < end else (begins[begin],) * 2)
    return [(min(begin, len(text)), min(end, len(text))) for begin, end in spans]


def _positions(spelled: str, text: str) -> list[int]:
    """For each index of spelled, and its length, the index in text that it stands for."""
    lead = len(spelled) - len(spelled.lstrip())
    if spelled[lead:] == text:
        return [*([0] * lead), *range(len(text) + 1)]
    positions: list[int] = []
    for _, begin, end, text_begin, text_end in SequenceMatcher(None, spelled, text, autojunk=False).get_opcodes():
        last = max(text_begin, text_end - 1)
        positions += [min(text_begin + offset, last) for offset in range(end - begin)]
    return [*positions, len(text)]


def words(text: str, spans: Sequence[Span], *, unspaced: bool) -> list[tuple[Span, list[int]]]:
    """Groups of tokens that belong to one word: (span, token indices); one token a group for unspaced writing."""
    grouped: list[tuple[Span, list[int]]] = []
    for index, (begin, end) in enumerate(spans):
        if begin == end:
            continue
        if grouped and not unspaced:
            (first, last), members = grouped[-1]
            if begin <= last or not text[last:begin]:
                grouped[-1] = ((first, max(last, end)), [*members, index])
                continue
        grouped.append(((begin, end), [index]))
    return grouped


def align(
    attention: NDArray[np.float32],
    source_words: Sequence[tuple[Span, list[int]]],
    target_words: Sequence[tuple[Span, list[int]]],
) -> list[tuple[Span, Span]]:
    """(source span, target span) of each target word and the source word it attends to most.

    attention: (target tokens + 1, source tokens + 1), the last of each is the end mark. A word that attends to the
    end mark more than to any source word has no pair. A source word that loses the word that attends to it most takes
    it back from one that has a better one: `big` of `big house` is `grande` of `grande casa`, which attends to `house`
    a little more.
    """
    if not source_words or not target_words:
        return []
    weights = np.stack([attention[tokens].sum(axis=0) for _, tokens in target_words])
    shares = np.stack([weights[:, tokens].sum(axis=1) for _, tokens in source_words], axis=1)
    chosen = np.where(shares.max(axis=1) >= weights[:, -1], shares.argmax(axis=1), -1)
    closest = shares.argmax(axis=0)
    for word, target in enumerate(closest.tolist()):
        owner = int(chosen[target])
        if (
            owner not in (-1, word)
            and closest[owner] != target
            and shares[target, word] >= _LEAST * weights[target].sum()
        ):
            chosen[target] = word
    return [(source_words[word][0], target_words[at][0]) for at, word in enumerate(chosen.tolist()) if word >= 0]
