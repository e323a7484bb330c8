"""The library llama-cpp-python: whether it is here and loads, and what it says while it works.

Its C interface prints nothing once its log goes to a function of ours. Its Python class `Llama` is not used: to be
quiet it points the process's own standard output and error elsewhere while it loads a model, which blanks a terminal
app that draws there.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import functools
import importlib
from collections.abc import Iterator
from typing import Any

from edgekit.core.errors import EngineError, MissingExtraError
from edgekit.core.llama_extra import require_llama

_WARNING = 3  # ggml_log_level
_CONTINUED = 5
_LAST_LINES = 12


@functools.cache
def load_library() -> Library:
    """The library, one for the process: llama.cpp has one log, and calls it after the last model is closed.

    Raises MissingExtraError where it is not installed or does not load.
    """
    return Library()


class Library:
    """llama-cpp-python, loaded by `load_library`; `names` are its functions."""

    def __init__(self) -> None:
        require_llama()
        try:
            self.names: Any = importlib.import_module("llama_cpp")
        except Exception as problem:  # it raises whatever the loader of shared libraries does
            raise MissingExtraError(
                "llama-cpp-python is installed but does not load",
                reasons=[f"{type(problem).__name__}: {problem}"[:500]],
                hint="run `pip install --force-reinstall --no-cache-dir llama-cpp-python`",
            ) from problem
        self._lines: collections.deque[str] = collections.deque(maxlen=_LAST_LINES)
        self._loud = False
        self._heard: list[str] | None = None
        self._listener = self.names.llama_log_callback(self._log)
        self.names.llama_log_set(self._listener, None)
        self.names.llama_backend_init()

    def failure(self, reason: str) -> EngineError:
        """The error for what llama.cpp could not do, with its own last warnings."""
        reasons = [reason, *self._lines]
        self._lines.clear()
        return EngineError("llama.cpp failed", reasons=reasons)

    @contextlib.contextmanager
    def listened(self) -> Iterator[list[str]]:
        """Every line that llama.cpp says meanwhile, whatever its level."""
        lines: list[str] = []
        self._heard = lines
        try:
            yield lines
        finally:
            self._heard = None

    def _log(self, level: int, text: bytes, _: ctypes.c_void_p) -> None:
        if self._heard is not None:
            self._heard.append(text.decode("utf-8", "replace"))
        self._loud = self._loud if level == _CONTINUED else level >= _WARNING
        if self._loud and (line := text.decode("utf-8", "replace").strip(" .\n")):
            self._lines.append(line)
