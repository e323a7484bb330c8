"""What an artifact for an NPU has where its decode runs there as well: one step in fixed shapes, and its tables.

    step-16.onnx ...  `fixed_step` for sources of each length; large weights lie in one file that all of them share
    step.weights      that file
    target.rows       [V, D] the target's embedding table, raw little-endian values; left out where another file has it
    place.rows        [POSITIONS, D] float32, the sines that say where a token stands

The engine counts, looks the rows up and picks the best candidate; it goes on in the one-file model on the CPU where
the NPU does not come along, in the middle of a sentence if need be: the state is the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from edgekit.core.atomic import write_bytes
from edgekit.core.events import Progress, Reporter
from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
from exporters.families.marian.arithmetic import ARITHMETIC, Activations
from exporters.families.marian.fixed_encoder import MASKED, fixed_encoder
from exporters.families.marian.fixed_step import fixed_step
from exporters.families.marian.network import Network
from exporters.families.marian.student import EOS_ID, UNK_ID, Embedding, Student
from exporters.families.marian.targeted import (
    LENGTHS,
    Compile,
    arithmetic_of,
    encoder_feed,
    form_for,
    picked_lines,
    save_graphs,
)
from exporters.quantize.qdq import Ranges, measure, quantised
from exporters.targets.names import Target

# As many as the engine decodes together. The weights of the head are read once for all of them: 50 lines on OpenVINO's
# CPU device took 5.7 s with 1 row, 1.8 with 8, 1.2 with 10, 1.5 with 16. The one-file model's loop on the CPU took
# 0.3 s, and 0.7 s behind an encoder on that device, so these graphs are only written when they are asked for.
ROWS = 10
WEIGHTS = "step.weights"
# A step is run through every node in numpy, the whole vocabulary's scores included, for each token of each line.
_MOST_LINES = 12
# Of a line's tokens more than these change no range that the first do not.
_MOST_STEPS = 40


def write_steps(
    student: Student,
    activations: Activations,
    target: Target,
    folder: Path,
    tokenizer: Path,
    lines: Sequence[str],
    compile_graph: Compile | None,
    report: Reporter,
    *,
    rows: int = ROWS,
) -> Mapping[str, Any]:
    """Write the files above into folder, where `targeted.write_encoders` has been; gives the `step` of `engine`.

    rows: sentences that a graph takes at once.  The others are those of `write_encoders`, which see.
    """
    form = form_for(target, activations)
    models = {length: fixed_step(student, length, rows, arithmetic=arithmetic_of(form)) for length in LENGTHS}
    if form == "measured":
        ranges = _measure(student, tokenizer, lines, report)
        models = {length: quantised(model, ranges, mask="mask") for length, model in models.items()}
    names = {length: f"step-{length}.onnx" for length in models}
    save_graphs(models, names, folder, WEIGHTS, compile_graph, report)
    table = student.target_embedding
    places = Network.sines(student.width)
    write_bytes(folder / "place.rows", places.tobytes())
    return {
        "provider": target.provider,
        "form": form,
        "compiled": compile_graph is not None,
        "rows": rows,
        "mask": MASKED,
        "graphs": [{"length": length, "file": name} for length, name in names.items()],
        "target_rows": {"file": _table_file(student, folder), "type": str(table.weight.dtype)},
        "target_factor": _factor(table, student.width),
        "place_rows": {"file": "place.rows", "type": str(places.dtype)},
    }


def _factor(table: Embedding, width: int) -> float:
    return math.sqrt(width) / (1.0 if table.scale is None else table.scale)


def _table_file(student: Student, folder: Path) -> str:
    """The file that has the target's rows: another table's where it is the same, else one of its own."""
    mine = student.target_embedding.weight
    for name, other in (("source.rows", student.source_embedding.weight), ("head.rows", student.output.weight)):
        if (folder / name).is_file() and mine.dtype == other.dtype and np.array_equal(mine, other):
            return name
    write_bytes(folder / "target.rows", mine.tobytes())
    return "target.rows"


def _measure(student: Student, tokenizer: Path, lines: Sequence[str], report: Reporter) -> Ranges:
    """The ranges of every value of a step, over greedy translations of lines spread over the text."""
    picked = picked_lines(lines, _MOST_LINES)
    arithmetic = ARITHMETIC["float"]
    ranges: Ranges = {}
    for done, ids in enumerate(SentencePieceTokenizer.open(tokenizer).encode(picked), 1):
        ended = [*ids, EOS_ID][-LENGTHS[-1] :]
        length = min(length for length in LENGTHS if length >= len(ended))
        encoder = fixed_encoder(student, length, arithmetic=arithmetic)
        # One row: the values of more have the same names and no other ranges.
        step = fixed_step(student, length, 1, arithmetic=arithmetic)
        ranges = measure(step, _greedy_feeds(student, encoder, step, ended, length), ranges)
        report(Progress("measure", done, len(picked), "lines"))
    return ranges


def _greedy_feeds(
    student: Student, encoder: onnx.ModelProto, step: onnx.ModelProto, ids: Sequence[int], length: int
) -> Iterator[Mapping[str, NDArray[Any]]]:
    """What a step reads, token by token, of one sentence's translation."""
    given = encoder_feed(student.source_embedding.weight, ids, length)
    encoding, stepping = ReferenceEvaluator(encoder), ReferenceEvaluator(step)
    memory = dict(zip(encoding.output_names, encoding.run(None, given), strict=True))
    places, table = Network.sines(student.width), student.target_embedding
    factor = np.float32(_factor(table, student.width))
    embedding = np.zeros((1, student.width), np.float32)
    cells = {f"cell_{at}": np.zeros((1, student.width), np.float32) for at in range(len(student.decoder))}
    for at in range(min(_MOST_STEPS, 2 * len(ids) + 8)):
        feed = {"x": embedding + places[at], "mask": given["mask"], **memory, **cells}
        yield feed
        found = dict(zip(stepping.output_names, stepping.run(None, feed), strict=True))
        cells = {name: found[f"next_{name}"] for name in cells}
        scores = found["scores"][0]
        scores[UNK_ID] = -np.inf
        token = int(scores.argmax())
        if token == EOS_ID:
            return
        embedding = table.weight[[token]].astype(np.float32) * factor
