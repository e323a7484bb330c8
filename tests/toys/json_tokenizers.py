"""Small tokenizers of each kind as a `tokenizer.json`: trained by the tokenizers library, and made up at random."""

from __future__ import annotations

import functools
import json
import random
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors, trainers
from toys.marian_student import toy_lines

from exporters.trim.tokenizer_json import JsonTokenizer, open_tokenizer_json

Json = dict[str, Any]
UNKNOWN = "<unk>"


def opened(document: Json, *, size: int | None = None, keep: Collection[str | int] = ()) -> JsonTokenizer:
    """The tokenizer that a folder with this tokenizer.json has."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokenizer.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        return open_tokenizer_json(path, size=size, keep=keep)


def library_of(tokenizer: JsonTokenizer) -> tokenizers.Tokenizer:
    """What everybody else opens the file with."""
    return tokenizers.Tokenizer.from_str(tokenizer.to_json())


def trained(kind: str) -> Json:
    """A tokenizer of 400 to 500 tokens that was trained here; kind: `byte-level`, `characters`, `unigram`, `wordpiece`.

    They have what the files in use have: normalisers, special tokens inside and added tokens behind the vocabulary,
    room for later, a post-processor.
    """
    return json.loads(_trained(kind))  # type: ignore[no-any-return]  # JSON


@functools.cache
def _trained(kind: str) -> str:
    lines = toy_lines(3, 400)
    made = {"byte-level": _byte_level, "characters": _characters, "unigram": _unigram, "wordpiece": _wordpiece}
    return made[kind](lines).to_str()


def _byte_level(lines: Sequence[str]) -> tokenizers.Tokenizer:
    """As Llama 3 and Qwen: all special tokens come after the vocabulary."""
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(lines, trainer)
    made.add_special_tokens(["<|begin|>", "<|end|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>"])
    made.add_tokens([AddedToken("<tool>", normalized=False), AddedToken("<call>", normalized=False)])
    begin = made.token_to_id("<|begin|>")
    template = processors.TemplateProcessing(
        single="<|begin|> $A", pair="<|begin|> $A <|begin|> $B", special_tokens=[("<|begin|>", begin)]
    )
    made.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return made


def _characters(lines: Sequence[str]) -> tokenizers.Tokenizer:
    """As Gemma and Llama 2: special tokens and bytes come first, characters without a token are spelled in bytes."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<unused0>", "<unused1>"]
    learnt = tokenizers.Tokenizer(models.BPE(unk_token=UNKNOWN))
    learnt.normalizer = normalizers.Replace(" ", "▁")
    learnt.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    learnt.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=220, special_tokens=special, show_progress=False))
    model = json.loads(learnt.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    names = [*tokens[:6], *(f"<0x{byte:02X}>" for byte in range(256)), *tokens[6:]]
    vocab = {token: at for at, token in enumerate(names)}
    made = tokenizers.Tokenizer(
        models.BPE(vocab, list(map(tuple, model["merges"])), unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True)
    )
    made.normalizer = normalizers.Replace(" ", "▁")
    made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    made.add_special_tokens(special)
    made.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    return made


def _unigram(lines: Sequence[str]) -> tokenizers.Tokenizer:
    """As XLM-R and NLLB: the unknown token is the fourth, codes of languages and `<mask>` come last."""
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    made = tokenizers.Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    made.train_from_iterator(
        lines, trainers.UnigramTrainer(vocab_size=400, special_tokens=special, unk_token=UNKNOWN, show_progress=False)
    )
    made.add_special_tokens(["eng_Latn", "por_Latn", "amh_Ethi", AddedToken("<mask>", lstrip=True, normalized=False)])
    made.post_processor = processors.TemplateProcessing(
        single="eng_Latn $A </s>",
        pair="eng_Latn $A $B </s>",
        special_tokens=[("eng_Latn", made.token_to_id("eng_Latn")), ("</s>", 2)],
    )
    made.enable_padding(pad_id=1, pad_token=special[1])
    made.enable_truncation(max_length=8)
    return made


def _wordpiece(lines: Sequence[str]) -> tokenizers.Tokenizer:
    """As mBERT, in lower case."""
    special = ["[PAD]", "[unused1]", "[unused2]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made = tokenizers.Tokenizer(models.WordPiece(unk_token=special[3], max_input_chars_per_word=20))
    made.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(
        lines, trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    )
    made.post_processor = processors.BertProcessing(("[SEP]", 5), ("[CLS]", 4))
    return made


def document_of(model: Json, *, added: Sequence[Json] = (), **more: Any) -> Json:
    """A file with this model and nothing around it."""
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"))
    return {"version": "1.0", **empty, "added_tokens": list(added), "model": model, **more}


def added(content: str, at: int, **flags: bool) -> Json:
    """An entry of `added_tokens`."""
    unset = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    return {"id": at, "content": content, **unset, **flags}


def bpe_of(tokens: Sequence[str], merges: Sequence[tuple[str, str]], **settings: Any) -> Json:
    """A BPE of characters with these tokens, by id."""
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": {token: at for at, token in enumerate(tokens)},
        "merges": [list(merge) for merge in merges],
    }
    return document_of({**model, **settings})


def unigram_of(scores: Mapping[str, float], **settings: Any) -> Json:
    """A Unigram of these tokens, the unknown one first."""
    vocab = [["<unk>", 0.0], *([token, score] for token, score in scores.items())]
    return document_of({"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": False, **settings})


def wordpiece_of(tokens: Sequence[str], **settings: Any) -> Json:
    """A WordPiece of these tokens, the unknown one first, for words between spaces."""
    vocab = {token: at for at, token in enumerate(["[UNK]", *tokens])}
    model = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 8,
        "vocab": vocab,
    }
    return document_of({**model, **settings}, pre_tokenizer={"type": "WhitespaceSplit"})


def naive_bpe(document: Json, kept: Collection[int]) -> JsonTokenizer:
    """What trimmers that only count do: the tokens that were seen, and the merges whose tokens are left."""
    model = document["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    vocab = {tokens[at]: new for new, at in enumerate(sorted(kept))}
    merges = [one for one in model["merges"] if one[0] in vocab and one[1] in vocab and one[0] + one[1] in vocab]
    return opened(
        {**document, "added_tokens": [], "post_processor": None, "model": {**model, "vocab": vocab, "merges": merges}}
    )


def noise(seed: int, count: int, letters: str) -> list[str]:
    """Lines of random letters."""
    chooser = random.Random(seed)
    return ["".join(chooser.choices(letters, k=chooser.randrange(1, 30))) for _ in range(count)]
