"""Vocabularies of each kind as a GGUF file has them, and small random models of llama.cpp's around them."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sentencepiece
import tokenizers
from tokenizers import models, pre_tokenizers, trainers
from toys.gguf_file import to_bytes
from toys.json_tokenizers import trained
from toys.marian_student import toy_lines
from toys.sentencepiece_models import trained_sentencepiece

from exporters.containers.gguf import Kind, Strings, Value
from exporters.containers.gguf_writer import Output
from exporters.tokenizers.protobuf import fields
from exporters.trim.vocabulary import TokenType

PREFIX = "tokenizer.ggml."
Metadata = dict[str, Value]
NOTHING = Value(Kind.ARRAY, np.zeros(1, np.int32), Kind.INT32)
NORMAL, UNKNOWN, CONTROL, OWN, UNUSED, BYTE = TokenType


def metadata(
    kind: str,
    tokens: Sequence[str],
    types: Sequence[int],
    *,
    scores: Sequence[float] | None = None,
    merges: Sequence[str] | None = None,
    **more: str | bool | int,
) -> Metadata:
    """`tokenizer.ggml.*`."""
    found: Metadata = {
        PREFIX + "model": Value(Kind.STRING, kind.encode()),
        PREFIX + "tokens": Value(Kind.ARRAY, Strings.of(token.encode() for token in tokens), Kind.STRING),
        PREFIX + "token_type": Value(Kind.ARRAY, np.array(types, np.int32), Kind.INT32),
    }
    if scores is not None:
        found[PREFIX + "scores"] = Value(Kind.ARRAY, np.array(scores, np.float32), Kind.FLOAT32)
    if merges is not None:
        found[PREFIX + "merges"] = Value(Kind.ARRAY, Strings.of(merge.encode() for merge in merges), Kind.STRING)
    for key, value in more.items():
        if isinstance(value, bool):
            found[PREFIX + key] = Value(Kind.BOOL, value)
        elif isinstance(value, int):
            found[PREFIX + key] = Value(Kind.UINT32, value)
        else:
            found[PREFIX + key] = Value(Kind.STRING, value.encode())
    return found


def gpt2(pre: str = "gpt-2") -> Metadata:
    """Byte-level BPE, with control tokens and one that is found in a text before everything else.

    It was trained without a pre-tokenizer, so merges join across every place where one would cut.
    """
    model = json.loads(_joining())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    names = [*tokens, "<|begin|>", "<|end|>", "<|reserved_special_token_0|>", "<tool>"]
    types = [NORMAL] * len(tokens) + [CONTROL] * 3 + [OWN]
    merges = [" ".join(pair) for pair in _pairs(model["merges"])]
    at = len(tokens)
    return metadata(
        "gpt2", names, types, merges=merges, pre=pre, add_bos_token=True, bos_token_id=at, eos_token_id=at + 1
    )


@functools.cache
def _joining() -> str:
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=900, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator([*toy_lines(3, 200), *odd_lines(4, 1500)], trainer)
    return made.to_str()


def odd_lines(seed: int, count: int) -> list[str]:
    """What pre-tokenizers cut in different ways: digits, runs of spaces, apostrophes, capitals, marks, line ends."""
    chooser = random.Random(seed)
    parts = ["it's", "WE'LL", "don't", "'s", "12", "3456", "7", "  ", "   ", "\n", "\n\n", " \n ", "\t", "\r\n"]
    parts += [".", ",", "!!", "?!", "...", "$5", "+=", "<b>", "`x`", "^~|", "camelCase", "ABC", "Été", "água", "não"]
    parts += ["नमस्ते", "ሰላም", "中文", "、", "।", "🙂", "x2y", "_", "(", ")", "/", "A", "b", " ", " ", " "]
    return ["".join(chooser.choices(parts, k=chooser.randrange(1, 12))) for _ in range(count)]


def t5(*, merge_spaces: bool = True) -> Metadata:
    """Unigram, without a character map, with the rows that converters fill up with."""
    model = trained("unigram")["model"]
    pieces = [(token, score) for token, score in model["vocab"] if token not in ("<unk>", "<s>", "</s>", "<pad>")]
    names = ["<pad>", "</s>", "<unk>", "<s>", *(token for token, _ in pieces), "<own>", "[PAD9]"]
    types = [CONTROL, CONTROL, UNKNOWN, CONTROL, *[NORMAL] * len(pieces), OWN, UNUSED]
    scores = [0.0] * 4 + [score for _, score in pieces] + [0.0, -10000.0]
    flags = {"add_space_prefix": True, "remove_extra_whitespaces": merge_spaces}
    return metadata("t5", names, types, scores=scores, bos_token_id=3, add_bos_token=True, **flags)


def bert() -> Metadata:
    """WordPiece, the first piece of a word marked as such; the ids of its marks are not said."""
    vocab = trained("wordpiece")["model"]["vocab"]
    tokens = [token for token in sorted(vocab, key=vocab.__getitem__) if not token.startswith("[")]
    marks = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
    names: list[str] = []
    waiting = iter(token[2:] if token.startswith("##") else "▁" + token for token in tokens)
    while True:
        if len(names) in marks:
            names.append(marks[len(names)])
        elif (token := next(waiting, None)) is not None:
            names.append(token)
        else:
            break
    types = [UNKNOWN if name == "[UNK]" else CONTROL if at in marks else NORMAL for at, name in enumerate(names)]
    return metadata("bert", names, types)


def llama() -> Metadata:
    """SentencePiece BPE with bytes; a token's place is its score."""
    model = trained("characters")["model"]
    vocab = sorted(model["vocab"], key=model["vocab"].__getitem__)
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    normal = [token for token in vocab if not (token.startswith("<") and token.endswith(">") and len(token) > 2)]
    joined = {left + right: -float(rank) for rank, (left, right) in enumerate(_pairs(model["merges"]))}
    types = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, *[NORMAL] * len(normal)]
    scores = [0.0] * 259 + [joined.get(token, -1e6) for token in normal]
    return metadata("llama", [*names, *normal], types, scores=scores, add_space_prefix=False)


