"""Vocabularies of Hugging Face's `tokenizer.json`, run by the library that made them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import EngineError

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Library

    from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer

MOST_BYTES = 128 << 20
# An encoding of the library takes some 100 bytes a token.
_TEXTS_AT_ONCE = 1024
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonTokenizer:
    """One object may be used from any thread; see `edgekit.engine.base.Tokenizer`.

    A lone surrogate is read as U+FFFD. `</s>` in a text is no end mark: it is what its letters are, or where the
    vocabulary lists it among its pieces, an unknown one.
    """

    def __init__(self, library: Library, special: Mapping[int, int | None]) -> None:
        """special: id of each special token -> what stands for it in a text, None for nothing."""
        library.no_padding()
        library.no_truncation()
        library.encode_special_tokens = True
        self._library = library
        self._special = special
        self._size = library.get_vocab_size(with_added_tokens=True)

    def __len__(self) -> int:
        return self._size

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, without marks around it."""
        found: list[list[int]] = []
        for begin in range(0, len(texts), _TEXTS_AT_ONCE):
            check_cancelled()
            some = [_SURROGATE.sub("\ufffd", text) for text in texts[begin : begin + _TEXTS_AT_ONCE]]
            encoded = self._library.encode_batch_fast(some, add_special_tokens=False)
            found += [self._without_special(one.ids) for one in encoded]
        return found

    def _without_special(self, ids: list[int]) -> list[int]:
        if self._special.keys().isdisjoint(ids):
            return ids
        return [at for token in ids if (at := self._special.get(token, token)) is not None]

    def decode(self, token_ids: Sequence[Sequence[int]]) -> list[str]:
        """The text of each list of token ids; special tokens are silent."""
        return [str(text) for text in self._library.decode_batch([list(ids) for ids in token_ids])]

    def pieces(self, token_ids: Sequence[int]) -> list[str]:
        """What each token is called; empty where the model has a row and the tokenizer no token."""
        return [self._library.id_to_token(token) or "" for token in token_ids]


AnyTokenizer: TypeAlias = "JsonTokenizer | SentencePieceTokenizer"


def open_tokenizer(path: Path) -> AnyTokenizer:
    """Open the vocabulary of an artifact, whichever of the two kinds it is. Raises EngineError."""
    from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer

    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        data = path.read_bytes()
        state = json.loads(data)
        if "sentencepiece" in state["model"]:
            del data
            return SentencePieceTokenizer.read(state, path.name)
        from tokenizers import Tokenizer

        library = Tokenizer.from_buffer(data)
        return JsonTokenizer(library, _special(state))
    except EngineError:
        raise
    except Exception as error:
        # The library raises plain `Exception` for what it cannot read.
        raise EngineError(
            f"`{path.name}` is not a vocabulary that this version reads",
            reasons=[f"{type(error).__name__}: {str(error)[:200]}"],
            hint="build the model again",
        ) from error


def _special(state: Mapping[str, Any]) -> dict[int, int | None]:
    """Special tokens with the unknown one in their place, where there is one."""
    model = state["model"]
    names = [token for token in state.get("added_tokens") or [] if token["special"]]
    unknown = model.get("unk_id")
    if unknown is None:
        ids = {token["content"]: token["id"] for token in names}
        unknown = ids.get(model.get("unk_token"))
    return {token["id"]: unknown for token in names if token["id"] != unknown}
