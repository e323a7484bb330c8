"""Which type llama.cpp's quantiser gives each tensor, known without llama.cpp.

The rules are those of `llama_tensor_get_type` and `tensor_type_fallback` in llama.cpp's `src/llama-quant.cpp`, as they
are in the release that llama-cpp-python 0.3.36 holds, for the recipes of PREDICTED, on which an importance matrix has
no say. A test holds them against a dry run of the quantiser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from exporters.containers.gguf import BLOCKS, Gguf, Place
from exporters.prediction.gguf_shape import Shape
from exporters.quantize.types import EMBEDDINGS, NUMBERS, RECIPES

# Of fewer bits llama.cpp mixes types by rules of its own, which ask for an importance matrix.
PREDICTED = tuple(
    name for name, recipe in RECIPES.items() if not recipe.types[0].startswith(("Q2", "IQ1", "IQ2", "IQ3"))
)
_HEAD = "output.weight"
_TABLES = ("token_embd.weight", "per_layer_token_embd.weight")
_VALUES = ("attn_qkv.weight", "attn_kv_b.weight", "attn_v.weight")
# Tensors that stay as they are: what ends in `_norm.weight`, and these.
_STAY = ("ffn_gate_inp.weight", "altup", "laurel", "per_layer_model_proj", "attn_rel_b.weight", "ssm_conv1d")
_STAY_WHOLE = ("position_embd.weight", "token_types.weight")
# What a type of 256 values a block becomes where rows are no multiple of that.
_FALLBACK = {"Q3_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0", "IQ4_XS": "IQ4_NL"}
_BLOCK = re.compile(r"blk\.(-?\d+)\.")


@dataclass
class _State:
    """What the rules look at.  values, downs: how many of these matrices have had their turn."""

    architecture: str
    layers: int
    groups: int
    experts: int
    value_matrices: int
    tied: bool
    values: int = 0
    downs: int = 0


def tensor_types(file: Gguf, quant: str, embedding: str | None = None) -> dict[str, str]:
    """Name -> type of every tensor once file is quantised with the recipe quant.

    embedding: the type of the tables of words where it is not the recipe's own. The types do not depend on how many
    rows a table has. Raises KeyError for a name that is not in PREDICTED, or no type of a table.
    """
    main = RECIPES[quant].types[0]
    table = None if embedding is None else EMBEDDINGS[embedding]
    names = sorted(file.tensors, key=_turn)
    shape = Shape.of(file)
    state = _State(
        shape.architecture,
        shape.layers,
        # Heads that share one key, in the first layer.
        shape.heads // max(1, *shape.key_heads[:1], 1),
        shape.experts,
        sum(any(one in name for one in _VALUES) for name in names),
        _HEAD not in file.tensors,
    )
    return {name: _type_of(file.tensors[name], quant, main, table, state) for name in names}


def _type_of(place: Place, quant: str, main: str, table: str | None, state: _State) -> str:
    if not _is_quantised(place):
        return BLOCKS[place.type][0]
    if table is not None and place.name in (*_TABLES, _HEAD):
        return table
    if BLOCKS[NUMBERS[main]][1] == 1:  # F16 and BF16 are no mixtures
        return main
    found = _wanted(place, quant, main, state)
    width = place.shape[-1]
    if width % BLOCKS[NUMBERS[found]][1]:
        found = _FALLBACK.get(found, found)
        if width % BLOCKS[NUMBERS[found]][1]:
            return "F16"
    return found


def _is_quantised(place: Place) -> bool:
    name = place.name
    if len(place.shape) < 2 or not name.endswith("weight") or name.endswith("_norm.weight"):
        return False
    return name not in _STAY_WHOLE and not any(one in name for one in _STAY)


def _wanted(place: Place, quant: str, main: str, state: _State) -> str:
    """Before rows that do not fit are looked at."""
    name = place.name
    if name == _HEAD or (state.tied and name in _TABLES):
        if state.architecture == "falcon" or place.shape[-1] % BLOCKS[NUMBERS[main]][1] or main == "Q8_0":
            return "Q8_0"
        return "Q6_K"
    if name in _TABLES:
        return main
    if any(one in name for one in _VALUES):
        found = _value_type(quant, main, state)
        state.values += 1
        return found
    if "attn_k.weight" in name and state.experts == 8:
        return "Q8_0"
    if "ffn_down" in name:
        layer = state.downs
        if state.experts > 1 and (match := _BLOCK.match(name)):
            layer = int(match[1])
        state.downs += 1
        return _down_type(quant, main, layer, state)
    if "attn_output.weight" in name and state.architecture != "falcon":
        if state.experts == 8:
            upgraded = ("q3_k_s", "q3_k_m", "iq4_nl", "q4_k_s", "q4_k_m", "iq4_xs")
            return "Q5_K" if quant in upgraded else main
        return {"q3_k_m": "Q4_K", "q3_k_l": "Q5_K"}.get(quant, main)
    if "attn_output.weight" in name:
        return "Q4_K" if quant == "q3_k_l" else main
    return main


def _value_type(quant: str, main: str, state: _State) -> str:
    found = main
    if quant == "q3_k_m":
        found = "Q5_K" if state.values < 2 else "Q4_K"
    elif quant == "q3_k_l" or (quant in ("iq4_nl", "iq4_xs") and state.groups >= 4):
        found = "Q5_K"
    elif quant in ("q4_k_m", "q5_k_m") and _more_bits(state.values, state.value_matrices):
        found = "Q6_K"
    elif quant == "q4_k_s" and state.values < 4:
        found = "Q5_K"
    # What llama.cpp calls 70B: eight heads share one matrix, which is small and worth the bits.
    large = state.layers == 80 and (
        state.architecture == "qwen2" or (state.architecture == "llama" and state.groups > 1)
    )
    if large and found in ("Q3_K", "Q4_K"):
        found = "Q5_K"
    return "Q8_0" if state.experts == 8 else found


def _down_type(quant: str, main: str, layer: int, state: _State) -> str:
    layers, falcon = state.layers, state.architecture == "falcon"
    more, first = _more_bits(layer, layers), layer < layers // 8
    if quant == "q3_k_m":
        if layer < layers // 16:
            return "Q5_K"
        return "Q4_K" if not falcon or more else "Q3_K"
    if quant == "q3_k_l":
        return "Q4_K" if falcon else "Q5_K"
    if quant == "q4_k_m":
        if falcon:
            return "Q6_K" if layer < layers // 16 else "Q5_K" if more else "Q4_K"
        return "Q6_K" if more else main
    if (quant in ("iq4_nl", "iq4_xs") and first) or (quant == "q4_k_s" and not falcon and first):
        return "Q5_K"
    return "Q6_K" if quant == "q5_k_m" and more else main


def _more_bits(layer: int, layers: int) -> bool:
    """The first and the last eighth, and every third layer between them."""
    # C's remainder of a negative number is negative, so the layers before the first eighth are none of the thirds.
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


def _turn(name: str) -> tuple[int, str]:
    """The order in which llama.cpp quantises: by layer, then by name."""
    match = _BLOCK.match(name)
    return (int(match[1]) if match else -1, name)
