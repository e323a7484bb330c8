"""An ONNX file whose weights get fewer bits, from the file of a model to that of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted, silent
from edgekit.pipeline.requests import RunGraph
from exporters.quantize.onnx_blocks import STEP, OnnxQuantized, in_floats, quantize_blocks
from exporters.quantize.onnx_static import Feed, calibrate, quantize_static

TYPES: Mapping[str, int] = {"int8": 8, "int4": 4}
"""Names of `--quant` for ONNX, and bits of a weight in blocks."""

STATIC = "int8-static"
"""`--quant` for ranges that are measured on text; its weights have 7 bits, for every x86."""

# A protobuf message is at most that large.
_MOST_BYTES = (1 << 31) - 1


def requantize_graph(
    source: Path,
    target: Path,
    quant: str,
    *,
    feeds: Sequence[Feed] = (),
    run: RunGraph | None = None,
    report: Reporter = silent,
) -> OnnxQuantized:
    """Write the graph of source to target with its weights in blocks of quant (`int8`, `int4`), all or nothing.

    feeds, run: what `int8-static` is calibrated on and with.

    Weights that are in blocks already are unpacked first, which takes memory for all as float32. Raises UsageError for
    another type, ModelFormatError for a damaged file, UnsupportedModelError for one of 2 GB and where nothing of it can
    be quantised.
    """
    if quant not in (*TYPES, STATIC):
        raise UsageError(f"`{quant}` is no type for ONNX; there are {', '.join((*TYPES, STATIC))}")
    if quant == STATIC and (run is None or not feeds):
        raise UsageError(f"`{quant}` needs text to calibrate on, and what runs the model", hint="add `--corpus`")
    if source.stat().st_size > _MOST_BYTES:
        raise UnsupportedModelError(f"`{source.name}` cannot be quantised", reasons=["it is larger than 2 GB"])
    report(StepStarted(STEP, quant))
    try:
        model = onnx.load_model(source, load_external_data=False)
    except DecodeError as problem:
        raise ModelFormatError(f"`{source.name}` is no ONNX file", reasons=[str(problem)[:200]]) from problem
    if in_floats(model):
        report(Note(f"`{source.name}` is quantised already: what that lost does not come back"))
    if quant == STATIC:
        assert run is not None  # noqa: S101 - asked before
        found = quantize_static(model, calibrate(model, feeds, run), report=report)
    else:
        found = quantize_blocks(model, TYPES[quant], report=report)
    if not found.changed:
        raise UnsupportedModelError(f"`{source.name}` has no weights that can be quantised", reasons=found.notes)
    for note in found.notes:
        report(Note(note))
    if model.ByteSize() > _MOST_BYTES:
        raise UnsupportedModelError(f"`{source.name}` cannot be quantised", reasons=["it would be larger than 2 GB"])
    write_bytes(target, model.SerializeToString())
    report(StepFinished(STEP, f"{found.changed:,} of {len(found.types):,} constants"))
    return found
