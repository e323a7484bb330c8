"""One GGUF model in llama.cpp that writes text, through its C interface: a context of one sequence.

The weights are used as they are stored, mapped from the file: the repacked ones are a second copy in memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.core.errors import EngineError, InputError, UsageError
from edgekit.engine.llama.library import load_library
from edgekit.engine.llama.memory_need import MemoryNeed, measured_need, require_memory, rough_need
from edgekit.engine.llama.model import generation_threads
from edgekit.engine.llama.sampling import Row

# A prompt is computed in parts of this size; 64 to 512 are equally fast, and activations grow with it.
BATCH = 128
LONGEST_CONTEXT_BY_DEFAULT = 4096
LEAST_CONTEXT = 16
_ABORTED = 2  # llama_decode


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is opened.

    context: tokens of prompt and answer, the begin mark among them; None for what the model was trained with, at most
    4,096.  threads: of a prompt; a token alone gets as many of them as it is worth.  gpu_layers: how many layers a
    graphics card computes; -1 for all, None for all where there is a card.
    """

    path: str
    context: int | None
    threads: int
    gpu_layers: int | None = 0

    def on_card(self, layers: int | None) -> Settings:
        """The same with so many layers there."""
        return dataclasses.replace(self, gpu_layers=layers)


@dataclass(frozen=True, slots=True)
class Described:
    """What a loaded model is. begin, end: texts of its marks, "" where it has none.  template: of chats, in Jinja."""

    size: int
    context: int
    trained_context: int
    begin: str
    end: str
    template: str | None
    gpu_layers: int


class Stop:
    """A flag that llama.cpp itself looks at between two products of matrices."""

    def __init__(self) -> None:
        self._flag = ctypes.create_string_buffer(2)
        self.address = ctypes.cast(self._flag, ctypes.c_void_p)
        # llama.cpp calls a function with the flag's address some 450 times a token. Each call of one of Python's waits
        # for whatever else runs Python, for up to 5 ms; C's own `strlen` says 0 or 1 of this text without Python.
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.function = library.strlen

    def set(self) -> None:
        """Stop what is computed."""
        self._flag.value = b"\1"

    def clear(self) -> None:
        """Before the next computation."""
        self._flag.value = b""

    def __bool__(self) -> bool:
        return bool(self._flag.value)


class AbortedError(Exception):
    """A computation ended because its stop flag was set; no error of anybody's."""


