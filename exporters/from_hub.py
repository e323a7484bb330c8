"""An export that starts from the Hugging Face hub: what cannot be exported is said before its weights come."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from edgekit.catalogue.uris import is_hub_place
from edgekit.core.events import Reporter
from edgekit.pipeline.requests import ExportRequest
from edgekit.store.repository import pull_repository
from exporters.conversion.pictures import picture_reasons
from exporters.conversion.registry import CONVERSIONS, reasons_against
from exporters.trim.hf.tables import FAMILIES


def from_hub(request: ExportRequest, report: Reporter) -> ExportRequest:
    """The request with an installed model in the place of `hf:OWNER/NAME`, which is pulled where it is not here yet."""
    if not is_hub_place(request.model):
        return request
    installed = pull_repository(
        request.model,
        check=lambda config: _reasons(config, request.format),
        accept_licence=request.accept_licence,
        report=report,
    )
    return dataclasses.replace(request, model=installed.receipt.id)


def _reasons(config: Mapping[str, Any], target: str | None) -> list[str]:
    """Everything in a `config.json` that is against an export to the format target; None: to any."""
    pictures = picture_reasons(config)
    if pictures:
        return pictures
    model_type = config.get("model_type")
    if target is not None and target in CONVERSIONS:
        return reasons_against(config, target)
    if model_type in FAMILIES or any(model_type in known for known in CONVERSIONS.values()):
        return []
    return reasons_against(config, "gguf")
