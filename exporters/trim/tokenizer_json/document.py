"""A `tokenizer.json`: read with bounds, every number in it that is a token's id, and the same file with fewer tokens.

Ids are in the model's `vocab`, in `added_tokens`, in the post-processor and in `padding`. The library numbers an added
token itself: as the model does where the model has it, else onwards from the model's size, in the order of the list
(`AddedVocabulary::add_tokens`); a file that says otherwise is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.tokenizer.unigram import SPACE
from exporters.trim.tokenizer_json.bpe import Bpe
from exporters.trim.tokenizer_json.kinds import Json, Kind
from exporters.trim.tokenizer_json.unigram import Unigram
from exporters.trim.tokenizer_json.wordpiece import WordPiece

MOST_BYTES = 64 << 20  # Gemma 3's, the largest in use, has 33 MB
MOST_ADDED = 1 << 16  # Gemma 3 has 6,415
NAME = "tokenizer.json"

Rename = Callable[[int], int]
# Where a step of a Sequence keeps the steps that it is made of.
_STEPS = ("normalizers", "pretokenizers", "processors", "decoders")


class _DamagedError(Exception):
    pass


@dataclass(frozen=True)
class Document:
    """raw: the file.  tokens: of the model, by id.  added: of `added_tokens`, in their order."""

    raw: Json
    tokens: Sequence[str]

    @property
    def added(self) -> list[Json]:
        """Each with `content`, `id` and the flags."""
        added: list[Json] = self.raw.get("added_tokens") or []
        return added

    @cached_property
    def size(self) -> int:
        """Number of tokens, those of the model first."""
        outside: int = sum(token["id"] >= len(self.tokens) for token in self.added)
        return len(self.tokens) + outside

    @cached_property
    def named(self) -> frozenset[int]:
        """The ids that the post-processor and the padding name."""
        found: set[int] = set()

        def note(at: int) -> int:
            found.add(at)
            return at

        _renamed(self.raw, note)
        return frozenset(found)

    @cached_property
    def kind(self) -> Kind:
        """What the model answers."""
        model = self.raw["model"]
        match kind_of(model):
            case "BPE":
                return Bpe(model, self.tokens, byte_level=_is_byte_level(self.raw), space=_space_of(self.raw))
            case "Unigram":
                return Unigram(model, self.tokens, space=_space_of(self.raw))
            case _:
                return WordPiece(model, self.tokens)

    def take(self, kept: Sequence[int]) -> Document:
        """The file with these tokens alone; kept: ids, ascending, with all that are `named` or of the unknown token."""
        new = {at: place for place, at in enumerate(kept)}
        inside = [at for at in kept if at < len(self.tokens)]
        added = [{**token, "id": new[token["id"]]} for token in self.added if token["id"] in new]
        raw = {
            **self.raw,
            **_renamed(self.raw, new.__getitem__),
            "added_tokens": added,
            "model": self.kind.take(inside),
        }
        return Document(raw, [self.tokens[at] for at in inside])


def read_document(data: bytes) -> Document:
    """Read a file. Raises ModelFormatError, UnsupportedModelError; each says everything that is wrong."""
    raw = _parse(data)
    model = raw.get("model")
    if not isinstance(model, dict):
        _fail(["it has no model"])
    kind = kind_of(model)
    reasons: list[str] = []
    unsupported: list[str] = []
    match kind:
        case "BPE":
            tokens = Bpe.read(model, reasons, unsupported, byte_level=_is_byte_level(raw))
        case "Unigram":
            tokens = Unigram.read(model, reasons, unsupported)
        case "WordPiece":
            tokens = WordPiece.read(model, reasons, unsupported)
        case _:
            raise UnsupportedModelError(
                "the vocabulary cannot be trimmed",
                reasons=[f"its model is {str(kind)[:40]!r}, not one of BPE, Unigram, WordPiece"],
            )
    document = Document(raw, tokens)
    if tokens and not reasons and _check_added(document, reasons):
        _check_named(document, reasons)
    if reasons:
        _fail(reasons)
    if unsupported:
        raise UnsupportedModelError("the vocabulary cannot be trimmed", reasons=unsupported)
    return document


def kind_of(model: Json) -> object:
    """What a model calls itself; files of before 2021 say nothing, and the library tells them apart by their keys."""
    if "type" in model:
        return model["type"]
    if "merges" in model:
        return "BPE"
    if "max_input_chars_per_word" in model:
        return "WordPiece"
    return "Unigram" if "unk_id" in model else None


def _parse(data: bytes) -> Json:
    if len(data) > MOST_BYTES:
        _fail([f"it has {len(data):,} bytes, more than {MOST_BYTES:,}"])

    def constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is no number")

    try:
        raw = json.loads(data.decode("utf-8"), parse_constant=constant)
    except RecursionError:
        _fail(["it is nested too deeply"])
    except ValueError as problem:
        _fail([f"it is no JSON: {str(problem)[:100]}"])
    if not isinstance(raw, dict):
        _fail(["it is no object"])
    return raw


def _steps(raw: Json, *keys: str) -> Iterator[Json]:
    """The normalizers, pre-tokenizers, ... under these keys, those of sequences as well."""
    waiting: list[Any] = [raw.get(key) for key in keys]
    while waiting:
        step = waiting.pop()
        if isinstance(step, dict):
            yield step
            waiting += [one for key in _STEPS if isinstance(step.get(key), list) for one in step[key]]


def _is_byte_level(raw: Json) -> bool:
    return any(step.get("type") == "ByteLevel" for step in _steps(raw, "normalizer", "pre_tokenizer"))


def _space_of(raw: Json) -> str:
    for step in _steps(raw, "pre_tokenizer", "normalizer", "decoder"):
        replaced = step.get("type") == "Replace" and step.get("pattern") == {"String": " "}
        mark = step.get("replacement") if step.get("type") == "Metaspace" else step.get("content") if replaced else None
        if isinstance(mark, str) and mark:
            return mark
    return SPACE


def _check_added(document: Document, reasons: list[str]) -> bool:
    added = document.raw.get("added_tokens")
    if added is not None and not isinstance(added, list):
        reasons.append("`added_tokens` is no list")
        return False
    if len(document.added) > MOST_ADDED:
        reasons.append(f"it has {len(document.added):,} added tokens, more than {MOST_ADDED:,}")
        return False
    wrong = [token for token in document.added if not _is_added(token)]
    if wrong:
        reasons.append(f"{len(wrong):,} added tokens are no text with an id and flags")
        return False
    contents = [token["content"] for token in document.added]
    if len(set(contents)) != len(contents):
        reasons.append(f"{len(contents) - len(set(contents)):,} added tokens are there twice")
    ids = {token: at for at, token in enumerate(document.tokens)}
    after = len(document.tokens)
    other = []
    for token in document.added:
        expected = ids.get(token["content"])
        if expected is None:
            expected, after = after, after + 1
        if token["id"] != expected:
            other.append(f"`{token['content'][:40]}` has id {str(token['id'])[:40]} and would get {expected}")
    if other:
        reasons.append(f"{len(other):,} added tokens are not numbered as the library does it, first {other[0]}")
    return not reasons


def _is_added(token: object) -> bool:
    return (
        isinstance(token, dict)
        and isinstance(token.get("content"), str)
        and bool(token["content"])
        and isinstance(token.get("id"), int)
        and not isinstance(token["id"], bool)
        and isinstance(token.get("special"), bool)
    )


def _check_named(document: Document, reasons: list[str]) -> None:
    beyond: list[int] = []

    def note(at: int) -> int:
        if not 0 <= at < document.size:
            beyond.append(at)
        return at

    try:
        _renamed(document.raw, note)
    except _DamagedError as problem:
        reasons.append(str(problem))
    if beyond:
        reasons.append(
            f"its post-processor or padding names {len(beyond):,} ids that there are not, first {str(beyond[0])[:40]}"
        )


def _renamed(raw: Json, rename: Rename) -> Json:
    """The parts of a file outside of its vocabularies that name ids, with each of them renamed."""
    new: Json = {}
    if raw.get("post_processor") is not None:
        new["post_processor"] = _processor(raw["post_processor"], rename, depth=0)
    padding = raw.get("padding")
    if padding is not None:
        if not isinstance(padding, dict):
            raise _DamagedError("`padding` is no object")
        new["padding"] = {**padding, "pad_id": _named(padding.get("pad_id"), rename)}
    return new


def _processor(step: object, rename: Rename, depth: int) -> Json:
    if not isinstance(step, dict) or depth > 16:
        raise _DamagedError("a post-processor is no object, or nested too deeply")
    match step.get("type"):
        case "ByteLevel":
            return step
        case "Sequence" if isinstance(step.get("processors"), list):
            return {**step, "processors": [_processor(one, rename, depth + 1) for one in step["processors"]]}
        case "TemplateProcessing" if isinstance(step.get("special_tokens"), dict):
            special = {name: _special(token, rename) for name, token in step["special_tokens"].items()}
            return {**step, "special_tokens": special}
        case "BertProcessing" | "RobertaProcessing":
            return {**step, **{side: _mark(step.get(side), rename) for side in ("sep", "cls")}}
    raise _DamagedError(f"its post-processor {str(step.get('type'))[:40]!r} is damaged or not known")


def _special(token: object, rename: Rename) -> Json:
    if not isinstance(token, dict) or not isinstance(token.get("ids"), list):
        raise _DamagedError("a special token of its post-processor has no ids")
    return {**token, "ids": [_named(at, rename) for at in token["ids"]]}


def _mark(pair: object, rename: Rename) -> list[Any]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise _DamagedError("a mark of its post-processor is no text with an id")
    return [pair[0], _named(pair[1], rename)]


def _named(at: object, rename: Rename) -> int:
    if not isinstance(at, int) or isinstance(at, bool):
        raise _DamagedError("its post-processor or padding has an id that is no integer")
    return rename(at)


def _fail(reasons: Sequence[str]) -> NoReturn:
    raise ModelFormatError(f"`{NAME}` is damaged", reasons=reasons)
