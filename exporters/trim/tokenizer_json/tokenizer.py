"""Opens a `tokenizer.json` for trimming, and encodes with the tokenizers library, which made it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import ModelFormatError, UsageError
from exporters.trim.base import Ids
from exporters.trim.spares import is_spare
from exporters.trim.tokenizer_json.document import MOST_BYTES, NAME, Document, read_document

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Library

# An encoding of the library takes some 100 bytes a token: 1,024 lines of 30 tokens are 3 MB.
_LINES_AT_ONCE = 1024
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonTokenizer:
    """See `exporters.trim.base.Tokenizer`.

    size: rows of the embedding; those beyond the tokenizer's own tokens are padding and never kept.
    keep: ids that stay as well.
    """

    def __init__(
        self, document: Document, *, size: int, keep: Collection[int] = (), library: Library | None = None
    ) -> None:
        self._document = document
        self._kind = document.kind
        self.size = size
        self.kind = self._kind.name
        self.needs_parts = self._kind.needs_parts
        self._keep = frozenset(keep)
        self._opened = library
        self._added = {token["id"]: token for token in document.added}

    @property
    def tokens(self) -> Sequence[str]:
        """What each token is called, by id, without padding rows."""
        model = self._document.tokens
        return [*model, *(self._added[at]["content"] for at in range(len(model), self._document.size))]

    @cached_property
    def texts(self) -> Sequence[str]:
        """See `exporters.trim.base.Tokenizer.texts`; a special token is no text, another added one is its content."""
        texts = [self._kind.text(at) for at in range(len(self._document.tokens))]
        texts += [""] * (self.size - len(texts))
        for at, token in self._added.items():
            texts[at] = "" if token["special"] else token["content"]
        return texts

    @cached_property
    def fallback(self) -> NDArray[np.bool_]:
        """See `exporters.trim.base.Tokenizer.fallback`."""
        found = np.zeros(self.size, np.bool_)
        found[list(self._kind.fallback)] = True
        return found

    @cached_property
    def forced(self) -> Ids:
        """See `exporters.trim.base.Tokenizer.forced`.

        Added tokens, special or not, but none that is kept for later or names a language, where nothing names it.
        """
        added = {at for at, token in self._added.items() if not is_spare(token["content"])}
        forced = {*self._kind.forced, *self._document.named, *added, *self._keep}
        return np.array(sorted(forced | self._kind.closed(self._keep - self._atoms)), np.int64)

    @cached_property
    def _atoms(self) -> frozenset[int]:
        """What no text is cut into: it is found before, or stands for what is not there."""
        return frozenset({*self._added, *self._kind.fallback, *self._kind.forced})

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """See `exporters.trim.base.Tokenizer.encode`; added tokens are found in the text as the library finds them.

        Raises ModelFormatError where the tokenizer has no token for a text and none for the unknown.
        """
        found: list[list[int]] = []
        for begin in range(0, len(lines), _LINES_AT_ONCE):
            some = list(lines[begin : begin + _LINES_AT_ONCE])
            with _guarded("cannot encode a text"):
                found += self._encode(some)
        return found

    def _encode(self, lines: list[str]) -> list[list[int]]:
        check_cancelled()
        library = self._library
        try:
            encoded = library.encode_batch_fast(lines, add_special_tokens=False)
        except TypeError:  # a lone surrogate, which the library cannot take
            lines = [_SURROGATE.sub("\ufffd", line) for line in lines]
            encoded = library.encode_batch_fast(lines, add_special_tokens=False)
        return [one.ids for one in encoded]

    @property
    def _library(self) -> Library:
        if self._opened is None:
            self._opened = _open_library(self.to_json().encode("utf-8"))
        return self._opened

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`."""
        if token in self._added or token >= len(self._document.tokens):
            return ()
        return self._kind.parts(token)

    def closed(self, wanted: Ids) -> Ids:
        """See `exporters.trim.base.Tokenizer.closed`."""
        if len(wanted) and not 0 <= wanted.min() <= wanted.max() < self.size:
            raise UsageError(f"ids {wanted.min():,} to {wanted.max():,} of {self.size:,} tokens are wanted")
        asked = {at for at in wanted.tolist() if at < self._document.size}
        closed = {*self.forced.tolist(), *(asked & self._atoms), *self._kind.closed(asked - self._atoms)}
        return np.array(sorted(closed), np.int64)

    def trimmed(self, kept: Ids) -> JsonTokenizer:
        """See `exporters.trim.base.Tokenizer.trimmed`.

        Raises UsageError where kept is not ascending, has a padding row, or lacks a token that the file names.
        """
        reasons = []
        if len(kept) == 0 or (np.diff(kept) <= 0).any() or not 0 <= kept[0] <= kept[-1] < self._document.size:
            reasons.append(f"they are not ascending ids of {self._document.size:,} tokens")
        missing = sorted({*self._kind.forced, *self._document.named}.difference(kept.tolist()))
        if missing:
            reasons.append(f"{len(missing):,} that the tokenizer cannot do without are missing, first {missing[0]:,}")
        if reasons:
            raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=reasons)
        new = {at: place for place, at in enumerate(kept.tolist())}
        keep = [new[at] for at in self._keep if at in new]
        return JsonTokenizer(self._document.take(kept.tolist()), size=len(kept), keep=keep)

    def files(self) -> dict[str, bytes]:
        """See `exporters.trim.hf.model.FolderTokenizer`."""
        return {NAME: self.to_json().encode("utf-8")}

    def to_json(self) -> str:
        """The file."""
        return json.dumps(self._document.raw, ensure_ascii=False, separators=(",", ":"))


