"""The files beside tokenizer.json, written from the trimmed tokenizer, or dropped where that is not certain.

A file is certain when it says of the whole model what tokenizer.json says. One that already differs is stale in the
source, and whoever reads it instead gets other ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edgekit.core.errors import UsageError
from exporters.trim.base import Ids
from exporters.trim.hf.json_file import parse_object, to_bytes
from exporters.trim.hf.sentencepiece_model import StaleError, trim_sentencepiece
from exporters.trim.hf.words import Words

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
# Lists of texts (or, in transformers 5, a map of them) from which a token that is gone is left out.
_MORE_SPECIAL = ("additional_special_tokens", "extra_special_tokens")


@dataclass(frozen=True, slots=True)
class Cut:
    """The tokenizer before and after; kept: ids, ascending, whose order gives the new ids."""

    before: Words
    after: Words
    kept: Ids


def _vocab_json(data: bytes, cut: Cut) -> bytes:
    if parse_object(data, "vocab.json") != cut.before.model:
        raise StaleError("its ids are not those of `tokenizer.json`")
    return json.dumps(dict(cut.after.model), ensure_ascii=False).encode("utf-8")


def _merges_txt(data: bytes, cut: Cut) -> bytes:
    lines = data.decode("utf-8").split("\n")
    head = lines[:1] if lines[0].startswith("#version") else []
    merges = [tuple(line.split(" ")) for line in lines[len(head) :] if line]
    if merges != cut.before.merges:
        raise StaleError("its merges are not those of `tokenizer.json`")
    return "\n".join([*head, *(f"{left} {right}" for left, right in cut.after.merges), ""]).encode("utf-8")


def _vocab_txt(data: bytes, cut: Cut) -> bytes:
    if data.decode("utf-8").splitlines() != cut.before.names:
        raise StaleError("its lines are not the tokens of `tokenizer.json`")
    return "\n".join([*cut.after.names, ""]).encode("utf-8")


def _added_tokens(data: bytes, cut: Cut) -> bytes:
    added = parse_object(data, "added_tokens.json")
    if any(cut.before.ids.get(name) != at for name, at in added.items()):
        raise StaleError("its ids are not those of `tokenizer.json`")
    return to_bytes({name: cut.after.ids[name] for name in added if name in cut.after.ids})


def _special_tokens(data: bytes, cut: Cut) -> bytes:
    return to_bytes(_without_gone(parse_object(data, SPECIAL), cut))


def _tokenizer_config(data: bytes, cut: Cut) -> bytes:
    config = _without_gone(parse_object(data, CONFIG), cut)
    decoder = config.get("added_tokens_decoder")
    if isinstance(decoder, dict):
        texts = {str(at): name for name, at in cut.before.ids.items()}
        if any(texts.get(at) != _text(token) for at, token in decoder.items()):
            raise StaleError("`added_tokens_decoder` does not say what `tokenizer.json` says")
        config["added_tokens_decoder"] = {
            str(cut.after.ids[texts[at]]): token for at, token in decoder.items() if texts[at] in cut.after.ids
        }
    return to_bytes(config)


def _without_gone(config: dict[str, Any], cut: Cut) -> dict[str, Any]:
    """A file of named tokens without those that are gone. Raises UsageError where one is named alone."""
    gone = cut.before.ids.keys() - cut.after.ids.keys()
    reasons = [f"`{key}` is `{text}`, which is not kept" for key, text in special_tokens(config) if text in gone]
    if reasons:
        raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=reasons)
    made = dict(config)
    for key in _MORE_SPECIAL:
        more = config.get(key)
        if isinstance(more, list):
            made[key] = [token for token in more if _text(token) not in gone]
        elif isinstance(more, dict):
            made[key] = {name: token for name, token in more.items() if _text(token) not in gone}
    return made


def special_tokens(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every token that a file names by a key of its own (`eos_token`), with the key."""
    for key, value in config.items():
        text = _text(value)
        if key.endswith("_token") and text is not None:
            yield key, text


def _text(token: Any) -> str | None:
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else None


def _sentencepiece(data: bytes, cut: Cut) -> bytes:
    return trim_sentencepiece(data, cut.before, cut.kept)


WRITERS: Mapping[str, Callable[[bytes, Cut], bytes]] = {
    CONFIG: _tokenizer_config,
    SPECIAL: _special_tokens,
    "added_tokens.json": _added_tokens,
    "vocab.json": _vocab_json,
    "merges.txt": _merges_txt,
    "vocab.txt": _vocab_txt,
    "sentencepiece.bpe.model": _sentencepiece,
    "spiece.model": _sentencepiece,
    "tokenizer.model": _sentencepiece,
}
# A reader takes both or neither.
_TOGETHER = ("vocab.json", "merges.txt")


def rewritten(files: Mapping[str, bytes], cut: Cut) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files that agree with the trimmed tokenizer, and why each of the others is dropped.

    files: bytes by name, each of WRITERS. Raises UsageError where a token goes that a file names, ModelFormatError.
    """
    made: dict[str, bytes] = {}
    dropped: dict[str, str] = {}
    for name, data in files.items():
        new, why = _written(name, data, cut)
        if new is None:
            dropped[name] = why
        else:
            made[name] = new
    if any(name in dropped for name in _TOGETHER):
        for name in _TOGETHER:
            if made.pop(name, None) is not None:
                dropped[name] = "the file it is read with is dropped"
    return made, dropped


def _written(name: str, data: bytes, cut: Cut) -> tuple[bytes | None, str]:
    """The new bytes of a file, or None and why there are none."""
    try:
        return WRITERS[name](data, cut), ""
    except (StaleError, UnicodeDecodeError) as error:
        return None, str(error)
