"""Texts as they stand in the file."""

from __future__ import annotations


def blob_of(text: str) -> bytes:
    """UTF-8, with half characters as they are: what a JSON file may hold must come back."""
    return text.encode("utf-8", "surrogatepass")


def text_of(blob: bytes) -> str:
    """What `blob_of` was given."""
    return blob.decode("utf-8", "surrogatepass")
