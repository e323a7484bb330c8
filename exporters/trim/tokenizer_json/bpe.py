"""BPE with a list of merges: byte-level (GPT-2, Llama 3, Qwen, BLOOM), or of characters (Gemma, Llama 2, Mistral).

A word is cut into characters, and of all neighbours that a merge names, those of the first merge in the list (the
leftmost of equals) are joined, until there are none: `Word::merge_all` of the tokenizers library. So a token is
reachable only through the tokens that its own derivation passes. With `ignore_merges` a word that is a token as a whole
is taken at once; inside a longer word the same token still has to be derived.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from functools import cached_property

from edgekit.tokenizer.unigram import fused
from exporters.trim.merging import merged
from exporters.trim.tokenizer_json.kinds import (
    Json,
    byte_tokens,
    check_keys,
    check_tokens,
    is_flag,
    space_ids,
    tokens_of,
)

MOST_MERGES = 1 << 21  # Gemma 3 has 514,906
_KEYS = frozenset(
    {
        *("type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk"),
        *("byte_fallback", "ignore_merges", "vocab", "merges"),
    }
)


def _one_for_each_byte(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeDecodeError)  # noqa: S101 - only ever called for decoding
    return "\ufffd" * (problem.end - problem.start), problem.end


_EACH = "edgekit.each-byte"
codecs.register_error(_EACH, _one_for_each_byte)


def byte_alphabet() -> dict[str, int]:
    """The character that stands for each byte in byte-level BPE: GPT-2's `bytes_to_unicode`."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {
        **{chr(byte): byte for byte in shown},
        **{chr(0x100 + place): byte for place, byte in enumerate(hidden)},
    }


_ALPHABET = byte_alphabet()


