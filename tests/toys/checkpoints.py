"""Tiny random Hugging Face checkpoints, one of each family, each with a tokenizer of the kind that the family has.

The tokenizers are trained on the few lines below and saved by transformers' own classes; weights are random, large
enough that greedy text is no single repeated token.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from toys.sentencepiece_models import trained_sentencepiece

LINES = [
    "The children walked to the school by the river in the morning.",
    "The teacher reads a story about the sea and the moon.",
    "Where are the books that were on the table yesterday?",
    "Every child has the right to learn in their own language.",
    "We are learning the names of the birds and the trees.",
    "The answer is not in the book, but it is in the question.",
    "As crianças caminharam para a escola junto ao rio de manhã.",
    "A professora lê uma história sobre o mar e a lua.",
    "Onde estão os livros que estavam em cima da mesa ontem?",
    "Todas as crianças têm o direito de aprender na sua língua.",
    "Estamos a aprender os nomes dos pássaros e das árvores.",
    "A resposta não está no livro, mas está na pergunta.",
    "Die Kinder gingen am Morgen am Fluss entlang zur Schule.",
    "Die Lehrerin liest eine Geschichte über das Meer und den Mond.",
    "Wo sind die Bücher, die gestern auf dem Tisch lagen?",
    "Дети утром шли в школу вдоль реки.",
    "Учительница читает рассказ о море и луне.",
    "Где книги, которые вчера лежали на столе?",
    "बच्चे सुबह नदी के किनारे स्कूल गए।",
    "शिक्षिका समुद्र और चाँद की कहानी पढ़ती है।",
    "ልጆቹ ጠዋት በወንዙ ዳር ወደ ትምህርት ቤት ሄዱ።",
    "Watoto walitembea kwenda shuleni kando ya mto asubuhi.",
    "Mwalimu anasoma hadithi kuhusu bahari na mwezi.",
]
# What the trimmed models are spoken to with: English and Portuguese alone.
COVERED = LINES[:12]
WIDTH = 16


@contextlib.contextmanager
def no_network() -> Iterator[None]:
    """transformers told to stay offline, and every connection refused, as long as the block runs."""
    import huggingface_hub.constants
    import transformers

    def refuse(*arguments: object) -> None:
        raise AssertionError(f"a socket: {arguments}")

    with pytest.MonkeyPatch.context() as patch:
        transformers.utils.logging.disable_progress_bar()
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
        patch.setattr(socket.socket, "connect", refuse)
        yield


def _sentencepiece(target: Path, kind: str, size: int, **settings: Any) -> None:
    settings = {"vocab_size": size, "character_coverage": 1.0, "hard_vocab_limit": False, **settings}
    target.write_bytes(trained_sentencepiece(LINES * 3, kind=kind, **settings))


def _saved(folder: Path, tokenizer: Any) -> None:
    """What transformers writes of a tokenizer, without touching the files it was read from."""
    tokenizer.save_pretrained(folder)


def _xlm_roberta(folder: Path) -> None:
    from transformers import XLMRobertaTokenizer

    _sentencepiece(folder / "sentencepiece.bpe.model", "unigram", 300)
    _saved(folder, XLMRobertaTokenizer.from_pretrained(folder))


def _mbart(folder: Path) -> None:
    from transformers import MBartTokenizer

    _sentencepiece(folder / "sentencepiece.bpe.model", "unigram", 300)
    _saved(folder, MBartTokenizer.from_pretrained(folder, src_lang="en_XX", tgt_lang="de_DE"))


def _nllb(folder: Path) -> None:
    from transformers import NllbTokenizer

    _sentencepiece(folder / "sentencepiece.bpe.model", "bpe", 420)
    codes = ["deu_Latn", "eng_Latn", "hin_Deva", "por_Latn"]
    _saved(
        folder,
        NllbTokenizer.from_pretrained(folder, src_lang="eng_Latn", tgt_lang="por_Latn", extra_special_tokens=codes),
    )


def _mt5(folder: Path) -> None:
    from transformers import T5Tokenizer

    _sentencepiece(
        folder / "spiece.model", "unigram", 300, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, byte_fallback=False
    )
    _saved(folder, T5Tokenizer.from_pretrained(folder, extra_ids=0))


def _bert(folder: Path) -> None:
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertTokenizer

    trained = BertWordPieceTokenizer(lowercase=False)
    trained.train_from_iterator(LINES * 3, vocab_size=400, show_progress=False)
    (folder / "vocab.txt").write_text(
        "".join(f"{token}\n" for token, _ in sorted(trained.get_vocab().items(), key=lambda one: one[1])), "utf-8"
    )
    _saved(folder, BertTokenizer.from_pretrained(folder, do_lower_case=False))


def _gemma(folder: Path) -> None:
    from transformers import GemmaTokenizer

    _sentencepiece(
        folder / "tokenizer.model",
        "bpe",
        700,
        pad_id=0,
        eos_id=1,
        bos_id=2,
        unk_id=3,
        pad_piece="<pad>",
        eos_piece="<eos>",
        bos_piece="<bos>",
        byte_fallback=True,
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        user_defined_symbols=["<mask>", "<start_of_turn>", "<end_of_turn>"],
    )
    _saved(folder, GemmaTokenizer.from_pretrained(folder, extra_special_tokens=["<start_of_turn>", "<end_of_turn>"]))


def _mistral(folder: Path) -> None:
    from transformers import LlamaTokenizer

    _sentencepiece(folder / "tokenizer.model", "bpe", 700, byte_fallback=True, normalization_rule_name="identity")
    _saved(folder, LlamaTokenizer.from_pretrained(folder))


def _byte_level(pattern: str | None, special: Sequence[str], *, ignore_merges: bool) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    split = [] if pattern is None else [pre_tokenizers.Split(Regex(pattern), "isolated")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=520, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[]
    )
    tokenizer.train_from_iterator(LINES * 3, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer


_CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def _qwen(folder: Path) -> None:
    from transformers import Qwen2Tokenizer

    trained = json.loads(_byte_level(None, [], ignore_merges=False).to_str())["model"]
    (folder / "vocab.json").write_text(json.dumps(trained["vocab"], ensure_ascii=False), "utf-8")
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in trained["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), "utf-8")
    names = {"extra_special_tokens": ["<|im_start|>", "<|im_end|>"], "eos_token": "<|im_end|>"}
    _saved(folder, Qwen2Tokenizer.from_pretrained(folder, **names))


def _llama3(folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|reserved_special_token_0|>"]
    backend = _byte_level(_CL100K, special, ignore_merges=True)
    _saved(folder, PreTrainedTokenizerFast(tokenizer_object=backend, bos_token=special[0], eos_token=special[1]))


def _bloom(folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    special = ["<unk>", "<s>", "</s>", "<pad>"]
    backend = _byte_level(None, special, ignore_merges=False)
    names = dict(zip(("unk_token", "bos_token", "eos_token", "pad_token"), special, strict=True))
    _saved(folder, PreTrainedTokenizerFast(tokenizer_object=backend, **names))


@dataclass(frozen=True, slots=True)
class Kind:
    """A family: its tokenizer, the class of the model, its settings; padding: rows that are no token."""

    name: str
    tokenizer: Callable[[Path], None]
    model: str
    settings: dict[str, Any]
    padding: int = 0
    ids: Sequence[str] = ()
    generates: bool = True
    seed: int = field(default=1)


_ENCODER = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
_DECODER = {
    **_ENCODER,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "max_position_embeddings": 96,
    "initializer_range": 0.3,
}
_BART = {
    "d_model": WIDTH,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "max_position_embeddings": 96,
    "init_std": 0.3,
}
_T5 = {"d_model": WIDTH, "d_kv": 8, "d_ff": 24, "num_layers": 1, "num_heads": 2, "tie_word_embeddings": False}
_GEMMA3N = {
    **_DECODER,
    "intermediate_size": [24, 24],
    "vocab_size_per_layer_input": 690,
    "hidden_size_per_layer_input": 4,
    "layer_types": ["sliding_attention", "full_attention"],
    "num_kv_shared_layers": 0,
    "activation_sparsity_pattern": [0.0, 0.0],
    "laurel_rank": 4,
    "sliding_window": 32,
}
_SPECIAL = ("pad", "bos", "eos")

KINDS = {
    kind.name: kind
    for kind in (
        Kind("xlm-roberta", _xlm_roberta, "XLMRobertaForMaskedLM", _ENCODER, 3, _SPECIAL, generates=False),
        Kind("bert", _bert, "BertForMaskedLM", _ENCODER, 0, ("pad",), generates=False),
        Kind("mt5", _mt5, "MT5ForConditionalGeneration", _T5, 12, ("pad", "eos")),
        Kind("mbart", _mbart, "MBartForConditionalGeneration", _BART, 0, _SPECIAL),
        Kind("nllb", _nllb, "M2M100ForConditionalGeneration", _BART, 2, _SPECIAL),
        Kind("gemma3", _gemma, "Gemma3ForCausalLM", {**_DECODER, "sliding_window": 32}, 5, _SPECIAL),
        Kind("gemma3n", _gemma, "Gemma3nForCausalLM", _GEMMA3N, 0, _SPECIAL),
        Kind("qwen2", _qwen, "Qwen2ForCausalLM", {**_DECODER, "tie_word_embeddings": True}, 9, ("eos",)),
        Kind("qwen3", _qwen, "Qwen3ForCausalLM", {**_DECODER, "tie_word_embeddings": False}, 9, ("eos",)),
        Kind("llama3", _llama3, "LlamaForCausalLM", _DECODER, 0, ("bos", "eos")),
        Kind("mistral", _mistral, "MistralForCausalLM", _DECODER, 0, ("bos", "eos")),
        Kind("bloom", _bloom, "BloomForCausalLM", {"hidden_size": WIDTH, "n_layer": 2, "n_head": 2}, 6, _SPECIAL),
    )
}


def write_checkpoint(folder: Path, kind: Kind, *, dtype: str = "float32", shard: str = "1GB", **changes: Any) -> Path:
    """Write a checkpoint into the empty folder; changes: settings beside the family's."""
    import torch
    import transformers

    kind.tokenizer(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model_class = getattr(transformers, kind.model)
    ids = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in kind.ids}
    if kind.name in ("mbart", "nllb"):
        ids["decoder_start_token_id"] = tokenizer.eos_token_id
    settings = {"vocab_size": len(tokenizer) + kind.padding, **kind.settings, **ids, **changes}
    torch.manual_seed(kind.seed)
    model = model_class(model_class.config_class(**settings)).to(getattr(torch, dtype))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.4)
        if "final_logits_bias" in dict(model.named_buffers()):
            model.final_logits_bias.normal_(0.0, 0.4)
    model.save_pretrained(folder, max_shard_size=shard)
    return folder
