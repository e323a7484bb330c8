"""edgekit: a multilingual model, made small for one language, running offline in a classroom.

Names are loaded on first use, so `import edgekit` costs milliseconds and pulls in no engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgekit.core.errors import EdgekitError
    from edgekit.core.segments import Translation
    from edgekit.engine.base import TextEncoder
    from edgekit.engine.open import open_encoder
    from edgekit.generate.generator import Generation, Generator, open_generator
    from edgekit.grading.grader import Grader
    from edgekit.grading.opening import open_grader
    from edgekit.pipeline.run import export, fit, plan
    from edgekit.projection.spans import ProjectedSpan, project
    from edgekit.translate.around import Around
    from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
    from edgekit.translate.documents import DocumentResult, translate_document
    from edgekit.translate.opening import open_checked_translator
    from edgekit.translate.translator import Translator, open_translator

__version__ = "0.1.0"

_HOMES = {
    "Around": "edgekit.translate.around",
    "CheckedTranslation": "edgekit.translate.checked",
    "CheckedTranslator": "edgekit.translate.checked",
    "DocumentResult": "edgekit.translate.documents",
    "EdgekitError": "edgekit.core.errors",
    "Generation": "edgekit.generate.generator",
    "Generator": "edgekit.generate.generator",
    "Grader": "edgekit.grading.grader",
    "ProjectedSpan": "edgekit.projection.spans",
    "TextEncoder": "edgekit.engine.base",
    "Translation": "edgekit.core.segments",
    "Translator": "edgekit.translate.translator",
    "export": "edgekit.pipeline.run",
    "fit": "edgekit.pipeline.run",
    "open_checked_translator": "edgekit.translate.opening",
    "open_encoder": "edgekit.engine.open",
    "open_generator": "edgekit.generate.generator",
    "open_grader": "edgekit.grading.opening",
    "open_translator": "edgekit.translate.translator",
    "plan": "edgekit.pipeline.run",
    "project": "edgekit.projection.spans",
    "translate_document": "edgekit.translate.documents",
}

__all__ = [
    "Around",
    "CheckedTranslation",
    "CheckedTranslator",
    "DocumentResult",
    "EdgekitError",
    "Generation",
    "Generator",
    "Grader",
    "ProjectedSpan",
    "TextEncoder",
    "Translation",
    "Translator",
    "__version__",
    "export",
    "fit",
    "open_checked_translator",
    "open_encoder",
    "open_generator",
    "open_grader",
    "open_translator",
    "plan",
    "project",
    "translate_document",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `edgekit` has no attribute `{name}`")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
