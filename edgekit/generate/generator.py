"""The task of writing text: a prompt or a chat in, what a language model goes on with out."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Generator as PyGenerator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.closing import Closing
from edgekit.core.errors import EngineError, InputError, UnavailableError, UsageError
from edgekit.core.events import Reporter, silent
from edgekit.engine.llama.request import Alternative, Finish, Outcome, Piece, Sampling, Token
from edgekit.engine.llama.writer import Parts, Writer
from edgekit.generate.messages import Message, chat_parts, wants_language_codes

__all__ = ["Alternative", "Generation", "Generator", "Piece", "Stream", "Token", "open_generator"]


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model wrote.

    finish: `end` (its own end mark, or the grammar's end), `stop` (a stop text), `length` (max_tokens, or the context
    is full), `cancelled`.
    tokens: those that were computed; without the end mark, with those of a stop text that came.
    seed: gives the same text again with the same request on the same machine.
    """

    text: str
    finish: Finish
    tokens: tuple[Token, ...]
    prompt_tokens: int
    seed: int


class Stream(Closing):
    """The pieces of an answer as they come: an iterator, and a context manager that cancels what is left.

    Pieces are whole characters and hold nothing of a stop text; put together they are the text of `result`.
    """

    def __init__(self, pieces: PyGenerator[Piece | Outcome, None, None], seed: int) -> None:
        self._pieces = pieces
        self._seed = seed
        self._taken: list[Piece] = []
        self._outcome: Outcome | None = None

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Piece:
        item = next(self._pieces)
        if isinstance(item, Outcome):
            self._outcome = item
            self.close()
            raise StopIteration
        self._taken.append(item)
        return item

    def close(self) -> None:
        """Cancel what is left of the answer, within a second."""
        self._pieces.close()

    @property
    def result(self) -> Generation:
        """All of it so far; `cancelled` where it did not come to its end."""
        outcome = self._outcome or Outcome("cancelled", 0)
        return Generation(
            text="".join(piece.text for piece in self._taken),
            finish=outcome.finish,
            tokens=tuple(token for piece in self._taken for token in piece.tokens),
            prompt_tokens=outcome.prompt_tokens,
            seed=self._seed,
        )


