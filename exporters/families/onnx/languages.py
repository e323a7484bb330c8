"""Tokens that say which language a text is in or shall become, and where the families put them.

NLLB `por_Latn`, mBART `pt_XX`, M2M100 `__pt__`, OPUS-MT `>>por<<`. What a tokenizer puts around a text is read from
tokenizer.json itself: a language's token in front (NLLB, M2M100, mBART-50) or behind the end mark (mBART).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from edgekit.core.errors import UsageError
from edgekit.core.languages import base_language, normalise_tag
from exporters.conversion.checkpoint import Checkpoint

Where: TypeAlias = Literal["before", "after", "none"]
Target: TypeAlias = Literal["forced", "start", "before", "none"]

_CODES = re.compile(
    r"(?P<nllb>[a-z]{3}_[A-Z][a-z]{3})|(?P<mbart>[a-z]{2}_[A-Z]{2})|__(?P<m2m>[a-z]{2,3})__|>>(?P<opus>[a-zA-Z_]{2,12})<<"
)
# A M2M100 that is told the target language in front of the source (Mohammadshahi et al. 2022); its tokenizer is code of
# its own, so a name is all there is to tell it by.
_TOLD_IN_FRONT = re.compile(r"small-?100", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Languages:
    """ids: BCP-47 tag -> token.  source: where the source language's token stands.  target: what the target's does."""

    ids: Mapping[str, int]
    source: Where
    target: Target


def tag_of(code: str) -> str | None:
    """The BCP-47 tag of a language's token, or None for any other token."""
    match = _CODES.fullmatch(code)
    if match is None:
        return None
    name = match["mbart"][:2] if match["mbart"] else next(one for one in match.groups() if one)
    try:
        return normalise_tag(_shortest(name))
    except UsageError:
        return None


def _shortest(name: str) -> str:
    """ISO 639-3 with a script as the tag in use: `por_Latn` -> `pt`, `zho_Hant` -> `zh-Hant`."""
    import langcodes

    try:
        return langcodes.Language.get(name).simplify_script().to_tag()
    except (ValueError, LookupError):
        return name


def told_direction(checkpoint: Checkpoint, known: Collection[str], asked: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of asked, what an OPUS-MT reads and what it writes; either may be empty.

    known: base languages that it has tokens for, which are those it writes. `tokenizer_config.json` names one language
    (`en`, `swa`) or a group (`mul`, `ROMANCE`) for each side; without a name the first that is asked is the source.
    """
    source, target = (_stated(checkpoint, key) for key in ("source_lang", "target_lang"))
    if known:
        writes = [tag for tag in asked if base_language(tag) in known]
    elif target is not None:
        writes = [tag for tag in asked if base_language(tag) == target]
    else:
        first = base_language(asked[0]) if source is None else source
        writes = [tag for tag in asked if base_language(tag) != first]
    if source is not None:
        return [tag for tag in asked if base_language(tag) == source], writes
    return [tag for tag in asked if tag not in writes] or ([*asked] if known else []), writes


def _stated(checkpoint: Checkpoint, key: str) -> str | None:
    """The language of one side, None where it is a group or not stated: only a language has a code of two letters."""
    name = checkpoint.tokenizer_config.get(key)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z]{2,3}", name):
        return None
    tag = _shortest(name)
    return tag if len(tag) == 2 else None


def find_languages(checkpoint: Checkpoint, around: tuple[list[int], list[int]]) -> Languages:
    """The languages of a checkpoint. around: ids that its tokenizer puts in front of a text and behind it."""
    named = {name: at for name, at in checkpoint.words.ids.items() if _CODES.fullmatch(name)}
    ids: dict[str, int] = {}
    for name, at in sorted(named.items(), key=lambda one: one[1]):
        tag = tag_of(name)
        if tag is not None:
            ids.setdefault(tag, at)
    if not ids:
        return Languages({}, "none", "none")
    codes = set(named.values())
    source: Where = "before" if codes & set(around[0]) else "after" if codes & set(around[1]) else "none"
    if checkpoint.model_type == "marian" or _told_in_front(checkpoint):
        return Languages(ids, "none", "before")
    # mBART-25 begins with the language itself and forces nothing; its tokenizer has the mark behind the text.
    return Languages(ids, source, "start" if source == "after" else "forced" if source == "before" else "none")


def _told_in_front(checkpoint: Checkpoint) -> bool:
    stated: list[Any] = [checkpoint.name, checkpoint.tokenizer_config.get("tokenizer_class")]
    stated.append(checkpoint.config.get("_name_or_path"))
    return any(isinstance(one, str) and _TOLD_IN_FRONT.search(one) is not None for one in stated)
