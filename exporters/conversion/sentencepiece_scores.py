"""The scores of a SentencePiece BPE: those of its own file, or the order of the merges that were made from them.

llama.cpp joins the neighbours whose concatenation has the best score; tokenizer.json lists merges, the best first. The
two say the same where merges are in the order of their results' scores and every way to make a token is one of them.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from exporters.conversion.checkpoint import Checkpoint
from exporters.tokenizers.protobuf import BYTES, FIXED32, WireError, fields
from exporters.trim.hf.json_file import read_bytes
from exporters.trim.vocabulary import TokenType

_FILE = "tokenizer.model"
_PIECE, _TEXT, _SCORE = 1, 1, 2  # `sentencepiece_model.proto`


def scores_of(checkpoint: Checkpoint, types: NDArray[np.int32], reasons: list[str]) -> NDArray[np.float32]:
    """(V,) float32; where merges are none that scores can say goes to reasons."""
    words = checkpoint.words
    normal = {token: at for token, at in words.model.items() if types[at] == TokenType.NORMAL}
    # What makes a control or user-defined token never happens: those are found before anything is joined, and in
    # Gemma's tokenizer.json their 1,308 merges have equal scores and lie mixed.
    ways = [(left, right) for left, right in words.merges if left + right in normal]
    order: dict[str, int] = {}
    again = 0
    last = ""
    for left, right in ways:
        made = left + right
        if made != last:
            again += made in order
            order.setdefault(made, len(order))
            last = made
    scores = _own_scores(checkpoint)
    if scores is not None:
        listed = scores[[normal[made] for made in order]] if order else scores[:0]
        again = int((np.diff(listed) > 0).sum())
    else:
        # What no merge makes is a character, joined with nothing.
        scores = np.full(len(words.names), -len(order), np.float32)
        for made, at in order.items():
            scores[normal[made]] = -at
    if again:
        reasons.append(f"{again:,} of its merges are not in the order of scores, by which llama.cpp joins")
    model = words.model
    possible = sum(token[:at] in model and token[at:] in model for token in normal for at in range(1, len(token)))
    if possible > len(set(ways)):
        reasons.append(f"{possible - len(set(ways)):,} ways to join two tokens are no merges, and llama.cpp joins them")
    return scores


def _own_scores(checkpoint: Checkpoint) -> NDArray[np.float32] | None:
    """(V,) of `tokenizer.model`, None where there is none or its pieces are not the tokens.

    A token that it does not have, which was added later, has the score -1000 of llama.cpp's converter: never joined.
    """
    path = checkpoint.path / _FILE
    if not path.is_file():
        return None
    names = checkpoint.words.names
    scores = np.full(len(names), -1000, np.float32)
    count = 0
    try:
        for number, kind, piece in fields(memoryview(read_bytes(path))):
            if number != _PIECE or kind != BYTES or isinstance(piece, int):
                continue
            text, score = b"", 0.0
            for inner, form, value in fields(piece):
                if inner == _TEXT and form == BYTES and not isinstance(value, int):
                    text = bytes(value)
                elif inner == _SCORE and form == FIXED32 and not isinstance(value, int):
                    (score,) = struct.unpack("<f", value)
            if count >= len(names) or names[count].encode("utf-8", "surrogatepass") != text or not np.isfinite(score):
                return None
            scores[count] = score
            count += 1
    except WireError:
        return None
    return scores
