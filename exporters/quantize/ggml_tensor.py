"""What `ggml_tensor` looks like in memory, checked against the library that is loaded before anything is read.

The layout is that of `ggml.h`; ggml has no function that gives a tensor's sources.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DIMENSIONS = 4
_SOURCES = 10
_F32 = 0


class GgmlTensor(ctypes.Structure):
    """struct ggml_tensor, up to its name.  ne: elements of each axis, the fastest first.  nb: bytes between them."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("ne", ctypes.c_int64 * _DIMENSIONS),
        ("nb", ctypes.c_size_t * _DIMENSIONS),
        ("op", ctypes.c_int),
        ("op_params", ctypes.c_int32 * 16),
        ("flags", ctypes.c_int32),
        ("src", ctypes.c_void_p * _SOURCES),
        ("view_src", ctypes.c_void_p),
        ("view_offs", ctypes.c_size_t),
        ("data", ctypes.c_void_p),
        ("name", ctypes.c_char * 64),
    )


class _InitParams(ctypes.Structure):
    _fields_ = (("mem_size", ctypes.c_size_t), ("mem_buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool))


class Ggml:
    """The few functions of ggml that reading a tensor takes. Raises OSError where the layout is another one."""

    def __init__(self, library: Any) -> None:
        self._library = library
        pointer = ctypes.c_void_p
        for name, result, arguments in (
            ("ggml_init", pointer, (_InitParams,)),
            ("ggml_free", None, (pointer,)),
            ("ggml_new_tensor_2d", pointer, (pointer, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)),
            ("ggml_mul_mat", pointer, (pointer, pointer, pointer)),
            ("ggml_get_data", pointer, (pointer,)),
            ("ggml_set_name", pointer, (pointer, ctypes.c_char_p)),
            ("ggml_op_name", ctypes.c_char_p, (ctypes.c_int,)),
            ("ggml_backend_buffer_is_host", ctypes.c_bool, (pointer,)),
        ):
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        self._check_layout()

    def product(self, address: int) -> tuple[GgmlTensor, GgmlTensor] | None:
        """The two factors of a matrix product, the weights first; None for any other operation."""
        tensor = GgmlTensor.from_address(address)
        if self._library.ggml_op_name(tensor.op) != b"MUL_MAT" or not tensor.src[0] or not tensor.src[1]:
            return None
        return GgmlTensor.from_address(tensor.src[0]), GgmlTensor.from_address(tensor.src[1])

    def rows(self, tensor: GgmlTensor) -> NDArray[np.float32]:
        """(n, columns) float32 of a tensor of any number of axes, as it lies in memory.

        Raises OSError for one that is not float32, not contiguous or not in this machine's memory.
        """
        shape, strides = tuple(tensor.ne), tuple(tensor.nb)
        packed = tuple(4 * int(np.prod(shape[:axis], dtype=np.int64)) for axis in range(_DIMENSIONS))
        if tensor.type != _F32 or strides != packed or not tensor.data:
            raise OSError(f"`{tensor.name.decode('utf-8', 'replace')}` has another layout than expected")
        if tensor.buffer and not self._library.ggml_backend_buffer_is_host(tensor.buffer):
            raise OSError(f"`{tensor.name.decode('utf-8', 'replace')}` is not in the memory of the CPU")
        count = int(np.prod(shape, dtype=np.int64))
        values = np.ctypeslib.as_array(ctypes.cast(tensor.data, ctypes.POINTER(ctypes.c_float)), (count,))
        return values.reshape(-1, shape[0])

    def _check_layout(self) -> None:
        """Make a product and see whether everything is where it is expected."""
        context = self._library.ggml_init(_InitParams(1 << 20, None, False))
        if not context:
            raise OSError("ggml gave no memory")
        try:
            left = self._library.ggml_new_tensor_2d(context, _F32, 3, 5)
            right = self._library.ggml_new_tensor_2d(context, _F32, 3, 7)
            made = self._library.ggml_mul_mat(context, left, right)
            self._library.ggml_set_name(made, b"a product")
            tensor, second = GgmlTensor.from_address(made), GgmlTensor.from_address(right)
            if (
                (tensor.type, tuple(tensor.ne), tuple(tensor.nb)) != (_F32, (5, 7, 1, 1), (4, 20, 140, 140))
                or tuple(tensor.src[:3]) != (left, right, None)
                or (tensor.name, tensor.data) != (b"a product", self._library.ggml_get_data(made))
                or self._library.ggml_op_name(tensor.op) != b"MUL_MAT"
                or tuple(second.ne) != (3, 7, 1, 1)
            ):
                raise OSError("this version of ggml lays its tensors out in another way")
        finally:
            self._library.ggml_free(context)
