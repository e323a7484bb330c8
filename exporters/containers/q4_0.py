"""GGML's Q4_0 blocks, and the same numbers in the order that onnxruntime's operators want.

A block is 32 values along a row: a float16 scale d, then 16 bytes; byte j holds value j in its low half and value
j + 16 in its high half, each 0 to 15 and meaning (q - 8) * d. Source: ggml `ggml-quants.c`, `dequantize_row_q4_0`.
onnxruntime's `MatMulNBits` and `GatherBlockQuantized` keep value 2j low and value 2j + 1 high, scales apart, and take 8
for the zero where none is given. So only halves of bytes change places, and every value stays exactly what it was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VALUES = 32
BLOCK_BYTES = 18
ZERO = 8

Blocks = NDArray[np.uint8]


def scales(rows: Blocks) -> NDArray[np.float16]:
    """(n, blocks) the scales of (n, blocks * 18) rows."""
    return np.ascontiguousarray(_blocks(rows)[:, :, :2]).view("<f2")[:, :, 0]


def quants(rows: Blocks) -> NDArray[np.uint8]:
    """(n, width) values 0 to 15 of (n, blocks * 18) rows."""
    packed = _blocks(rows)[:, :, 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=2).reshape(len(rows), -1)


def values(rows: Blocks) -> NDArray[np.float32]:
    """(n, width) what the rows mean."""
    centred = quants(rows).astype(np.float32) - ZERO
    return centred * np.repeat(scales(rows).astype(np.float32), VALUES, axis=1)


def neighbours_packed(rows: Blocks) -> NDArray[np.uint8]:
    """(n, width / 2) the quants of (n, blocks * 18) rows, two neighbours a byte, the first in the low half."""
    packed = _blocks(rows)[:, :, 2:]
    low, high = packed[:, :, 0::2], packed[:, :, 1::2]
    first = (low & 15) | (high & 15) << 4
    second = (low >> 4) | (high & 0xF0)
    return np.concatenate([first, second], axis=2).reshape(len(rows), -1)


def _blocks(rows: Blocks) -> Blocks:
    return rows.reshape(len(rows), -1, BLOCK_BYTES)
