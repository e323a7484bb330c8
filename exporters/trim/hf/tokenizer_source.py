"""The bytes of a folder's `tokenizer.json`: its own, or made from the SentencePiece model that lies there alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from exporters.tokenizers.opus import OPUS_FILES
from exporters.tokenizers.sentencepiece_json import MODELS, json_from_sentencepiece
from exporters.trim.hf.json_file import read_bytes, read_object

TOKENIZER = "tokenizer.json"
_BESIDE = ("tokenizer_config.json", "added_tokens.json")


def tokenizer_bytes(folder: Path, config: Mapping[str, Any]) -> bytes:
    """The `tokenizer.json` of a folder that `has_tokenizer`. Raises ModelFormatError, UnsupportedModelError."""
    if (folder / TOKENIZER).is_file():
        return read_bytes(folder / TOKENIZER)
    name = _model(config, [name for name in MODELS if (folder / name).is_file()])
    beside = {one: read_object(folder / one) for one in _BESIDE if (folder / one).is_file()}
    return json_from_sentencepiece(read_bytes(folder / str(name)), str(name), str(config.get("model_type")), beside)


def has_tokenizer(config: Mapping[str, Any], names: Collection[str]) -> bool:
    """Whether the files called names hold a tokenizer that can be read for a model of this configuration."""
    return TOKENIZER in names or _has_opus(names) or _model(config, names) is not None


def is_opus(folder: Path) -> bool:
    """Whether the tokenizer of a folder is OPUS-MT's two models with one `vocab.json`."""
    return not (folder / TOKENIZER).is_file() and _has_opus([one.name for one in folder.iterdir()])


def _has_opus(names: Collection[str]) -> bool:
    return set(names).issuperset(OPUS_FILES)


def _model(config: Mapping[str, Any], names: Collection[str]) -> str | None:
    model_type = config.get("model_type")
    return next((name for name, types in MODELS.items() if name in names and model_type in types), None)