def _pairs(merges: Sequence[str | Sequence[str]]) -> list[tuple[str, str]]:
    split = [merge.split(" ") if isinstance(merge, str) else merge for merge in merges]
    return [(left, right) for left, right in split]


def count_of(vocabulary: Mapping[str, Value]) -> int:
    """Its number of types, which is that of its tokens where neither is damaged."""
    return len(vocabulary.get(PREFIX + "token_type", vocabulary.get(PREFIX + "tokens", NOTHING)).value)


def floats(name: str, shape: tuple[int, ...], chooser: np.random.Generator, scale: float = 0.2) -> Output:
    """A tensor of normal deviates; ones and a little noise for what scales."""
    data: Any = chooser.normal(0, scale, shape).astype("<f4")
    if name.endswith("norm.weight"):
        data = data * np.float32(0.1) + np.float32(1)
    return Output(name, shape, 0, [data.astype("<f4").tobytes()])


def language_model(vocabulary: Metadata, *, width: int = 64, seed: int = 1) -> bytes:
    """One layer of a Llama with a tied table, in float32."""
    chooser = np.random.default_rng(seed)
    numbers = {
        "block_count": 1,
        "context_length": 512,
        "embedding_length": width,
        "feed_forward_length": 2 * width,
        "attention.head_count": 2,
        "vocab_size": count_of(vocabulary),
    }
    shapes = {
        "token_embd.weight": (count_of(vocabulary), width),
        "output_norm.weight": (width,),
        "blk.0.attn_norm.weight": (width,),
        **{f"blk.0.attn_{one}.weight": (width, width) for one in ("q", "k", "v", "output")},
        "blk.0.ffn_norm.weight": (width,),
        "blk.0.ffn_gate.weight": (2 * width, width),
        "blk.0.ffn_up.weight": (2 * width, width),
        "blk.0.ffn_down.weight": (width, 2 * width),
    }
    head = {
        "general.architecture": Value(Kind.STRING, b"llama"),
        **{f"llama.{key}": Value(Kind.UINT32, number) for key, number in numbers.items()},
        "llama.attention.layer_norm_rms_epsilon": Value(Kind.FLOAT32, 1e-6),
    }
    return to_bytes({**head, **vocabulary}, [floats(name, shape, chooser) for name, shape in shapes.items()])


def encoder(vocabulary: Metadata, *, width: int = 64, seed: int = 1) -> bytes:
    """One layer of a BERT that pools by the mean."""
    chooser = np.random.default_rng(seed)
    numbers = {
        "block_count": 1,
        "context_length": 64,
        "embedding_length": width,
        "feed_forward_length": 2 * width,
        "attention.head_count": 2,
        "pooling_type": 1,
    }
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (count_of(vocabulary), width),
        "token_types.weight": (2, width),
        "position_embd.weight": (64, width),
        "token_embd_norm.weight": (width,),
        "token_embd_norm.bias": (width,),
    }
    for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_down", "ffn_up"):
        wide, long = (2 * width, width) if name == "ffn_up" else (width, 2 * width if name == "ffn_down" else width)
        shapes |= {f"blk.0.{name}.weight": (wide, long), f"blk.0.{name}.bias": (wide,)}
    for name in ("attn_output_norm", "layer_output_norm"):
        shapes |= {f"blk.0.{name}.weight": (width,), f"blk.0.{name}.bias": (width,)}
    head = {
        "general.architecture": Value(Kind.STRING, b"bert"),
        **{f"bert.{key}": Value(Kind.UINT32, number) for key, number in numbers.items()},
        "bert.attention.layer_norm_epsilon": Value(Kind.FLOAT32, 1e-6),
        "bert.attention.causal": Value(Kind.BOOL, False),
        PREFIX + "token_type_count": Value(Kind.UINT32, 2),
    }
    return to_bytes({**head, **vocabulary}, [floats(name, shape, chooser) for name, shape in shapes.items()])


@functools.cache
def _nfkc_model() -> bytes:
    lines = [*toy_lines(3, 400), "ﬁn ½ é é ヴ ㈱ ａｂ", "नमस्ते ሰላም"]
    return trained_sentencepiece(lines, vocab_size=300, normalization_rule_name="nmt_nfkc")


def t5_nfkc() -> Metadata:
    """Unigram as the SentencePiece library trains it, with its character map."""
    library = sentencepiece.SentencePieceProcessor(model_proto=_nfkc_model())
    names = [library.IdToPiece(at) for at in range(library.GetPieceSize())]
    types = [
        UNKNOWN if library.IsUnknown(at) else CONTROL if library.IsControl(at) else NORMAL for at in range(len(names))
    ]
    scores = [library.GetScore(at) for at in range(len(names))]
    found = metadata(
        "t5", names, types, scores=scores, unknown_token_id=0, add_space_prefix=True, remove_extra_whitespaces=True
    )
    normalizer = next(value for number, _, value in fields(memoryview(_nfkc_model())) if number == 3)
    assert isinstance(normalizer, memoryview)
    blob = next(value for number, _, value in fields(normalizer) if number == 2)
    assert isinstance(blob, memoryview)
    found[PREFIX + "precompiled_charsmap"] = Value(Kind.ARRAY, np.frombuffer(blob, np.uint8), Kind.UINT8)
    return found