class Bpe:
    """See `exporters.trim.tokenizer_json.kinds.Kind`.

    byte_level: whether words are spelled in the byte alphabet.  space: what stands for a space otherwise.
    """

    name = "bpe"
    needs_parts = True

    def __init__(self, model: Json, tokens: Sequence[str], *, byte_level: bool, space: str) -> None:
        self._model = model
        self._byte_level = byte_level
        self._space = space
        self.tokens = tokens
        self._ids: dict[str, int] = model["vocab"]
        self._unknown = self._ids.get(model.get("unk_token") or "")
        self._bytes = byte_tokens(tokens) if model.get("byte_fallback") else {}
        singles = {at for at, token in enumerate(tokens) if len(token) == 1}
        if byte_level:
            alphabet = {at for at in singles if tokens[at] in _ALPHABET}
            # A byte below 0x80 is a character of its own.
            odd = {at for at in alphabet if _ALPHABET[tokens[at]] >= 0x80}
        else:
            # With nothing to stand for it, a character without a token would silently leave the text.
            alphabet = singles if self._unknown is None and len(self._bytes) < 256 else space_ids(tokens, space)
            odd = set()
        spelled = {*self._bytes.values(), *([] if self._unknown is None else [self._unknown])}
        self.fallback = frozenset(odd | spelled)
        self.forced = frozenset(alphabet | spelled)
        self._sides: dict[int, tuple[int, ...] | None] = {}

    @staticmethod
    def read(model: Json, reasons: list[str], unsupported: list[str], *, byte_level: bool) -> list[str]:
        """The tokens by id; everything that is wrong goes to reasons, what cannot be carried over to unsupported."""
        check_keys(model, _KEYS, unsupported)
        tokens = tokens_of(model.get("vocab"), reasons)
        if not reasons:
            check_tokens(tokens, reasons)
        named = ("continuing_subword_prefix", "end_of_word_suffix")
        unsupported += [f"`{key}` is set" for key in named if model.get(key)]
        if model.get("dropout"):
            unsupported.append("`dropout` is set: a text is cut at random")
        reasons += [
            f"`{key}` is neither true nor false"
            for key in ("fuse_unk", "byte_fallback", "ignore_merges")
            if not is_flag(model.get(key))
        ]
        merges = model.get("merges")
        if not isinstance(merges, list):
            reasons.append("`merges` is no list")
        elif len(merges) > MOST_MERGES:
            reasons.append(f"it has {len(merges):,} merges, more than {MOST_MERGES:,}")
        elif tokens:
            _check_merges(merges, model["vocab"], reasons)
            if not reasons and not _spares_fallback(model, tokens):
                unsupported.append("a merge joins a byte or the unknown token")
        unknown = model.get("unk_token")
        if unknown is not None and not isinstance(unknown, str):
            reasons.append("`unk_token` is no text")
        # Byte-level BPE has a token for whatever comes, so some files name an unknown token that there is not.
        elif unknown and tokens and unknown not in model["vocab"] and not byte_level:
            reasons.append(f"its unknown token `{unknown[:40]}` is not in the vocabulary")
        return tokens

    def text(self, token: int) -> str:
        """See `exporters.trim.tokenizer_json.kinds.Kind.text`."""
        text = self.tokens[token]
        if not self._byte_level:
            return "" if token in self.fallback else text.replace(self._space, " ")
        try:
            return bytes(_ALPHABET[letter] for letter in text).decode("utf-8", _EACH)
        except KeyError:
            return text

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`: the two that its last join joins, a character's bytes."""
        text = self.tokens[token]
        if token in self._bytes.values() or token == self._unknown:
            return ()
        if len(text) == 1:
            return tuple(self._spelled(text))
        sides = self._joined(token)
        if sides is not None:
            return sides
        # A character that nothing stands for leaves the word, and its neighbours meet.
        cut, _ = self._merged([letter for letter in text if self._symbol(letter)])
        ids = [at for symbol in cut for at in self._symbol(symbol)]
        return tuple(fused(ids, self._unknown) if self._model.get("fuse_unk") else ids)

    def closed(self, wanted: Iterable[int]) -> set[int]:
        """See `exporters.trim.tokenizer_json.kinds.Kind.closed`.

        A text whose cut with all tokens uses only kept ones is then cut in the same way with the closure alone: every
        join that happened belongs to the derivation of a token of the result, and none is possible that was not before.
        """
        closed: set[int] = set()
        whole = self._model.get("ignore_merges")
        waiting = [at for at in wanted if whole or self._joined(at) is not None]
        while waiting:
            at = waiting.pop()
            if at not in closed:
                closed.add(at)
                sides = self._joined(at)
                # A token that only a whole word can be needs no parts; they stay so that it can be the next to go.
                waiting += self.parts(at) if sides is None else sides
        return closed

    def take(self, kept: Sequence[int]) -> Json:
        """See `exporters.trim.tokenizer_json.kinds.Kind.take`; merges keep their order and their form."""
        vocab = {self.tokens[at]: new for new, at in enumerate(kept)}
        merges = [
            merge
            for merge, (left, right) in zip(self._model["merges"], self._pairs(), strict=True)
            if left in vocab and right in vocab and left + right in vocab
        ]
        return {**self._model, "vocab": vocab, "merges": merges}

    def _pairs(self) -> Iterable[tuple[str, str]]:
        return map(_pair, self._model["merges"])

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        # Of a merge that is there twice, the library knows the later one.
        return {pair: rank for rank, pair in enumerate(self._pairs())}

    def _merged(self, text: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        ranks = self._ranks
        return merged(text, lambda left, right: ranks.get((left, right)))

    def _joined(self, token: int) -> tuple[int, ...] | None:
        """The two that the last join of a token joins, none for a character; None where no joins lead to it.

        What a side passed before that join, it passes when it stands alone, so a token needs its two sides and what
        they need.
        """
        if token not in self._sides:
            text = self.tokens[token]
            cut, made = self._merged(text)
            last = [self._ids[side] for pair in made[-1:] for side in pair]
            self._sides[token] = tuple(last) if cut == [text] else None
        return self._sides[token]

    def _symbol(self, symbol: str) -> list[int]:
        at = self._ids.get(symbol)
        return [at] if at is not None else self._spelled(symbol)

    def _spelled(self, character: str) -> list[int]:
        """A character without a token of its own: its bytes, or the unknown token."""
        spelled = [self._bytes.get(byte) for byte in character.encode("utf-8")]
        found = [at for at in spelled if at is not None]
        if len(found) == len(spelled):
            return found
        return [] if self._unknown is None else [self._unknown]


def _pair(merge: str | list[str]) -> tuple[str, str]:
    """A merge as its two sides: `a b` before tokenizers 0.20, a pair since, where a side may hold a space."""
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right


def _spares_fallback(model: Json, tokens: Sequence[str]) -> bool:
    """Whether what stands for a character without a token is never joined; no tokenizer in use does that."""
    odd = {tokens[at] for at in byte_tokens(tokens).values()} if model.get("byte_fallback") else set()
    odd.add(str(model.get("unk_token")))
    return all(odd.isdisjoint(_pair(merge)) for merge in model["merges"])


def _check_merges(merges: list[object], vocab: Json, reasons: list[str]) -> None:
    wrong = 0
    unknown: list[str] = []
    forms = set()
    for merge in merges:
        forms.add(type(merge))
        sides = merge.split(" ") if isinstance(merge, str) else merge
        if not isinstance(sides, list) or len(sides) != 2 or not all(isinstance(side, str) for side in sides):
            wrong += 1
        elif not (sides[0] in vocab and sides[1] in vocab and sides[0] + sides[1] in vocab):
            unknown.append(" ".join(sides)[:40])
    if wrong:
        reasons.append(f"{wrong:,} merges are no two tokens")
    if len(forms) > 1:
        reasons.append("its merges have two forms")
    if unknown:
        reasons.append(f"{len(unknown):,} merges name a token that is not in the vocabulary, first `{unknown[0]}`")
