"""A Hugging Face folder by hand, without transformers: mBART's names over a Unigram tokenizer of its layout."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from exporters.containers.safetensors import BITS, Output, write_safetensors
from exporters.trim.base import Ids
from exporters.trim.hf import HfModel, open_hf

INDEX = "model.safetensors.index.json"
PIECES = ["\u2581the", "\u2581at", "\u2581sea", "sh", "er", "a", "t", "h", "\u2581", "\u2581mar", "or", "mo", "r"]
TOKENS = ["<s>", "<pad>", "</s>", "<unk>", *PIECES, "en_XX", "pt_XX", "<mask>"]
SPECIAL = [at for at, token in enumerate(TOKENS) if token not in PIECES]


def token_json() -> dict[str, Any]:
    """The tokenizer.json of TOKENS."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "en_XX", "pt_XX", "<mask>"]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    metaspace = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    end = TOKENS.index("</s>")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": TOKENS.index(token), "content": token, **flags} for token in special],
        "normalizer": None,
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [end], "tokens": ["</s>"]}},
        },
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": TOKENS.index("<unk>"),
            "vocab": [[token, -float(at)] for at, token in enumerate(TOKENS)],
            "byte_fallback": False,
        },
    }


def plain_tensors(rows: int, chooser: np.random.Generator) -> list[Output]:
    """Tables, a bias and a body for this many rows; one of the body's axes happens to be as long."""

    def tensor(name: str, dtype: str, *shape: int) -> Output:
        return Output(name, dtype, shape, [chooser.bytes(prod(shape) * BITS[dtype] // 8)])

    return [
        tensor("model.shared.weight", "BF16", rows, 4),
        tensor("lm_head.weight", "BF16", rows, 4),
        Output("final_logits_bias", "F32", (1, rows), [chooser.normal(size=rows).astype("<f4").tobytes()]),
        tensor("model.encoder.layers.0.fc1.weight", "I8", rows, 4),
        tensor("model.encoder.layer_norm.weight", "F32", 4),
    ]


def plain_config(rows: int) -> dict[str, Any]:
    """A configuration whose ids are those of TOKENS."""
    return {
        "model_type": "mbart",
        "architectures": ["MBartForConditionalGeneration"],
        "vocab_size": rows,
        "pad_token_id": TOKENS.index("<pad>"),
        "eos_token_id": TOKENS.index("</s>"),
        "bos_token_id": TOKENS.index("<s>"),
        "forced_eos_token_id": TOKENS.index("</s>"),
    }


def plain_folder(folder: Path, *, rows: int = len(TOKENS), tensors: Sequence[Output] | None = None) -> Path:
    """Write the folder; what a test needs otherwise it writes over it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", plain_config(rows))
    write_json(folder / "tokenizer.json", token_json())
    listed = plain_tensors(rows, np.random.default_rng(7)) if tensors is None else tensors
    write_tensors(folder / "model.safetensors", listed)
    return folder


def write_json(path: Path, value: object) -> None:
    """Write value as a file."""
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file."""
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def write_tensors(path: Path, tensors: Sequence[Output]) -> None:
    """Write tensors as a file."""
    with path.open("wb") as stream:
        for _ in write_safetensors(stream, {"format": "pt"}, tensors):
            pass


def shards(folder: Path) -> dict[str, Any]:
    """The plain folder in two shards; the index."""
    plain_folder(folder)
    (folder / "model.safetensors").unlink()
    tensors = plain_tensors(len(TOKENS), np.random.default_rng(7))
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    parts = [tensors[:2], tensors[2:]]
    for name, part in zip(names, parts, strict=True):
        write_tensors(folder / name, part)
    weight_map = {tensor.name: name for name, part in zip(names, parts, strict=True) for tensor in part}
    index = {"metadata": {"total_size": sum(tensor.size for tensor in tensors)}, "weight_map": weight_map}
    write_json(folder / INDEX, index)
    return index


def ids(*words: str) -> Ids:
    """Those of some words and of everything that is no piece."""
    return np.array(sorted({*SPECIAL, *(TOKENS.index(word) for word in words)}), np.int64)


def trimmed(source: Path, *words: str) -> tuple[HfModel, Ids, Path]:
    """Trim a folder to some words into `out` beside it; the model, what is kept, and that folder."""
    opened = open_hf(source)
    kept = opened.tokenizer.closed(ids(*words))
    out = source.parent / "out"
    out.mkdir()
    opened.write(kept, out)
    return opened, kept, out


def total(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.iterdir())
