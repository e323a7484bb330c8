"""The step of an export that stores the weights in other types, where that is asked for."""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
from importlib.metadata import version
from pathlib import Path

from edgekit.core.errors import MissingExtraError, UsageError
from edgekit.core.events import Note, Reporter
from edgekit.pipeline.requests import ExportRequest
from exporters.base import Built
from exporters.containers.gguf import BLOCKS
from exporters.conversion.trimmed import ConvertedModel, stored
from exporters.loss.measuring import Trial
from exporters.quantize.gguf import check_recipe, requantize
from exporters.quantize.sizes import with_quantised_sizes
from exporters.quantize.types import FULL
from exporters.trim.base import Tokenizer, TrimmableModel
from exporters.trim.gguf import GgufModel


def check_quant(request: ExportRequest, model: TrimmableModel, name: str) -> None:
    """Raise UsageError where a model called name cannot be quantised as asked, MissingExtraError without llama.cpp."""
    if request.quant is None and request.embedding_quant is None:
        return
    if not isinstance(model, GgufModel | ConvertedModel):
        raise UsageError(
            f"`{name}` cannot be quantised",
            reasons=[f"it is {model.container}, and only GGUF files are"],
            hint="add `--format gguf`" if model.container == "hf" else None,
        )
    if request.quant is None:
        raise UsageError(
            "`--embedding-quant` alone is not enough",
            reasons=["llama.cpp chooses the types of all other weights as well"],
            hint="add `--quant q8_0`, for example",
        )
    if isinstance(model, ConvertedModel) and stored(model, request.quant, request.embedding_quant)[1] is None:
        return  # the conversion itself stores these types
    check_recipe(model.file, name, request.quant, request.embedding_quant)
    if importlib.util.find_spec("llama_cpp") is None:
        raise MissingExtraError("quantising needs llama-cpp-python", hint="run `pip install 'edgekit[gguf]'`")


def with_preset_quant(
    request: ExportRequest, quant: str | None, embedding: str | None, model: TrimmableModel, report: Reporter
) -> ExportRequest:
    """The request with the types that a preset names, which are for models that are not quantised yet."""
    if quant is None or request.quant is not None or not isinstance(model, GgufModel | ConvertedModel):
        return request
    if isinstance(model, GgufModel) and is_quantised(model):
        report(Note(f"the weights are quantised already and stay as they are; `--quant {quant}` would change that"))
        return request
    return dataclasses.replace(request, quant=quant, embedding_quant=request.embedding_quant or embedding)


def with_sizes(request: ExportRequest, model: TrimmableModel, report: Reporter) -> TrimmableModel:
    """The model with the sizes of what is written in the end, said where they are those after quantising."""
    if request.quant is None:
        return model
    # llama.cpp tells the types of a file that is there.
    sized = (
        with_quantised_sizes(model, request.quant, request.embedding_quant) if isinstance(model, GgufModel) else None
    )
    if sized is None:
        report(Note(f"sizes are those before quantising to {request.quant}"))
        return model
    report(Note(f"sizes are those after quantising to {request.quant}"))
    return sized


def is_quantised(model: GgufModel) -> bool:
    """Whether any matrix has less than 16 bits a weight."""
    return any(BLOCKS[place.type][0] not in FULL for place in model.file.tensors.values() if len(place.shape) > 1)


def write_quantised(
    folder: Path, built: Built, request: ExportRequest, name: str, trial: Trial, tokenizer: Tokenizer, report: Reporter
) -> Built:
    """Put a quantised file in the place of the one that built tells of.  name: of the new one, without its ending.

    trial, tokenizer: measure what that lost. Raises FailedError where it is more than the limits, unless the request
    allows that.
    """
    if request.quant is None:
        return built
    trimmed = folder / str(built.engine["file"])
    aside = folder / "trimmed"
    aside.mkdir()
    source = trimmed.replace(aside / trimmed.name)
    target = folder / f"{name}-{request.quant}.gguf"
    found = requantize(source, target, request.quant, embedding=request.embedding_quant, report=report)
    measured = trial.measure(source, target, {**built.engine, "file": target.name}, tokenizer, report)
    trial.check(measured, report, allowed=request.allow_loss)
    shutil.rmtree(aside)
    step = {
        "name": "quantize",
        "type": request.quant,
        **({} if request.embedding_quant is None else {"embedding": request.embedding_quant}),
        "tensors": dict(found.counts),
        "types": dict(found.types),
        "notes": list(found.notes),
        "loss": measured.to_json(trial.limits),
    }
    tools = {**built.tools, "llama-cpp-python": version("llama-cpp-python")}
    return Built({**built.engine, "file": target.name}, (*built.steps, step), tools)
