"""Ids of tokens in `config.json` and `generation_config.json`, wherever they are nested, and the vocabulary's size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from edgekit.core.errors import ModelFormatError

# Where the language model's own settings are, when the model has more than words.
_TEXT = "text_config"
VOCAB_SIZE = "vocab_size"
LAYER_VOCAB_SIZE = "vocab_size_per_layer_input"
_DECODER_VOCAB_SIZE = "decoder_vocab_size"  # Marian's, which has one table for both sides
# `eos_token_id`, Gemma 3's `image_token_index`, lists of them.
_IDS = re.compile(r".+_token_(id|ids|index)")
# What names tokens without needing them: where a token goes, the entry goes.
_OPTIONAL_LISTS = ("suppress_tokens", "begin_suppress_tokens")
_OPTIONAL_SEQUENCES = ("bad_words_ids",)
_OPTIONAL_MAPS = ("lang_code_to_id", "lang_to_id", "task_to_id")
_BIASES = "sequence_bias"
_FORCED_WORDS = "force_words_ids"
_FORCED_PLACES = "forced_decoder_ids"
_KNOWN = {*_OPTIONAL_LISTS, *_OPTIONAL_SEQUENCES, *_OPTIONAL_MAPS, _BIASES, _FORCED_WORDS, _FORCED_PLACES}

Change = Callable[[str, int], int | None]


def text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a configuration that describes the language model."""
    nested = config.get(_TEXT)
    return nested if isinstance(nested, dict) else config


def size_of(config: Mapping[str, Any], key: str) -> int:
    """A size that the language model's part states, 0 where it does not. Raises ModelFormatError for no size."""
    value = text_config(config).get(key)
    if value is None:
        return 0
    if type(value) is not int or not 0 < value < 1 << 31:
        raise ModelFormatError("`config.json` is damaged", reasons=[f"`{key}` is {value!r}"])
    return value


def with_defaults(config: dict[str, Any], ids: Mapping[str, int], size: int) -> dict[str, Any]:
    """A configuration that states the ids which its family's code would fill in, as far as they are tokens.

    transformers leaves out what has its default, and a default knows nothing of a trimmed vocabulary.
    """
    missing = {key: value for key, value in ids.items() if key not in text_config(config) and value < size}
    if not missing:
        return config
    if text_config(config) is config:
        return {**config, **missing}
    return {**config, _TEXT: {**config[_TEXT], **missing}}


def needed_ids(config: Mapping[str, Any], file: str) -> Iterator[tuple[str, int]]:
    """Every id that a configuration needs, with its key. Raises ModelFormatError for an id that is no number."""
    found: list[tuple[str, int]] = []

    def note(key: str, token: int) -> int:
        if key not in _OPTIONAL_LISTS + _OPTIONAL_SEQUENCES + _OPTIONAL_MAPS + (_BIASES,):
            found.append((key, token))
        return token

    changed(config, note, file)
    return iter(found)


def changed(config: Mapping[str, Any], change: Change, file: str) -> dict[str, Any]:
    """A configuration with every id put through change, which gives None for a token that goes.

    Entries that need no token of theirs are left out with it; for the others change must give an id.
    Raises ModelFormatError for an id that is no number.
    """
    return {key: _value(key, value, change, file) for key, value in config.items()}


def _value(key: str, value: Any, change: Change, file: str) -> Any:
    def one(token: Any) -> int | None:
        if type(token) is not int:
            raise ModelFormatError(f"`{file}` is damaged", reasons=[f"`{key}` holds {token!r} where an id belongs"])
        # -1 says that there is none; Llama's first checkpoints have it for padding.
        return token if token < 0 else change(key, token)

    def every(tokens: Any) -> list[int] | None:
        """The new ids of a sequence, None where one of them is gone."""
        new = [one(token) for token in _list(tokens)]
        return None if None in new else [token for token in new if token is not None]

    def _list(tokens: Any) -> list[Any]:
        if not isinstance(tokens, list):
            raise ModelFormatError(f"`{file}` is damaged", reasons=[f"`{key}` holds {tokens!r} where a list belongs"])
        return tokens

    if value is None or not (_IDS.fullmatch(key) or key in _KNOWN):
        return _deeper(value, change, file)
    if key in _OPTIONAL_MAPS:
        if not isinstance(value, dict):
            raise ModelFormatError(f"`{file}` is damaged", reasons=[f"`{key}` is no map"])
        return {name: new for name, token in value.items() if (new := one(token)) is not None}
    if key in _OPTIONAL_LISTS:
        return [new for token in _list(value) if (new := one(token)) is not None]
    if key in _OPTIONAL_SEQUENCES:
        return [ids for tokens in _list(value) if (ids := every(tokens)) is not None]
    if key == _BIASES:
        pairs = [(_list(pair)[0], pair[1:]) for pair in _list(value) if _list(pair)]
        return [[ids, *rest] for tokens, rest in pairs if (ids := every(tokens)) is not None]
    if key == _FORCED_PLACES:
        return [
            [place, None if token is None else one(token)] for place, token in (_pair(pair) for pair in _list(value))
        ]
    return _nested(value, one)


def _nested(value: Any, one: Callable[[Any], int | None]) -> Any:
    """An id, or ids in lists of lists (`force_words_ids` has three)."""
    return [_nested(inner, one) for inner in value] if isinstance(value, list) else one(value)


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise ModelFormatError("a configuration is damaged", reasons=[f"`{_FORCED_PLACES}` holds {value!r}"])
    return value[0], value[1]


def _deeper(value: Any, change: Change, file: str) -> Any:
    if isinstance(value, dict):
        return changed(value, change, file)
    if isinstance(value, list):
        return [_deeper(inner, change, file) for inner in value]
    return value


def resized(config: dict[str, Any], old: int, new: int, layers: int | None) -> dict[str, Any]:
    """A configuration with the size of the trimmed vocabulary wherever the old one stands, stated where it was not.

    layers: the size of the table by layer, None where there is none.
    """

    def inside(part: Mapping[str, Any], *, text: bool) -> dict[str, Any]:
        made = {
            key: inside(value, text=value is text_config(config)) if isinstance(value, dict) else value
            for key, value in part.items()
        }
        if text or made.get(VOCAB_SIZE) == old:
            made[VOCAB_SIZE] = new
        if made.get(_DECODER_VOCAB_SIZE) == old:
            made[_DECODER_VOCAB_SIZE] = new
        if text and layers is not None:
            made[LAYER_VOCAB_SIZE] = layers
        return made

    return inside(config, text=text_config(config) is config)
