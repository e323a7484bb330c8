"""A tokenizer.json as the table of words that the files beside it must agree with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgekit.core.errors import ModelFormatError
from exporters.tokenizers.opus import OPUS_FILES
from exporters.trim.hf.json_file import parse_object
from exporters.trim.hf.tokenizer_source import TOKENIZER


@dataclass(frozen=True, slots=True)
class Words:
    """What a tokenizer.json says of ids.

    names: by id, empty where an id has none.  model: word -> id, without added tokens.  merges: of BPE, in order.
    added: added tokens by text.  ids: id of each name.
    """

    names: list[str]
    model: Mapping[str, int]
    merges: list[tuple[str, str]]
    added: Mapping[str, int]
    ids: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", {name: at for at, name in enumerate(self.names) if name})


def words_of(state: Mapping[str, Any]) -> Words:
    """The words of a tokenizer.json. Raises ModelFormatError where an entry is damaged."""
    model = state.get("model")
    if not isinstance(model, dict):
        raise ModelFormatError("`tokenizer.json` is damaged", reasons=["it has no model"])
    vocab = model.get("vocab")
    try:
        if isinstance(vocab, list):
            ids = {str(entry[0]): at for at, entry in enumerate(vocab)}
        else:
            ids = {str(name): int(at) for name, at in dict(vocab or {}).items()}
        added = {str(token["content"]): int(token["id"]) for token in state.get("added_tokens") or []}
        merges = [_pair(merge) for merge in model.get("merges") or []]
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise ModelFormatError("`tokenizer.json` is damaged", reasons=[f"an entry is {error!r}"]) from error
    numbers = [*ids.values(), *added.values()]
    # Ids have gaps of at most a few hundred; a single one of 2^31 must not make a list of that length.
    if numbers and not 0 <= min(numbers) <= max(numbers) < 2 * len(numbers) + 100_000:
        raise ModelFormatError("`tokenizer.json` is damaged", reasons=[f"its ids go up to {max(numbers):,}"])
    names = [""] * (max(numbers, default=-1) + 1)
    for name, at in [*ids.items(), *added.items()]:
        names[at] = name
    return Words(names, ids, merges, added)


def vocabulary_words(ids: Mapping[str, Any]) -> Words:
    """The words of a `vocab.json` that is there alone. Raises ModelFormatError where an entry is damaged."""
    return words_of({"model": {"vocab": dict(ids)}})


def words_in(files: Mapping[str, bytes]) -> Words:
    """The words of a tokenizer by its files, the bytes by name."""
    if TOKENIZER in files:
        return words_of(parse_object(files[TOKENIZER], TOKENIZER))
    return vocabulary_words(parse_object(files[OPUS_FILES[-1]], OPUS_FILES[-1]))


def _pair(merge: Any) -> tuple[str, str]:
    """A merge in either form: `a b`, or since tokenizers 0.20 a list of two, whose parts may hold a space."""
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return str(left), str(right)
