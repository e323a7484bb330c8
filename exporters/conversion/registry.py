"""Which architectures can be converted to which format, and the nearest that can where one cannot."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

from edgekit.core.errors import UnsupportedModelError, UsageError
from exporters.conversion.base import Conversion
from exporters.conversion.checkpoint import Checkpoint, named_classes, named_type

# Format -> model_type -> the module whose CONVERSION it is; a family's module is loaded when it is needed.
CONVERSIONS: Mapping[str, Mapping[str, str]] = {
    "gguf": {
        "llama": "exporters.families.gguf.llama",
        "mistral": "exporters.families.gguf.mistral",
        "qwen2": "exporters.families.gguf.qwen2",
        "qwen3": "exporters.families.gguf.qwen3",
        "gemma3_text": "exporters.families.gguf.gemma3",
        "gemma3": "exporters.families.gguf.gemma3",
        "bloom": "exporters.families.gguf.bloom",
        "bert": "exporters.families.gguf.bert",
        "xlm-roberta": "exporters.families.gguf.xlm_roberta",
        "t5": "exporters.families.gguf.t5",
        "mt5": "exporters.families.gguf.t5",
    },
    "onnx": {
        "bert": "exporters.families.onnx.bert",
        "m2m_100": "exporters.families.onnx.m2m_100",
        "marian": "exporters.families.onnx.marian",
        "mbart": "exporters.families.onnx.mbart",
        "mt5": "exporters.families.onnx.mt5",
        "roberta": "exporters.families.onnx.xlm_roberta",
        "t5": "exporters.families.onnx.t5",
        "xlm-roberta": "exporters.families.onnx.xlm_roberta",
    },
}
# What an unknown architecture most probably is, by the task that its class ends in.
_BY_TASK = {
    "ForCausalLM": "llama",
    "LMHeadModel": "llama",
    "ForConditionalGeneration": "t5",
    "ForMaskedLM": "bert",
    "ForSequenceClassification": "bert",
    "Model": "bert",
}


def conversion_of(checkpoint: Checkpoint, target: str) -> Conversion:
    """The conversion of a checkpoint to the format target.

    Raises UsageError for an unknown format, UnsupportedModelError for an unknown architecture, with the nearest known.
    """
    if target not in CONVERSIONS:
        raise UsageError(f"nothing converts to `{target}`", reasons=[f"known are {', '.join(CONVERSIONS)}"])
    module = CONVERSIONS[target].get(checkpoint.model_type)
    if module is None:
        raise UnsupportedModelError(
            f"`{checkpoint.name}` cannot be converted to {target}",
            reasons=reasons_against(checkpoint.config, target),
        )
    conversion: Conversion = importlib.import_module(module).CONVERSION
    return conversion


def reasons_against(config: Mapping[str, Any], target: str) -> list[str]:
    """Why models of this configuration cannot be converted to target, and the nearest that can; empty if they can."""
    known, model_type = CONVERSIONS[target], named_type(config)
    if model_type in known:
        return []
    near = _nearest(config, known)
    others = [other for other, families in CONVERSIONS.items() if model_type in families]
    return [
        f"models of the type `{model_type}` cannot be converted to {target}",
        f"known are {', '.join(sorted(known))}",
        *([f"the nearest that works is `{near}`"] if near else []),
        *(f"to {other} it can be converted" for other in others),
    ]


def _nearest(config: Mapping[str, Any], known: Mapping[str, str]) -> str | None:
    close = difflib.get_close_matches(named_type(config), known, n=1, cutoff=0.6)
    if close:
        return close[0]
    for name in named_classes(config):
        for ending, family in _BY_TASK.items():
            if name.endswith(ending) and family in known:
                return family
    return None
