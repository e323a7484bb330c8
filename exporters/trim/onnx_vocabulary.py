"""The vocabulary of an ONNX artifact, opened for trimming: edgekit's own form of SentencePiece, or a tokenizer.json."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import ModelFormatError
from exporters.tokenizers.sentencepiece import tokenizer_json
from exporters.tokenizers.sentencepiece_trim import read_tokenizer_json, take_pieces
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.hf.json_file import parse_object, read_bytes
from exporters.trim.opus import open_converted_opus
from exporters.trim.tokenizer_json import open_tokenizer_json
from exporters.trim.unigram import Unigram


@dataclass(frozen=True, slots=True)
class VocabularyFile:
    """size_bytes: of the file.  file: its bytes with the kept tokens.  other: those of a target's own file."""

    tokenizer: Tokenizer
    size_bytes: int
    file: Callable[[Ids], bytes]
    other: Callable[[Ids], bytes] | None = None


def open_vocabulary(path: Path, keep: Collection[int]) -> VocabularyFile:
    """Open either kind.  keep: ids that the receipt names, which stay.  Raises ModelFormatError."""
    model = parse_object(read_bytes(path), path.name).get("model")
    size = path.stat().st_size
    if isinstance(model, dict) and "sentencepiece" in model:
        pieces = read_tokenizer_json(path)
        return VocabularyFile(Unigram(pieces), size, lambda kept: tokenizer_json(take_pieces(pieces, kept)))
    count = len(open_tokenizer_json(path).tokens)
    if any(not 0 <= at < count for at in keep):
        raise ModelFormatError(
            "the receipt does not fit the vocabulary", reasons=[f"it names token {max(keep):,} of {count:,}"]
        )
    tokenizer = open_tokenizer_json(path, keep=sorted(keep))
    return VocabularyFile(tokenizer, size, lambda kept: tokenizer.trimmed(kept).to_json().encode("utf-8"))


def open_vocabularies(source: Path, target: Path, keep: Collection[int]) -> VocabularyFile:
    """Open the two of a model whose sides have the same ids.  keep: see `open_vocabulary`.  Raises ModelFormatError."""
    opened = open_converted_opus([source, target], sorted(keep))
    size = source.stat().st_size + target.stat().st_size
    return VocabularyFile(
        opened,
        size,
        lambda kept: opened.trimmed(kept).engine_files()[0],
        lambda kept: opened.trimmed(kept).engine_files()[1],
    )
