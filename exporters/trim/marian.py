"""Trims a Marian student where it lies: its tables, its vocabulary and its shortlist, each in its own format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import replacing, write_bytes
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from exporters.base import Built
from exporters.families.marian.lexicon import Lexicon, lexicon_bytes, read_lexicon, take_lexicon
from exporters.families.marian.student import load_student
from exporters.tokenizers.sentencepiece import read_sentencepiece
from exporters.tokenizers.sentencepiece_trim import trim_spm
from exporters.trim.base import Ids, Part
from exporters.trim.marian_bin import MarianBin, padded_rows, read_bin, write_bin
from exporters.trim.unigram import Unigram
from exporters.trim.vocabulary import check_kept

_LEXICON_HEADER = 48


@dataclass(frozen=True, slots=True)
class MarianModel:
    """A student, opened for trimming; see `exporters.trim.base.TrimmableModel`.

    files: by role, those of `models.toml`.  spm: the bytes of the vocabulary.
    """

    files: Mapping[str, Path]
    weights: MarianBin
    spm: bytes
    lexicon: Lexicon | None
    tokenizer: Unigram

    container = "marian"
    prompts: Sequence[str] = ()

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]]:
        """Those of the table that the source's tokens are looked up in."""
        return self.weights.vectors

    @property
    def parts(self) -> Sequence[Part]:
        """The tables, the vocabulary, the shortlist, and everything else."""
        count, tables = self.tokenizer.size, self.weights.tables
        parts = [Part(f"{item.name} ({item.type:#x})", item.size, item.size / self.weights.rows) for item in tables]
        parts.append(Part("vocabulary", len(self.spm), len(self.spm) / count))
        if self.lexicon is not None:
            size = _lexicon_size(self.lexicon)
            parts.append(Part("shortlist", size, size / count))
        rest = len(self.weights.data) - sum(item.size for item in tables)
        return [*parts, Part("everything else", rest, 0)]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the trimmed files, exact."""
        lexicon = self._taken_lexicon(kept)
        shortlist = 0 if lexicon is None else _lexicon_size(lexicon)
        return self.weights.size(len(kept)) + len(trim_spm(self.spm, kept)) + shortlist

    def write(self, kept: Ids, out: Path, *, report: Reporter = silent) -> Built:
        """Write the trimmed files under their own names into out: a model that `MarianExporter` builds.

        The rows are padded to a multiple of 8 with rows of zeros whose bias says never; they have no piece.
        """
        check_kept(self.tokenizer, kept)
        lexicon = self._taken_lexicon(kept)
        total = self.weights.size(len(kept))
        with replacing(out / self.files["weights"].name) as stream:
            for written in write_bin(stream, self.weights, kept):
                report(Progress("trim", written, total, "bytes"))
        write_bytes(out / self.files["vocabulary"].name, trim_spm(self.spm, kept))
        if lexicon is not None:
            write_bytes(out / self.files["shortlist"].name, lexicon_bytes(lexicon))
        step = {
            "name": "trim",
            "container": self.container,
            "tokens": self.tokenizer.size,
            "kept": len(kept),
            "rows": padded_rows(len(kept)),
        }
        return Built({"kind": self.container, "files": {role: path.name for role, path in self.files.items()}}, (step,))

    def _taken_lexicon(self, kept: Ids) -> Lexicon | None:
        return None if self.lexicon is None else take_lexicon(self.lexicon, kept, kept, padded_rows(len(kept)))


def open_marian(files: Mapping[str, Path]) -> MarianModel:
    """Open the files of a student for trimming.

    files: by role: `weights` (`.bin`), `vocabulary`, `shortlist` where there is one.
    Raises UnsupportedModelError for two vocabularies and for `.npz`, UsageError for other roles, ModelFormatError.
    """
    if {"source_vocabulary", "target_vocabulary"} & files.keys():
        raise UnsupportedModelError(
            "a model with two vocabularies is not trimmed", reasons=["one set of kept tokens must fit both languages"]
        )
    reasons = [f"no file has the role `{role}`" for role in ("weights", "vocabulary") if role not in files]
    reasons += [f"`{role}` is no role of it" for role in files if role not in ("weights", "vocabulary", "shortlist")]
    if len({path.name for path in files.values()}) < len(files):
        reasons.append("two files have one name")
    if reasons:
        raise UsageError("the files of this model do not make a Marian student", reasons=reasons)
    load_student(files["weights"])
    weights = read_bin(files["weights"])
    model = read_sentencepiece(files["vocabulary"])
    if len(model.pieces) > weights.rows:
        name = files["vocabulary"].name
        raise ModelFormatError(f"`{name}` has {len(model.pieces):,} pieces, the model {weights.rows:,} rows")
    lexicon = read_lexicon(files["shortlist"], weights.rows, weights.rows) if "shortlist" in files else None
    return MarianModel(dict(files), weights, files["vocabulary"].read_bytes(), lexicon, Unigram(model))


def _lexicon_size(lexicon: Lexicon) -> int:
    return _LEXICON_HEADER + 8 * len(lexicon.offsets) + 4 * len(lexicon.words)