class Generator(Closing):
    """Writes text with one model; may be used from any thread, one answer at a time, and as a context manager.

    context: tokens of prompt and answer.  gpu_layers: how many layers run on a graphics card, -1 for all.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._controls: list[str] | None = None
        self._busy = threading.Lock()
        self._owner: int | None = None

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return self._writer.described.context

    @property
    def gpu_layers(self) -> int:
        """How many layers a graphics card computes; -1 for all."""
        return self._writer.described.gpu_layers

    @property
    def wants_language_codes(self) -> bool:
        """Whether messages need `source_lang_code` and `target_lang_code`, as TranslateGemma's do."""
        return wants_language_codes(self._writer.described.template)

    @property
    def has_chat_template(self) -> bool:
        """Whether messages can be given."""
        return self._writer.described.template is not None

    @property
    def has_died(self) -> bool:
        """Whether the process that the model runs in died in the last call: the next one starts another."""
        return self._writer.has_died

    def close(self) -> None:
        """Free the model. Generating afterwards raises EngineError; closing again does nothing."""
        self._writer.close()

    def cancel(self) -> None:
        """End the answer that is being written, within a second, from any thread; what there is of it is returned."""
        self._writer.cancel()

    def generate(
        self,
        prompt: str | Sequence[Message],
        *,
        max_tokens: int | None = 256,
        temperature: float = 0.0,
        top_k: int = 40,
        top_p: float = 0.95,
        min_p: float = 0.05,
        seed: int | None = None,
        stop: str | Sequence[str] = (),
        grammar: str | None = None,
        log_probabilities: int | None = None,
        control_tokens: bool = True,
    ) -> Generation:
        """Go on from a prompt, or answer a chat; as `stream`, when all is done."""
        with self.stream(
            prompt,
            max_tokens=max_tokens,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            min_p=min_p,
            seed=seed,
            stop=stop,
            grammar=grammar,
            log_probabilities=log_probabilities,
            control_tokens=control_tokens,
        ) as stream:
            for _ in stream:
                pass
            return stream.result

    def stream(
        self,
        prompt: str | Sequence[Message],
        *,
        max_tokens: int | None = 256,
        temperature: float = 0.0,
        top_k: int = 40,
        top_p: float = 0.95,
        min_p: float = 0.05,
        seed: int | None = None,
        stop: str | Sequence[str] = (),
        grammar: str | None = None,
        log_probabilities: int | None = None,
        control_tokens: bool = True,
    ) -> Stream:
        """Go on from a prompt, or answer a chat, piece by piece; by default with the most probable token each time.

        prompt: a text, in which names of control tokens are these tokens; or a chat, a list of `{"role": "user",
        "content": "..."}`, filled into the model's own template, in which they are text.
        max_tokens: None for as many as the context has room for.
        temperature, top_k, top_p, min_p: see `Sampling`; the three act only where the temperature is above 0.
        seed: of the draws; None takes another one each time, which the result names.
        stop: texts at which to stop.  grammar: GBNF that the text must match, from its rule `root`.
        log_probabilities: gives each token its own and that many alternatives; 0 for its own alone.
        control_tokens: False where their names in a prompt are text, as they are in a chat: a prompt made of texts of
            other people.
        Raises InputError (prompt or messages), UsageError (the rest, the grammar among it), EngineError (llama.cpp
        failed or died, or its numbers are none; closed; an answer is being written), ModelFormatError (the template).
        """
        sampling = Sampling(
            max_tokens=max_tokens,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            min_p=min_p,
            seed=random.getrandbits(62) if seed is None else seed,
            stop=(stop,) if isinstance(stop, str) else tuple(stop),
            grammar=grammar,
            log_probabilities=log_probabilities,
        )
        return Stream(self._pieces(self._parts(prompt, control_tokens=control_tokens), sampling), sampling.seed)

    def _pieces(self, parts: Parts, sampling: Sampling) -> PyGenerator[Piece | Outcome, None, None]:
        with self._one_at_a_time():
            yield from self._writer.write(parts, sampling)

    def _parts(self, prompt: str | Sequence[Message], *, control_tokens: bool) -> Parts:
        if isinstance(prompt, str):
            return [(prompt, control_tokens)]
        described = self._writer.described
        if self._controls is None and described.template is not None:
            with self._one_at_a_time():
                self._controls = self._writer.controls()
        return chat_parts(described.template, prompt, self._controls or (), begin=described.begin, end=described.end)

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Wait for the answer of another thread; one of this thread would never end."""
        if self._owner == threading.get_ident():
            raise EngineError("an answer is being written", hint="take the stream to its end, or close it")
        with self._busy:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None


def open_generator(
    model: str | Path,
    *,
    context: int | None = None,
    threads: int | None = None,
    gpu_layers: int | None = None,
    process: bool | None = None,
    report: Reporter = silent,
) -> Generator:
    """Open an installed language model by its id, or a GGUF file.

    context: tokens of prompt and answer together; None for what the model was trained with, at most 4,096.
    threads: how many cores to use; None for those that this process may use.
    gpu_layers: how many layers a graphics card computes; None for all where llama.cpp was built for one. Fewer are
    tried, at last none, where its memory does not do.
    process: True runs llama.cpp in a child process, which can die alone: an EngineError, and the next call starts it
    again. False runs it in this one. None runs it here for an installed model on the CPU, else in a child: files from
    elsewhere and full graphics cards end the process that llama.cpp runs in. A screen wants True.
    report: hears of it when a graphics card has too little memory.
    Raises ModelNotFoundError, UsageError (an option, or no language model), MissingExtraError, ResourceError (it needs
    more memory than is free), EngineError (it does not open). Never opens a socket.
    """
    reasons = [
        f"`{name}` is {value!r:.100}, not a whole number from {least}"
        for name, value, least in (("context", context, 1), ("threads", threads, 1), ("gpu_layers", gpu_layers, -1))
        if value is not None and not (type(value) is int and value >= least)
    ]
    if reasons:
        raise UsageError("the model cannot be opened like that", reasons=reasons)
    from edgekit.core.cores import usable_cores
    from edgekit.core.llama_extra import require_llama

    path, installed = find_gguf(model)
    require_llama()
    from edgekit.engine.llama.language_model import Settings, cards_work

    settings = Settings(str(path.resolve()), context, threads or usable_cores(), gpu_layers)
    if process is None:
        process = not installed or (cards_work() if gpu_layers is None else gpu_layers != 0)
    writer: Writer
    if process:
        from edgekit.engine.llama.in_child import InChild

        writer = InChild(settings, report)
    else:
        from edgekit.engine.llama.in_process import InProcess

        writer = InProcess(settings, report)
    return Generator(writer)


def find_gguf(model: str | Path) -> tuple[Path, bool]:
    """The file of a language model, and whether it is an installed one.

    Raises ModelNotFoundError, UnavailableError, InputError.
    """
    text = str(model)
    if isinstance(model, Path) or text.lower().endswith(".gguf") or "/" in text or "\\" in text:
        path = Path(model).expanduser()
        if path.is_dir():
            files = sorted(path.glob("*.gguf"))
            if len(files) != 1:
                raise InputError(f"`{path}` is a folder with {len(files)} GGUF files", hint="name the file")
            path = files[0]
        if not path.is_file():
            raise UnavailableError(
                f"there is no file `{path}`", hint="see `edgekit models ls` for the installed models"
            )
        return path, False
    from edgekit.store.installed import find_model

    found = find_model(text)
    files = [found.folder / file.path for file in found.receipt.files if file.path.endswith(".gguf")]
    if len(files) != 1:
        raise InputError(
            f"`{found.receipt.id}` is no language model that edgekit runs",
            reasons=[f"its task is `{found.receipt.task}`, and it has {len(files)} GGUF files"],
        )
    return files[0], True
