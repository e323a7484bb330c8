"""`python -m exporters.quantize.llama_worker`: llama.cpp's quantiser; it aborts on some combinations of types.

Reads one line of JSON from its input, writes lines of JSON to its output: `{"tensor": 12, "of": 236}` for each tensor
it begins, in a dry run `{"name": "output.weight", "type": "q6_K"}` for the type that it would get, then `{"code": 0}`,
or `{"failed": "..."}`.
"""

from __future__ import annotations

import ctypes
import importlib
import re
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np

from exporters.quantize.importance import Importance, read_importance
from exporters.quantize.worker import CONTINUED, WARNING, reply, serve

# [  12/ 236]  blk.0.attn_k.weight - [  640,   256,     1,     1], type = q5_0, ...
_TENSOR = re.compile(rb"\[\s*(\d+)/\s*(\d+)\]")
# The same line goes on: type =    f32, size =     0.12 MiB ->     0.03 MiB (q8_0), or ends where the type stays.
_PLANNED = re.compile(
    rb"\[\s*\d+/\s*\d+\]\s+(\S+)\s+- \[[^]]*\], type =\s*(\w+), size =\s*[\d.]+ MiB(?: -> .*\((\w+)\))?\s*$"
)


def _quantize(order: Any, replies: IO[str]) -> dict[str, Any]:
    llama: Any = importlib.import_module("llama_cpp")
    loud, line = False, b""

    def log(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        nonlocal loud, line
        loud = loud if level == CONTINUED else level >= WARNING
        if loud:
            sys.stderr.write(text.decode("utf-8", "replace"))
            sys.stderr.flush()
        if found := _TENSOR.match(text):
            reply(replies, {"tensor": int(found[1]), "of": int(found[2])})
        line += text
        if line.endswith(b"\n"):
            if order["dry"] and (found := _PLANNED.match(line)):
                told = {"name": found[1].decode("utf-8", "replace"), "type": (found[3] or found[2]).decode("ascii")}
                reply(replies, told)
            line = b""

    listener = llama.llama_log_callback(log)
    llama.llama_log_set(listener, None)
    llama.llama_backend_init()
    parameters = llama.llama_model_quantize_default_params()
    parameters.nthread = order["threads"]
    parameters.ftype = order["recipe"]
    if order["dry"] and not hasattr(parameters, "dry_run"):
        return {"code": 0}  # a llama.cpp that would quantise in earnest
    parameters.dry_run = order["dry"]
    parameters.allow_requantize = order["again"]
    # Rows held at once, in float32: the default of 8 GiB would take a table of words whole.
    parameters.max_buf_size = order["buffer_bytes"]
    if order["embedding"] is not None:
        parameters.token_embedding_type = order["embedding"]
    if order["output"] is not None:
        parameters.output_tensor_type = order["output"]
    importance = _importance(order)
    if importance:
        if not hasattr(llama, "llama_model_imatrix_data"):
            return {"failed": "this llama.cpp takes an importance matrix in another form"}
        # llama.h: an array that ends with an entry without a name.
        entries = (llama.llama_model_imatrix_data * (len(importance) + 1))()
        for entry, (name, values) in zip(entries, importance.items(), strict=False):
            entry.name, entry.size = name.encode("utf-8"), values.size
            entry.data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        parameters.imatrix = entries
    code = llama.llama_model_quantize(order["source"].encode(), order["target"].encode(), ctypes.byref(parameters))
    return {"code": int(code)}


def _importance(order: Any) -> Importance:
    """Of the file that is named; in a dry run, where the types alone count, all inputs matter alike."""
    if order["importance"] is not None:
        return read_importance(Path(order["importance"]))
    return {name: np.ones(size, np.float32) for name, size in order["alike"].items()}


if __name__ == "__main__":
    serve(_quantize)
