"""llama.cpp with nothing rounded: keys and values stay float32, where edgekit's engine keeps them as float16.

So what differs from transformers is the conversion's fault. Encoder-decoders too, which the engine does not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.engine.llama.library import load_library

_CONTEXT = 128


class LlamaFloat32:
    """A model in this process; for models that a test has just written."""

    def __init__(self, path: Path) -> None:
        # The process has one log: a function of our own would be called, freed, when the engine loads its next model.
        llama_cpp = self._llama = load_library().names
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.use_extra_bufts = False
        self._model: Any = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        assert self._model
        settings: Any = llama_cpp.llama_context_default_params()
        settings.n_ctx = settings.n_batch = settings.n_ubatch = _CONTEXT
        settings.n_threads = settings.n_threads_batch = 1
        settings.type_k = settings.type_v = 0  # GGML_TYPE_F32
        settings.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self._context: Any = llama_cpp.llama_init_from_model(self._model, settings)
        assert self._context
        vocabulary: Any = llama_cpp.llama_model_get_vocab(self._model)
        self.size = llama_cpp.llama_vocab_n_tokens(vocabulary)

    def logits(self, ids: Sequence[int], source: Sequence[int] = ()) -> NDArray[np.float32]:
        """(n, V) after each of n ids; source: what an encoder reads before."""
        self._llama.llama_memory_clear(self._llama.llama_get_memory(self._context), True)
        if source:
            self._run(self._llama.llama_encode, source)
        self._run(self._llama.llama_decode, ids)
        rows = [self._llama.llama_get_logits_ith(self._context, at) for at in range(len(ids))]
        return np.stack([np.ctypeslib.as_array(row, (self.size,)).copy() for row in rows])

    def close(self) -> None:
        """Free the model."""
        self._llama.llama_free(self._context)
        self._llama.llama_model_free(self._model)

    def _run(self, run: Any, ids: Sequence[int]) -> None:
        batch = self._llama.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for at, token in enumerate(ids):
            batch.token[at], batch.pos[at], batch.n_seq_id[at] = token, at, 1
            batch.seq_id[at][0], batch.logits[at] = 0, 1
        assert run(self._context, batch) == 0
        self._llama.llama_batch_free(batch)
