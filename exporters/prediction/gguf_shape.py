"""The numbers of a GGUF's metadata that decide its memory and the types of its tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.containers.gguf import Gguf, Kind

# One layer of six looks at the whole text, the others at a window (`set_swa_pattern` in llama.cpp's `models/`).
_WINDOWED = {"gemma3": 6, "gemma2": 2, "cohere2": 4}


@dataclass(frozen=True, slots=True)
class Shape:
    """layers: of the decoder or the encoder.  key_heads: of each layer.  key, value: values of one head.

    window: tokens that a windowed layer looks back at, None where every layer sees all; whole_every: of so many layers
    one is not windowed.
    """

    architecture: str
    layers: int
    width: int
    inner: int
    heads: int
    key_heads: Sequence[int]
    key: int
    value: int
    experts: int
    window: int | None
    whole_every: int

    @classmethod
    def of(cls, file: Gguf) -> Shape:
        """Read it; what is not said is taken as llama.cpp takes it."""
        architecture = text_of(file, "general.architecture")

        def number(key: str, otherwise: int) -> int:
            found = _numbers(file, f"{architecture}.{key}")
            return found[0] if found else otherwise

        # A layer has tensors: a file that says it has more is not believed.
        layers, heads = min(number("block_count", 0), len(file.tensors)), max(1, number("attention.head_count", 1))
        width = number("embedding_length", 0)
        listed = _numbers(file, f"{architecture}.attention.head_count_kv") or [heads]
        window = number("attention.sliding_window", 0)
        return cls(
            architecture,
            layers,
            width,
            number("feed_forward_length", 0),
            heads,
            listed if len(listed) == layers else listed[:1] * layers,
            number("attention.key_length", width // heads),
            number("attention.value_length", width // heads),
            number("expert_count", 0),
            window if window and architecture in _WINDOWED else None,
            _WINDOWED.get(architecture, 1),
        )

    def cells(self, layer: int, context: int, batch: int) -> int:
        """Tokens that the cache of a layer holds for one text of context tokens, fed batch at a time."""
        if self.window is None or (layer + 1) % self.whole_every == 0:
            return context
        return min(context, -(-(self.window + batch) // 256) * 256)


def text_of(file: Gguf, key: str) -> str:
    """A metadata text, empty where there is none."""
    value = file.metadata.get(key)
    return value.value.decode("utf-8", "replace") if value is not None and value.kind == Kind.STRING else ""


def _numbers(file: Gguf, key: str) -> list[int]:
    """A metadata number, or an array of some; every one at least 0, as a file from elsewhere may say anything."""
    value = file.metadata.get(key)
    if value is None or value.kind == Kind.STRING or value.items == Kind.STRING:
        return []
    listed = list(value.value) if value.kind == Kind.ARRAY else [value.value]
    return [min(max(0, int(one)), 1 << 32) for one in listed]
