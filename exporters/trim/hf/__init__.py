"""Hugging Face folders that lose tokens: safetensors, configurations, and the tokenizer's own files."""

from exporters.trim.hf.model import HfModel, open_hf

__all__ = ["HfModel", "open_hf"]
