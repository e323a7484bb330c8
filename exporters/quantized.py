"""The step of an export that stores the weights in other types, where that is asked for."""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.hashing import sha256_file
from edgekit.core.llama_extra import require_llama
from edgekit.pipeline.requests import ExportRequest
from exporters.base import Built
from exporters.containers.gguf import read_gguf
from exporters.conversion.onnx_conversion import QUANTS
from exporters.conversion.trimmed import ConvertedModel
from exporters.conversion.trimmed_gguf import ConvertedGguf
from exporters.conversion.trimmed_onnx import ConvertedOnnx
from exporters.corpus.excerpts import first_lines
from exporters.corpus.sources import STDIN
from exporters.loss.measuring import Trial
from exporters.quantize.gguf import check_recipe, quantised_types, requantize
from exporters.quantize.importance import collect_importance, misfits, read_importance
from exporters.quantize.onnx_files import STATIC, TYPES, requantize_graph
from exporters.quantize.onnx_sizes import onnx_in_type
from exporters.quantize.onnx_static import Feed
from exporters.quantize.sizes import with_quantised_sizes
from exporters.quantize.types import EXACT, RECIPES
from exporters.trim.base import Ids, Tokenizer, TrimmableModel
from exporters.trim.gguf import GgufModel
from exporters.trim.onnx import OnnxModel
from exporters.trim.onnx_encoder import EncoderFiles

WITHOUT = "off"
"""`--imatrix off`: all inputs matter alike to the quantiser."""

# A piece as long as `llama-imatrix` has by default, with its begin mark, is 512; at 256 the caches are half as large,
# and the sums are of the same tokens.
_PIECE = 255
# 24,000 tokens took two minutes with Gemma 3 270M on two busy cores, and cut Q2_K's loss in bits by half.
_IMPORTANCE_TOKENS = 16_000
_IMPORTANCE_BYTES = 1 << 17
# Of each language; with multilingual-e5-small, ranges of 30 lines of news gave a cosine of .9966 on 30 others.
_CALIBRATED_LINES = 64


def check_quant(request: ExportRequest, model: TrimmableModel, name: str) -> None:
    """Raise UsageError where a model called name cannot be quantised as asked, MissingExtraError without llama.cpp."""
    if request.quant is None and request.embedding_quant is None and request.output_quant is None:
        return
    if isinstance(model, OnnxModel) and isinstance(model.beside, EncoderFiles):
        _check_onnx(request, name)
        return
    if isinstance(model, ConvertedOnnx):
        _check_conversion(request, name)
        return
    if not isinstance(model, GgufModel | ConvertedGguf):
        raise UsageError(
            f"`{name}` cannot be quantised",
            reasons=[f"it is {model.container}, and only GGUF files and ONNX encoders are"],
            hint="add `--format gguf` or `--format onnx`" if model.container == "hf" else None,
        )
    if request.quant is None:
        raise UsageError(
            f"`--{'embedding' if request.embedding_quant else 'output'}-quant` alone is not enough",
            reasons=["llama.cpp chooses the types of all other weights as well"],
            hint="add `--quant q8_0`, for example",
        )
    if isinstance(model, ConvertedGguf) and model.stored(request.quant, _tables_quant(request))[1] is None:
        return  # the conversion itself stores these types
    check_recipe(
        model.file,
        name,
        request.quant,
        embedding=request.embedding_quant,
        output=request.output_quant,
        importance=weighs_inputs(request),
    )
    if request.imatrix not in (None, WITHOUT):
        path = Path(str(request.imatrix))
        if reasons := misfits(model.file, read_importance(path)):
            raise UsageError(f"`{path.name}` is of another model", reasons=reasons)
    require_llama("quantising needs")


def _check_conversion(request: ExportRequest, name: str) -> None:
    reasons = []
    if request.quant is not None and request.quant not in QUANTS:
        reasons.append(f"`--quant {request.quant}` is none of {', '.join(QUANTS)}")
    if request.embedding_quant is not None or request.output_quant is not None:
        reasons.append("the table of words and the head of an ONNX graph have the type of all other matrices")
    if reasons:
        raise UsageError(f"`{name}` cannot be stored in ONNX like this", reasons=reasons)


