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
    order: dict[str, int] = {}
    again = 0
    last = ""
    for left, right in words.merges:
        made = left + right
        if made != last:
            again += made in order
            order.setdefault(made, len(order))
            last = made
    own = _own_scores(checkpoint)
    scores = np.zeros(len(words.names), np.float32)
    if own is not None:
        scores[:] = own
        listed = [scores[words.ids[made]] for made in order if made in words.ids and _is_normal(words.ids[made], types)]
        again = int((np.diff(np.array(listed, np.float32)) > 0).sum())
    else:
        for made, at in order.items():
            if made in words.ids:
                scores[words.ids[made]] = -at
        # What no merge makes is a character, joined with nothing.
        rest = [at for at, name in enumerate(words.names) if name not in order and types[at] == TokenType.NORMAL]
        scores[rest] = -len(order)
    if again:
        reasons.append(f"{again:,} of its merges are not in the order of scores, by which llama.cpp joins")
    ways = set(words.merges)
    model = words.model
    unlisted = sum(
        token[:at] in model and token[at:] in model and (token[:at], token[at:]) not in ways
        for token, number in model.items()
        if _is_normal(number, types)
        for at in range(1, len(token))
    )
    if unlisted:
        reasons.append(f"{unlisted:,} ways to join two tokens are no merges, and llama.cpp would join them")
    return scores


def _is_normal(at: int, types: NDArray[np.int32]) -> bool:
    return bool(types[at] == TokenType.NORMAL)


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
