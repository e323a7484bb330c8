"""A small SentencePiece BPE tokenizer: letters of two scripts, their pairs in a few words, bytes for all else."""

from __future__ import annotations

import numpy as np

from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.vocabulary import TokenType, Vocabulary

_JOINED = ["th", "the", "▁the", "▁t", "in", "ing", "an", "and", "▁and", "▁a", "ሰላ", "ሰላም", "▁ሰ"]


def toy_tokenizer() -> SpmBpe:
    """About 340 tokens."""
    letters = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,▁ሰላምነ"]
    tokens = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), *letters, *_JOINED]
    scores = [0.0] * (257 + len(letters)) + [-float(at) for at in range(len(_JOINED))]
    types = [TokenType.UNKNOWN, *[TokenType.BYTE] * 256, *[TokenType.NORMAL] * (len(letters) + len(_JOINED))]
    vocabulary = Vocabulary(tokens, np.array(scores, np.float32), np.array(types, np.int32))
    return SpmBpe(vocabulary, space_prefix=False)
