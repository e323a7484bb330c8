"""Random small GGUF files, and the bytes of one."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.containers.gguf import BLOCKS, Kind, Strings, Value
from exporters.containers.gguf_writer import Output, write_gguf

Array = NDArray[Any]


def tensor(name: str, shape: tuple[int, ...], kind: int, chooser: np.random.Generator) -> Output:
    """A tensor of random bytes; the last axis must be whole blocks."""
    empty = Output(name, shape, kind, [])
    return Output(name, shape, kind, [chooser.integers(0, 256, empty.size, np.uint8).tobytes()])


def to_bytes(metadata: Mapping[str, Value], tensors: Sequence[Output], version: int = 3) -> bytes:
    """The file."""
    stream = io.BytesIO()
    for _ in write_gguf(stream, metadata, tensors, version=version):
        pass
    return stream.getvalue()


def toy_gguf(seed: int, tokens: Sequence[bytes] | None = None) -> bytes:
    """A file like a small language model's: words with scores and types, a table of quantised rows, a body."""
    chooser = np.random.default_rng(seed)
    words = list(tokens) if tokens is not None else [f"word{at}".encode() for at in range(40)]
    metadata = {
        "general.architecture": Value(Kind.STRING, b"gemma3"),
        "gemma3.block_count": Value(Kind.UINT32, 1),
        "gemma3.attention.layer_norm_rms_epsilon": Value(Kind.FLOAT32, 1e-6),
        "tokenizer.ggml.tokens": Value(Kind.ARRAY, Strings.of(words), Kind.STRING),
        "tokenizer.ggml.scores": Value(Kind.ARRAY, -np.arange(len(words), dtype=np.float32), Kind.FLOAT32),
        "tokenizer.ggml.token_type": Value(Kind.ARRAY, np.ones(len(words), np.int32), Kind.INT32),
        "tokenizer.ggml.add_bos_token": Value(Kind.BOOL, True),
    }
    q8 = next(number for number, (name, *_) in BLOCKS.items() if name == "Q8_0")
    return to_bytes(
        metadata,
        [
            tensor("output_norm.weight", (64,), 0, chooser),
            tensor("token_embd.weight", (len(words), 64), q8, chooser),
            tensor("blk.0.ffn_up.weight", (96, 64), 2, chooser),
        ],
    )
