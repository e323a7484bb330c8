"""`python -m exporters.quantize.importance_worker`: runs a model in llama.cpp and listens to what its matrices are fed.

Reads one line of JSON from its input, writes lines of JSON to its output: `{"piece": 3, "of": 40}` for each piece of
text that is done, then `{"done": true}` once the file is written, or `{"failed": "..."}`.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from exporters.quantize.ggml_tensor import Ggml
from exporters.quantize.importance import write_importance
from exporters.quantize.worker import CONTINUED, WARNING, reply, serve


class Listener:
    """What llama.cpp calls before and after each step of a computation.

    sums: (columns,) of the squares of what each matrix was multiplied with.  counts: how many rows that was.
    """

    def __init__(self, ggml: Ggml, names: Collection[str]) -> None:
        self.sums: defaultdict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(1))
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.problem: Exception | None = None
        self._ggml = ggml
        self._names = {name.encode("utf-8"): name for name in names}

    def __call__(self, address: int, ask: bool, _: object) -> bool:
        """Whether the result of a step is wanted, and then, whether the computation goes on."""
        try:
            factors = self._ggml.product(address)
            name = None if factors is None else self._names.get(factors[0].name)
            if factors is None or name is None:
                return not ask
            if not ask:
                rows = self._ggml.rows(factors[1])
                self.sums[name] = self.sums[name] + np.square(rows, dtype=np.float64).sum(axis=0)
                self.counts[name] += len(rows)
        except (OSError, ValueError) as problem:  # what a callback raises is lost
            self.problem = problem
            return False
        return True


def _collect(order: Any, replies: IO[str]) -> dict[str, Any]:
    llama: Any = importlib.import_module("llama_cpp")
    listener = Listener(Ggml(importlib.import_module("llama_cpp._ggml").libggml), order["names"])
    log = llama.llama_log_callback(_log)
    llama.llama_log_set(log, None)
    llama.llama_backend_init()
    parameters = llama.llama_model_default_params()
    # Activations are read where they are computed, and repacked weights have no names that can be trusted.
    parameters.n_gpu_layers = 0
    parameters.use_extra_bufts = False
    model = llama.llama_model_load_from_file(order["source"].encode(), parameters)
    if not model:
        raise OSError("llama.cpp could not load the model")
    if llama.llama_model_has_encoder(model) and llama.llama_model_has_decoder(model):
        raise OSError("it has an encoder and a decoder, and text alone runs only one of them")
    # BERT has a table of positions, and llama.cpp aborts at the first token that comes after its end.
    longest = min(max(map(len, order["pieces"])) + 1, int(llama.llama_model_n_ctx_train(model)))
    call = llama.ggml_backend_sched_eval_callback(listener)
    settings = llama.llama_context_default_params()
    settings.n_ctx = settings.n_batch = settings.n_ubatch = longest
    settings.n_threads = settings.n_threads_batch = order["threads"]
    settings.offload_kqv = settings.op_offload = False
    settings.no_perf = True
    settings.cb_eval = call
    context = llama.llama_init_from_model(model, settings)
    if not context:
        raise OSError("llama.cpp could not make a context")
    begin = int(llama.llama_vocab_bos(llama.llama_model_get_vocab(model)))
    for number, piece in enumerate(order["pieces"], 1):
        ids = ([begin] if begin >= 0 else []) + piece
        _run(llama, model, context, ids[:longest])
        if listener.problem is not None:
            raise OSError(str(listener.problem))
        reply(replies, {"piece": number, "of": len(order["pieces"])})
    write_importance(Path(order["target"]), listener.sums, listener.counts)
    return {"done": True}


def _run(llama: Any, model: Any, context: Any, ids: list[int]) -> None:
    """All ids from the beginning; no logits but the last are computed, which `llama_decode` wants."""
    memory = llama.llama_get_memory(context)
    if memory:
        llama.llama_memory_clear(memory, False)
    tokens = (llama.llama_token * len(ids))(*ids)  # the batch does not keep them
    batch = llama.llama_batch_get_one(tokens, len(ids))
    run = llama.llama_encode if llama.llama_model_has_encoder(model) else llama.llama_decode
    if code := run(context, batch):
        raise OSError(f"llama.cpp refused {len(ids):,} tokens with code {code}")


def _log(level: int, text: bytes, _: ctypes.c_void_p) -> None:
    if level >= WARNING and level != CONTINUED:
        sys.stderr.write(text.decode("utf-8", "replace"))
        sys.stderr.flush()


if __name__ == "__main__":
    serve(_collect)
