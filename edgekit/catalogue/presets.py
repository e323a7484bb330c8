"""The `presets` of a catalogue: settings for the exporter of a family, or a recipe of an export for a device."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edgekit.catalogue.entries import ExportPreset
from edgekit.catalogue.positions import Key
from edgekit.catalogue.problems import Checker

TARGETS = ("vocab", "coverage", "max_size_bytes")
BUDGETS = ("budget_size_bytes", "budget_memory_bytes")
EXPORT_KEYS = ("device", *TARGETS, "quant", "embedding_quant", "limits", *BUDGETS)
# What quantising may cost, and the range of each: how much more bits a byte of text takes, as a share; the least share
# of places where the first choice is the same; the least mean cosine with the vectors before; the
# least chrF of translations against those before.
LIMITS: Mapping[str, tuple[float, float]] = {
    "bits_per_byte": (0, 10),
    "agreement": (0, 1),
    "cosine": (-1, 1),
    "chrf": (0, 100),
}
# `Q4_K_M` of llama-quantize, in lower case.
_QUANT = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+){0,3}")


def is_export_preset(value: Any) -> bool:
    """Whether a preset is a recipe for a device; the others belong to a family."""
    return isinstance(value, dict) and "family" not in value and any(key in value for key in EXPORT_KEYS)


def check_export_preset(checker: Checker, name: str, value: Any, key: Key) -> ExportPreset:
    """Read a recipe: at most one of TARGETS says how far to trim."""
    table = checker.table(value, key, EXPORT_KEYS, ("device",))
    vocab, size = checker.count(table, "vocab", key), checker.count(table, "max_size_bytes", key)
    budgets = {field: checker.count(table, field, key) for field in BUDGETS}
    for field, number in (("vocab", vocab), ("max_size_bytes", size), *budgets.items()):
        if number == 0:
            checker.problem((*key, field), "must be at least 1")
    set_targets = [field for field in TARGETS if field in table]
    for field in set_targets[1:]:
        checker.problem((*key, field), f"and `{set_targets[0]}` exclude each other")
    return ExportPreset(
        id=name,
        device=checker.text(table, "device", key),
        vocab=vocab,
        coverage=_coverage(checker, table, key),
        max_size_bytes=size,
        quant=_quant(checker, table, "quant", key),
        embedding_quant=_quant(checker, table, "embedding_quant", key),
        limits=_limits(checker, table, key),
        **budgets,
    )


def _coverage(checker: Checker, table: Mapping[str, Any], key: Key) -> float | None:
    value = table.get("coverage")
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 < value <= 1:
        checker.problem((*key, "coverage"), "must be a number over 0, at most 1")
        return None
    return float(value)


def _limits(checker: Checker, table: Mapping[str, Any], key: Key) -> Mapping[str, float]:
    if "limits" not in table:
        return {}
    limits = checker.table(table["limits"], (*key, "limits"), tuple(LIMITS), ())
    found = {}
    for name, (least, most) in LIMITS.items():
        value = limits.get(name)
        if value is None:
            continue
        if type(value) not in (int, float) or not least <= value <= most:
            checker.problem((*key, "limits", name), f"must be a number from {least} to {most}")
            continue
        found[name] = float(value)
    return found


def _quant(checker: Checker, table: Mapping[str, Any], name: str, key: Key) -> str | None:
    quant = checker.optional_text(table, name, key)
    if quant is not None and not _QUANT.fullmatch(quant):
        checker.problem((*key, name), "must be a quant type in lower case, such as `q4_k_m`")
    return quant
