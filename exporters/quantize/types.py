"""What llama.cpp can store weights as: the recipes of `llama-quantize`, and the types of single tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporters.containers.gguf import BLOCKS

NUMBERS: Mapping[str, int] = {name: number for number, (name, *_) in BLOCKS.items()}


@dataclass(frozen=True, slots=True)
class Recipe:
    """number: its `llama_ftype`.  types: what it makes of matrices whose rows fit them; the first is its main one."""

    number: int
    types: tuple[str, ...]


# `llama.h`, enum llama_ftype; types as in `llama-quant.cpp`, which gives some matrices of a mixture more bits.
# Recipes below 3 bits are left out: they refuse to work without an importance matrix.
RECIPES: Mapping[str, Recipe] = {
    "f16": Recipe(1, ("F16",)),
    "bf16": Recipe(32, ("BF16",)),
    "q8_0": Recipe(7, ("Q8_0",)),
    "q6_k": Recipe(18, ("Q6_K", "Q8_0")),
    "q5_k_m": Recipe(17, ("Q5_K", "Q6_K", "Q8_0")),
    "q5_k_s": Recipe(16, ("Q5_K", "Q6_K", "Q8_0")),
    "q5_1": Recipe(9, ("Q5_1", "Q6_K", "Q8_0")),
    "q5_0": Recipe(8, ("Q5_0", "Q6_K", "Q8_0")),
    "q4_k_m": Recipe(15, ("Q4_K", "Q5_K", "Q6_K", "Q8_0")),
    "q4_k_s": Recipe(14, ("Q4_K", "Q5_K", "Q6_K", "Q8_0")),
    "q4_1": Recipe(3, ("Q4_1", "Q5_1", "Q6_K", "Q8_0")),
    "q4_0": Recipe(2, ("Q4_0", "Q4_1", "Q6_K", "Q8_0")),
    "iq4_nl": Recipe(25, ("IQ4_NL", "Q5_K", "Q6_K", "Q8_0")),
    "iq4_xs": Recipe(30, ("IQ4_XS", "IQ4_NL", "Q5_K", "Q6_K", "Q8_0")),
    "q3_k_l": Recipe(13, ("Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0")),
    "q3_k_m": Recipe(12, ("Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0")),
    "q3_k_s": Recipe(11, ("Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0")),
}
# What a table of words may be; the others of llama.cpp need an importance matrix.
EMBEDDINGS: Mapping[str, str] = {
    name.lower(): name
    for name in ("F32", "F16", "BF16", "Q8_0", "Q6_K", "Q5_K", "Q5_1", "Q5_0", "Q4_K", "Q4_1", "Q4_0", "IQ4_NL", "Q3_K")
}
# Weights that were never quantised.
FULL = ("F32", "F16", "BF16")
