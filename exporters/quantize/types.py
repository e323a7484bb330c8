"""What llama.cpp can store weights as: the recipes of `llama-quantize`, and the types of single tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporters.containers.gguf import BLOCKS

NUMBERS: Mapping[str, int] = {name: number for number, (name, *_) in BLOCKS.items()}


@dataclass(frozen=True, slots=True)
class Recipe:
    """number: its `llama_ftype`.  types: what it makes of matrices whose rows fit them; the first is its main one.

    needs_importance: llama.cpp refuses to work without an importance matrix.
    """

    number: int
    types: tuple[str, ...]
    needs_importance: bool = False


_MORE = ("Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0")

# `llama.h`, enum llama_ftype; types as in `llama-quant.cpp`, which gives some matrices of a mixture more bits.
# Ternary types (TQ1_0, TQ2_0) are left out: they are for weights that were trained to be -1, 0 and 1.
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
    "iq3_m": Recipe(27, ("IQ3_S", *_MORE)),
    "iq3_s": Recipe(26, ("IQ3_S", *_MORE)),
    "iq3_xs": Recipe(22, ("IQ3_S", "IQ3_XXS", *_MORE), needs_importance=True),
    "iq3_xxs": Recipe(23, ("IQ3_XXS", "IQ3_S", "IQ2_S", *_MORE), needs_importance=True),
    "q2_k": Recipe(10, ("Q2_K", *_MORE)),
    "q2_k_s": Recipe(21, ("Q2_K", *_MORE), needs_importance=True),
    "iq2_m": Recipe(29, ("IQ2_S", "IQ3_S", *_MORE), needs_importance=True),
    "iq2_s": Recipe(28, ("IQ2_S", "IQ2_XS", "IQ3_S", *_MORE), needs_importance=True),
    "iq2_xs": Recipe(20, ("IQ2_XS", "Q2_K", *_MORE), needs_importance=True),
    "iq2_xxs": Recipe(19, ("IQ2_XXS", "Q2_K", *_MORE), needs_importance=True),
    "iq1_m": Recipe(31, ("IQ1_M", "IQ2_XXS", "Q2_K", *_MORE), needs_importance=True),
    "iq1_s": Recipe(24, ("IQ1_S", "IQ2_XXS", "Q2_K", *_MORE), needs_importance=True),
}
# What a table of words may be; the others of llama.cpp need an importance matrix, which is of layers alone.
EMBEDDINGS: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *("F32", "F16", "BF16", "Q8_0", "Q6_K", "Q5_K", "Q5_1", "Q5_0", "Q4_K", "Q4_1", "Q4_0", "IQ4_NL", "IQ4_XS"),
        *("Q3_K", "Q2_K"),
    )
}
# Recipes on which an importance matrix has no say.
EXACT = ("f16", "bf16", "q8_0")
# Weights that were never quantised.
FULL = ("F32", "F16", "BF16")
