"""The steps that a tokenizer.json takes a text through, one by one."""

from __future__ import annotations

from typing import Any

_MOST = 16  # of a sequence; those in use have 4 at most


def steps_of(part: object, inner: str) -> list[dict[str, Any]]:
    """The steps of a normalizer, a pre-tokenizer or a post-processor, those of a sequence one by one.

    inner: where a sequence has them: `normalizers`, `pretokenizers`, `processors`.
    """
    if not isinstance(part, dict):
        return []
    listed = part.get(inner)
    if part.get("type") == "Sequence" and isinstance(listed, list):
        return [step for step in listed[:_MOST] if isinstance(step, dict)]
    return [part]
