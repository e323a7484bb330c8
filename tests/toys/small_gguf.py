"""A small GGUF of SentencePiece BPE with every byte, learned from text, and text in two languages to learn it from."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from toys.gguf_file import tensor, to_bytes

import edgekit
from edgekit.pipeline.requests import Artifact
from exporters.containers.gguf import Kind, Strings, Value
from exporters.trim.vocabulary import TokenType

PORTUGUESE = (
    "a professora abre o livro na página quarenta e os alunos leem cada linha com atenção porque amanhã haverá uma "
    "prova difícil sobre a história da cidade onde nasceu o avô de João que não gostava de chuva nem de sol"
)
ENGLISH = (
    "the teacher opens the book at page forty and the pupils read each line with care because tomorrow there will be a "
    "hard test on the history of the town where the grandfather of Joan was born who liked neither rain nor sun"
)
AMHARIC = "መምህሩ መጽሐፉን በገጽ አርባ ይከፍታል ተማሪዎቹም እያንዳንዱን መስመር በጥንቃቄ ያነባሉ"
SPECIAL = [("<pad>", TokenType.CONTROL), ("</s>", TokenType.CONTROL), ("<s>", TokenType.CONTROL)]
SPECIAL += [("<unk>", TokenType.UNKNOWN)]
SPACE = "\u2581"


def sentences(text: str, count: int, seed: int = 1) -> list[str]:
    """Random lines of a text's words."""
    chooser, words = random.Random(seed), text.split()
    return [" ".join(chooser.choices(words, k=chooser.randint(3, 9))) for _ in range(count)]


def vocabulary(lines: Sequence[str], joins: int) -> tuple[list[str], list[TokenType]]:
    """Special tokens, all bytes, the characters of lines, and the most frequent joins of BPE."""
    words = Counter(word for line in lines for word in (SPACE + line.replace(" ", " " + SPACE)).split())
    cut = {word: list(word) for word in words}
    made: list[str] = []
    for _ in range(joins):
        pairs: Counter[str] = Counter()
        for word, symbols in cut.items():
            for one, other in pairwise(symbols):
                pairs[one + other] += words[word]
        best = max(pairs, key=lambda pair: (pairs[pair], pair), default=None)
        if best is None:
            break
        made.append(best)
        for word, symbols in cut.items():
            cut[word] = _joined(symbols, best)
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    letters = sorted({letter for word in words for letter in word})
    tokens = [name for name, _ in SPECIAL] + bytes_ + made + letters
    types = [kind for _, kind in SPECIAL] + [TokenType.BYTE] * 256 + [TokenType.NORMAL] * (len(made) + len(letters))
    return tokens, types


def _joined(symbols: Sequence[str], best: str) -> list[str]:
    result: list[str] = []
    for symbol in symbols:
        if result and result[-1] + symbol == best:
            result[-1] = best
        else:
            result.append(symbol)
    return result


def write_small_gguf(path: Path, *, joins: int = 250, changes: Mapping[str, Value | None] | None = None) -> Path:
    """Write a model of Portuguese, English and Amharic.  changes: metadata to put in, or with None to leave out."""
    lines = [line for text in (PORTUGUESE, ENGLISH, AMHARIC) for line in sentences(text, 200)]
    tokens, types = vocabulary(lines, joins)
    chooser = np.random.default_rng(1)
    metadata: dict[str, Value | None] = {
        "general.architecture": Value(Kind.STRING, b"gemma3"),
        "general.name": Value(Kind.STRING, b"Small Model"),
        "general.license": Value(Kind.STRING, b"apache-2.0"),
        "gemma3.vocab_size": Value(Kind.UINT32, len(tokens)),
        "tokenizer.ggml.model": Value(Kind.STRING, b"llama"),
        "tokenizer.ggml.tokens": Value(Kind.ARRAY, Strings.of(token.encode() for token in tokens), Kind.STRING),
        "tokenizer.ggml.scores": Value(Kind.ARRAY, -np.arange(len(tokens), dtype=np.float32), Kind.FLOAT32),
        "tokenizer.ggml.token_type": Value(Kind.ARRAY, np.array(types, np.int32), Kind.INT32),
        "tokenizer.ggml.bos_token_id": Value(Kind.UINT32, 2),
        "tokenizer.ggml.eos_token_id": Value(Kind.UINT32, 1),
        "tokenizer.ggml.add_space_prefix": Value(Kind.BOOL, True),
        **(changes or {}),
    }
    tensors = [
        tensor("output_norm.weight", (64,), 0, chooser),
        tensor("token_embd.weight", (len(tokens), 64), 8, chooser),
        tensor("blk.0.ffn_up.weight", (96, 64), 2, chooser),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes({key: value for key, value in metadata.items() if value is not None}, tensors))
    return path


def write_corpora(folder: Path, count: int = 300) -> list[Path]:
    """Text in Portuguese and English, half the words of each, in files that are named after their language."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for tag, text in (("pt", PORTUGUESE), ("en", ENGLISH)):
        half = " ".join(text.split()[: len(text.split()) // 2])
        path = folder / f"lesson.{tag}"
        path.write_text("\n".join(sentences(half, count, seed=7)) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def export(model: Path | str, corpora: list[Path], out: Path, **more: Any) -> Artifact:
    return edgekit.export(model, languages=["pt", "en"], corpus=corpora, out=out, **more)
