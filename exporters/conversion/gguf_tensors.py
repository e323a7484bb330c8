"""Tensors on their way from a checkpoint into a GGUF: what becomes of each, checked first and then streamed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UnsupportedModelError
from exporters.containers.gguf import BLOCKS
from exporters.containers.gguf_writer import Output
from exporters.conversion.checkpoint import FLOATS, Checkpoint

Ids = NDArray[np.int64]

NUMBERS: Mapping[str, int] = {name.lower(): number for number, (name, *_) in BLOCKS.items()}
"""ggml's number of a type, by its name in lower case."""
DTYPES = ("f16", "f32", "bf16", "q8_0")
"""What matrices can be stored as, the usual one first."""

_PIECE = 4 << 20  # values that are float32 at once: 16 MB
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the GGUF.

    name: in the GGUF.  source: in the checkpoint.  shape: there, the slowest axis first.  rows: which of its rows are
    taken, in which order; all of them where it is None.  scale, add: to each value, in this order.  exact: stays
    float32 whatever the matrices become; what has a single axis always does.  values: in the place of a source, for
    what is computed.
    """

    name: str
    source: str
    shape: tuple[int, ...]
    rows: Ids | None = None
    add: float = 0.0
    scale: float = 1.0
    exact: bool = False
    values: NDArray[np.float32] | None = None

    @property
    def written_shape(self) -> tuple[int, ...]:
        """Shape in the GGUF."""
        return self.shape if self.rows is None else (len(self.rows), *self.shape[1:])

    def stored(self, dtype: str) -> str:
        """The type that it gets where matrices are to be dtype: a row must be whole blocks, or it is float16."""
        if self.exact or len(self.shape) < 2:
            return "f32"
        _, values, _ = BLOCKS[NUMBERS[dtype]]
        return dtype if self.shape[-1] % values == 0 else "f16"


def check_tensors(checkpoint: Checkpoint, tensors: Sequence[Tensor], ignored: Sequence[str]) -> list[str]:
    """Everything about a checkpoint's tensors that is not as expected.

    ignored: patterns of whole names of tensors that may be there and are not carried over.
    """
    there = checkpoint.tensors
    expected = {tensor.source: tensor for tensor in tensors if tensor.values is None}
    missing, wrong = [], []
    for name, tensor in expected.items():
        place = there.get(name)
        if place is None:
            missing.append(name)
        elif place.shape != tensor.shape:
            wrong.append(f"`{name}` has shape {place.shape}, and the configuration says {tensor.shape}")
        elif place.dtype not in FLOATS:
            wrong.append(f"`{name}` is {place.dtype}, and only {', '.join(FLOATS)} are read")
    pattern = re.compile("|".join(f"(?:{one})" for one in ignored)) if ignored else None
    extra = [name for name in there if name not in expected and not (pattern and pattern.fullmatch(name))]
    return [
        *_listed("is missing", missing),
        *wrong[:_MOST_SHOWN],
        *_listed("is there, and nobody knows what it does", extra),
    ]


def _listed(what: str, names: Sequence[str]) -> list[str]:
    shown = [f"tensor `{name}` {what}" for name in names[:_MOST_SHOWN]]
    more = len(names) - len(shown)
    return [*shown, f"and so it is with {more:,} more"] if more else shown


def outputs(checkpoint: Checkpoint, tensors: Sequence[Tensor], dtype: str) -> list[Output]:
    """What to write, the tensors in their order; each is read only as its pieces are taken."""
    found = []
    for tensor in tensors:
        stored = tensor.stored(dtype)
        found.append(Output(tensor.name, tensor.written_shape, NUMBERS[stored], _pieces(checkpoint, tensor, stored)))
    return found


def stored_types(tensors: Sequence[Tensor], dtype: str) -> dict[str, int]:
    """How many tensors get each type."""
    return dict(Counter(tensor.stored(dtype).upper() for tensor in tensors))


def fallen_back(tensors: Sequence[Tensor], dtype: str) -> list[str]:
    """Names of the matrices that get another type than the one that was asked for, as their rows do not fit it."""
    return [one.name for one in tensors if len(one.shape) > 1 and not one.exact and one.stored(dtype) != dtype]


def _pieces(checkpoint: Checkpoint, tensor: Tensor, stored: str) -> Iterator[memoryview]:
    for values in _values(checkpoint, tensor):
        if (tensor.scale, tensor.add) != (1.0, 0.0):
            values = values * np.float32(tensor.scale) + np.float32(tensor.add)
        yield _encoded(tensor.name, values, stored)


def _values(checkpoint: Checkpoint, tensor: Tensor) -> Iterator[NDArray[np.float32]]:
    """The values in pieces of whole rows, each (rows, ...) float32."""
    if tensor.values is not None:
        yield tensor.values
        return
    count = max(1, _PIECE // max(1, int(np.prod(tensor.shape[1:], dtype=np.int64))))
    total = tensor.written_shape[0]
    for begin in range(0, total, count):
        end = min(begin + count, total)
        rows = slice(begin, end) if tensor.rows is None else tensor.rows[begin:end]
        yield checkpoint.floats(tensor.source, rows)
        if tensor.rows is None:
            checkpoint.release(tensor.source, begin, end)
    if tensor.rows is not None:
        checkpoint.release(tensor.source, 0, tensor.shape[0])


def _encoded(name: str, values: NDArray[np.float32], stored: str) -> memoryview:
    """Raises UnsupportedModelError for values that are no numbers, or too large for float16."""
    if not np.isfinite(values).all():
        raise UnsupportedModelError(f"`{name}` cannot be stored", reasons=["it holds values that are no numbers"])
    if stored == "f32":
        return np.ascontiguousarray(values, "<f4").reshape(-1).view(np.uint8).data
    if stored in ("f16", "q8_0") and np.abs(values).max(initial=0) > _LARGEST[stored]:
        raise UnsupportedModelError(
            f"`{name}` cannot be stored as {stored}",
            reasons=[f"it holds {np.abs(values).max():,.0f}, and the largest is {_LARGEST[stored]:,.0f}"],
            hint="add `--quant bf16`",
        )
    if stored == "f16":
        return values.astype("<f2").reshape(-1).view(np.uint8).data
    import gguf

    raw = gguf.quants.quantize(np.ascontiguousarray(values), gguf.GGMLQuantizationType(NUMBERS[stored]))
    return np.ascontiguousarray(raw).reshape(-1).view(np.uint8).data


# A block of Q8_0 has a float16 for its largest value divided by 127.
_LARGEST = {"f16": 65_504.0, "q8_0": 127 * 65_504.0}
