"""What each kind of model inside a `tokenizer.json` answers, and checks that all of them share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from edgekit.tokenizer.unigram import MOST_SQUARES

Json = dict[str, Any]

MOST_TOKENS = 1 << 20  # the largest vocabularies in use have 262,144


class Kind(Protocol):
    """The `model` of a tokenizer.json.  tokens: (V,) by id, without what is only an added token."""

    @property
    def name(self) -> str:
        """As `exporters.trim.base.Tokenizer.kind`."""
        ...

    @property
    def needs_parts(self) -> bool: ...

    @property
    def tokens(self) -> Sequence[str]: ...

    @property
    def fallback(self) -> Collection[int]:
        """Ids of the unknown token and of single bytes that are no character."""
        ...

    @property
    def forced(self) -> Collection[int]:
        """Ids that every text may need whatever it holds."""
        ...

    def text(self, token: int) -> str:
        """What the token puts into a text."""
        ...

    def parts(self, token: int) -> tuple[int, ...]:
        """As `exporters.trim.base.Tokenizer.parts`."""
        ...

    def closed(self, wanted: Iterable[int]) -> set[int]:
        """The wanted ids that a text can produce, and what they need for it.

        wanted: ids that are neither `forced` nor `fallback`, which are taken for granted.
        """
        ...

    def take(self, kept: Sequence[int]) -> Json:
        """The model with these ids alone, ascending, which become 0, 1, ..."""
        ...


def tokens_of(vocab: object, reasons: list[str]) -> list[str]:
    """The tokens of a `vocab` that maps each to its id, by id; what is wrong with it goes to reasons."""
    if not isinstance(vocab, dict):
        reasons.append("`vocab` is no object")
        return []
    ids = [at for at in vocab.values() if isinstance(at, int) and not isinstance(at, bool)]
    if len(ids) != len(vocab):
        reasons.append(f"{len(vocab) - len(ids):,} ids are no integers")
        return []
    negative = sum(at < 0 for at in ids)
    if negative:
        reasons.append(f"{negative:,} ids are negative")
    if len(set(ids)) != len(ids):
        reasons.append(f"{len(ids) - len(set(ids)):,} ids are there twice")
    if max(ids, default=-1) >= len(ids):
        reasons.append(f"its ids go up to {str(max(ids))[:40]} and it has {len(ids):,} tokens: there are gaps")
    if reasons:
        return []
    tokens = [""] * len(ids)
    for token, at in vocab.items():
        tokens[at] = token
    return tokens


def check_tokens(tokens: Sequence[str], reasons: list[str]) -> None:
    """Says what no kind can work with."""
    if not tokens:
        reasons.append("it has no tokens")
    if len(tokens) > MOST_TOKENS:
        reasons.append(f"it has {len(tokens):,} tokens, more than {MOST_TOKENS:,}")
    if "" in tokens:
        reasons.append("a token is empty")
    squares = sum(len(token) ** 2 for token in tokens)
    if squares > MOST_SQUARES:
        reasons.append(f"its tokens are too long: the squares of their lengths sum to {squares:,}")


def check_keys(model: Json, known: Collection[str], unsupported: list[str]) -> None:
    """A key that the library does not read may hold ids, which would be the old ones."""
    unsupported += [f"its model has `{key}`, and nobody knows what it means" for key in model if key not in known]


def is_flag(value: object) -> bool:
    """Whether the library reads value as a flag that may be left out."""
    return value is None or isinstance(value, bool)


def byte_tokens(tokens: Sequence[str]) -> dict[int, int]:
    """The ids of `<0x00>` to `<0xFF>`, by byte."""
    names = {f"<0x{byte:02X}>": byte for byte in range(256)}
    return {names[token]: at for at, token in enumerate(tokens) if token in names}


def space_ids(tokens: Sequence[str], space: str) -> set[int]:
    """The token that is a space: spelled in bytes, its mark would come out of a decoder as the mark and no space."""
    return {at for at, token in enumerate(tokens) if token == space}