def _check_onnx(request: ExportRequest, name: str) -> None:
    kinds = (*TYPES, STATIC)
    reasons = [] if request.quant in kinds else [f"`--quant` is one of {', '.join(kinds)} for ONNX"]
    if request.quant == STATIC and all(one.rpartition("=")[2] == STDIN for one in request.corpora):
        reasons.append(f"`{STATIC}` is calibrated on text: add files with `--corpus`")
    of_llama = {
        "--embedding-quant": request.embedding_quant,
        "--output-quant": request.output_quant,
        "--imatrix": request.imatrix,
    }
    reasons += [f"`{option}` is for GGUF" for option, value in of_llama.items() if value is not None]
    if reasons:
        raise UsageError(f"`{name}` cannot be quantised like this", reasons=reasons)


def weighs_inputs(request: ExportRequest) -> bool:
    """Whether the quantiser will be told which inputs matter."""
    if request.quant is None or request.quant in EXACT or request.imatrix == WITHOUT:
        return False
    return request.imatrix is not None or any(one.rpartition("=")[2] != STDIN for one in request.corpora)


def _tables_quant(request: ExportRequest) -> str | None:
    return request.embedding_quant or request.output_quant


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
        with_quantised_sizes(
            model,
            request.quant,
            embedding=request.embedding_quant,
            output=request.output_quant,
            importance=weighs_inputs(request),
        )
        if isinstance(model, GgufModel)
        else onnx_in_type(model, request.quant)
        if isinstance(model, OnnxModel) and request.quant in TYPES
        else None
    )
    if sized is None:
        report(Note(f"sizes are those before quantising to {request.quant}"))
        return model
    report(Note(f"sizes are those after quantising to {request.quant}"))
    return sized


def is_quantised(model: GgufModel) -> bool:
    """Whether any matrix has less than 16 bits a weight."""
    return bool(quantised_types(model.file))


def write_quantised(
    folder: Path, built: Built, request: ExportRequest, name: str, trial: Trial, tokenizer: Tokenizer, report: Reporter
) -> Built:
    """Put a quantised file in the place of the one that built tells of.  name: of the new one, without its ending.

    trial, tokenizer: measure what that lost. Raises FailedError where it is more than the limits, unless the request
    allows that.
    """
    if request.quant is None:
        return built
    if built.engine["kind"] != "gguf":
        return _write_onnx(folder, built, request, trial, tokenizer, report)
    trimmed = folder / str(built.engine["file"])
    aside = folder / "trimmed"
    aside.mkdir()
    source = trimmed.replace(aside / trimmed.name)
    already = quantised_types(read_gguf(source))
    target = folder / f"{name}-{request.quant}.gguf"
    importance, said = _importance(aside, source, request, tokenizer, report)
    found = requantize(
        source,
        target,
        request.quant,
        embedding=request.embedding_quant,
        output=request.output_quant,
        importance=importance,
        report=report,
    )
    measured = trial.measure(source, target, {**built.engine, "file": target.name}, tokenizer, report)
    trial.check(measured, report, allowed=request.allow_loss)
    shutil.rmtree(aside)
    step = {
        "name": "quantize",
        "type": request.quant,
        **({} if request.embedding_quant is None else {"embedding": request.embedding_quant}),
        **({"dequantised_from": already} if already else {}),
        **({} if request.output_quant is None else {"output": request.output_quant}),
        "importance": said,
        "tensors": dict(found.counts),
        "types": dict(found.types),
        "notes": list(found.notes),
        "loss": measured.to_json(trial.limits),
    }
    tools = {**built.tools, "llama-cpp-python": version("llama-cpp-python")}
    return Built({**built.engine, "file": target.name}, (*built.steps, step), tools)


