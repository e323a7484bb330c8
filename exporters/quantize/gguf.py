"""Stores a GGUF's weights with fewer bits, by llama.cpp's own quantiser, and says what became of each tensor."""

from __future__ import annotations

import collections
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from edgekit.core.atomic import replacing_file
from edgekit.core.cancelling import leaving
from edgekit.core.children import Child
from edgekit.core.errors import EngineError, ResourceError, UsageError
from edgekit.core.events import Note, Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.llama_extra import require_llama
from edgekit.core.units import bytes_in_words
from exporters.containers.gguf import BLOCKS, Gguf, Place, read_gguf
from exporters.quantize.importance import misfits, read_importance
from exporters.quantize.types import EMBEDDINGS, FULL, NUMBERS, RECIPES

STEP = "quantize"
_WORKER = "exporters.quantize.llama_worker"
_TABLE = "token_embd.weight"
_HEAD = "output.weight"
_BUFFER_BYTES = 256 << 20
_ENVIRONMENT = {"GGML_NO_BACKTRACE": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Requantized:
    """types: the type that each tensor really has.  notes: what was asked and not given, a line each."""

    types: Mapping[str, str]
    size_bytes: int
    notes: Sequence[str]

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of tensors by type, the most frequent first."""
        return dict(collections.Counter(self.types.values()).most_common())


def requantize(
    source: Path,
    target: Path,
    quant: str,
    *,
    embedding: str | None = None,
    output: str | None = None,
    importance: Path | None = None,
    threads: int | None = None,
    report: Reporter = silent,
) -> Requantized:
    """Write source as target with the recipe quant (`q4_k_m`, ...), all or nothing.

    embedding: the type of the table of words, instead of the recipe's own.  output: of the head, where the model has
    one of its own; None takes that of embedding.  importance: see `exporters.quantize.importance.read_importance`.
    Raises UsageError for names that llama.cpp does not have and types that the table's rows do not fit, ResourceError
    for too little disk, MissingExtraError without llama-cpp-python, ModelFormatError for a damaged source, EngineError
    where the quantiser fails or dies.
    """
    file, tables = read_gguf(source), _tables(embedding, output)
    same = ["source and target are the same file"] if target.exists() and source.samefile(target) else []
    weighed = None if importance is None else read_importance(importance)
    unfit = [] if weighed is None else misfits(file, weighed)
    reasons = _problems(file, source.name, quant, tables, importance=weighed is not None)
    _refuse(source.name, [*reasons, *unfit, *same])
    require_llama("quantising needs")
    target.parent.mkdir(parents=True, exist_ok=True)
    expected, free = _expected_bytes(file, quant, tables), shutil.disk_usage(target.parent).free
    if expected > free:
        raise ResourceError(
            f"`{target.name}` needs {bytes_in_words(expected)}, and {bytes_in_words(free)} of the disk are free"
        )
    again = quantised_types(file)
    report(StepStarted(STEP, quant))
    if again:
        report(Note(f"`{source.name}` is quantised already ({', '.join(again)}): what that lost does not come back"))
    settings = {
        "threads": threads or os.cpu_count() or 1,
        "importance": None if importance is None else str(importance.resolve()),
    }
    with replacing_file(target) as beside:
        _run(source, beside, quant, tables, settings, report)
        found = _read_back(file, read_gguf(beside), quant, tables)
        for note in found.notes:
            report(Note(note))
    report(StepFinished(STEP, ", ".join(f"{count} {name}" for name, count in found.counts.items())))
    return found


def dry_run(
    source: Path, quant: str, *, embedding: str | None = None, output: str | None = None, importance: bool = False
) -> Mapping[str, str]:
    """The type that `requantize` would give each tensor, by name, as far as llama.cpp says; nothing is written.

    importance: whether there will be an importance matrix, which some types depend on. Takes half a second for Gemma 3
    270M. Raises as `requantize` does.
    """
    file, tables = read_gguf(source), _tables(embedding, output)
    _refuse(source.name, _problems(file, source.name, quant, tables, importance=importance))
    require_llama("quantising needs")
    alike = {place.name: prod(place.shape[:-2]) * place.shape[-1] for place in _matrices(file)} if importance else {}
    settings = {"threads": 1, "dry": True, "alike": alike}
    return _run(source, source.with_name("nowhere"), quant, tables, settings, silent)


def check_recipe(
    file: Gguf, name: str, quant: str, *, embedding: str | None, output: str | None, importance: bool
) -> None:
    """Raise UsageError, with every reason, where a file called name cannot be quantised like this."""
    _refuse(name, _problems(file, name, quant, _tables(embedding, output), importance=importance))


def quantised_types(file: Gguf) -> list[str]:
    """The types of its matrices that have less than 16 bits a weight: what they lost does not come back."""
    return sorted({BLOCKS[place.type][0] for place in _matrices(file)} - {*FULL})


def _refuse(name: str, reasons: Sequence[str]) -> None:
    if reasons:
        raise UsageError(f"`{name}` cannot be quantised like this", reasons=reasons)


def _tables(embedding: str | None, output: str | None) -> Mapping[str, str]:
    """The types that the tables of words shall have, by tensor, where they are not the recipe's."""
    # The head of a model that is not tied is a second table of words.
    wanted = {_TABLE: embedding, _HEAD: output or embedding}
    return {name: kind for name, kind in wanted.items() if kind is not None}


def _problems(file: Gguf, name: str, quant: str, tables: Mapping[str, str], *, importance: bool) -> list[str]:
    reasons = []
    if quant not in RECIPES:
        reasons.append(f"`{quant}` is no recipe; there are {', '.join(RECIPES)}")
    elif RECIPES[quant].needs_importance and not importance:
        reasons.append(f"`{quant}` needs an importance matrix: text with `--corpus`, or a file with `--imatrix`")
    reasons += [
        f"`{kind}` is no type for a table of words; there are {', '.join(EMBEDDINGS)}"
        for kind in dict.fromkeys(tables.values())
        if kind not in EMBEDDINGS
    ]
    if _TABLE in tables and not tables.keys() & file.tensors.keys():
        reasons.append(f"`{name}` has no `{_TABLE}`")
    if tables.keys() == {_HEAD} and _HEAD not in file.tensors:
        reasons.append(f"`{name}` has no `{_HEAD}`: its table of words is its head as well")
    for tensor, kind in tables.items():
        place = file.tensors.get(tensor)
        if place is None or kind not in EMBEDDINGS:
            continue
        block, values, _ = BLOCKS[NUMBERS[EMBEDDINGS[kind]]]
        if place.shape[-1] % values:  # llama.cpp aborts
            reasons.append(
                f"`{tensor}` has rows of {place.shape[-1]:,} values, and {block} needs a multiple of {values}"
            )
    return reasons


def _matrices(file: Gguf) -> list[Place]:
    return [place for place in file.tensors.values() if len(place.shape) > 1]


def _expected_bytes(file: Gguf, quant: str, tables: Mapping[str, str]) -> int:
    """An upper bound: with the widest type of the recipe for every matrix."""
    _, values, size = max((BLOCKS[NUMBERS[name]] for name in RECIPES[quant].types), key=lambda one: one[2] / one[1])
    total = len(file.data) - sum(place.size for place in _matrices(file))
    for place in _matrices(file):
        if place.name in tables:
            _, own_values, own_size = BLOCKS[NUMBERS[EMBEDDINGS[tables[place.name]]]]
            total += prod(place.shape) * own_size // own_values
        else:
            total += prod(place.shape) * size // values
    return total


def _run(
    source: Path, target: Path, quant: str, tables: Mapping[str, str], more: Mapping[str, Any], report: Reporter
) -> Mapping[str, str]:
    """Quantise in a child process; gives the types that it told, which a dry run does."""
    numbers = {name: NUMBERS[EMBEDDINGS[kind]] for name, kind in tables.items()}
    order = {
        "source": str(source.resolve()),
        "target": str(target.resolve()),
        "recipe": RECIPES[quant].number,
        "embedding": numbers.get(_TABLE),
        "output": numbers.get(_HEAD),
        "importance": None,
        "alike": {},
        # Whether it may is settled: a person was told where the source is quantised already.
        "again": True,
        "buffer_bytes": _BUFFER_BYTES,
        "dry": False,
        **more,
    }
    types: dict[str, str] = {}
    child = Child(_WORKER, f"the process that quantises `{source.name}`", environment=_ENVIRONMENT)
    try:
        try:
            child.input.write(json.dumps(order).encode("ascii") + b"\n")
            child.input.flush()
            answer: dict[str, Any] = {}
            while line := leaving(child.output.readline):
                answer = json.loads(line)
                if "type" in answer:
                    types[answer["name"]] = answer["type"].upper()
                elif "tensor" in answer:
                    report(Progress(STEP, answer["tensor"], answer["of"], "tensors"))
        except (OSError, ValueError):
            answer = {}
        if "failed" in answer:
            raise EngineError(f"llama.cpp could not quantise `{source.name}`", reasons=[answer["failed"]])
        if answer.get("code") != 0:
            raise child.died(STEP)
    finally:
        child.end()
    return types


def _read_back(before: Gguf, after: Gguf, quant: str, tables: Mapping[str, str]) -> Requantized:
    types = {name: BLOCKS[place.type][0] for name, place in after.tensors.items()}
    reasons = [f"`{name}` is gone" for name in before.tensors if name not in after.tensors]
    reasons += [
        f"`{name}` has shape {place.shape} instead of {before.tensors[name].shape}"
        for name, place in after.tensors.items()
        if name in before.tensors and place.shape != before.tensors[name].shape
    ]
    if reasons:
        raise EngineError("what llama.cpp wrote is another model", reasons=reasons)
    notes = []
    main, *_ = RECIPES[quant].types
    block = BLOCKS[NUMBERS[main]][1]
    other: collections.Counter[tuple[str, int]] = collections.Counter()
    for place in _matrices(after):
        found, width = types[place.name], place.shape[-1]
        if place.name in tables:
            if found != (wanted := EMBEDDINGS[tables[place.name]]):
                notes.append(f"`{place.name}` was to be {wanted} and is {found}")
        elif found not in RECIPES[quant].types or (found != main and width % block):
            other[found, width] += 1
    for (found, width), count in other.most_common():
        why = f": {main} needs rows of a multiple of {block} values" if width % block else ""
        notes.append(f"{count} matrices with rows of {width:,} values are {found} instead of {main}{why}")
    return Requantized(types, len(after.data), notes)
