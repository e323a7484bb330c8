"""How a sentence encoder makes one vector of a text: what sentence-transformers keeps in `modules.json`.

Source: `sentence_transformers.models.Pooling`; `enum llama_pooling_type` of llama.cpp.
"""

from __future__ import annotations

from typing import Any

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.settings import Settings
from exporters.trim.hf.folder import MODULES
from exporters.trim.hf.json_file import parse_list, read_bytes, read_object

MEAN, CLS, LAST = 1, 2, 3
_MODES = {
    "pooling_mode_mean_tokens": MEAN,
    "pooling_mode_cls_token": CLS,
    "pooling_mode_lasttoken": LAST,
}
_NAMES = {"mean": MEAN, "cls": CLS, "lasttoken": LAST}
_PASSED = ("Transformer", "Normalize")  # a vector's length is the engine's affair


def pooling_type(checkpoint: Checkpoint, settings: Settings) -> tuple[int, str | None]:
    """llama.cpp's number for it, and a note where nothing says it; what is not carried over goes to reasons."""
    path = checkpoint.path / MODULES
    if not path.is_file():
        return MEAN, "nothing says how one vector is made of a text: the mean over its tokens is"
    found = None
    for module in parse_list(read_bytes(path), MODULES):
        kind = str(module.get("type", "")).rpartition(".")[2] if isinstance(module, dict) else ""
        if kind == "Pooling":
            config = checkpoint.path / str(module.get("path")) / "config.json"
            # `read_folder` has let no name of another folder pass.
            found = _mode(read_object(config), settings)
        elif kind not in _PASSED:
            settings.reasons.append(f"`{MODULES}` has a step `{kind[:40]}`, which is not carried over")
    if found is None:
        settings.reasons.append(f"`{MODULES}` has no step that makes one vector of a text")
    return found or MEAN, None


def _mode(config: dict[str, Any], settings: Settings) -> int:
    named = config.get("pooling_mode")
    set_ = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    if not set_ and isinstance(named, str) and named in _NAMES:
        return _NAMES[named]
    if len(set_) != 1 or set_[0] not in _MODES:
        settings.reasons.append(f"its pooling is {', '.join(set_) or named}, and only mean, first and last are known")
        return MEAN
    return _MODES[set_[0]]
