"""BCP-47 tags and directions, as edgekit writes them everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgekit.core.errors import UsageError

# RFC 5646, the part in daily use: language, optional script, optional region.
_TAG = re.compile(r"(?P<language>[A-Za-z]{2,3})(?:[-_](?P<script>[A-Za-z]{4}))?(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?")

# Written without spaces between words; between sentences either.
_UNSPACED = frozenset({"bo", "dz", "ja", "km", "lo", "my", "th", "wuu", "yue", "zh"})


def normalise_tag(tag: str) -> str:
    """`PT_br` -> `pt-BR`, `zh-hant` -> `zh-Hant`. Raises UsageError for anything that is no tag."""
    match = _TAG.fullmatch(tag.strip())
    if match is None:
        raise UsageError(
            f"`{tag}` is not a language tag",
            hint="write a BCP-47 tag such as `pt`, `pt-BR` or `zh-Hant`",
        )
    parts = [match["language"].lower()]
    if match["script"]:
        parts.append(match["script"].title())
    if match["region"]:
        parts.append(match["region"].upper())
    return "-".join(parts)


def base_language(tag: str) -> str:
    """`pt-BR` -> `pt`."""
    return tag.partition("-")[0]


def is_unspaced(tag: str) -> bool:
    """Whether a language is written without spaces between words."""
    return base_language(tag) in _UNSPACED


@dataclass(frozen=True, slots=True, order=True)
class Direction:
    """An ordered language pair, both BCP-47 tags; prints as `en→pt`."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source}→{self.target}"
