"""Licences that forbid commercial use: who takes such a model says so, and the receipt keeps it."""

from __future__ import annotations

import re

from edgekit.core.errors import UsageError

FLAG = "--accept-licence"
# `CC-BY-NC-4.0`, `cc-by-nc-sa-4.0`, `fair-noncommercial-research-license`: the name says it in every such SPDX id
# and in every id that the Hugging Face hub has for one.
_NON_COMMERCIAL = re.compile(r"(?<![a-z])(?:nc|non-?commercial)(?![a-z])")


def is_non_commercial(licence: str) -> bool:
    """Whether a licence, an SPDX expression or the hub's id of one, forbids commercial use by its name."""
    return _NON_COMMERCIAL.search(licence.lower()) is not None


def accepted(name: str, licence: str, *, accept: bool) -> str | None:
    """The licence that was accepted for the model name; None where it asks for nothing.

    Raises UsageError for a non-commercial one without accept.
    """
    if not is_non_commercial(licence):
        return None
    if not accept:
        raise UsageError(
            f"`{name}` is under {licence}",
            reasons=["these terms forbid commercial use, also of what is made from it"],
            hint=f"add `{FLAG}` to take it under them",
        )
    return licence
