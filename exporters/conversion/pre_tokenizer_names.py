"""llama.cpp's name (`tokenizer.ggml.pre`) for what a tokenizer.json says of where byte-level BPE may not join.

llama.cpp's own converter looks the name up by a hash over the ids that a test text gets, which no trimmed model has.
Here it is decided by the definition: the patterns as published in the tokenizer.json of each family, to the letter.
Those that llama.cpp has for a name stand in `exporters.trim.gguf_pre_tokenizers`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporters.trim.gguf_pre_tokenizers import PRE_TOKENIZERS

_ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_BEGIN = r"[^\r\n\p{L}\p{N}]?"


def _words(digits: str) -> str:
    return rf"{_ENDINGS}|{_BEGIN}\p{{L}}+|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}"


def _cased(endings: str, digits: str) -> str:
    return (
        rf"{_BEGIN}{_UPPER}*{_LOWER}+{endings}|{_BEGIN}{_UPPER}+{_LOWER}*{endings}"
        rf"|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACES}"
    )


_GPT2 = "GPT-2's own"
_DIGITS = "single digits"
# What a text is cut by, step by step, and whether a part that is a token is taken at once -> the name.
_NAMES: Mapping[tuple[tuple[str, ...], bool], str] = {
    ((_GPT2,), False): "gpt-2",
    ((_DIGITS, _GPT2), False): "starcoder",
    ((_words(r"\p{N}{1,3}"),), True): "llama-bpe",
    ((_words(r"\p{N}{1,3}"),), False): "dbrx",
    ((_words(r"\p{N}"),), False): "qwen2",
    ((" ?[^(\\s|[.,!?…。，、।۔،])]+",), False): "bloom",
    ((_cased("", r"\p{N}"),), True): "tekken",
    ((_cased(f"{_ENDINGS}?", r"\p{N}{1,3}"),), False): "gpt-4o",
}
KNOWN = tuple(_NAMES.values())
"""Every name that can be decided."""


def pre_tokenizer_name(pre_tokenizer: object, *, ignore_merges: bool) -> tuple[str | None, str]:
    """The name, and what was found; the name is None where llama.cpp has none for it.

    pre_tokenizer: that of a tokenizer.json, with the step `ByteLevel`.
    """
    steps = _steps(pre_tokenizer)
    found = [_step(step) for step in steps]
    cuts = tuple(one for one in found if one)
    name = None if None in found else _NAMES.get((cuts, ignore_merges))
    shown = ", ".join(_shown(step) for step in steps) or "nothing"
    if name is not None and PRE_TOKENIZERS[name].ignore_merges != ignore_merges:
        return None, shown
    return name, f"{shown}{', whole tokens first' if ignore_merges else ''}"


def _steps(pre_tokenizer: object) -> list[dict[str, Any]]:
    if not isinstance(pre_tokenizer, dict):
        return []
    inner = pre_tokenizer.get("pretokenizers")
    if pre_tokenizer.get("type") == "Sequence" and isinstance(inner, list):
        return [one for step in inner[:16] for one in ([step] if isinstance(step, dict) else [])]
    return [pre_tokenizer]


def _step(step: Mapping[str, Any]) -> str | None:
    """What a step cuts by, empty where it only spells in bytes, None where it is not known."""
    match step.get("type"):
        case "ByteLevel" if not step.get("add_prefix_space"):
            # Left out it is true, as in files of before 2022.
            return _GPT2 if step.get("use_regex", True) else ""
        case "Digits" if step.get("individual_digits") is True:
            return _DIGITS
        case "Split" if step.get("behavior") == "Isolated" and not step.get("invert"):
            pattern = step.get("pattern")
            regex = pattern.get("Regex") if isinstance(pattern, dict) else None
            return regex if isinstance(regex, str) and regex else None
    return None


def _shown(step: Mapping[str, Any]) -> str:
    pattern = step.get("pattern")
    regex = pattern.get("Regex") if isinstance(pattern, dict) else None
    return f"{str(step.get('type'))[:40]}" + (f" `{regex[:200]}`" if isinstance(regex, str) else "")