class LanguageModel:
    """A loaded model. From one thread at a time; `stop` is set from any.

    Raises EngineError with llama.cpp's own last lines where it does not load, UsageError for a model that writes no
    text and for a context that it was not trained for, ResourceError where it does not fit into memory.
    """

    def __init__(self, settings: Settings, stop: Stop, free: Callable[[], int | None]) -> None:
        self._library = load_library()
        self._llama = self._library.names
        self.stop = stop
        self._settings = settings
        self._read: Sequence[int] = ()
        self._layers = (-1 if cards_work() else 0) if settings.gpu_layers is None else settings.gpu_layers
        name = Path(settings.path).name
        with contextlib.ExitStack() as undo:
            if not self._layers:
                require_memory(name, MemoryNeed(weights=file_size(settings.path), cache=0, work=0), free(), context=0)
            self._model = self._load(no_alloc=False)
            undo.callback(self._llama.llama_model_free, self._model)
            self._vocabulary = self._llama.llama_model_get_vocab(self._model)
            self._require_text(name)
            trained = int(self._llama.llama_model_n_ctx_train(self._model))
            self.context = settings.context or min(trained, LONGEST_CONTEXT_BY_DEFAULT)
            if not LEAST_CONTEXT <= self.context <= trained:
                # Beyond its end, models with a table of positions end the process.
                raise UsageError(
                    f"`{name}` cannot have a context of {self.context:,} tokens",
                    reasons=[f"from {LEAST_CONTEXT} to {trained:,}, which it was trained with, can be asked for"],
                )
            if not self._layers:
                self._require_memory(name, free())
            self._running = self._make_context(self._model)
            undo.callback(self._llama.llama_free, self._running)
            if not self._llama.llama_get_causal_attn(self._running):
                raise UsageError(f"`{name}` is no language model", reasons=["it reads a text from both ends"])
            self._llama.llama_set_abort_callback(
                self._running, ctypes.cast(stop.function, self._llama.ggml_abort_callback), stop.address
            )
            self.size = int(self._llama.llama_vocab_n_tokens(self._vocabulary))
            if self._layers:
                self._warm_up()
            undo.pop_all()

    def describe(self) -> Described:
        """What it is."""
        llama, vocabulary = self._llama, self._vocabulary
        begin, end = (int(one(vocabulary)) for one in (llama.llama_vocab_bos, llama.llama_vocab_eos))
        template = llama.llama_model_chat_template(self._model, None)
        return Described(
            size=self.size,
            context=self.context,
            trained_context=int(llama.llama_model_n_ctx_train(self._model)),
            begin=self._name(begin),
            end=self._name(end),
            template=None if template is None else template.decode("utf-8", "replace"),
            gpu_layers=self._layers,
        )

    def controls(self) -> list[str]:
        """Names of the control tokens: what a text must not be taken for. Gemma has 6,250."""
        ids = (at for at in range(self.size) if self._llama.llama_vocab_is_control(self._vocabulary, at))
        return sorted({name for at in ids if (name := self._name(at))})

    def prompt(self, parts: Sequence[tuple[str, bool]]) -> list[int]:
        """Ids of a text in parts; of those that are true, names of control tokens are these tokens.

        A begin mark comes first where the model wants one and the text does not begin with it. Raises InputError for
        nothing at all, and for what leaves no room in the context.
        """
        found: list[int] = []
        for text, special in parts:
            found += self._tokenize(text.encode("utf-8", "replace"), special=special)
        if not found:
            raise InputError("the prompt is empty", hint="give at least one character to go on from")
        begin = int(self._llama.llama_vocab_bos(self._vocabulary))
        if begin >= 0 and self._llama.llama_vocab_get_add_bos(self._vocabulary) and found[0] != begin:
            found.insert(0, begin)
        if len(found) >= self.context:
            trained = int(self._llama.llama_model_n_ctx_train(self._model))
            fitting = min(trained, 1 << len(found).bit_length())
            raise InputError(
                f"the prompt has {len(found):,} tokens, and the context {self.context:,}, the answer included",
                hint=f"shorten it, or use a larger context: `--context {fitting}`"
                if fitting > len(found)
                else f"shorten it: the model was trained with {trained:,}",
            )
        return found

    def read(self, ids: Sequence[int]) -> None:
        """Forget everything and compute a prompt. Raises AbortedError, EngineError.

        Parts of a batch's size that the prompt before began with as well are not computed again: what is remembered of
        them is what computing them would give, bit by bit, and a prompt of examples is mostly these.
        """
        begin = self._remembered(ids)
        self._read = ids[:begin]
        for start in range(begin, len(ids), BATCH):
            part = ids[start : start + BATCH]
            self.go_on(part)
            self._read = [*self._read, *part]

    def _remembered(self, ids: Sequence[int]) -> int:
        """How many ids need no computing; all others are forgotten."""
        memory = self._llama.llama_get_memory(self._running)
        # The last part is computed in any case: its logits are wanted.
        most = min(len(self._read), len(ids) - 1) // BATCH * BATCH
        same = next((at for at in range(0, most, BATCH) if self._read[at : at + BATCH] != ids[at : at + BATCH]), most)
        # A window of attention has forgotten the begin of a long text.
        is_whole = same and self._llama.llama_memory_seq_pos_min(memory, 0) == 0
        if is_whole and self._llama.llama_memory_seq_rm(memory, 0, same, -1):
            return same
        self._llama.llama_memory_clear(memory, False)
        return 0

    def go_on(self, ids: Sequence[int]) -> None:
        """Compute what follows these tokens after those before. Raises AbortedError, EngineError."""
        if self.stop:
            raise AbortedError
        array = (self._llama.llama_token * len(ids))(*ids)
        code = self._llama.llama_decode(self._running, self._llama.llama_batch_get_one(array, len(ids)))
        if code == _ABORTED or (code and self.stop):
            raise AbortedError
        if code:
            raise self._library.failure(f"it refused {len(ids):,} tokens with code {code}")

    def logits(self) -> Row:
        """(V,) of what follows the last token; valid until the next computation."""
        pointer = self._llama.llama_get_logits_ith(self._running, -1)
        if not pointer:
            raise self._library.failure("it gave no logits")
        return np.ctypeslib.as_array(pointer, (self.size,))

    def data(self, token: int) -> bytes:
        """A token's bytes; none for a control token."""
        for size in (64, 1 << 16):
            buffer = ctypes.create_string_buffer(size)
            count = self._llama.llama_token_to_piece(self._vocabulary, token, buffer, size, 0, False)
            if count >= 0:
                return buffer.raw[:count]
        raise self._library.failure(f"token {token} has no text")

    def is_end(self, token: int) -> bool:
        """Whether the token is a mark that ends a text."""
        return bool(self._llama.llama_vocab_is_eog(self._vocabulary, token))

    @contextlib.contextmanager
    def grammar(self, text: str) -> Iterator[Any]:
        """A `Grammar` at its begin, freed afterwards."""
        from edgekit.engine.llama.grammar import Grammar

        made = Grammar(self._library, self._vocabulary, text)
        try:
            yield made
        finally:
            made.close()

    def close(self) -> None:
        """Free it; nothing of it may be used afterwards."""
        self._llama.llama_free(self._running)
        self._llama.llama_model_free(self._model)

    def _load(self, *, no_alloc: bool) -> Any:
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = self._layers
        parameters.use_extra_bufts = False
        if no_alloc:
            parameters.no_alloc = True
            parameters.load_mode = self._llama.LLAMA_LOAD_MODE_NONE
        model = self._llama.llama_model_load_from_file(self._settings.path.encode(), parameters)
        if not model:
            failure = self._library.failure("it could not be loaded")
            raise EngineError(f"llama.cpp cannot open `{Path(self._settings.path).name}`", reasons=failure.reasons)
        return model

    def _make_context(self, model: Any) -> Any:
        parameters = self._llama.llama_context_default_params()
        parameters.n_ctx = self.context
        parameters.n_seq_max = 1
        parameters.n_batch = parameters.n_ubatch = BATCH
        # Logits are wanted of the last token alone: those of a whole batch are 134 MB of a vocabulary of 262,144.
        parameters.n_outputs_max = 1
        parameters.n_threads = generation_threads(
            self._settings.threads, int(self._llama.llama_model_size(self._model))
        )
        parameters.n_threads_batch = self._settings.threads
        # As in `model.Model`, whose numbers these are; a card is much faster with it.
        if not self._layers:
            parameters.flash_attn_type = self._llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        # A window of attention needs no cache beyond it, since nothing goes back in the text.
        parameters.swa_full = False
        parameters.no_perf = True
        made = self._llama.llama_init_from_model(model, parameters)
        if not made:
            raise self._library.failure(f"a context of {self.context:,} tokens could not be made")
        return made

    def _require_text(self, name: str) -> None:
        llama, reasons = self._llama, []
        if int(llama.llama_vocab_type(self._vocabulary)) == llama.LLAMA_VOCAB_TYPE_NONE:
            reasons.append("the file has no vocabulary")
        if llama.llama_model_has_encoder(self._model):
            reasons.append("it has an encoder")
        if not llama.llama_model_has_decoder(self._model):
            reasons.append("it has no decoder")
        if llama.llama_model_is_diffusion(self._model):
            reasons.append("it writes all words of a text at once")
        if reasons:
            raise UsageError(f"`{name}` is no language model that writes a text word by word", reasons=reasons)

    def _require_memory(self, name: str, free: int | None) -> None:
        """llama.cpp is asked for the exact sizes where it could matter alone: Gemma's 262,144 words take 0.9 s."""
        llama, weights = self._llama, file_size(self._settings.path)
        layers, width = (int(one(self._model)) for one in (llama.llama_model_n_layer, llama.llama_model_n_embd))
        if free is None or rough_need(weights, self.context, layers, width) <= free:
            return
        with contextlib.ExitStack() as undo:
            lines: list[str] = undo.enter_context(self._library.listened())
            model = self._load(no_alloc=True)
            undo.callback(llama.llama_model_free, model)
            llama.llama_free(self._make_context(model))
        require_memory(name, measured_need(weights, lines), free, context=self.context)

    def _warm_up(self) -> None:
        """Take the memory that a card needs while it computes, before anybody waits for an answer."""
        self.read([0] * min(BATCH, self.context - 2))
        self.go_on([0])

    def _name(self, token: int) -> str:
        if token < 0:
            return ""
        return str((self._llama.llama_vocab_get_text(self._vocabulary, token) or b"").decode("utf-8", "replace"))

    def _tokenize(self, text: bytes, *, special: bool) -> list[int]:
        size = len(text) + 16
        for _ in range(2):
            buffer = (self._llama.llama_token * size)()
            count = self._llama.llama_tokenize(self._vocabulary, text, len(text), buffer, size, False, special)
            if count >= 0:
                return list(buffer[:count])
            size = -count
        raise self._library.failure("it could not cut a text into tokens")


