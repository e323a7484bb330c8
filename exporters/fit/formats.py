"""What a model can be built as: the formats that a task is run in, and the types worth trying in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgekit.core.errors import EdgekitError, UnsupportedModelError, UsageError
from edgekit.core.events import Note, Reporter
from edgekit.core.llama_extra import has_llama
from exporters.conversion.trimmed_onnx import ConvertedOnnx
from exporters.export import in_format
from exporters.opening import Source
from exporters.prediction.plan import check_recipe
from exporters.prediction.predict import Predictor, Recipe
from exporters.quantize.onnx_files import TYPES
from exporters.trim.onnx import OnnxModel
from exporters.trim.onnx_encoder import EncoderFiles

# What edgekit runs a task's models in; a folder of Hugging Face's becomes each of them that it can.
_FORMATS: Mapping[str, Sequence[str]] = {"generate": ("gguf",), "grade": ("onnx", "gguf"), "translate": ("onnx",)}
_GGUF = (
    Recipe("q8_0"),
    Recipe("q6_k"),
    Recipe("q5_k_m"),
    Recipe("q4_k_m"),
    Recipe("q4_k_m", "q5_0"),
    Recipe("q4_0"),
    Recipe("q4_0", "q4_0"),
    Recipe("q3_k_m", "q4_0"),
)
_ONNX = tuple(Recipe(name) for name in TYPES)
# A recipe is for nothing where it saves less.
_LEAST_SAVED = 0.02


def in_formats(source: Source, task: str, languages: Sequence[str]) -> list[Source]:
    """The source as each format that the task is run in, itself where it is no folder of Hugging Face's.

    Raises UnsupportedModelError with the reasons of every format where it can become none.
    """
    if source.model.container != "hf":
        return [source]
    found: list[Source] = []
    reasons: list[str] = []
    for name in _FORMATS[task]:
        try:
            found.append(in_format(name, source, languages))
        except EdgekitError as problem:  # noqa: PERF203 - two formats
            reasons += [f"{name}: {reason}" for reason in problem.reasons or (problem.message,)]
    if not found:
        raise UnsupportedModelError(f"`{source.id}` cannot be made into what `{task}` runs", reasons=reasons)
    return found


def predictors_of(source: Source, report: Reporter) -> list[Predictor]:
    """One for the types that are there, the first, and one for every other recipe that makes the files smaller."""
    own = Predictor(source, Recipe())
    most = (1 - _LEAST_SAVED) * own.whole().size_bytes
    found = [own]
    for recipe in _tried(source, report):
        try:
            check_recipe(source, recipe)
        except UsageError:
            continue
        predictor = Predictor(source, recipe)
        if predictor.whole().size_bytes <= most:
            found.append(predictor)
    return found


def _tried(source: Source, report: Reporter) -> Sequence[Recipe]:
    model = source.model
    if model.container == "gguf":
        if has_llama():
            return _GGUF
        report(Note("other types of the weights are not tried: quantising needs llama-cpp-python"))
        return ()
    if isinstance(model, ConvertedOnnx) or (isinstance(model, OnnxModel) and isinstance(model.beside, EncoderFiles)):
        return _ONNX
    return ()
