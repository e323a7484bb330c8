"""Unigram (XLM-R, mT5, mBART, NLLB): a word is cut into the tokens with the highest sum of scores.

A path over kept tokens stays the best one of those that are left, so tokens need no parts; of equal paths the one whose
last token begins first wins, before and after. One thing is shared by all paths: where a character is no token itself,
the unknown token may stand there, for the least score of all tokens and 10 more (`K_UNK_PENALTY` of the tokenizers
library). So the token with the least score stays: without it the unknown token would win where it never did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property

from edgekit.tokenizer.unigram import UNKNOWN_PENALTY, Search
from exporters.trim.tokenizer_json.kinds import Json, byte_tokens, check_keys, check_tokens, is_flag, space_ids

# Sums of doubles at other places of a text may round the other way; scores that are apart at all differ by 1e-4.
_ROUNDING = 1e-6
_KEYS = frozenset({"type", "unk_id", "vocab", "byte_fallback"})


class Unigram:
    """See `exporters.trim.tokenizer_json.kinds.Kind`.  space: what stands for a space."""

    name = "unigram"
    needs_parts = False

    def __init__(self, model: Json, tokens: Sequence[str], *, space: str) -> None:
        self._model = model
        self._space = space
        self.tokens = tokens
        self._scores: list[float] = [float(score) for _, score in model["vocab"]]
        self._unknown: int = model["unk_id"]
        self._bytes = byte_tokens(tokens) if model.get("byte_fallback") else {}
        least = min(range(len(tokens)), key=self._scores.__getitem__)
        self._unknown_score = self._scores[least] - UNKNOWN_PENALTY
        self.fallback = frozenset({self._unknown, *self._bytes.values()})
        self.forced = self.fallback | {least} | space_ids(tokens, space)

    @staticmethod
    def read(model: Json, reasons: list[str], unsupported: list[str]) -> list[str]:
        """The tokens by id; everything that is wrong goes to reasons, what cannot be carried over to unsupported."""
        check_keys(model, _KEYS, unsupported)
        vocab = model.get("vocab")
        if not isinstance(vocab, list):
            reasons.append("`vocab` is no list")
            return []
        if not is_flag(model.get("byte_fallback")):
            reasons.append("`byte_fallback` is neither true nor false")
        unknown = model.get("unk_id")
        if unknown is None:
            reasons.append("it has no `unk_id`, and a character that no token has ends every text")
        elif not isinstance(unknown, int) or isinstance(unknown, bool) or not 0 <= unknown < len(vocab):
            reasons.append(f"`unk_id` is {str(unknown)[:40]}, and it has {len(vocab):,} tokens")
        sound = [
            entry
            for entry in vocab
            if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) and _is_score(entry[1])
        ]
        if len(sound) != len(vocab):
            reasons.append(f"{len(vocab) - len(sound):,} entries of `vocab` are no token with a finite score")
            return []
        tokens = [token for token, _ in sound]
        if len(set(tokens)) != len(tokens):
            reasons.append(f"{len(tokens) - len(set(tokens)):,} tokens are there twice")
        check_tokens(tokens, reasons)
        return tokens

    def text(self, token: int) -> str:
        """See `exporters.trim.tokenizer_json.kinds.Kind.text`."""
        return "" if token in self.fallback else self.tokens[token].replace(self._space, " ")

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`: the best path through the token's own text without it."""
        return () if token in self.fallback else self._search.cut_without(token, self.tokens[token])[0]

    def closed(self, wanted: Iterable[int]) -> set[int]:
        """See `exporters.trim.tokenizer_json.kinds.Kind.closed`: what is wanted and not always beaten by others."""
        search = self._search
        return {at for at in wanted if search.cut_without(at, self.tokens[at])[1] <= self._scores[at] + _ROUNDING}

    def take(self, kept: Sequence[int]) -> Json:
        """See `exporters.trim.tokenizer_json.kinds.Kind.take`; scores stay as they are."""
        vocab = self._model["vocab"]
        return {**self._model, "unk_id": kept.index(self._unknown), "vocab": [vocab[at] for at in kept]}

    @cached_property
    def _search(self) -> Search:
        return Search(
            {token: at for at, token in enumerate(self.tokens)},
            self._scores,
            unknown=self._unknown,
            unknown_score=self._unknown_score,
            spelled=self._spelled,
        )

    def _spelled(self, character: str) -> list[int]:
        """A character without a token of its own: its bytes, or the unknown token."""
        spelled = [self._bytes.get(byte) for byte in character.encode("utf-8")]
        found = [at for at in spelled if at is not None]
        return found if len(found) == len(spelled) else [self._unknown]


def _is_score(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