def open_tokenizer_json(path: Path, *, size: int | None = None, keep: Collection[str | int] = ()) -> JsonTokenizer:
    """Open a `tokenizer.json` for trimming.

    size: rows of the embedding, by default the number of tokens; an added token without a row is left out.
    keep: tokens that stay whatever is selected, by name or id: the codes of the languages that are wanted
    (`por_Latn`, `pt_XX`), which else go like `<unused7>` does.
    Raises ModelFormatError for a damaged file or one that does not fit size, UnsupportedModelError for a model of
    another kind, UsageError where keep names a token that there is not.
    """
    return open_tokenizer_data(_read(path), size=size, keep=keep)


def open_tokenizer_data(data: bytes, *, size: int | None = None, keep: Collection[str | int] = ()) -> JsonTokenizer:
    """See `open_tokenizer_json`; data: the file's."""
    document = read_document(data)
    library: Library | None = _open_library(data)
    if size is not None and size < document.size:
        beyond = [at for at in document.named if at >= size]
        if size < len(document.tokens) or beyond:
            raise ModelFormatError(
                f"`{NAME}` does not fit the model", reasons=[f"it has {document.size:,} tokens and the model {size:,}"]
            )
        document, library = document.take(range(size)), None
    tokenizer = JsonTokenizer(document, size=max(size or 0, document.size), library=library)
    if not keep:
        return tokenizer
    ids = {token: at for at, token in enumerate(tokenizer.tokens)}
    named = {name: ids.get(name) if isinstance(name, str) else name for name in keep}
    unknown = [name for name, at in named.items() if at is None or not 0 <= at < document.size]
    if unknown:
        raise UsageError("tokens that are to stay are not there", reasons=[f"`{name}`" for name in unknown])
    found = [at for at in named.values() if at is not None]
    return JsonTokenizer(document, size=tokenizer.size, keep=found, library=library)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            # `read` takes memory for all that it may return.
            return stream.read(min(os.fstat(stream.fileno()).st_size, MOST_BYTES) + 1)
    except OSError as problem:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[problem.strerror or str(problem)]) from problem


def _open_library(data: bytes) -> Library:
    from tokenizers import Tokenizer as Library

    with _guarded("is refused by the tokenizers library"):
        library = Library.from_str(data.decode("utf-8"))
    library.no_truncation()
    library.no_padding()
    return library


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """For work of the library on a file from elsewhere. Raises ModelFormatError."""
    try:
        yield
    except BaseException as problem:
        # The library's PanicException is no Exception; what a signal raises is none either, and must go on.
        if not isinstance(problem, Exception) and type(problem).__name__ != "PanicException":
            raise
        raise ModelFormatError(f"`{NAME}` {what}", reasons=[str(problem)[:200]]) from problem
