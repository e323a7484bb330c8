"""M2M100, NLLB and SMaLL-100: norms in front of each part, sines that begin behind the padding's id."""

from __future__ import annotations

from exporters.families.onnx.bart import UNUSED, Bart
from exporters.families.onnx.seq2seq import Seq2SeqConversion

CONVERSION = Seq2SeqConversion(Bart("m2m_100", norm_first=True, embedding_norm=False, activation="relu"), UNUSED)
