"""What the receipt of a one-file ONNX translation model says of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.errors import ModelFormatError
from edgekit.engine.language_tokens import LanguageTokens

# The number goes up with every change of the graph's interface: an artifact of another one is built again.
KIND = "onnx-translation-2"
# As many as an exporter takes; a vector of all of them is made for every sentence.
MOST_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the receipt says of the model; every file name is relative to the artifact's folder.

    max_length_factor, max_length_extra: a sentence of n tokens (end mark included) becomes at most
    ceil(factor * n) + extra tokens, and never more than `positions`.
    tokens: what decoding begins with and where languages are named, of a model that needs to be told.
    """

    graph: str
    source_tokenizer: str
    target_tokenizer: str
    source_vocabulary: int
    target_vocabulary: int
    end: int
    unknown: int
    positions: int
    max_source_tokens: int
    max_length_factor: float
    max_length_extra: int
    shortlist: Mapping[str, Any] | None
    tokens: LanguageTokens | None = None

    @classmethod
    def read(cls, engine: Mapping[str, Any]) -> Settings:
        """Check the receipt's `engine` part; all reasons at once. Raises ModelFormatError."""
        kinds: dict[str, type | tuple[type, ...]] = {
            "graph": str,
            "source_tokenizer": str,
            "target_tokenizer": str,
            "source_vocabulary": int,
            "target_vocabulary": int,
            "end": int,
            "unknown": int,
            "positions": int,
            "max_source_tokens": int,
            "max_length_factor": (int, float),
            "max_length_extra": int,
            "shortlist": (Mapping, type(None)),
        }
        reasons = [] if engine.get("kind") == KIND else [f"its kind is `{engine.get('kind')}`, not `{KIND}`"]
        for name, kind in kinds.items():
            value = engine.get(name)
            if not isinstance(value, kind) or isinstance(value, bool):
                reasons.append(f"`{name}` is missing or of a wrong type")
            elif isinstance(value, int | float) and not 0 <= value < 2**31:
                reasons.append(f"`{name}` is {value}")
            elif isinstance(value, str) and not is_file_name(value):
                reasons.append(f"`{name}` is no plain file name")
        if not reasons:
            smallest, largest = sorted((engine["source_vocabulary"], engine["target_vocabulary"]))
            if largest > MOST_TOKENS:
                reasons.append(f"its vocabulary has {largest:,} tokens, more than {MOST_TOKENS:,}")
            reasons += [
                f"`{name}` is {engine[name]}, no token of its vocabularies"
                for name in ("end", "unknown")
                if engine[name] >= smallest
            ]
        if reasons:
            raise ModelFormatError("the receipt does not describe a translation model", reasons=reasons)
        tokens = LanguageTokens.read(engine, engine["target_vocabulary"]) if "start" in engine else None
        return cls(**{name: engine[name] for name in kinds}, tokens=tokens)

    def limit(self, source_length: int) -> int:
        """Most tokens for a source of this many tokens, end marks included on both sides."""
        return min(self.positions, math.ceil(self.max_length_factor * source_length) + self.max_length_extra)


def is_file_name(text: str) -> bool:
    """Whether a receipt may name a file of the artifact's folder so."""
    return "/" not in text and why_unsafe_path(text) is None
