"""What an artifact for an NPU has beside the one-file model: the encoder in fixed lengths, and the tables it reads.

The decode stays in the one-file model on the CPU, for no NPU runs a `Loop`, but where `targeted_step` writes a step of
it as well. That model is also what takes over where the NPU does not come along, and what encodes sources longer than
the longest encoder.

    encoder-16.onnx ...  `fixed_encoder` of each length; large weights lie in one file that all of them share
    encoder.weights      that file
    source.rows          [V, D] the source's embedding table, raw little-endian values
    head.rows, head.bias [V, D], [V] the output's table and bias; the rows are left out where they are the source's
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.external_data_helper import set_external_data

from edgekit.core.atomic import replacing, write_bytes
from edgekit.core.errors import UsageError
from edgekit.core.events import Progress, Reporter
from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
from exporters.families.marian.arithmetic import ARITHMETIC, Activations, Arithmetic
from exporters.families.marian.fixed_encoder import MASKED, QdqArithmetic, fixed_encoder
from exporters.families.marian.student import EOS_ID, Student
from exporters.quantize.qdq import Ranges, measure, quantised
from exporters.targets.names import Form, Target

LENGTHS = (16, 32, 64, 128)
WEIGHTS = "encoder.weights"
# Smaller tensors are cheaper inside: an entry that points elsewhere takes 100 bytes.
_LARGE_BYTES = 1 << 10
# A page: what is mapped must start at one (onnxruntime maps weights where it can).
_ALIGNED = 4096
# Each line is run through every node in numpy, half a second for 32 tokens.
_MOST_LINES = 48

Compile = Callable[[Path, Path], None]
"""Graph -> the same graph compiled for a provider, as one file."""


def write_encoders(
    student: Student,
    activations: Activations,
    target: Target,
    folder: Path,
    tokenizer: Path,
    lines: Sequence[str],
    compile_graph: Compile | None,
    report: Reporter,
) -> Mapping[str, Any]:
    """Write the files above into folder; gives the `encoder` part of the receipt's `engine`.

    lines: text of the source language, which form `measured` needs.  compile_graph: makes context binaries of the
    encoders, or None.  Raises UsageError where there is no text.
    """
    form = form_for(target, activations)
    arithmetic = arithmetic_of(form)
    models = {length: fixed_encoder(student, length, arithmetic=arithmetic) for length in LENGTHS}
    if form == "measured":
        ranges = _measure(student, models, tokenizer, lines, report)
        models = {length: quantised(model, ranges, mask="mask") for length, model in models.items()}
    names = {length: f"encoder-{length}.onnx" for length in models}
    save_graphs(models, names, folder, WEIGHTS, compile_graph, report)
    bias = ARITHMETIC[activations].head(student.output, student.output_bias, student.output_activation)
    write_bytes(folder / "source.rows", student.source_embedding.weight.tobytes())
    shared = student.output.weight is student.source_embedding.weight or np.array_equal(
        student.output.weight, student.source_embedding.weight
    )
    if not shared:
        write_bytes(folder / "head.rows", student.output.weight.tobytes())
    write_bytes(folder / "head.bias", bias.bias_values().tobytes())
    return {
        "provider": target.provider,
        "target": target.id,
        "form": form,
        "compiled": compile_graph is not None,
        "mask": MASKED,
        "graphs": [{"length": length, "file": name} for length, name in names.items()],
        "source_rows": {"file": "source.rows", "type": str(student.source_embedding.weight.dtype)},
        "head_rows": {
            "file": "source.rows" if shared else "head.rows",
            "type": str(student.output.weight.dtype),
        },
        "head_bias": {"file": "head.bias", "type": np.dtype(bias.bias_dtype).name},
    }


def form_for(target: Target, activations: Activations) -> Form:
    """How the graphs of a target compute: a student without alphas has no int8 of its own."""
    return "float" if target.form == "int8" and activations != "static" else target.form


def arithmetic_of(form: Form) -> Arithmetic:
    """What the graphs are built with; `measured` is made of the float ones."""
    return QdqArithmetic() if form == "int8" else ARITHMETIC["float"]


def picked_lines(lines: Sequence[str], most: int) -> Sequence[str]:
    """Lines spread over the text, about `most`. Raises UsageError where there are none."""
    usable = [line for line in lines if line.strip()]
    if not usable:
        raise UsageError(
            "this target computes with integers whose ranges are measured on text, and none is given",
            hint="add `--corpus FILE` with some lines of the language that the model translates from",
        )
    return usable[:: max(1, len(usable) // most)][:most]


def _measure(
    student: Student, models: Mapping[int, onnx.ModelProto], tokenizer: Path, lines: Sequence[str], report: Reporter
) -> Ranges:
    """The ranges of every value, over lines spread over the text."""
    picked = picked_lines(lines, _MOST_LINES)
    table = student.source_embedding.weight
    feeds: dict[int, list[Mapping[str, NDArray[Any]]]] = {}
    for ids in SentencePieceTokenizer.open(tokenizer).encode(picked):
        ended = [*ids, EOS_ID][-max(models) :]
        length = min(length for length in models if length >= len(ended))
        feeds.setdefault(length, []).append(encoder_feed(table, ended, length))
    ranges: Ranges = {}
    done = 0
    for length, of_length in feeds.items():
        ranges = measure(models[length], of_length, ranges)
        done += len(of_length)
        report(Progress("measure", done, len(picked), "lines"))
    return ranges


def encoder_feed(table: NDArray[Any], ids: Sequence[int], length: int) -> dict[str, NDArray[np.float32]]:
    """The inputs of `fixed_encoder` for one sentence.  table: the source's, as it is stored."""
    rows = np.zeros((1, length, table.shape[1]), np.float32)
    rows[0, : len(ids)] = table[list(ids)]
    mask = np.full((1, 1, 1, length), MASKED, np.float32)
    mask[..., : len(ids)] = 0
    return {"rows": rows, "mask": mask}


def save_graphs(
    models: Mapping[int, onnx.ModelProto],
    names: Mapping[int, str],
    folder: Path,
    weights: str,
    compile_graph: Compile | None,
    report: Reporter,
) -> None:
    """Write the graphs, and each large weight once, into one file; compiled, they hold what they need."""
    places: dict[bytes, tuple[int, int]] = {}
    with replacing(folder / weights) as stream:
        for length, model in models.items():
            for tensor in _large(model):
                data = tensor.raw_data
                if data not in places:
                    stream.write(b"\0" * (-stream.tell() % _ALIGNED))
                    places[data] = (stream.tell(), len(data))
                    stream.write(data)
                offset, size = places[data]
                set_external_data(tensor, weights, offset, size)
                tensor.ClearField("raw_data")
            write_bytes(folder / names[length], model.SerializeToString(deterministic=True))
    if compile_graph is None:
        return
    for done, name in enumerate(names.values(), 1):
        compiled = folder / f"{name}.compiled"
        compile_graph(folder / name, compiled)
        compiled.replace(folder / name)
        report(Progress("compile", done, len(names), "files"))
    (folder / weights).unlink()


def _large(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    return (tensor for tensor in model.graph.initializer if len(tensor.raw_data) >= _LARGE_BYTES)
