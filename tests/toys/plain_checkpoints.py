"""Checkpoints of every family that converts to GGUF, by hand: no torch, no transformers, the same bytes everywhere.

Names and shapes are those that the conversion expects, so what they prove is what it does with numbers, not its names:
for those there are checkpoints that transformers itself has written.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from toys.hf_folder import write_json, write_tensors

from exporters.containers.safetensors import Output
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of
from exporters.conversion.settings import Settings
from exporters.tokenizers.charsmap_writer import write_charsmap
from exporters.trim.tokenizer_json.bpe import byte_alphabet

Json = dict[str, Any]
SPACE = "\u2581"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")
BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+"
_WORDS = ["th", "the", "at", "sea", "se", "mo", "on", "moon"]
_DECODER = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "intermediate_size": 96,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_ENCODER = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "max_position_embeddings": 66,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}


def _file(model: Json, special: Mapping[str, int], **more: Any) -> Json:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    added = [{"id": at, "content": name, **flags, "special": True} for name, at in special.items()]
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"))
    return {"version": "1.0", **empty, "added_tokens": added, "model": model, **more}


def _around(before: str | None, after: str | None, special: Mapping[str, int]) -> Json:
    def part(token: str | None) -> list[Json]:
        return [] if token is None else [{"SpecialToken": {"id": token, "type_id": 0}}]

    text = {"Sequence": {"id": "A", "type_id": 0}}
    named = {token: special[token] for token in (before, after) if token is not None}
    return {
        "type": "TemplateProcessing",
        "single": [*part(before), text, *part(after)],
        "pair": [text, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {token: {"id": token, "ids": [at], "tokens": [token]} for token, at in named.items()},
    }


def _merges(tokens: list[str]) -> list[list[str]]:
    """Every way to join two tokens into one, in the order of what they make."""
    there = {*tokens}
    ways = [[word[:at], word[at:]] for word in tokens for at in range(1, len(word))]
    return [way for way in ways if way[0] in there and way[1] in there]


def _bpe(tokens: list[str], merges: list[list[str]], **more: Any) -> Json:
    unset = {"dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None}
    switches = {"fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    vocab = {token: at for at, token in enumerate(tokens)}
    return {"type": "BPE", **unset, **switches, **more, "vocab": vocab, "merges": merges}


def bytes_json(pattern: str | None, *, ignore_merges: bool = False) -> Json:
    """Byte-level BPE; pattern: of the step before it, None for GPT-2's own."""
    special = {"<pad>": 0, "<s>": 1, "</s>": 2}
    tokens = [*special, *byte_alphabet(), *_WORDS]
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": pattern is None}
    steps = {"type": "Sequence", "pretokenizers": [level] if pattern is None else [split, level]}
    model = _bpe(tokens, _merges(_WORDS + list(byte_alphabet())), ignore_merges=ignore_merges)
    return _file(model, special, pre_tokenizer=steps, post_processor=_around("<s>", None, special))


def characters_json(*, prefix: bool) -> Json:
    """SentencePiece BPE as Llama 2 has it; without the space before a text as Gemma has it."""
    special = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3}
    letters = [*"abcdehimnorst", SPACE]
    words = [*_WORDS, SPACE + "t", SPACE + "s", SPACE + "se", SPACE + "sea"]
    tokens = [*special, *(f"<0x{byte:02X}>" for byte in range(256)), *letters, *words]
    model = _bpe(tokens, _merges([*words, *letters]), unk_token="<unk>", fuse_unk=True, byte_fallback=True)  # noqa: S106 - no password
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
    normalizers = [{"type": "Prepend", "prepend": SPACE}, replace] if prefix else [replace]
    normalizer = {"type": "Sequence", "normalizers": normalizers}
    return _file(model, special, normalizer=normalizer, post_processor=_around("<s>", None, special))


def unigram_json(marks: tuple[str | None, str]) -> Json:
    """Unigram as XLM-R and T5 have it; marks: around a text."""
    special = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    pieces = [f"{SPACE}the", f"{SPACE}sea", f"{SPACE}moon", "s", "e", "a", "t", "h", "m", "o", "n", SPACE]
    vocab = [[token, 0.0] for token in special] + [[token, -1.0 - at / 4] for at, token in enumerate(pieces)]
    model = {"type": "Unigram", "unk_id": 3, "vocab": vocab, "byte_fallback": False}
    charsmap = base64.b64encode(write_charsmap({"\t": " ", "\uff41": "a"})).decode("ascii")
    metaspace = {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": True}
    return _file(
        model,
        special,
        normalizer={"type": "Precompiled", "precompiled_charsmap": charsmap},
        pre_tokenizer={"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]},
        post_processor=_around(*marks, special),
    )


def wordpiece_json() -> Json:
    """WordPiece as BERT has it."""
    special = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4}
    tokens = [*special, *"aehmnost", *(f"##{letter}" for letter in "aehmnost"), "the", "sea", "##on"]
    model = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {token: at for at, token in enumerate(tokens)},
    }
    cleaning = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    return _file(
        model,
        special,
        normalizer={"type": "BertNormalizer", **cleaning},
        pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor=_around("[CLS]", "[SEP]", special),
    )


