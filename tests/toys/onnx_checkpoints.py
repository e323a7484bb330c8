"""Tiny random checkpoints whose greedy text has many different tokens, and what transformers makes of them.

As transformers initialises them (0.02 everywhere), such models say one token again and again whatever they read, so
that equal text proves little. So these weights are larger, by factors that were tried until texts had many tokens and
the best one of a step is ahead of the second by more than rounding; `larger=False` leaves transformers' own.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toys.checkpoints import KINDS, LINES, Kind, _sentencepiece

_SIZES = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 128,
    "scale_embedding": True,
}
_T5 = {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 3}
OPUS_LANGUAGES = [">>por<<", ">>deu<<"]


def _marian(folder: Path) -> None:
    """Two models of pieces that overlap, ids of their own, and a piece of the source that has none."""
    half = len(LINES) // 2
    for name, seed in (("source.spm", 0), ("target.spm", half)):
        _sentencepiece(folder / name, "unigram", 260 + seed)
    import sentencepiece

    pieces: dict[str, None] = {}
    for name in ("source.spm", "target.spm"):
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
        listed = [model.id_to_piece(at) for at in range(model.get_piece_size())]
        pieces |= dict.fromkeys(piece for piece in listed if not piece.startswith("<"))
    names = sorted(pieces)
    missing = "▁the"
    names.remove(missing)
    vocabulary = ["</s>", "<unk>", *OPUS_LANGUAGES, *names, "<pad>"]
    ids = {name: at for at, name in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(ids), "utf-8")
    config = {"source_lang": "en", "target_lang": "mul", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")


SEQ2SEQ = {
    "marian": Kind("marian", _marian, "MarianMTModel", {**_SIZES, "activation_function": "swish"}),
    "nllb": dataclasses.replace(KINDS["nllb"], settings={**_SIZES, "activation_function": "relu"}),
    "mbart": dataclasses.replace(KINDS["mbart"], settings=_SIZES),
    "t5": dataclasses.replace(
        KINDS["mt5"], name="t5", model="T5ForConditionalGeneration", settings={**_T5, "feed_forward_proj": "relu"}
    ),
    "mt5": dataclasses.replace(KINDS["mt5"], settings={**_T5, "feed_forward_proj": "gated-gelu"}),
}


def write_seq2seq(folder: Path, kind: Kind, *, larger: bool = True, **changes: Any) -> Path:
    """Write a checkpoint into the empty folder; larger: layers are large beside the table, so no text repeats."""
    import torch
    import transformers

    kind.tokenizer(folder)
    if kind.name == "marian":
        size = len(json.loads((folder / "vocab.json").read_text("utf-8")))
        ids = {"pad_token_id": size - 1, "eos_token_id": 0, "decoder_start_token_id": size - 1}
        ids |= {"forced_eos_token_id": 0}
    else:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        size = len(tokenizer)
        ids = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in kind.ids}
        ids["decoder_start_token_id"] = ids["pad_token_id"] if "t5" in kind.name else ids["eos_token_id"]
    model_class = getattr(transformers, kind.model)
    torch.manual_seed(kind.seed)
    settings = {"vocab_size": size + kind.padding, **kind.settings, **ids, **changes}
    model = model_class(model_class.config_class(**settings))
    with torch.no_grad():
        for name, parameter in model.named_parameters() if larger else ():
            if "embed_positions" in name and kind.name == "marian":
                continue
            if parameter.ndim == 1:
                # Constants of any size would say the same token whatever was read.
                parameter.normal_(1.0 if name.endswith("norm.weight") else 0.0, 0.1)
            else:
                # T5 does not scale its scores: larger layers would turn rounding into other tokens.
                layers = 0.3 if "t5" in kind.name else 0.6
                parameter.normal_(0.0, 0.15 if "shared" in name or "lm_head" in name else layers)
        if "final_logits_bias" in dict(model.named_buffers()):
            model.final_logits_bias.normal_(0.0, 0.1)
    if kind.name == "marian":
        model.generation_config.bad_words_ids = [[size - 1]]
    model.generation_config.forced_eos_token_id = None
    model.save_pretrained(folder)
    return folder


def open_model(kind: Kind, folder: Path) -> Any:
    """The checkpoint as transformers opens it."""
    import transformers

    return getattr(transformers, kind.model).from_pretrained(folder, dtype="auto").eval()


def greedy(
    model: Any, sources: Sequence[Sequence[int]], *, start: int, forced: int | None, most: int, never: Sequence[int]
) -> list[list[int]]:
    """What transformers generates for each, without what it begins with and without the end mark.

    Those of one length go together: none is padded, so that none is told anything of another.
    """
    import torch

    by_length: dict[int, list[int]] = {}
    for at, source in enumerate(sources):
        by_length.setdefault(len(source), []).append(at)
    end = model.config.eos_token_id
    found: dict[int, list[int]] = {}
    for length, places in by_length.items():
        with torch.no_grad():
            output = model.generate(
                torch.tensor([list(sources[at]) for at in places]),
                attention_mask=torch.ones(len(places), length, dtype=torch.long),
                do_sample=False,
                num_beams=1,
                max_new_tokens=most,
                decoder_start_token_id=start,
                forced_bos_token_id=forced,
                suppress_tokens=list(never) or None,
            )
        for at, row in zip(places, output.tolist(), strict=True):
            ids = row[1 if forced is None else 2 :]
            found[at] = ids[: ids.index(end)] if end in ids else ids
    return [found[at] for at in range(len(sources))]
