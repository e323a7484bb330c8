"""Tokenizers of Hugging Face's `tokenizer.json`, opened for trimming."""

from __future__ import annotations

from exporters.trim.tokenizer_json.tokenizer import JsonTokenizer, open_tokenizer_data, open_tokenizer_json

__all__ = ["JsonTokenizer", "open_tokenizer_data", "open_tokenizer_json"]
