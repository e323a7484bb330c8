"""A checkpoint of `opus_checkpoint.py` as CTranslate2's own model: `python ctranslate2_model.py CHECKPOINT FOLDER`.

Runs in CTranslate2's environment, where there is neither torch nor transformers, which its converter asks for; so this
fills the same specification as its `MarianMTLoader` (ctranslate2 4.8.5, `converters/transformers.py`) from the file.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """Name -> float32 array of a safetensors file of ours."""
    import numpy as np

    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        # A copy, because quantising writes into it.
        found[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).copy()
    return found


def positions(count: int, width: int) -> Any:
    """Marian's: sines, then cosines."""
    import numpy as np

    angles = np.arange(count)[:, None] / np.power(10000, 2 * (np.arange(width) // 2) / width)
    return np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], axis=1).astype(np.float32)


def main() -> None:
    """Write the int8 model."""
    from ctranslate2.specs import common_spec, transformer_spec  # type: ignore[import-not-found,unused-ignore]

    source, target = map(Path, sys.argv[1:3])
    config, tensors = json.loads((source / "config.json").read_text("utf-8")), read(source / "model.safetensors")
    width = config["d_model"]
    spec = transformer_spec.TransformerSpec.from_config(
        (config["encoder_layers"], config["decoder_layers"]),
        config["encoder_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.SWISH,
    )

    def linear(place: Any, *names: str) -> None:
        import numpy as np

        place.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
        place.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])

    def norm(place: Any, name: str) -> None:
        place.gamma, place.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    # The padding is no token there: decoding starts from zeros instead.
    table = tensors["model.shared.weight"][:-1]
    for side, embeddings in (("encoder", spec.encoder.embeddings[0]), ("decoder", spec.decoder.embeddings)):
        stack = getattr(spec, side)
        embeddings.weight = table
        stack.scale_embeddings = math.sqrt(width)
        stack.position_encodings.encodings = positions(config["max_position_embeddings"], width)
        for number, layer in enumerate(stack.layer):
            name = f"model.{side}.layers.{number}"
            own = f"{name}.self_attn"
            linear(layer.self_attention.linear[0], *(f"{own}.{part}_proj" for part in "qkv"))
            linear(layer.self_attention.linear[1], f"{own}.out_proj")
            norm(layer.self_attention.layer_norm, f"{own}_layer_norm")
            if side == "decoder":
                other = f"{name}.encoder_attn"
                linear(layer.attention.linear[0], f"{other}.q_proj")
                linear(layer.attention.linear[1], f"{other}.k_proj", f"{other}.v_proj")
                linear(layer.attention.linear[2], f"{other}.out_proj")
                norm(layer.attention.layer_norm, f"{other}_layer_norm")
            linear(layer.ffn.linear_0, f"{name}.fc1")
            linear(layer.ffn.linear_1, f"{name}.fc2")
            norm(layer.ffn.layer_norm, f"{name}.final_layer_norm")
    spec.decoder.start_from_zero_embedding = True
    spec.decoder.projection.weight = table
    spec.decoder.projection.bias = tensors["final_logits_bias"][0, :-1]
    names = list(json.loads((source / "vocab.json").read_text("utf-8")))[:-1]
    spec.register_source_vocabulary(names)
    spec.register_target_vocabulary(names)
    spec.config.bos_token, spec.config.eos_token, spec.config.unk_token = "<s>", "</s>", "<unk>"
    spec.config.decoder_start_token = spec.config.eos_token
    spec.validate()
    spec.optimize(quantization="int8")
    target.mkdir(parents=True, exist_ok=True)
    spec.save(str(target))
    # The order of ids, as the worker says tokens by their names.
    (target / "names.json").write_text(json.dumps(names), "utf-8")


if __name__ == "__main__":
    main()
