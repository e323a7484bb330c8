"""What lies beside the graph of a translation model that edgekit built: its vocabulary and its shortlist."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.atomic import write_bytes
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.store.receipt import read_receipt
from exporters.base import Built
from exporters.families.marian.lexicon import Lexicon, take_lexicon
from exporters.trim.base import Ids, Part, Tokenizer
from exporters.trim.onnx_vocabulary import VocabularyFile, open_vocabularies, open_vocabulary

_KIND = "onnx-translation-2"
_MARKS = ("end", "unknown", "start", "forced")
_MOST_HEADER = 1024


@dataclass(frozen=True, slots=True)
class TranslationFiles:
    """See `exporters.trim.onnx.Beside`.  engine: the receipt's; sizes: of the files by name."""

    engine: Mapping[str, Any]
    sizes: Mapping[str, int]
    vocabulary: VocabularyFile
    lexicon: Lexicon | None

    prompts: Sequence[str] = ()

    @property
    def tokenizer(self) -> Tokenizer:
        """The vocabulary's."""
        return self.vocabulary.tokenizer

    @property
    def parts(self) -> Sequence[Part]:
        """The vocabulary and the shortlist's two files."""
        return [Part(name, size, size / self.tokenizer.size) for name, size in self.sizes.items()]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the files with these tokens, exact."""
        return sum(map(len, self._files(kept).values()))

    def check(self, kept: Ids) -> None:
        """Tokens that the engine is told by id must stay."""
        named = {name: at for name, at in _named(self.engine).items() if at not in kept}
        if named:
            raise UsageError(
                "the vocabulary cannot be trimmed to these tokens",
                reasons=[f"`{name}` is token {at:,}, which is not kept" for name, at in named.items()],
            )

    def write(self, kept: Ids, out: Path) -> Built:
        """Write the files; the engine gets the new sizes."""
        for name, data in self._files(kept).items():
            write_bytes(out / name, data)
        engine = {**self.engine, "source_vocabulary": len(kept), "target_vocabulary": len(kept)}
        new = {name: int(np.searchsorted(kept, at)) for name, at in _named(self.engine).items()}
        engine |= {name: at for name, at in new.items() if name in engine}
        if self.engine.get("languages"):
            engine["languages"] = {name: new[name] for name in self.engine["languages"]}
        if self.lexicon is not None:
            frequent = take_lexicon(self.lexicon, kept, kept, len(kept)).first
            engine["shortlist"] = {**self.engine["shortlist"], "frequent": frequent}
        return Built(engine, ())

    def _files(self, kept: Ids) -> dict[str, bytes]:
        files = {str(self.engine["source_tokenizer"]): self.vocabulary.file(kept)}
        if self.vocabulary.other is not None:
            files[str(self.engine["target_tokenizer"])] = self.vocabulary.other(kept)
        if self.lexicon is not None:
            taken = take_lexicon(self.lexicon, kept, kept, len(kept))
            words = taken.words.astype(np.uint16 if len(kept) <= 2**16 else np.uint32)
            shortlist = self.engine["shortlist"]
            files[shortlist["offsets"]] = _npy(taken.offsets.astype(np.uint32))
            files[shortlist["words"]] = _npy(words)
        return files


def open_translation(folder: Path) -> TranslationFiles:
    """Read what an installed translation model has beside its graph.

    Raises UnsupportedModelError for another kind of artifact and for two vocabularies, ModelFormatError.
    """
    receipt = read_receipt(folder)
    engine = receipt.engine
    if engine.get("kind") != _KIND:
        raise UnsupportedModelError(f"`{receipt.id}` is no ONNX translation model: its kind is `{engine.get('kind')}`")
    if "encoder" in engine:
        raise UnsupportedModelError(
            f"`{receipt.id}` is made for one kind of processor, and what was made is not made anew from it",
            hint="name the model that it was made from",
        )
    name, other = engine.get("source_tokenizer"), engine.get("target_tokenizer")
    if engine.get("source_vocabulary") != engine.get("target_vocabulary"):
        raise UnsupportedModelError(
            "a model with two vocabularies is not trimmed", reasons=["one set of kept tokens must fit both languages"]
        )
    shortlist = engine.get("shortlist")
    names = [name, other]
    names += [shortlist.get("offsets"), shortlist.get("words")] if isinstance(shortlist, Mapping) else []
    if not all(isinstance(one, str) and why_unsafe_path(one) is None for one in names):
        raise ModelFormatError("the receipt names no files for the vocabulary or the shortlist")
    keep = _named(engine).values()
    if name == other:
        vocabulary = open_vocabulary(folder / str(name), keep)
    else:
        vocabulary = open_vocabularies(folder / str(name), folder / str(other), keep)
    tokenizer = vocabulary.tokenizer
    rows = engine.get("source_vocabulary")
    if not isinstance(rows, int) or rows < tokenizer.size:
        raise ModelFormatError(f"the vocabulary has {tokenizer.size:,} tokens, the model {rows} rows")
    lexicon = _read_lexicon(folder, shortlist, rows) if isinstance(shortlist, Mapping) else None
    sizes = {str(one): (folder / str(one)).stat().st_size for one in names}
    return TranslationFiles(engine, sizes, vocabulary, lexicon)


def _named(engine: Mapping[str, Any]) -> dict[str, int]:
    """Tokens that an engine is told: marks by their keys, languages by their tags. Raises ModelFormatError."""
    languages = engine.get("languages", {})
    named = {name: engine.get(name) for name in _MARKS if engine.get(name) is not None}
    named |= languages if isinstance(languages, Mapping) else {}
    found = {str(name): at for name, at in named.items() if type(at) is int and at >= 0}
    if len(found) < len(named):
        wrong = [f"`{str(name)[:40]}` is {str(at)[:40]}" for name, at in named.items() if str(name) not in found]
        raise ModelFormatError("the receipt names tokens that are none", reasons=wrong)
    return found


def _read_lexicon(folder: Path, shortlist: Mapping[str, Any], rows: int) -> Lexicon:
    offsets, words = (_read_npy(folder / shortlist[name]) for name in ("offsets", "words"))
    first = shortlist.get("frequent")
    reasons = []
    if len(offsets) != rows + 1 or offsets[0] or offsets[-1] != len(words) or (offsets[1:] < offsets[:-1]).any():
        reasons.append(f"its offsets do not rise from 0 to {len(words):,} over {rows:,} tokens")
    if len(words) and int(words.max()) >= rows:
        reasons.append(f"it names token {int(words.max()):,} of {rows:,}")
    if not isinstance(first, int) or isinstance(first, bool) or not 0 <= first <= rows:
        reasons.append("how many tokens it always offers is not known")
    if reasons:
        raise ModelFormatError("the shortlist is damaged", reasons=reasons)
    return Lexicon(int(first or 0), 0, offsets.astype(np.uint64), words.astype(np.uint32))


def _read_npy(path: Path) -> NDArray[Any]:
    """A list of unsigned integers as `np.save` writes it, mapped: a header cannot ask for more than the file has."""
    try:
        if path.stat().st_size == 0:
            raise ValueError("it is empty")
        values = np.load(path, mmap_mode="r", allow_pickle=False, max_header_size=_MOST_HEADER)
    except Exception as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[str(error)[:200]]) from error
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind != "u" or not len(values):
        raise ModelFormatError(f"`{path.name}` is no list of unsigned integers")
    return np.asarray(values)


def _npy(values: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=False)
    return stream.getvalue()
