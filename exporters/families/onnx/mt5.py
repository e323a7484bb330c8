"""mT5: T5 with gates in its feed-forward layers and a head of its own."""

from __future__ import annotations

from exporters.families.onnx.seq2seq import Seq2SeqConversion
from exporters.families.onnx.t5 import T5, UNUSED

CONVERSION = Seq2SeqConversion(T5("gated-gelu", scaled=False), UNUSED)
