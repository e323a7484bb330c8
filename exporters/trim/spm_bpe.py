"""Which tokens of a SentencePiece BPE vocabulary need which: without its parts, a kept token is never produced.

Such a vocabulary has no list of merges. A text is cut into characters, and of all neighbours whose concatenation is a
token, the one with the best score (the leftmost of equals) is joined, until there is none: llama.cpp's
`llm_tokenizer_spm`, SentencePiece's `bpe_model.cc`. So a token is reachable only through the tokens that its own
derivation passes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

Scores = Mapping[str, float]


def derivation(text: str, scores: Scores) -> tuple[list[str], list[str]]:
    """What text is cut into, and every token that was made on the way (characters not among them)."""
    symbols: list[str] = list(text)
    after = [*range(1, len(symbols)), -1]
    before = [-1, *range(len(symbols) - 1)]
    queue: list[tuple[float, int, int, str]] = []

    def offer(left: int) -> None:
        right = after[left] if left >= 0 else -1
        if right >= 0:
            joined = symbols[left] + symbols[right]
            score = scores.get(joined)
            if score is not None:
                heapq.heappush(queue, (-score, left, right, joined))

    for left in range(len(symbols) - 1):
        offer(left)
    made = []
    while queue:
        _, left, right, joined = heapq.heappop(queue)
        # An offer is void once one of its two has been joined with another symbol.
        if not symbols[left] or after[left] != right or symbols[left] + symbols[right] != joined:
            continue
        symbols[left], symbols[right] = joined, ""
        after[left] = after[right]
        if after[right] >= 0:
            before[after[right]] = left
        made.append(joined)
        offer(before[left])
        offer(left)
    return [symbol for symbol in symbols if symbol], made


def closure(kept: Iterable[str], scores: Scores) -> set[str]:
    """kept, the tokens on the way to each of them, and the characters of all.

    A text whose cut with all tokens uses only kept ones is then cut in the same way with the closure alone: every join
    that happened belongs to the derivation of a token of the result, and no join is possible that was not before.
    """
    closed: set[str] = set()
    for token in kept:
        closed.add(token)
        closed.update(character for character in token if character in scores)
        if len(token) > 1:
            closed.update(derivation(token, scores)[1])
    return closed
