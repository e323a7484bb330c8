"""An export that starts from the Hugging Face hub: what cannot be exported is said before its weights come."""

from __future__ import annotations

import dataclasses

from edgekit.catalogue.uris import is_hub_place
from edgekit.core.events import Reporter
from edgekit.pipeline.requests import ExportRequest
from edgekit.store.repository import pull_repository
from exporters.supported import reasons_against_export


def from_hub(request: ExportRequest, report: Reporter) -> ExportRequest:
    """The request with an installed model in the place of `hf:OWNER/NAME`, which is pulled where it is not here yet."""
    if not is_hub_place(request.model):
        return request
    installed = pull_repository(
        request.model,
        check=lambda config: reasons_against_export(config, request.format),
        accept_licence=request.accept_licence,
        report=report,
    )
    return dataclasses.replace(request, model=installed.receipt.id)
