"""edgekit: a multilingual model, made small for one language, running offline in a classroom.

Names are loaded on first use, so `import edgekit` costs milliseconds and pulls in no engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgekit.core.errors import EdgekitError
    from edgekit.pipeline.run import export, fit, plan
    from edgekit.translate.translator import Translation, Translator, open_translator

__version__ = "0.1.0"

_HOMES = {
    "EdgekitError": "edgekit.core.errors",
    "Translation": "edgekit.translate.translator",
    "Translator": "edgekit.translate.translator",
    "export": "edgekit.pipeline.run",
    "fit": "edgekit.pipeline.run",
    "open_translator": "edgekit.translate.translator",
    "plan": "edgekit.pipeline.run",
}

__all__ = ["EdgekitError", "Translation", "Translator", "__version__", "export", "fit", "open_translator", "plan"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `edgekit` has no attribute `{name}`")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
