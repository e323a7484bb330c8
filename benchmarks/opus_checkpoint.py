"""A checkpoint of OPUS-MT's shapes with random weights: 6 + 6 layers, width 512, 58,101 tokens.

Speed does not depend on what the weights are, as long as every sentence becomes as many tokens: the end mark has a bias
that no other token reaches. Written without torch, as transformers would write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exporters.containers.safetensors import Output, write_safetensors

WIDTH, INNER, LAYERS, HEADS, POSITIONS = 512, 2048, 6, 8, 512
TOKENS = 58_101  # of opus-mt-en-de, the padding included
END, UNKNOWN, PADDING = 0, 1, TOKENS - 1
FIRST_WORD = 2
NEVER = -1e9
CONFIG = {
    "model_type": "marian",
    "architectures": ["MarianMTModel"],
    "d_model": WIDTH,
    "encoder_layers": LAYERS,
    "decoder_layers": LAYERS,
    "encoder_attention_heads": HEADS,
    "decoder_attention_heads": HEADS,
    "encoder_ffn_dim": INNER,
    "decoder_ffn_dim": INNER,
    "max_position_embeddings": POSITIONS,
    "activation_function": "swish",
    "scale_embedding": True,
    "vocab_size": TOKENS,
    "pad_token_id": PADDING,
    "eos_token_id": END,
    "decoder_start_token_id": PADDING,
    "bad_words_ids": [[PADDING]],
}


def shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor's name and shape."""
    yield "final_logits_bias", (1, TOKENS)
    yield "model.shared.weight", (TOKENS, WIDTH)
    for side, attentions in (("encoder", ["self_attn"]), ("decoder", ["self_attn", "encoder_attn"])):
        for number in range(LAYERS):
            name = f"model.{side}.layers.{number}"
            for attention in attentions:
                for part in ("q", "k", "v", "out"):
                    yield f"{name}.{attention}.{part}_proj.weight", (WIDTH, WIDTH)
                    yield f"{name}.{attention}.{part}_proj.bias", (WIDTH,)
                yield f"{name}.{attention}_layer_norm.weight", (WIDTH,)
                yield f"{name}.{attention}_layer_norm.bias", (WIDTH,)
            for layer, outputs, inputs in (("fc1", INNER, WIDTH), ("fc2", WIDTH, INNER)):
                yield f"{name}.{layer}.weight", (outputs, inputs)
                yield f"{name}.{layer}.bias", (outputs,)
            yield f"{name}.final_layer_norm.weight", (WIDTH,)
            yield f"{name}.final_layer_norm.bias", (WIDTH,)


def weights() -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Every tensor, always the same ones."""
    chooser = np.random.default_rng(0)
    for name, shape in shapes():
        size = 0.05 if len(shape) == 2 else 0.1
        values = chooser.normal(0.0, size, shape).astype(np.float32)
        if name == "final_logits_bias":
            values[0, [END, UNKNOWN, PADDING]] = NEVER
        elif name.endswith("norm.weight"):
            values += 1
        elif name == "model.shared.weight":
            values[PADDING] = 0  # as training leaves it, and CTranslate2 takes for granted
        yield name, values


def write_checkpoint(folder: Path) -> None:
    """Write config.json, model.safetensors, two vocabularies of made-up words and vocab.json."""
    outputs = [Output(name, "F32", values.shape, [values.tobytes()]) for name, values in weights()]
    with (folder / "model.safetensors").open("wb") as stream:
        for _ in write_safetensors(stream, {"format": "pt"}, outputs):
            pass
    (folder / "config.json").write_text(json.dumps(CONFIG), "utf-8")
    ids = names()
    (folder / "vocab.json").write_text(json.dumps(ids), "utf-8")
    for side in ("source", "target"):
        (folder / f"{side}.spm").write_bytes(_sentencepiece(ids))


def names() -> Mapping[str, int]:
    """Each token's name and id."""
    words = {f"▁w{at}": at for at in range(FIRST_WORD, PADDING)}
    return {"</s>": END, "<unk>": UNKNOWN, **words, "<pad>": PADDING}


def _sentencepiece(ids: Mapping[str, int]) -> bytes:
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto()
    kinds = {"</s>": 3, "<unk>": 2}
    for name in ids:
        if name != "<pad>":
            model.pieces.add(piece=name, score=-1.0, type=kinds.get(name, 1))
    model.trainer_spec.model_type = 1
    model.trainer_spec.unk_id, model.trainer_spec.eos_id, model.trainer_spec.bos_id = UNKNOWN, END, -1
    model.trainer_spec.pad_id = -1
    model.normalizer_spec.add_dummy_prefix = True
    written: bytes = model.SerializeToString()
    return written
