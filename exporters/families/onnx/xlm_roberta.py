"""XLM-R and RoBERTa: BERT's layers, whose places begin behind the padding's id."""

from __future__ import annotations

from exporters.families.onnx.bert import UNUSED, Bert
from exporters.families.onnx.encoder import EncoderConversion

CONVERSION = EncoderConversion(Bert(("roberta.", ""), epsilon=1e-12, first_place=None, pooled=False), UNUSED)