def cards_work() -> bool:
    """Whether llama.cpp was built for a graphics card that is here."""
    return bool(load_library().names.llama_supports_gpu_offload())


def count_layers(path: str) -> int:
    """How many layers a card can take, the output among them; 0 without a card. Raises EngineError where unsaid."""
    if not cards_work():
        return 0
    library = load_library()
    llama = library.names
    parameters = llama.llama_model_default_params()
    parameters.vocab_only = True
    model = llama.llama_model_load_from_file(path.encode(), parameters)
    if not model:
        raise library.failure("it could not be loaded")
    try:
        buffer = ctypes.create_string_buffer(1 << 8)
        llama.llama_model_meta_val_str(model, b"general.architecture", buffer, len(buffer))
        llama.llama_model_meta_val_str(model, buffer.value + b".block_count", buffer, len(buffer))
        return int(buffer.value) + 1
    except ValueError:
        raise EngineError(f"`{Path(path).name}` does not say how many layers it has") from None
    finally:
        llama.llama_model_free(model)


def file_size(path: str) -> int:
    """Bytes of a file. Raises EngineError where it cannot be seen."""
    try:
        return Path(path).stat().st_size
    except OSError as problem:
        raise EngineError(f"`{Path(path).name}` cannot be opened", reasons=[problem.strerror or str(problem)]) from None
