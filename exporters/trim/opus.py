"""OPUS-MT's two SentencePiece models over one list of ids, trimmed together: one set of tokens stays for both sides."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.tokenizer.sentencepiece import NORMAL, USER_DEFINED, SentencePieceTokenizer
from exporters.tokenizers.opus import OPUS_FILES, UNKNOWN_NAME, vocabulary_in_order
from exporters.tokenizers.sentencepiece import SentencePieceModel, read_sentencepiece, tokenizer_json
from exporters.tokenizers.sentencepiece_trim import read_tokenizer_json_rows, take_pieces, trim_spm
from exporters.trim.base import Ids
from exporters.trim.unigram import Unigram

_LANGUAGE = re.compile(r">>.{1,20}<<")


@dataclass(frozen=True, slots=True)
class Spm:
    """One side's file.  data: its bytes; model: what they say, in the order of the file."""

    data: bytes
    model: SentencePieceModel

    def without(self, gone: frozenset[str]) -> Spm:
        """The file without the pieces of these names; marks and pieces that never had an id stay."""
        kept = np.array(
            [
                at
                for at, (piece, kind) in enumerate(zip(self.model.pieces, self.model.kinds, strict=True))
                if kind not in (NORMAL, USER_DEFINED) or piece not in gone
            ],
            np.int64,
        )
        return Spm(trim_spm(self.data, kept), take_pieces(self.model, kept))


class OpusTokenizer:
    """See `exporters.trim.base.Tokenizer`.

    sides: of the source and of the target, pieces by id, those without an id behind them.  size: ids that there are.
    files: `source.spm` and `target.spm`, empty for a model that was converted and has them no more.  keep: ids
    that stay as well, beside every language's.
    """

    kind = "unigram"
    needs_parts = False

    def __init__(
        self, sides: Sequence[SentencePieceModel], size: int, files: Mapping[str, Spm], keep: Sequence[int] = ()
    ) -> None:
        self.sides = sides
        self.size = size
        self._spms = files
        self._unigrams = [Unigram(side) for side in sides]
        self.tokens: Sequence[str] = sides[0].pieces[:size]
        self._unknown = self.tokens.index(UNKNOWN_NAME)
        self.fallback: NDArray[np.bool_] = np.arange(size) == self._unknown
        named = [at for at, name in enumerate(self.tokens) if _LANGUAGE.fullmatch(name)]
        self._keep = np.array([*keep, *named], np.int64)
        self.forced: Ids = self._ours([*(one.forced for one in self._unigrams), self._keep])

    def _ours(self, lists: Sequence[Ids]) -> Ids:
        together = np.unique(np.concatenate(lists)).astype(np.int64)
        return together[together < self.size]

    @cached_property
    def _encoders(self) -> Sequence[SentencePieceTokenizer]:
        return [SentencePieceTokenizer(json.loads(data)) for data in self.engine_files()]

    @cached_property
    def texts(self) -> Sequence[str]:
        """See `exporters.trim.base.Tokenizer.texts`: what either side makes of a token."""
        both = zip(*(one.texts[: self.size] for one in self._unigrams), strict=True)
        return [source or target for source, target in both]

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """Each line as the source's model cuts it, and then as the target's does.

        Nobody says which side a line is of, and names are copied from one to the other; so what is kept for a line, and
        what is proven of it, holds for both. A side that knows fewer of the line's characters is not its side.
        """
        found = []
        for source, target in zip(*(one.encode(lines) for one in self._encoders), strict=True):
            strange, other = source.count(self._unknown), target.count(self._unknown)
            found.append([*(source if strange <= other else []), *(target if other <= strange else [])])
        return found

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`; of the first side that has the token."""
        for one in self._unigrams:
            if one.model.kinds[token] == NORMAL:
                return tuple(at if at < self.size else self._unknown for at in one.parts(token))
        return ()

    def closed(self, wanted: Ids) -> Ids:
        """See `exporters.trim.base.Tokenizer.closed`: what either side produces of what is wanted."""
        return self._ours([self.forced, *(one.closed(wanted) for one in self._unigrams)])

    def trimmed(self, kept: Ids) -> OpusTokenizer:
        """See `exporters.trim.base.Tokenizer.trimmed`."""
        sides = [take_pieces(one, np.append(kept, np.arange(self.size, len(one.pieces)))) for one in self.sides]
        names = frozenset(self.tokens)
        gone = names - {self.tokens[at] for at in kept.tolist()}
        files = {name: spm.without(gone) for name, spm in self._spms.items()}
        keep = np.searchsorted(kept, self._keep[np.isin(self._keep, kept)])
        return OpusTokenizer(sides, len(kept), files, keep.tolist())

    def files(self) -> dict[str, bytes]:
        """What a folder has of it."""
        ids = {name: at for at, name in enumerate(self.tokens)}
        spms = {name: spm.data for name, spm in self._spms.items()}
        return {**spms, OPUS_FILES[-1]: json.dumps(ids, ensure_ascii=False).encode("utf-8")}

    def engine_files(self) -> Sequence[bytes]:
        """What the engine reads: a vocabulary for each side."""
        return [tokenizer_json(side, rows=self.size) for side in self.sides]


def open_opus(folder: Path, ids: Mapping[str, int], keep: Sequence[int] = ()) -> OpusTokenizer:
    """Open the two models of a folder; ids: what `vocab.json` says; keep: those that stay whatever is selected.

    Raises ModelFormatError, UnsupportedModelError.
    """
    spms = {}
    for name in OPUS_FILES[:2]:
        model = read_sentencepiece(folder / name, any_ids=True)
        spms[name] = Spm((folder / name).read_bytes(), model)
    sides = [vocabulary_in_order(name, spm.model, ids) for name, spm in spms.items()]
    return OpusTokenizer(sides, len(ids), spms, keep)


def open_converted_opus(paths: Sequence[Path], keep: Sequence[int]) -> OpusTokenizer:
    """Open the vocabularies of a converted model, that of the source first; keep: ids that the receipt names.

    Raises UnsupportedModelError where the two do not have the same ids, ModelFormatError.
    """
    (source, size), (target, other) = (read_tokenizer_json_rows(path) for path in paths)
    if size != other or source.pieces[:size] != target.pieces[:other] or UNKNOWN_NAME not in source.pieces[:size]:
        raise UnsupportedModelError(
            "a model with two vocabularies is not trimmed", reasons=["one set of kept tokens must fit both languages"]
        )
    if any(at >= size for at in keep):
        raise ModelFormatError(
            "the receipt does not fit the vocabulary", reasons=[f"it names token {max(keep):,} of {size:,}"]
        )
    return OpusTokenizer([source, target], size, {}, keep)
