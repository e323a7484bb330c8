"""One GGUF model in llama.cpp, through its C interface; only the child process imports this to use it.

A line's numbers do not depend on which lines it is computed with. Left to itself, llama.cpp puts the lines of a batch
into one cache, where each begins at another place, and adds up in another order: activations are rounded to 8 bits on
the way, so a difference in the last bit of one becomes up to 0.6 nats (seen on Gemma 3 270M). Hence every line has a
cache of its own (streams), the lines of a batch are filled up to the longest, and the weights are used as they are
stored (the repacked ones have kernels that depend on the number of tokens).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import EngineError, UsageError
from edgekit.engine.llama.library import load_library

Ids: TypeAlias = NDArray[np.int32]
Row: TypeAlias = NDArray[np.float32]

# Logits of a batch lie in memory twice: for a vocabulary of 262,144, 128 tokens are 2 x 134 MB. 256 were no faster.
BATCH = 128
# 4 lines of news fill a batch; a cache of its own for each line takes 9 MB of Gemma 3 270M at 512 tokens.
LINES = 4
# One token alone is a hundred small products, and after each the threads sleep until all are there: 12 ms a token of
# Gemma 3 270M (253 MB) with two, which then takes 29 ms and with one 17 ms; trimmed to 79 MB, 18 ms and 8 ms.
BYTES_A_THREAD = 400_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a line that fits the context: inputs[i] is followed by the line's id at place first + i.

    Of the first `skip` places nothing is wanted: the window before has them.
    """

    line: int
    inputs: Ids
    first: int
    skip: int


def windows(line: int, ids: Ids, begin: int, context: int) -> Iterator[Window]:
    """A line after the begin mark, whole, or cut where it is longer than the context.

    Each later window starts with a begin mark and repeats half a context, so that no id is expected after fewer than
    that many.
    """
    start = done = 0
    while done < len(ids):
        end = min(len(ids), start + context)
        inputs = np.concatenate([np.array([begin], np.int32), ids[start : end - 1]])
        yield Window(line, inputs, start, done - start)
        done = end
        start = end - context // 2


def groups(parts: Sequence[Window]) -> Iterator[list[Window]]:
    """Windows that are computed together: of like length, at most a batch when all are as long as the longest."""
    group: list[Window] = []
    for part in sorted(parts, key=lambda one: len(one.inputs)):
        if group and (len(group) == LINES or len(part.inputs) * (len(group) + 1) > BATCH):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def log_probability(row: Row, token: int, scratch: Row) -> float:
    """Natural log of the probability of a token. scratch: as large as row; 1 MB of Gemma's, stays in the cache."""
    top = row.max()
    np.subtract(row, top, out=scratch)
    np.exp(scratch, out=scratch)
    return float(np.float64(row[token]) - float(top) - np.log(scratch.sum(dtype=np.float64)))


