"""What an exporter is: one architecture family in, one artifact out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from edgekit.core.events import Reporter


@dataclass(frozen=True, slots=True)
class Built:
    """What a build leaves behind for the receipt.

    engine: how an engine opens the artifact (JSON values only; file names relative to the artifact folder).
    steps: what was done, each with its name and parameters (JSON values only).
    """

    engine: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    tools: Mapping[str, str] = field(default_factory=dict)


class Exporter(Protocol):
    """Builds the artifact of one family from the files of a model."""

    def build(
        self,
        files: Mapping[str, Path],
        out: Path,
        *,
        options: Mapping[str, Any],
        report: Reporter,
    ) -> Built:
        """Write the artifact's files into the empty folder `out`.

        files: role -> path, the roles that `models.toml` gives the model's files (`weights`, `vocabulary`, ...).
        options: the preset's settings for this family; an unknown one is an error.
        Raises ModelFormatError, UnsupportedModelError.
        """
        ...