_TEXT_MARKS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
_T5 = {"d_model": 64, "d_kv": 16, "d_ff": 96, "num_layers": 2, "num_heads": 4, "layer_norm_epsilon": 1e-6}
_T5_IDS = {"pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
PLAIN: Mapping[str, tuple[Json, Callable[[], Json], Json]] = {
    "llama": (
        {**_DECODER, "architectures": ["LlamaForCausalLM"]},
        lambda: bytes_json(LLAMA3, ignore_merges=True),
        _TEXT_MARKS,
    ),
    "mistral": ({**_DECODER, "sliding_window": 32}, lambda: characters_json(prefix=True), _TEXT_MARKS),
    "qwen2": ({**_DECODER, "tie_word_embeddings": True}, lambda: bytes_json(QWEN2), _TEXT_MARKS),
    "qwen3": ({**_DECODER, "tie_word_embeddings": True}, lambda: bytes_json(QWEN2), _TEXT_MARKS),
    "gemma3_text": (
        {
            **_DECODER,
            "sliding_window": 32,
            "query_pre_attn_scalar": 64,
            "hidden_activation": "gelu_pytorch_tanh",
            "layer_types": ["sliding_attention", "full_attention"],
        },
        lambda: characters_json(prefix=False),
        _TEXT_MARKS,
    ),
    "bloom": (
        {"hidden_size": 64, "n_layer": 2, "n_head": 4, "bos_token_id": 1, "eos_token_id": 2},
        lambda: bytes_json(BLOOM),
        _TEXT_MARKS,
    ),
    "bert": (
        {**_ENCODER, "type_vocab_size": 2, "pad_token_id": 0},
        wordpiece_json,
        {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]"},
    ),
    "xlm-roberta": (
        {**_ENCODER, "type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2},
        lambda: unigram_json(("<s>", "</s>")),
        {**_TEXT_MARKS, "cls_token": "<s>", "sep_token": "</s>"},
    ),
    "t5": ({**_T5, **_T5_IDS}, lambda: unigram_json((None, "</s>")), {"eos_token": "</s>", "pad_token": "<pad>"}),
    "mt5": (
        {**_T5, **_T5_IDS, "feed_forward_proj": "gated-gelu"},
        lambda: unigram_json((None, "</s>")),
        {"eos_token": "</s>", "pad_token": "<pad>"},
    ),
}
CARD = """---
license: apache-2.0
language: [pt, no, sw]
base_model: someone/base-model
---
# A toy
"""


def plain_checkpoint(folder: Path, model_type: str, **changes: Any) -> Path:
    """Write one; changes: to its configuration. Values are float32, those of norms around 1 and others small."""
    folder.mkdir(parents=True, exist_ok=True)
    config, tokenizer, marks = PLAIN[model_type]
    state = tokenizer()
    count = max(len(state["model"]["vocab"]), 1 + max(token["id"] for token in state["added_tokens"]))
    write_json(folder / "config.json", {"model_type": model_type, "vocab_size": count + 3, **config, **changes})
    write_json(folder / "tokenizer.json", state)
    write_json(folder / "tokenizer_config.json", marks)
    (folder / "README.md").write_text(CARD, "utf-8")
    write_tensors(folder / "model.safetensors", plain_tensors(folder))
    return folder


def plain_tensors(folder: Path) -> list[Output]:
    """What the family of a folder's configuration expects."""
    stand_in = folder / "model.safetensors"
    if not stand_in.is_file():
        write_tensors(stand_in, [])
    checkpoint = open_checkpoint(folder)
    conversion: Any = conversion_of(checkpoint, "gguf")
    found = []
    for tensor in conversion.family.plan(checkpoint, Settings(checkpoint.config)).tensors:
        if tensor.values is None:
            chooser = np.random.default_rng(zlib.crc32(tensor.source.encode()))
            values = chooser.normal(0.0, 0.25, tensor.shape).astype("<f4") + (1 if len(tensor.shape) == 1 else 0)
            found.append(Output(tensor.source, "F32", tensor.shape, [values.astype("<f4").tobytes()]))
    return found


def edited(path: Path, change: Callable[[Json], None]) -> None:
    """Change a JSON file."""
    value = json.loads(path.read_text("utf-8"))
    change(value)
    write_json(path, value)
