"""The operators between stored tables and the numbers that a model computes with, in numpy.

Sources: onnx `docs/Operators.md`, onnxruntime `docs/ContribOperators.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper

Array = NDArray[Any]


def _identity(x: Array) -> Array:
    return x


def _cast(x: Array, *, to: int, **_: Any) -> Array:
    return x.astype(helper.tensor_dtype_to_np_dtype(to))


def _transpose(x: Array, *, perm: Sequence[int] | None = None) -> Array:
    return x.transpose(perm)


def _unsqueeze(x: Array, axes: Array) -> Array:
    return np.expand_dims(x, tuple(axes.reshape(-1).tolist()))


def _gather(x: Array, indices: Array, *, axis: int = 0) -> Array:
    return np.take(x, indices, axis)


def _subtract(x: Array, y: Array) -> Array:
    return np.subtract(*_alike(x, y))


def _multiply(x: Array, y: Array) -> Array:
    return np.multiply(*_alike(x, y))


def _alike(x: Array, y: Array) -> tuple[Array, Array]:
    """Values that one of two has the shape of the result: a hostile column times a row takes any amount of memory."""
    if np.broadcast_shapes(x.shape, y.shape) not in (x.shape, y.shape):
        raise ValueError(f"{x.shape} and {y.shape}")
    return x, y


def _dequantize_linear(
    x: Array, scale: Array, zero: Array | None = None, *, axis: int = 1, block_size: int = 0, **_: Any
) -> Array:
    return _dequantised(x, scale, zero, axis, block_size)


def _gather_block_quantized(
    x: Array,
    indices: Array,
    scale: Array,
    zero: Array | None = None,
    *,
    bits: int = 4,
    block_size: int = 128,
    gather_axis: int = 0,
    quantize_axis: int = 1,
) -> Array:
    if x.dtype == np.uint8:
        x = _unpacked(x, bits)
        zero = np.array(1 << (bits - 1)) if zero is None else _unpacked(zero, bits)[..., : scale.shape[-1]]
    numbers = _dequantised(x, scale, zero, quantize_axis, block_size or x.shape[quantize_axis])
    return np.take(numbers, indices, gather_axis)


def _unpacked(x: Array, bits: int) -> Array:
    """Several values a byte along the last axis, the first in the low bits."""
    if bits not in (2, 4, 8):
        raise ValueError(f"{bits} bits")
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    return (x[..., None] >> shifts & np.uint8((1 << bits) - 1)).reshape(*x.shape[:-1], -1)


def _dequantised(x: Array, scale: Array, zero: Array | None, axis: int, block: int) -> Array:
    """(x - zero) * scale, in the type of scale; block: values along axis that share one, 0 where all or each do."""

    def spread(y: Array) -> Array:
        if y.size == 1:
            return y.reshape(())
        if block:
            return np.take(y, np.arange(x.shape[axis]) // block, axis)
        return y.reshape([-1 if at == axis % x.ndim else 1 for at in range(x.ndim)])

    numbers = x.astype(np.float32)
    if zero is not None:
        numbers -= spread(zero).astype(np.float32)
    return (numbers * spread(scale).astype(np.float32)).astype(scale.dtype)


OPERATORS: Mapping[str, Callable[..., Array]] = {
    "Identity": _identity,
    "Cast": _cast,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Gather": _gather,
    "Sub": _subtract,
    "Mul": _multiply,
    "DequantizeLinear": _dequantize_linear,
    "com.microsoft.GatherBlockQuantized": _gather_block_quantized,
}
"""Of a node's inputs (None for one left out) and its attributes, by name, its output.

What a damaged node raises is in `DAMAGED`.
"""

DAMAGED = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
