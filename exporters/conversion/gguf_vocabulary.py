"""The words of a GGUF: tokens, what each is for, the marks around a text, the chat template."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edgekit.core.errors import UnsupportedModelError
from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_pieces import Pieces, read_pieces
from exporters.conversion.gguf_values import Metadata, flag, number, numbers, reals, text, texts
from exporters.trim.hf.configs import needed_ids
from exporters.trim.hf.json_file import read_bytes, read_object
from exporters.trim.hf.tokenizer_files import SPECIAL, special_tokens
from exporters.trim.vocabulary import TokenType

_PREFIX = "tokenizer.ggml."
TEMPLATE = "tokenizer.chat_template"
# transformers' names for the marks -> llama.cpp's, the third spelled so in every GGUF.
_MARKS = {
    "bos": "bos",
    "eos": "eos",
    "unk": "unknown",
    "sep": "seperator",
    "pad": "padding",
    "cls": "cls",
    "mask": "mask",
}
_PAD_SCORE = -1000.0  # that of llama.cpp's converter for rows without a token


@functools.lru_cache(maxsize=1)  # Gemma's 262,144 tokens take seconds, and a conversion asks more than once
def vocabulary_metadata(checkpoint: Checkpoint, rows: int, kinds: Sequence[str]) -> Metadata:
    """`tokenizer.*` for a table of that many rows; those without a token get one that no text has.

    kinds: of tokenizers that the architecture can be run with. Raises UnsupportedModelError with everything that
    llama.cpp cannot do, ModelFormatError where files do not fit together.
    """
    reasons: list[str] = []
    pieces = read_pieces(checkpoint, reasons)
    if pieces.model not in kinds:
        listed = ", ".join(f"`{one}`" for one in kinds)
        reasons.append(f"its tokenizer is of llama.cpp's kind `{pieces.model}`, and this architecture needs {listed}")
    spare = rows - len(pieces.tokens)
    tokens = [*pieces.tokens, *(f"[PAD{at}]" for at in range(len(pieces.tokens), rows))]
    if len(set(tokens)) != len(tokens):
        reasons.append(f"{len(tokens) - len(set(tokens)):,} of its tokens would be there twice")
    if "" in tokens:
        reasons.append("a token would be empty")
    marks = _marks(checkpoint, pieces, reasons)
    around = _around(checkpoint, marks, reasons)
    if reasons:
        raise UnsupportedModelError("the tokenizer cannot be carried over", reasons=reasons)
    made: Metadata = {
        f"{_PREFIX}model": text(pieces.model),
        f"{_PREFIX}pre": text(pieces.pre),
        f"{_PREFIX}tokens": texts(tokens),
    }
    if pieces.scores is not None:
        made[f"{_PREFIX}scores"] = reals(np.append(pieces.scores, np.full(spare, _PAD_SCORE, np.float32)))
    made[f"{_PREFIX}token_type"] = numbers(np.append(pieces.types, np.full(spare, TokenType.UNUSED, np.int32)))
    if pieces.merges is not None:
        made[f"{_PREFIX}merges"] = texts(pieces.merges)
    made |= pieces.flags
    made |= {f"{_PREFIX}{name}_token_id": number(at) for name, at in marks.items()}
    made |= {f"{_PREFIX}add_{mark}_token": flag(there) for mark, there in zip(("bos", "eos"), around, strict=True)}
    return made | _templates(checkpoint)


def _marks(checkpoint: Checkpoint, pieces: Pieces, reasons: list[str]) -> dict[str, int]:
    """llama.cpp's name of each mark -> its id.

    Its defaults are ids of other models, so begin and end are always said: a model without a begin mark (Qwen) was
    trained with the end mark between texts, BERT's are `[CLS]` and `[SEP]`.
    """
    found: dict[str, int] = {}
    files = [checkpoint.tokenizer_config]
    if SPECIAL in checkpoint.folder.tokenizer:
        files.append(read_object(checkpoint.path / SPECIAL))
    for file in files:
        for key, token in special_tokens(file):
            name = _MARKS.get(key.removesuffix("_token"))
            at = checkpoint.words.ids.get(token)
            if name is None or name in found:
                continue
            if at is None:
                reasons.append(f"`{key}` is `{token[:40]}`, and the tokenizer has no such token")
            else:
                found[name] = at
    ends = []
    for name in checkpoint.folder.configs:
        config = checkpoint.config if name == "config.json" else read_object(checkpoint.path / name)
        for key, at in needed_ids(config, name):
            if at >= len(checkpoint.words.names) or not checkpoint.words.names[at]:
                reasons.append(f"`{key}` of `{name}` is {at:,}, and the tokenizer has no such token")
            elif key == "eos_token_id":
                ends.append(at)
            elif (mark := _MARKS.get(key.removesuffix("_token_id"))) is not None:
                found.setdefault(mark, at)
    unknown = np.flatnonzero(pieces.types == TokenType.UNKNOWN).tolist()
    if unknown:
        found["unknown"] = unknown[0]
    end = found.get("eos", found.get("seperator", ends[0] if ends else None))
    if end is None:
        reasons.append("neither the tokenizer nor the configuration has an end mark")
        return found
    found["eos"] = end
    found.setdefault("bos", found.get("cls", end))
    others = [at for at in ends if at != end]
    if others:
        found["eot"] = others[0]
    return {name: found[name] for name in (*_MARKS.values(), "eot") if name in found}


def _around(checkpoint: Checkpoint, marks: Mapping[str, int], reasons: list[str]) -> tuple[bool, bool]:
    """Whether the begin mark stands before a text, and the end mark after it, by the post-processor."""
    before: list[int] = []
    after: list[int] = []
    for step in _processors(checkpoint.tokenizer.get("post_processor")):
        match step.get("type"):
            case "TemplateProcessing":
                _template(step, before, after, reasons)
            case "BertProcessing" | "RobertaProcessing":
                before.append(step["cls"][1])
                after.append(step["sep"][1])
    begin = [marks[name] for name in ("bos",) if name in marks]
    end = [marks[name] for name in ("eos",) if name in marks]
    if before not in ([], begin):
        reasons.append(f"its post-processor puts the ids {before} before a text, and llama.cpp {begin} alone")
    if after not in ([], end):
        reasons.append(f"its post-processor puts the ids {after} after a text, and llama.cpp {end} alone")
    return bool(before), bool(after)


def _processors(step: object) -> list[dict[str, Any]]:
    if not isinstance(step, dict):
        return []
    inner = step.get("processors")
    return [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else [step]


def _template(step: Mapping[str, Any], before: list[int], after: list[int], reasons: list[str]) -> None:
    single, special = step.get("single"), step.get("special_tokens")
    if not isinstance(single, list) or not isinstance(special, dict):
        reasons.append("its post-processor has no template")
        return
    where = before
    for part in single:
        if isinstance(part, dict) and "Sequence" in part:
            where = after
            continue
        mark = part.get("SpecialToken") if isinstance(part, dict) else None
        token = special.get(str(mark.get("id"))) if isinstance(mark, dict) else None
        if not isinstance(token, dict):
            reasons.append("the template of its post-processor names a token that it does not have")
            continue
        where += token["ids"]


def _templates(checkpoint: Checkpoint) -> Metadata:
    """The chat template, and those of other names (`tool_use`)."""
    path = checkpoint.path / "chat_template.jinja"
    if path.is_file():
        return {TEMPLATE: text(read_bytes(path).decode("utf-8", "replace"))}
    value = checkpoint.tokenizer_config.get("chat_template")
    if isinstance(value, str):
        return {TEMPLATE: text(value)}
    made: Metadata = {}
    named = value if isinstance(value, list) else []
    for one in named:
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("template"), str):
            default = one["name"] == "default"
            made[TEMPLATE if default else f"{TEMPLATE}.{one['name']}"] = text(one["template"])
    return made
