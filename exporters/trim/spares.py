"""Tokens that a model has for nobody in particular: room for later, and codes of languages."""

from __future__ import annotations

import re

# Gemma `<unused7>` (6,242 of them), BERT `[unused7]`, fairseq `<madeupword7>` and `madeupword0007`, T5 `<extra_id_7>`,
# Qwen `<|extra_7|>`, Llama 3 `<|reserved_special_token_7|>`, Mistral `<SPECIAL_7>` and `[control_7]`, Phi
# `<|dummy_7|>` and `<|placeholder7|>`, Falcon `>>UNUSED_7<<`, DeepSeek with wide bars and `▁` for `_`.
_ROOM = re.compile(
    r"(?:<[|｜]?|\[|>>)"
    r"(?:unused|madeupword|extra_id|extra|reserved_special_token|reserved|special|control|dummy|placeholder"
    r"|place▁holder▁no)[_▁]?\d+"
    r"(?:[|｜]?>|\]|<<)|madeupword\d+",
    re.IGNORECASE,
)
# mBART `pt_XX`, NLLB `por_Latn`, M2M100 `__pt__`.
_LANGUAGE = re.compile(r"[a-z]{2,3}_[A-Z]{2}|[a-z]{3}_[A-Z][a-z]{3}|__[a-z]{2,3}__")
_LONGEST = 64


def is_spare(token: str) -> bool:
    """Whether a token may go where nothing names it, though a tokenizer calls it special."""
    return len(token) <= _LONGEST and bool(_ROOM.fullmatch(token) or _LANGUAGE.fullmatch(token))
