"""How much each input of a matrix matters on a text: what llama.cpp calls an importance matrix.

The form is that of `llama-imatrix`: a GGUF of `general.type` `imatrix`, in which each matrix has a tensor
`NAME.in_sum2`, sums of squares of its inputs, one a column, and `NAME.counts`, over how many inputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import replacing_file
from edgekit.core.cancelling import leaving
from edgekit.core.children import Child
from edgekit.core.cores import usable_cores
from edgekit.core.errors import EngineError, ModelFormatError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.llama_extra import require_llama
from edgekit.core.units import counted
from exporters.containers.gguf import Gguf, Kind, Strings, Value, read_gguf
from exporters.containers.gguf_writer import Output, write_gguf

STEP = "importance"
Importance: TypeAlias = Mapping[str, NDArray[np.float32]]
"""By matrix, the mean square of the input of each column; where it is many matrices, of one after the other."""

_WORKER = "exporters.quantize.importance_worker"
_ENVIRONMENT = {"GGML_NO_BACKTRACE": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
_SUMS, _COUNTS = ".in_sum2", ".counts"
_F32 = 0
# A column that no text reached is as good as worthless, and a block of such columns would divide by zero.
_LEAST = 1e-6
# The matrices of layers alone, as `llama-imatrix` has it: a table of words that is the head as well is read row by row.
_LAYERS = "blk."


def collect_importance(
    model: Path, pieces: Sequence[Sequence[int]], target: Path, *, report: Reporter = silent
) -> Importance:
    """Run a model on pieces of text (ids, without marks) and write what its matrices saw to target, all or nothing.

    Takes a pass over the text. Reports the step `importance`, a piece at a time. Raises MissingExtraError without
    llama-cpp-python, EngineError where llama.cpp cannot run the model or lays out its tensors in a way not known here.
    """
    require_llama("an importance matrix needs")
    report(StepStarted(STEP, counted(sum(map(len, pieces)), "token")))
    names = [name for name, place in read_gguf(model).tensors.items() if len(place.shape) > 1 and _of_layer(name)]
    with replacing_file(target) as beside:
        order = {
            "source": str(model.resolve()),
            "target": str(beside.resolve()),
            "names": names,
            "pieces": [list(piece) for piece in pieces],
            "threads": usable_cores(),
        }
        _run(order, model.name, report)
        found = read_importance(beside)
    report(StepFinished(STEP, f"{len(found):,} of {len(names):,} matrices"))
    return found


def read_importance(path: Path) -> Importance:
    """Read a file of `llama-imatrix`.

    Raises ModelFormatError with every reason where it holds something else: other shapes, no numbers, negative ones.
    """
    file = read_gguf(path)
    names = [name.removesuffix(_SUMS) for name in file.tensors if name.endswith(_SUMS)]
    reasons, found = [], {}
    if not names:
        reasons.append(f"it has no tensor `...{_SUMS}`, as `llama-imatrix` writes them")
    for name in names:
        sums, counts = _numbers(file, name + _SUMS), _numbers(file, name + _COUNTS)
        if sums is None or counts is None or counts.size == 0 or sums.size == 0 or sums.size % counts.size:
            reasons.append(f"`{name}`: sums and counts are not float32 numbers for the same matrices")
        elif not (np.isfinite(sums).all() and np.isfinite(counts).all() and (sums >= 0).all() and (counts >= 0).all()):
            reasons.append(f"`{name}`: a sum of squares or a count is negative or no number")
        else:
            found[name] = _means(sums.reshape(counts.size, -1), counts.reshape(-1, 1))
    if reasons:
        raise ModelFormatError(f"`{path.name}` is no importance matrix", reasons=reasons)
    return found


def write_importance(path: Path, sums: Mapping[str, NDArray[np.float64]], counts: Mapping[str, int]) -> None:
    """Write sums of squares, (columns,) by matrix, and over how many inputs each was taken, to a file that is there."""
    metadata = {
        "general.type": Value(Kind.STRING, b"imatrix"),
        "imatrix.datasets": Value(Kind.ARRAY, Strings.of([b"edgekit"]), Kind.STRING),
        "imatrix.chunk_count": Value(Kind.UINT32, 1),
        "imatrix.chunk_size": Value(Kind.UINT32, max(counts.values(), default=0)),
    }
    tensors = []
    for name in sorted(sums):
        tensors.append(Output(name + _SUMS, (1, len(sums[name])), _F32, [sums[name].astype("<f4").tobytes()]))
        tensors.append(Output(name + _COUNTS, (1, 1), _F32, [np.array([counts[name]], "<f4").tobytes()]))
    with path.open("wb") as stream:
        for _ in write_gguf(stream, metadata, tensors):
            pass


def misfits(file: Gguf, importance: Importance) -> list[str]:
    """Why an importance matrix is of another model, a line each; matrices that only one of both has do not matter."""
    reasons = []
    common = [name for name in importance if name in file.tensors]
    if not common:
        reasons.append("the importance matrix is about no matrix of this model")
    for name in common:
        *others, _, columns = (1, *file.tensors[name].shape)
        wanted = int(np.prod(others, dtype=np.int64)) * columns
        if importance[name].size != wanted:
            reasons.append(f"the importance matrix has {importance[name].size:,} values for `{name}`, not {wanted:,}")
    return reasons


def _of_layer(name: str) -> bool:
    return name.startswith(_LAYERS)


def _numbers(file: Gguf, name: str) -> NDArray[np.float32] | None:
    place = file.tensors.get(name)
    if place is None or place.type != _F32:
        return None
    return np.frombuffer(file.data, "<f4", place.size // 4, place.begin)


def _means(sums: NDArray[np.float32], counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """A matrix that no text reached (an expert never chosen) gives each of its columns the same weight."""
    means = np.where(counts > 0, sums / np.maximum(counts, 1), 1.0)
    largest = means.max(axis=1, keepdims=True)
    floor = np.where(largest > 0, largest * _LEAST, 1.0)
    return np.ascontiguousarray(np.maximum(means, floor).reshape(-1), np.float32)


def _run(order: Mapping[str, Any], name: str, report: Reporter) -> None:
    child = Child(_WORKER, f"the process that runs `{name}`", environment=_ENVIRONMENT)
    answer: dict[str, Any] = {}
    try:
        try:
            child.input.write(json.dumps(order).encode("ascii") + b"\n")
            child.input.flush()
            while line := leaving(child.output.readline):
                answer = json.loads(line)
                if "piece" in answer:
                    report(Progress(STEP, answer["piece"], answer["of"], "steps"))
        except (OSError, ValueError):
            answer = {}
        if "failed" in answer:
            raise EngineError(f"no importance matrix of `{name}` could be made", reasons=[answer["failed"]])
        if not answer.get("done"):
            raise child.died(STEP)
    finally:
        child.end()
