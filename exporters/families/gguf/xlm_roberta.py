"""XLM-RoBERTa: BERT over a Unigram vocabulary, whose positions count from the row after the padding token's id.

Source: `create_position_ids_from_input_ids` of transformers' `modeling_xlm_roberta.py`; llama.cpp counts from 0, so the
rows before the first position are cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.conversion.gguf_conversion import GgufConversion
from exporters.conversion.settings import Settings
from exporters.families.gguf.bert import Bert

_PADDING = 1


@dataclass(frozen=True, slots=True)
class XlmRoberta(Bert):
    """See `exporters.conversion.gguf_conversion.Family`."""

    tokenizers: Sequence[str] = ("t5",)
    prefixes: Sequence[str] = ("roberta.", "")
    heads: Sequence[str] = (r"(roberta\.)?pooler\..*", r"(roberta\.)?embeddings\.position_ids", r"lm_head\..*")

    def first_position(self, settings: Settings) -> int:
        """See `exporters.families.gguf.bert.Bert.first_position`."""
        return settings.count("pad_token_id", _PADDING, least=0) + 1


CONVERSION = GgufConversion(XlmRoberta())
