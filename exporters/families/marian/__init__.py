"""Marian students (Firefox Translations, Bergamot): `.bin` or `.npz`, `.spm` and `lex.*.bin` to one ONNX file."""

from __future__ import annotations

from exporters.families.marian.exporter import MarianExporter

__all__ = ["MarianExporter"]
