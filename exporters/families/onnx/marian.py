"""OPUS-MT: Marian's transformers as transformers saves them; norms behind each part, sines, tables tied."""

from __future__ import annotations

from exporters.families.onnx.bart import UNUSED, Bart
from exporters.families.onnx.seq2seq import Seq2SeqConversion

CONVERSION = Seq2SeqConversion(Bart("marian", norm_first=False, embedding_norm=False, activation="gelu"), UNUSED)
