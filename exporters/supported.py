"""Which checkpoints can be exported at all, by their `config.json` alone: known before a weight is read or comes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit.core.errors import UnsupportedModelError
from exporters.conversion.checkpoint import named_type
from exporters.conversion.pictures import picture_reasons, text_alone_hint
from exporters.conversion.registry import CONVERSIONS, reasons_against
from exporters.trim.hf.tables import FAMILIES


def reasons_against_export(config: Mapping[str, Any], target: str | None) -> list[str]:
    """Everything in a configuration that is against an export to the format target; None: to any."""
    pictures = picture_reasons(config)
    if pictures:
        return pictures
    if target is not None and target in CONVERSIONS:
        return reasons_against(config, target)
    model_type = named_type(config)
    if model_type in FAMILIES or any(model_type in known for known in CONVERSIONS.values()):
        return []
    return [*reasons_against(config, "gguf"), "which of its tensors have a row for each token is not known either"]


def refuse_unsupported(folder: Path, config: Mapping[str, Any]) -> None:
    """Raise UnsupportedModelError, with every reason and the nearest that works, for a folder of an unknown kind."""
    reasons = reasons_against_export(config, None)
    if reasons:
        raise UnsupportedModelError(
            f"`{folder}` cannot be exported", reasons=reasons, hint=text_alone_hint(folder, config)
        )