def generation_threads(threads: int, weights: int) -> int:
    """How many of the threads a single token is worth in a model with so many bytes of weights."""
    return min(threads, 1 + weights // BYTES_A_THREAD)


class Model:
    """A loaded model; contexts are made when they are first needed.

    Raises EngineError with llama.cpp's own last lines where it does not load.
    """

    def __init__(self, path: str, *, threads: int, context: int, vocabulary_only: bool) -> None:
        self._library = load_library()
        self._llama = self._library.names
        self._threads = threads
        self.context = context
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.use_extra_bufts = False
        parameters.vocab_only = vocabulary_only
        self._model = self._llama.llama_model_load_from_file(path.encode(), parameters)
        if not self._model:
            raise self._failure("it could not be loaded")
        self._vocabulary = self._llama.llama_model_get_vocab(self._model)
        self.size = int(self._llama.llama_vocab_n_tokens(self._vocabulary))
        self._running: Any = None
        self._embedding: Any = None
        self._following: Any = None

    def rows(self, lines: Sequence[Ids]) -> Iterator[tuple[int, int, Row]]:
        """(line, place, logits) for every id of every line, in no promised order; a row is valid until the next."""
        llama, context = self._llama, self._context()
        begin = self._begin()
        parts = [part for at, ids in enumerate(lines) for part in windows(at, ids, begin, self.context)]
        for group in groups(parts):
            llama.llama_memory_clear(llama.llama_get_memory(context), False)
            longest = max(len(part.inputs) for part in group)
            for start in range(0, longest, BATCH):
                # A single token, or a single row of logits, is computed by other kernels than two are.
                count = max(2, min(longest - start, BATCH))
                flags = np.zeros((len(group), count), np.int8)
                tokens = np.zeros((len(group), count), np.int32)
                for at, part in enumerate(group):
                    inputs = part.inputs[start : start + count]
                    tokens[at, : len(inputs)] = inputs
                    flags[at, max(0, part.skip - start) : len(inputs)] = 1
                wanted = np.argwhere(flags)
                if len(wanted) == 1:
                    flags[0, np.flatnonzero(flags[0] == 0)[0]] = 1
                self._decode(tokens, flags, start)
                for at, column in wanted.tolist():
                    part = group[at]
                    yield part.line, part.first + start + column, self._logits(at * count + column)

    def forget(self, start: int) -> int:
        """Keep what `go_on` has computed of the begin mark and the ids before it, as far as start; gives how much."""
        llama = self._llama
        if self._following is None:
            self._require_no_encoder()
            self._following = self._made(1, self.context, BATCH, embeddings=False)
            self._following_batch = llama.llama_batch_init(BATCH, 0, 1)
        memory = llama.llama_get_memory(self._following)
        # A window of attention may have forgotten the begin, and some models remember nothing but the whole.
        kept = start and llama.llama_memory_seq_pos_min(memory, 0) == 0
        if kept and llama.llama_memory_seq_rm(memory, 0, start, -1):
            return start
        llama.llama_memory_clear(memory, False)
        return 0

    def go_on(self, ids: Sequence[int], start: int, wanted: int) -> list[float]:
        """Natural log of the probability of each of the ids from the wanted-th on, computed from the start-th on.

        Those before are what `forget` has kept.
        """
        inputs = np.array([self._begin(), *ids[:-1]], np.int32)
        scratch = np.empty(self.size, np.float32)
        found: list[float] = []
        for first in range(start, len(ids), BATCH):
            piece = inputs[None, first : first + BATCH]
            flags = (np.arange(first, first + piece.size) >= wanted)[None].astype(np.int8)
            self._run(self._llama.llama_decode, self._following, self._following_batch, piece, flags, first)
            for column in np.flatnonzero(flags[0]).tolist():
                row = self._logits(column, self._following)
                found.append(log_probability(row, ids[first + column], scratch))
        return found

    def greedy(self, ids: Ids, count: int) -> list[int]:
        """The most probable ids after a begin mark and the last ids that leave room for count; ends at an end mark."""
        llama, context = self._llama, self._context()
        inputs = np.concatenate(
            [np.array([self._begin()], np.int32), ids[max(0, len(ids) + count + 1 - self.context) :]]
        )
        llama.llama_memory_clear(llama.llama_get_memory(context), False)
        for start in range(0, len(inputs), BATCH):
            piece = inputs[None, start : start + BATCH]
            flags = np.zeros(piece.shape, np.int8)
            flags[0, -1] = 1
            self._decode(piece, flags, start)
        found: list[int] = []
        last = piece.shape[1] - 1
        while len(found) < count:
            best = int(self._logits(last).argmax())
            if llama.llama_vocab_is_eog(self._vocabulary, best):
                break
            found.append(best)
            if len(found) < count:
                self._decode(np.array([[best]], np.int32), np.ones((1, 1), np.int8), len(inputs) + len(found) - 1)
                last = 0
        return found

    def embed(self, lines: Sequence[Ids]) -> NDArray[np.float32]:
        """(n, E) pooled as the model's metadata says, between the marks it asks for; a line alone each time.

        A line that is longer than the context or the model's own longest text loses its end: half a sentence has no
        vector of its own.
        """
        llama = self._llama
        context = self._embedding_context()
        before, after = self._marks()
        width = int(llama.llama_model_n_embd_out(self._model))
        run = llama.llama_encode if llama.llama_model_has_encoder(self._model) else llama.llama_decode
        found = np.empty((len(lines), width), np.float32)
        # BERT has a table of positions, and llama.cpp aborts at the first token that comes after its end.
        room = min(self.context, int(llama.llama_model_n_ctx_train(self._model))) - len(before) - len(after)
        for at, ids in enumerate(lines):
            inputs = [*before, *ids[: max(0, room)].tolist(), *after]
            if not inputs:
                raise UsageError("an empty line has no embedding", reasons=["the model puts no marks around it"])
            memory = llama.llama_get_memory(context)
            if memory:
                llama.llama_memory_clear(memory, False)
            tokens = np.array([inputs], np.int32)
            self._run(run, context, self._embedding_batch, tokens, np.ones(tokens.shape, np.int8), 0)
            pointer = llama.llama_get_embeddings_seq(context, 0)
            if not pointer:
                raise self._failure("it gave no embedding")
            found[at] = np.ctypeslib.as_array(pointer, (width,))
        return found

    def tokenize(self, text: bytes) -> list[int]:
        """Ids of UTF-8 text without marks; the names of control tokens are text."""
        found, _ = self._tokenized(text, special=False)
        return found

    def _tokenized(self, text: bytes, *, special: bool) -> tuple[list[int], int]:
        size = len(text) + 16
        for _ in range(2):
            buffer = (self._llama.llama_token * size)()
            count = self._llama.llama_tokenize(self._vocabulary, text, len(text), buffer, size, special, False)
            if count >= 0:
                return list(buffer[:count]), count
            size = -count
        raise self._failure("it could not cut a text into tokens")

    def _begin(self) -> int:
        """The begin mark; models without one (Qwen) were trained with the end mark between texts."""
        for one in (self._llama.llama_vocab_bos, self._llama.llama_vocab_eos):
            if (mark := int(one(self._vocabulary))) >= 0:
                return mark
        raise self._failure("it has neither a begin nor an end mark")

    def _marks(self) -> tuple[list[int], list[int]]:
        """What the tokenizer puts before and after a text."""
        marks, _ = self._tokenized(b"", special=True)
        begins = marks[:1] == [int(self._llama.llama_vocab_bos(self._vocabulary))]
        return (marks[:1], marks[1:]) if begins else ([], marks)

    def _context(self) -> Any:
        if self._running is None:
            llama = self._llama
            self._require_no_encoder()
            self._running = self._made(LINES, self.context, BATCH, embeddings=False)
            if not llama.llama_get_causal_attn(self._running):
                raise UsageError("the model is no language model", reasons=["it reads a text from both ends"])
            self._batch = llama.llama_batch_init(LINES * BATCH, 0, 1)
        return self._running

    def _require_no_encoder(self) -> None:
        if self._llama.llama_model_has_encoder(self._model):
            raise UsageError("the model is no language model", reasons=["it has an encoder"])

    def _embedding_context(self) -> Any:
        if self._embedding is None:
            llama = self._llama
            # Attention to both sides needs the whole text in one computation.
            self._embedding = self._made(1, self.context, self.context, embeddings=True)
            if llama.llama_pooling_type(self._embedding) not in (
                llama.LLAMA_POOLING_TYPE_MEAN,
                llama.LLAMA_POOLING_TYPE_CLS,
                llama.LLAMA_POOLING_TYPE_LAST,
            ):
                raise UsageError("the model gives no embeddings", reasons=["its metadata has no kind of pooling"])
            self._embedding_batch = llama.llama_batch_init(self.context, 0, 1)
        return self._embedding

    def _made(self, lines: int, context: int, batch: int, *, embeddings: bool) -> Any:
        parameters = self._llama.llama_context_default_params()
        parameters.n_ctx = lines * context
        parameters.n_seq_max = lines
        parameters.n_batch = parameters.n_ubatch = batch
        parameters.n_threads = generation_threads(self._threads, int(self._llama.llama_model_size(self._model)))
        parameters.n_threads_batch = self._threads
        parameters.flash_attn_type = self._llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.kv_unified = False
        parameters.embeddings = embeddings
        parameters.no_perf = True
        made = self._llama.llama_init_from_model(self._model, parameters)
        if not made:
            raise self._failure(f"a context of {lines:,} x {context:,} tokens could not be made")
        return made

    def _decode(self, tokens: Ids, flags: NDArray[np.int8], start: int) -> None:
        self._run(self._llama.llama_decode, self._running, self._batch, tokens, flags, start)

    def _run(self, run: Any, context: Any, batch: Any, tokens: Ids, flags: NDArray[np.int8], start: int) -> None:
        """tokens, flags: (lines, count) at positions start, start + 1 ... of each line's cache."""
        lines, count = tokens.shape
        total = tokens.size
        np.ctypeslib.as_array(batch.token, (total,))[:] = tokens.reshape(-1)
        np.ctypeslib.as_array(batch.pos, (total,))[:] = np.tile(np.arange(start, start + count, dtype=np.int32), lines)
        np.ctypeslib.as_array(batch.n_seq_id, (total,))[:] = 1
        np.ctypeslib.as_array(batch.logits, (total,))[:] = flags.reshape(-1)
        for at in range(total):
            batch.seq_id[at][0] = at // count
        batch.n_tokens = total
        code = run(context, batch)
        if code:
            raise self._failure(f"it refused {lines:,} x {count:,} tokens with code {code}")

    def _logits(self, at: int, context: Any = None) -> Row:
        pointer = self._llama.llama_get_logits_ith(context or self._running, at)
        if not pointer:
            raise self._failure("it gave no logits")
        return np.ctypeslib.as_array(pointer, (self.size,))

    def _failure(self, reason: str) -> EngineError:
        return self._library.failure(reason)
