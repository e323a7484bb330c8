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
from exporters.containers.gguf import read_gguf
from exporters.conversion.onnx_conversion import QUANTS
from exporters.conversion.trimmed import ConvertedModel
from exporters.conversion.trimmed_gguf import ConvertedGguf
from exporters.conversion.trimmed_onnx import ConvertedOnnx
from exporters.quantize.gguf import check_recipe, quantised_types, requantize
from exporters.quantize.sizes import with_quantised_sizes
from exporters.trim.base import TrimmableModel
from exporters.trim.gguf import GgufModel


def check_quant(request: ExportRequest, model: TrimmableModel, name: str) -> None:
    """Raise UsageError where a model called name cannot be quantised as asked, MissingExtraError without llama.cpp."""
    if request.quant is None and request.embedding_quant is None:
        return
    if isinstance(model, ConvertedOnnx):
        _check_onnx(request, name)
        return
    if not isinstance(model, GgufModel | ConvertedGguf):
        raise UsageError(
            f"`{name}` cannot be quantised",
            reasons=[f"it is {model.container}, and only GGUF files are, and what is converted to ONNX"],
            hint="add `--format gguf` or `--format onnx`" if model.container == "hf" else None,
        )
    if request.quant is None:
        raise UsageError(
            "`--embedding-quant` alone is not enough",
            reasons=["llama.cpp chooses the types of all other weights as well"],
            hint="add `--quant q8_0`, for example",
        )
    if isinstance(model, ConvertedGguf) and model.stored(request.quant, request.embedding_quant)[1] is None:
        return  # the conversion itself stores these types
    check_recipe(model.file, name, request.quant, request.embedding_quant)
    if importlib.util.find_spec("llama_cpp") is None:
        raise MissingExtraError("quantising needs llama-cpp-python", hint="run `pip install 'edgekit[gguf]'`")


def _check_onnx(request: ExportRequest, name: str) -> None:
    reasons = []
    if request.quant is not None and request.quant not in QUANTS:
        reasons.append(f"`--quant {request.quant}` is none of {', '.join(QUANTS)}")
    if request.embedding_quant is not None:
        reasons.append("the table of words of an ONNX graph has the type of all other matrices")
    if reasons:
        raise UsageError(f"`{name}` cannot be stored in ONNX like this", reasons=reasons)


def with_preset_quant(
    request: ExportRequest, quant: str | None, embedding: str | None, model: TrimmableModel, report: Reporter
) -> ExportRequest:
    """The request with the types that a preset names, which are for models that are not quantised yet."""
    if quant is None or request.quant is not None or not isinstance(model, GgufModel | ConvertedModel):
        return request
    if isinstance(model, ConvertedOnnx) and quant not in QUANTS:
        report(Note(f"`{quant}` of the preset is a type of GGUF: the weights stay float32, `--quant` sets another"))
        return request
    if isinstance(model, GgufModel) and is_quantised(model):
        report(Note(f"the weights are quantised already and stay as they are; `--quant {quant}` would change that"))
        return request
    if isinstance(model, ConvertedOnnx):
        embedding = None
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
    return bool(quantised_types(model.file))


def write_quantised(folder: Path, built: Built, request: ExportRequest, name: str, report: Reporter) -> Built:
    """Put a quantised file in the place of the one that built tells of.  name: of the new one, without its ending."""
    if request.quant is None:
        return built
    trimmed = folder / str(built.engine["file"])
    aside = folder / "trimmed"
    aside.mkdir()
    source = trimmed.replace(aside / trimmed.name)
    already = quantised_types(read_gguf(source))
    target = folder / f"{name}-{request.quant}.gguf"
    found = requantize(source, target, request.quant, embedding=request.embedding_quant, report=report)
    shutil.rmtree(aside)
    step = {
        "name": "quantize",
        "type": request.quant,
        **({} if request.embedding_quant is None else {"embedding": request.embedding_quant}),
        **({"dequantised_from": already} if already else {}),
        "tensors": dict(found.counts),
        "notes": list(found.notes),
    }
    tools = {**built.tools, "llama-cpp-python": version("llama-cpp-python")}
    return Built({**built.engine, "file": target.name}, (*built.steps, step), tools)
