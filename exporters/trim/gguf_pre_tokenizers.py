"""Where byte-level BPE may not join: the patterns that llama.cpp has for each name in `tokenizer.ggml.pre`.

A text is cut at what the first pattern finds, each part of that at what the second finds, and so on. The name is made
from a hash over ids of the whole vocabulary, so a trimmed model keeps the one it has. Source: `llama-vocab.cpp`,
`llm_tokenizer_bpe` and `llama_vocab::impl::load`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreTokenizer:
    """ignore_merges: whether a part that is a token as a whole is taken at once."""

    patterns: tuple[str, ...]
    ignore_merges: bool = False


_ENDINGS = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
_SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_BLOOM = " ?[^(\\s|.,!?…。，、।۔،)]+"


def _words(digits: str) -> str:
    return rf"(?:{_ENDINGS})|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}"


def _cased(endings: str, digits: str) -> str:
    """Capitals begin a part: what llama.cpp writes for `[\\p{Lu}...]*[\\p{Ll}...]+`."""
    upper, lower = r"((?=[\p{L}])([^a-z]))", r"((?=[\p{L}])([^A-Z]))"
    begin = r"[^\r\n\p{L}\p{N}]?"
    return (
        rf"{begin}{upper}*{lower}+{endings}|{begin}{upper}+{lower}*{endings}"
        rf"|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACES}"
    )


_DEFAULT = (r"[\p{P}\$\+<=>\^~\|]+", _GPT2, r"\p{N}+", "[0-9][0-9][0-9]")
_FAMILIES: Mapping[PreTokenizer, tuple[str, ...]] = {
    PreTokenizer(_DEFAULT): ("default",),
    PreTokenizer((_GPT2,)): (
        *("gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en", "jina-v2-code"),
        *("roberta-bpe", "modern-bert", "gigachat", "a.x-4.0", "mellum", "mpt", "olmo", "jais", "trillion", "exaone4"),
    ),
    PreTokenizer((_words(r"\p{N}{1,3}"),), ignore_merges=True): (
        *("llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"),
    ),
    PreTokenizer((_words(r"\p{N}{1,3}"),)): ("dbrx", "smaug-bpe"),
    PreTokenizer((_words(r"\p{N}"),)): (
        *("qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "megrez"),
    ),
    PreTokenizer((r"\p{N}", _GPT2)): (
        *("starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"),
    ),
    PreTokenizer((_BLOOM,)): ("bloom", "gpt3-finnish", "poro-chat"),
    PreTokenizer((_BLOOM, r"\p{N}")): ("viking",),
    PreTokenizer((r"[\p{P}\$\+<=>\^~\|`]+", _GPT2, "[0-9][0-9][0-9]")): ("falcon",),
    PreTokenizer((_cased("", r"\p{N}"),), ignore_merges=True): ("tekken",),
    PreTokenizer((_cased(f"(?:{_ENDINGS})?", r"\p{N}{1,3}"),)): ("gpt-4o", "llama4", "kanana2"),
}
PRE_TOKENIZERS: Mapping[str, PreTokenizer] = {name: one for one, names in _FAMILIES.items() for name in names}
