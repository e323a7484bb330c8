"""mBART and mBART-50: norms in front of each part, learned positions, a norm behind them."""

from __future__ import annotations

from exporters.families.onnx.bart import UNUSED, Bart
from exporters.families.onnx.seq2seq import Seq2SeqConversion

CONVERSION = Seq2SeqConversion(Bart("learned", norm_first=True, embedding_norm=True, activation="gelu"), UNUSED)
