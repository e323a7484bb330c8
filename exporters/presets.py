"""Presets of the catalogue: a device, and what an export for it chooses."""

from __future__ import annotations

from edgekit.catalogue.entries import ExportPreset
from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import UsageError
from edgekit.core.events import Note, Reporter
from edgekit.core.units import bytes_in_words
from edgekit.pipeline.requests import ExportRequest


def named_preset(request: ExportRequest, report: Reporter) -> ExportPreset | None:
    """The preset that is named, and said what it stands for. Raises UsageError with all there are."""
    if request.preset is None:
        return None
    presets = load_catalogue().export_presets
    preset = presets.get(request.preset)
    if preset is None:
        raise UsageError(
            f"there is no preset `{request.preset}`",
            reasons=[f"`{one.id}`: {_recipe_in_words(one)}" for one in presets.values()],
            hint=f"add `--preset {next(iter(presets))}`, for example" if presets else None,
        )
    report(Note(f"preset `{preset.id}`: {_recipe_in_words(preset)}"))
    return preset


def _recipe_in_words(preset: ExportPreset) -> str:
    size = None if preset.max_size_bytes is None else bytes_in_words(preset.max_size_bytes)
    settings = {
        "vocab": None if preset.vocab is None else f"{preset.vocab:,}",
        "coverage": preset.coverage,
        "max size": size,
        "quant": preset.quant,
        "embedding quant": preset.embedding_quant,
        "limits": " and ".join(f"{name} {limit:g}" for name, limit in preset.limits.items()) or None,
    }
    return ", ".join([preset.device, *(f"{name} {value}" for name, value in settings.items() if value is not None)])
