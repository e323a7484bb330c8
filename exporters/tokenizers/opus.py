"""OPUS-MT's vocabularies: `source.spm` and `target.spm` cut texts, and `vocab.json` gives the pieces of both their ids.

Source: `MarianTokenizer` of transformers 5; the punctuation that sacremoses would normalise first stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from edgekit.core.errors import ModelFormatError
from edgekit.tokenizer.sentencepiece import CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED
from exporters.tokenizers.sentencepiece import SentencePieceModel, check_pieces

OPUS_FILES = ("source.spm", "target.spm", "vocab.json")
UNKNOWN_NAME = "<unk>"
_CONTROLS = ("</s>", "<s>", "<pad>")


def vocabulary_in_order(file: str, model: SentencePieceModel, ids: Mapping[str, int]) -> SentencePieceModel:
    """The pieces of one side by their ids in vocab.json, and behind them those that have none and stand for unknown.

    A piece of the other side alone is there to be read, never to be cut into.  Raises ModelFormatError.
    """
    names = sorted(ids, key=ids.__getitem__)
    if [ids[name] for name in names] != list(range(len(names))) or UNKNOWN_NAME not in ids:
        raise ModelFormatError(
            f"the ids beside `{file}` are damaged", reasons=[f"they do not count from 0, or `{UNKNOWN_NAME}` has none"]
        )
    spoken = {
        piece: (score, kind)
        for piece, score, kind in zip(model.pieces, model.scores, model.kinds, strict=True)
        if kind in (NORMAL, USER_DEFINED)
    }
    listed = [(name, *spoken.get(name, (0.0, _kind(name)))) for name in names]
    listed += [(piece, score, kind) for piece, (score, kind) in spoken.items() if piece not in ids]
    pieces, scores, kinds = zip(*listed, strict=True)
    found = SentencePieceModel(
        pieces=pieces,
        scores=scores,
        kinds=kinds,
        charsmap_bytes=model.charsmap_bytes,
        charsmap=model.charsmap,
        add_dummy_prefix=model.add_dummy_prefix,
        remove_extra_whitespaces=model.remove_extra_whitespaces,
        byte_fallback=False,
        unknown_surface=model.unknown_surface,
    )
    check_pieces(file, found)
    return found


def _kind(name: str) -> int:
    return UNKNOWN if name == UNKNOWN_NAME else CONTROL if name in _CONTROLS else UNUSED
