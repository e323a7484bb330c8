"""Text that matches a grammar: llama.cpp's own GBNF, asked about one token or about all of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import EngineError, UsageError
from edgekit.engine.llama.library import Library
from edgekit.engine.llama.request import Sampling
from edgekit.engine.llama.sampling import Ids, Row, choose, most_probable

# llama.cpp's parser goes into groups by recursion, and writes what is repeated (2,000 times at most) out: 1 GB at most.
_MOST_BYTES = 1 << 16
_MOST_NESTED = 200
# Most often one of the best fits; to try all 262,144 tokens of Gemma takes 0.1 s.
_FIRST = 64
_CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
_LEXEME = re.compile(r'"(?:\\.|[^"\\])*"?|\[(?:\\.|[^\]\\])*\]?|#[^\r\n]*|[()]', re.DOTALL)


def check_size(text: str) -> None:
    """Raise UsageError for a grammar that is too large, or nested too deep, for llama.cpp's parser."""
    reasons = []
    if (size := len(text.encode("utf-8", "surrogatepass"))) > _MOST_BYTES:
        reasons.append(f"it has {size:,} bytes, at most {_MOST_BYTES:,} are read")
    depth = deepest = 0
    for lexeme in _LEXEME.finditer(text):
        depth += {"(": 1, ")": -1}.get(lexeme[0], 0)
        deepest = max(deepest, depth)
    if deepest > _MOST_NESTED:
        reasons.append(f"its parentheses are nested {deepest:,} deep, at most {_MOST_NESTED} are read")
    if reasons:
        raise UsageError("the grammar is too large", reasons=reasons)


class Grammar:
    """A grammar and how much of it was matched.

    A text from elsewhere is first compiled in another process: llama.cpp prints what is wrong with it, and follows some
    of what it accepts for ever. Raises UsageError for what is no GBNF, and for a model without an end mark.
    """

    def __init__(self, library: Library, vocabulary: Any, text: str) -> None:
        self._llama = library.names
        if not any(int(one(vocabulary)) >= 0 for one in (self._llama.llama_vocab_eos, self._llama.llama_vocab_eot)):
            raise UsageError("the model cannot follow a grammar", reasons=["it has no end mark to end with"])
        self._sampler = self._llama.llama_sampler_init_grammar(vocabulary, text.encode("utf-8"), b"root")
        if not self._sampler:
            raise UsageError("the grammar is not valid", reasons=library.failure("it is no GBNF").reasons[1:])

    def allowed(self, ids: Ids) -> NDArray[np.bool_]:
        """Which of the tokens may come next; the end mark where the text is whole."""
        candidates = np.zeros(len(ids), _CANDIDATE)
        candidates["id"] = ids
        array = self._llama.llama_token_data_array()
        array.data = candidates.ctypes.data_as(type(array.data))
        array.size = len(ids)
        array.selected = -1
        self._llama.llama_sampler_apply(self._sampler, array)
        fitting: NDArray[np.bool_] = np.isfinite(candidates["logit"])
        return fitting

    def accept(self, token: int) -> None:
        """Go on behind a token that is allowed and is no end mark: for another one llama.cpp ends the process."""
        self._llama.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        """Free it; nothing of it may be used afterwards."""
        self._llama.llama_sampler_free(self._sampler)


def choose_allowed(row: Row, sampling: Sampling, chooser: np.random.Generator, grammar: Grammar) -> int:
    """As `choose`, out of what the grammar allows.

    A draw that is allowed stands, else it is made again among all that are, as llama.cpp's own programs do: most steps
    need a question about one token instead of one about all.
    Raises EngineError where no token of the vocabulary fits.
    """
    choice = choose(row, sampling, chooser)
    if grammar.allowed(np.array([choice]))[0]:
        return choice
    if sampling.temperature == 0:
        first = most_probable(row, _FIRST)
        if (fitting := first[grammar.allowed(first)]).size:
            return int(fitting[0])
    masked = np.where(grammar.allowed(np.arange(len(row))), row, np.float32("-inf"))
    if not np.isfinite(masked.max()):
        raise EngineError("the grammar cannot be followed", reasons=["no token of the model fits what must come next"])
    return choose(masked, sampling, chooser)
