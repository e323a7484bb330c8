"""Models that read pictures: nothing here runs them, and the language model inside of them exports like any other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporters.trim.hf.tables import FAMILIES

_PARTS = ("vision_config", "vision_tower", "image_size")
_TEXT = ("text_config", "llm_config", "language_config")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def picture_reasons(config: Mapping[str, Any]) -> list[str]:
    """Why a model of this configuration is refused and what of it is not; empty for one that reads text alone.

    Gemma 3 reads pictures too, and its text half is taken as it is.
    """
    model_type = config.get("model_type")
    if model_type in FAMILIES or not any(config.get(part) for part in _PARTS):
        return []
    reasons = [f"models of the type `{_shown(model_type)}` read pictures, and nothing here runs that half of them"]
    inner = text_model_type(config)
    if inner in FAMILIES:
        reasons.append(f"the language model inside of it is a `{inner}`, which can be exported once it is saved alone")
    elif inner is not None:
        reasons.append(f"the language model inside of it is a `{inner}`, of no type that can be exported either")
    return reasons


def text_model_type(config: Mapping[str, Any]) -> str | None:
    """What the language model inside calls itself, None where the configuration does not say."""
    parts = [config.get(key) for key in _TEXT]
    found = next((part.get("model_type") for part in parts if isinstance(part, dict)), None)
    return None if found is None else _shown(found)


def text_alone_hint(folder: Path, config: Mapping[str, Any]) -> str | None:
    """How the language model inside is saved alone, where it is one that can be exported."""
    if not picture_reasons(config) or text_model_type(config) not in FAMILIES:
        return None
    listed = config.get("architectures")
    name = listed[0] if isinstance(listed, list) and listed else "AutoModel"
    name = name if isinstance(name, str) and name.isalnum() and len(name) < 80 else "AutoModel"
    code = (
        f"from transformers import {name} as M, AutoTokenizer as T; "
        f"M.from_pretrained({str(folder)!r}).language_model.save_pretrained('text'); "
        f"T.from_pretrained({str(folder)!r}).save_pretrained('text')"
    )
    return f'`python -c "{code}"`, then export the folder `text`'


def _shown(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "?"
