"""Runs a GGUF model in a child process and speaks with it over pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.cancelling import leaving
from edgekit.core.children import Child
from edgekit.core.closing import Closing
from edgekit.core.cores import usable_cores
from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from edgekit.core.llama_extra import require_llama
from edgekit.engine.llama.frames import Array, Frame, packed, receive, send, unpacked

_WORKER = "edgekit.engine.llama.worker"
_LEAST_CONTEXT = 16
_LINES_AT_ONCE = 64  # some ten seconds of work for two cores: what a person sees of the progress
_TEXTS_AT_ONCE = 10_000
ENVIRONMENT = {
    # Threads that spin while they wait take 15 s of CPU for 5 s of work where another program wants the cores as well.
    "OMP_WAIT_POLICY": "passive",
    # When it aborts, llama.cpp starts a debugger to print where.
    "GGML_NO_BACKTRACE": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class LlamaProcess(Closing):
    """A GGUF model that runs; an `exporters.selection.base.LanguageModel`, and what encoders and benchmarks ask of it.

    path: the file.  threads: the cores that this process may use, where it is None.  context: tokens, the begin mark
    among them; a longer line is cut into windows, each of which repeats the half context before it, so an id is
    expected after at least half a context.  vocabulary_only: nothing but `tokenize` can be asked.  report: is told the
    lines that are done.

    Numbers of a line do not depend on the other lines of a call, nor on the number of threads. The begin mark is the
    one of the model's metadata, or the end mark where there is none. From one thread at a time; Ctrl-C in a call ends
    the child. Raises MissingExtraError without llama-cpp-python, EngineError where the model cannot be opened; every
    method raises EngineError where llama.cpp fails or dies, and after `close`.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        context: int = 512,
        vocabulary_only: bool = False,
        report: Reporter = silent,
    ) -> None:
        if context < _LEAST_CONTEXT or (threads is not None and threads < 1):
            raise UsageError(f"a context of {context:,} tokens and {threads} threads cannot be asked for")
        require_llama()
        self.path = path
        self.context = context
        self._report = report
        self._child = Child(_WORKER, f"the process that runs `{path.name}`", environment=ENVIRONMENT)
        try:
            opened = self._ask(
                "open",
                {
                    "path": str(path.resolve()),
                    "threads": threads or usable_cores(),
                    "context": context,
                    "vocabulary_only": vocabulary_only,
                },
            )
        except BaseException:
            self._child.end()
            raise
        self.size = int(opened.values["size"])

    @property
    def process_id(self) -> int:
        """The child's number in the system."""
        return self._child.process_id

    def log_probabilities(self, lines: Sequence[Sequence[int]]) -> list[NDArray[np.float64]]:
        """Natural log of the probability of each of a line's ids after a begin mark and the ids before it."""
        found: list[NDArray[np.float64]] = [np.empty(0)] * len(lines)
        for part in self._parts(lines):
            chosen = [lines[at] for at in part]
            (flat,) = self._ask("log_probabilities", arrays=packed(chosen)).arrays
            lengths = np.array([len(line) for line in chosen])
            for at, one in zip(part, unpacked(flat, lengths), strict=True):
                found[at] = one
        return found

    def continuations(self, lines: Sequence[Sequence[int]], given: int) -> list[NDArray[np.float64]]:
        """As `log_probabilities`, of the ids from the given-th on, for lines that begin alike: much faster.

        What two lines begin with has the same numbers in both; they are rounded otherwise than those of
        `log_probabilities`, by which lines that are longer than the context are computed.
        """
        if any(len(line) > self.context for line in lines):
            return [one[given:] for one in self.log_probabilities(lines)]
        self._check(lines)
        (flat,) = self._ask("continuations", {"given": given}, packed(lines)).arrays
        return unpacked(flat, np.array([max(0, len(line) - given) for line in lines]))

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """(n + 1, V) after a begin mark and the first 0, 1, ... n of n ids."""
        self._check([ids])
        found = np.empty((len(ids) + 1, self.size), np.float32)
        self._ask("logits", arrays=[np.array(ids, np.int32)], rows=found)
        return found

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        """The count most probable ids after a begin mark and ids, one at a time; shorter where the model ends.

        Of ids that are too many for the context the last are used. Raises UsageError for a count above half a context.
        """
        self._check([ids])
        if not 0 <= count <= self.context // 2:
            raise UsageError(f"{count:,} tokens are asked of a model with a context of {self.context:,}")
        (found,) = self._ask("greedy", {"count": count}, [np.array(ids, np.int32)]).arrays
        return [int(one) for one in found]

    def embed(self, lines: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(n, E) the model's pooled vector of each line, between the marks that its tokenizer asks for.

        Not normalised; a line's end is left out where it is longer than the context. Raises UsageError for a model
        without pooling.
        """
        found: list[NDArray[np.float32]] = []
        self._check(lines)
        for begin in range(0, len(lines), _LINES_AT_ONCE):
            found.append(self._ask("embed", arrays=packed(lines[begin : begin + _LINES_AT_ONCE])).arrays[0])
            self._report(Progress("embed", min(begin + _LINES_AT_ONCE, len(lines)), len(lines), "lines"))
        return np.concatenate(found) if found else np.empty((0, 0), np.float32)

    def tokenize(self, lines: Sequence[str]) -> list[list[int]]:
        """Each line's ids by llama.cpp's own tokenizer, without marks; names of control tokens are text."""
        found: list[list[int]] = []
        for begin in range(0, len(lines), _TEXTS_AT_ONCE):
            texts = [line.encode("utf-8", "surrogatepass") for line in lines[begin : begin + _TEXTS_AT_ONCE]]
            blob = np.frombuffer(b"".join(texts), np.uint8)
            lengths = np.array([len(text) for text in texts], np.int32)
            flat, counts = self._ask("tokenize", arrays=[blob, lengths]).arrays
            found += [[int(at) for at in ids] for ids in unpacked(flat, counts)]
        return found

    def close(self) -> None:
        """End the child; nothing is lost when it has to be killed."""
        self._child.close()

    def _parts(self, lines: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Numbers of lines, some at a time, by length: lines of a length are computed together."""
        self._check(lines)
        order = sorted(range(len(lines)), key=lambda at: len(lines[at]))
        for begin in range(0, len(lines), _LINES_AT_ONCE):
            yield order[begin : begin + _LINES_AT_ONCE]
            self._report(Progress("measure", min(begin + _LINES_AT_ONCE, len(lines)), len(lines), "lines"))

    def _check(self, lines: Sequence[Sequence[int]]) -> None:
        wrong = sorted({at for line in lines for at in line if not 0 <= at < self.size})
        if wrong:
            listed = ", ".join(f"{at:,}" for at in wrong[:5])
            raise UsageError(f"`{self.path.name}` has {self.size:,} tokens", reasons=[f"no such id: {listed}"])

    def _answer(self, rows: Array | None) -> Frame | None:
        """The last frame of an answer; those before it fill rows."""
        while (answer := receive(self._child.output)) is not None and answer.say == "row":
            assert rows is not None  # noqa: S101 - only `logits` is answered in rows
            rows[answer.values["place"]] = answer.arrays[0]
        return answer

    def _ask(
        self,
        say: str,
        values: dict[str, Any] | None = None,
        arrays: Sequence[Array] = (),
        *,
        rows: Array | None = None,
    ) -> Frame:
        if self._child.ended:
            raise EngineError(f"`{self.path.name}` is closed")
        answer: Frame | None = None
        try:
            send(self._child.input, Frame(say, values or {}, arrays))
            answer = leaving(partial(self._answer, rows))
        except (OSError, ValueError):
            answer = None
        except BaseException:
            # The answer to this would be taken for the answer to the next.
            self._child.end()
            raise
        if answer is None:
            raise self._child.died(say)
        if answer.say == "usage":
            raise UsageError(answer.values["message"], reasons=answer.values["reasons"])
        if answer.say != "ok":
            raise EngineError(
                f"llama.cpp failed at `{say}` of `{self.path.name}`", reasons=answer.values.get("reasons", ())
            )
        return answer
