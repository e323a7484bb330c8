"""GGUF files of many layers, for what decides by the layer: shapes as a Llama has them, hardly any weights."""

from __future__ import annotations

import numpy as np
from toys.gguf_file import to_bytes
from toys.gguf_vocabulary import count_of, floats, llama

from exporters.containers.gguf import Kind, Value


def deep_gguf(layers: int, *, width: int = 256, groups: int = 1, tied: bool = True, experts: int = 0) -> bytes:
    """groups: query heads that share a key.  experts: of a mixture, 0 for none."""
    chooser = np.random.default_rng(1)
    vocabulary, heads = llama(), 8
    keys = width // groups
    numbers = {
        "block_count": layers,
        "context_length": 64,
        "embedding_length": width,
        "feed_forward_length": width,
        "attention.head_count": heads,
        "attention.head_count_kv": heads // groups,
        "vocab_size": count_of(vocabulary),
        **({"expert_count": experts, "expert_used_count": 2} if experts else {}),
    }
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (count_of(vocabulary), width)}
    if not tied:
        shapes["output.weight"] = (count_of(vocabulary), width)
    shapes["output_norm.weight"] = (width,)
    for layer in range(layers):
        block = f"blk.{layer}."
        shapes |= {
            f"{block}attn_norm.weight": (width,),
            f"{block}attn_q.weight": (width, width),
            f"{block}attn_k.weight": (keys, width),
            f"{block}attn_v.weight": (keys, width),
            f"{block}attn_output.weight": (width, width),
            f"{block}ffn_norm.weight": (width,),
        }
        several = (experts,) if experts else ()
        names = ["ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"] if experts else ["ffn_gate", "ffn_up", "ffn_down"]
        shapes |= {f"{block}{name}.weight": (*several, width, width) for name in names}
        if experts:
            shapes[f"{block}ffn_gate_inp.weight"] = (experts, width)
    head = {
        "general.architecture": Value(Kind.STRING, b"llama"),
        **{f"llama.{key}": Value(Kind.UINT32, number) for key, number in numbers.items()},
        "llama.attention.layer_norm_rms_epsilon": Value(Kind.FLOAT32, 1e-6),
    }
    return to_bytes({**head, **vocabulary}, [floats(name, shape, chooser) for name, shape in shapes.items()])