def with_loss(
    folder: Path, built: Built, model: ConvertedModel, kept: Ids, trial: Trial, *, allowed: bool, report: Reporter
) -> Built:
    """Measure what a conversion lost that stores fewer bits itself, beside the same conversion in float32.

    Raises FailedError where it is more than the limits, unless that is allowed.
    """
    aside = folder / "floats"
    aside.mkdir()
    whole = model.in_floats().write(kept, aside, report=silent)
    before, after = (
        (place / str(one.engine["file"])) if "file" in one.engine else place
        for place, one in ((aside, whole), (folder, built))
    )
    measured = trial.measure(before, after, built.engine, model.tokenizer.trimmed(kept), report)
    trial.check(measured, report, allowed=allowed)
    shutil.rmtree(aside)
    step = {"name": "quantize", "type": model.dtype, "loss": measured.to_json(trial.limits)}
    return Built(built.engine, (*built.steps, step), built.tools)


def _write_onnx(
    folder: Path, built: Built, request: ExportRequest, trial: Trial, tokenizer: Tokenizer, report: Reporter
) -> Built:
    aside = folder / "trimmed"
    aside.mkdir()
    graph = str(built.engine["graph"])
    shutil.copyfile(folder / str(built.engine["tokenizer"]), aside / str(built.engine["tokenizer"]))
    (folder / graph).replace(aside / graph)
    feeds = _feeds(built.engine, request, trial.prefix or "", tokenizer) if request.quant == STATIC else []
    found = requantize_graph(
        aside / graph, folder / graph, str(request.quant), feeds=feeds, run=trial.run_graph, report=report
    )
    measured = trial.measure(aside, folder, built.engine, tokenizer, report)
    trial.check(measured, report, allowed=request.allow_loss)
    shutil.rmtree(aside)
    step = {
        "name": "quantize",
        "type": request.quant,
        **({"calibrated_on_lines": len(feeds)} if feeds else {}),
        "tensors": dict(Counter(found.types.values()).most_common()),
        "types": dict(found.types),
        "notes": list(found.notes),
        "loss": measured.to_json(trial.limits),
    }
    return Built(built.engine, (*built.steps, step), {**built.tools, "onnx": version("onnx")})


def _feeds(engine: Mapping[str, Any], request: ExportRequest, prefix: str, tokenizer: Tokenizer) -> list[Feed]:
    """Lines that quality is not measured on, a feed each, as the engine puts them between its marks."""
    texts = first_lines(
        request.corpora, request.languages, field=request.corpus_field or "text", most_bytes=_IMPORTANCE_BYTES
    )
    lines = [prefix + line for found in texts.values() for line in found[:_CALIBRATED_LINES]]
    room = int(engine["positions"]) - 2
    rows = [
        np.array([[engine["begin"], *ids[:room], engine["end"]]], np.int64) for ids in tokenizer.encode(lines) if ids
    ]
    return [{"input_ids": row, "attention_mask": np.ones_like(row)} for row in rows]


def _importance(
    folder: Path, model: Path, request: ExportRequest, tokenizer: Tokenizer, report: Reporter
) -> tuple[Path | None, Mapping[str, Any]]:
    """Where the importance matrix is, and what the receipt says of it.

    Without one the quantiser goes on, unless the type needs it. Raises EngineError.
    """
    if not weighs_inputs(request):
        return None, {"from": "nothing"}
    if request.imatrix is not None:
        path = Path(request.imatrix)
        return path, {"from": path.name, "sha256": sha256_file(path)}
    texts = first_lines(
        request.corpora, request.languages, field=request.corpus_field or "text", most_bytes=_IMPORTANCE_BYTES
    )
    pieces = [
        ids[begin : begin + _PIECE]
        for lines in texts.values()
        for ids in tokenizer.encode(["\n".join(lines)])
        for begin in range(0, min(len(ids), _IMPORTANCE_TOKENS // len(texts)), _PIECE)
    ]
    tokens = sum(map(len, pieces))
    try:
        collect_importance(model, pieces, folder / "importance.gguf", report=report)
    except EngineError as problem:
        if RECIPES[str(request.quant)].needs_importance:
            raise
        why = "; ".join([problem.message, *problem.reasons[:1]])
        report(Note(f"which inputs matter is not known to the quantiser: {why}"))
        return None, {"from": "nothing", "why": why}
    return folder / "importance.gguf", {"from": "the text", "tokens": tokens}
