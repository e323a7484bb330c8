"""What a receipt says of the masks that come through a model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgekit.protect.mask_test import FormResult


@dataclass(frozen=True, slots=True)
class MaskRecord:
    """How each form of masks did in one direction, the best first."""

    source: str
    target: str
    forms: tuple[FormResult, ...]

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {"from": self.source, "to": self.target, "forms": [dataclasses.asdict(form) for form in self.forms]}
