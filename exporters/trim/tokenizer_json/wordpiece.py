"""WordPiece (mBERT, MuRIL): the longest token that a word begins with, then the longest that continues it, and so on.

Where that leads nowhere, or the word has too many characters, the whole word is the unknown token. The longest match
stays the longest of those that are left, so tokens need no parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exporters.trim.tokenizer_json.kinds import Json, check_keys, check_tokens, tokens_of

_KEYS = frozenset({"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"})


class WordPiece:
    """See `exporters.trim.tokenizer_json.kinds.Kind`."""

    name = "wordpiece"
    needs_parts = False

    def __init__(self, model: Json, tokens: Sequence[str]) -> None:
        self._model = model
        self.tokens = tokens
        self._ids: dict[str, int] = model["vocab"]
        self._prefix: str = model["continuing_subword_prefix"]
        self._longest: int = model["max_input_chars_per_word"]
        self._unknown = self._ids[model["unk_token"]]
        self.fallback = frozenset({self._unknown})
        self.forced = self.fallback

    @staticmethod
    def read(model: Json, reasons: list[str], unsupported: list[str]) -> list[str]:
        """The tokens by id; everything that is wrong goes to reasons, what cannot be carried over to unsupported."""
        check_keys(model, _KEYS, unsupported)
        tokens = tokens_of(model.get("vocab"), reasons)
        if not reasons:
            check_tokens(tokens, reasons)
        if not isinstance(model.get("continuing_subword_prefix"), str):
            reasons.append("`continuing_subword_prefix` is no text")
        longest = model.get("max_input_chars_per_word")
        if not isinstance(longest, int) or isinstance(longest, bool) or longest < 0:
            reasons.append("`max_input_chars_per_word` is no count")
        unknown = model.get("unk_token")
        if not isinstance(unknown, str):
            reasons.append("`unk_token` is no text")
        elif tokens and unknown not in model["vocab"]:
            reasons.append(f"its unknown token `{unknown[:40]}` is not in the vocabulary")
        return tokens

    def text(self, token: int) -> str:
        """See `exporters.trim.tokenizer_json.kinds.Kind.text`; what continues a word comes without its prefix."""
        return "" if token in self.fallback else self._split(token)[1]

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`: the longest matches without it, or the unknown token."""
        if token in self.fallback:
            return ()
        prefix, text = self._split(token)
        found: list[int] = []
        start = 0
        while start < len(text):
            for end in range(len(text), start, -1):
                at = self._ids.get(prefix + text[start:end])
                if at is not None and at != token:
                    break
            else:
                return (self._unknown,)
            found.append(at)
            start, prefix = end, self._prefix
        return tuple(found)

    def closed(self, wanted: Iterable[int]) -> set[int]:
        """See `exporters.trim.tokenizer_json.kinds.Kind.closed`: what is wanted and short enough for a word."""
        found = set()
        for at in wanted:
            prefix, text = self._split(at)
            # What continues a word comes after one character at least.
            if len(text) + bool(prefix) <= self._longest:
                found.add(at)
        return found

    def take(self, kept: Sequence[int]) -> Json:
        """See `exporters.trim.tokenizer_json.kinds.Kind.take`."""
        return {**self._model, "vocab": {self.tokens[at]: new for new, at in enumerate(kept)}}

    def _split(self, token: int) -> tuple[str, str]:
        """The prefix of a token that continues a word, else nothing, and the token's characters of the word."""
        text = self.tokens[token]
        if self._prefix and text.startswith(self._prefix) and text != self._prefix:
            return self._prefix, text[len(self._prefix) :]
        return "", text
