"""The part of `report.html` about fewer bits: the type that every tensor got, and what that lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from exporters.loss.base import loss_table
from exporters.loss.measuring import recorded_losses
from exporters.report.document import table
from exporters.report.markup import Markup, element

_LAYER = re.compile(r"(?<=\.)\d+(?=\.)")


def quantising_section(step: Mapping[str, Any]) -> list[Markup]:
    """Headings and tables of a step `quantize` of a receipt; nothing of one that says no more than its type."""
    parts: list[Markup] = []
    if loss := step.get("loss"):
        parts += [element("h2", f"What quantising to {step['type']} lost"), *_loss(loss)]
    if types := step.get("types"):
        rows = sorted(Counter((_LAYER.sub("*", name), kind) for name, kind in types.items()).items())
        parts += [
            element("h2", "The type that each tensor got"),
            *(element("p", note) for note in step.get("notes", ())),
            table(
                [("tensors", ""), ("type", ""), ("how many", "n")],
                ((name, kind, f"{count:,}") for (name, kind), count in rows),
            ),
        ]
    return parts


def _loss(loss: Mapping[str, Any]) -> list[Markup]:
    texts = ", ".join(f"{tag or 'any'}: {text}" for tag, text in loss["text"].items())
    parts = [element("p", f"Against the same model before. The text is {texts}.", class_="soft")]
    head, *rows = loss_table(recorded_losses(loss)) or [[]]
    if rows:
        parts.append(table([("language", ""), *((title, "n") for title in head[1:])], rows))
    limits = " and ".join(f"{name} {limit:g}" for name, limit in loss["limits"].items())
    parts += [element("p", line) for line in (*loss["notes"], *(f"Beyond the limit: {one}" for one in loss["beyond"]))]
    parts.append(element("p", f"The limits were: {limits}." if limits else "No limit was set.", class_="soft"))
    return parts
