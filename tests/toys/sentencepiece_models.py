"""SentencePiece models that are trained here, in a second."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

# Settings of a model that leaves text as it is.
AS_IT_IS: Mapping[str, Any] = {
    "normalization_rule_name": "identity",
    "add_dummy_prefix": False,
    "remove_extra_whitespaces": False,
}


def trained_sentencepiece(lines: Iterable[str], *, kind: str = "unigram", **settings: Any) -> bytes:
    """The bytes of an `.spm`.  kind: `unigram` or `bpe`.  settings: flags of the trainer."""
    import sentencepiece

    stream = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=stream, model_type=kind, num_threads=1, minloglevel=2, **settings
    )
    return stream.getvalue()
