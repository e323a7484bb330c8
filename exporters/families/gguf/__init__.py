"""Checkpoints to GGUF, a file for each architecture."""
