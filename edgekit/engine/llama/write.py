"""A language model writes: prompt in, pieces of text out, until something ends it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import numpy as np

from edgekit.engine.llama.grammar import Grammar, choose_allowed
from edgekit.engine.llama.language_model import AbortedError, LanguageModel
from edgekit.engine.llama.request import Alternative, Finish, Outcome, Piece, Sampling, Token
from edgekit.engine.llama.sampling import Row, choose, log_total, most_probable, require_numbers
from edgekit.engine.llama.stop_text import StopText


def write(model: LanguageModel, prompt: Sequence[int], sampling: Sampling) -> Iterator[Piece | Outcome]:
    """Pieces of the answer as they are certain, at last how it ended.

    prompt: ids that fit the context. The same request gives the same answer, whatever was asked before.
    Raises EngineError (llama.cpp failed, NaN, a grammar that the vocabulary cannot follow), UsageError (the grammar).
    """
    chooser = np.random.default_rng(sampling.seed)
    text = StopText(sampling.stop)
    room = model.context - len(prompt)
    left = room if sampling.max_tokens is None else min(room, sampling.max_tokens)
    finish: Finish = "length"
    waiting: list[Token] = []
    with contextlib.ExitStack() as stack:
        grammar = stack.enter_context(model.grammar(sampling.grammar)) if sampling.grammar is not None else None
        try:
            model.read(prompt)
            while True:
                row = model.logits()
                require_numbers(row)
                chosen = _next(row, sampling, chooser, grammar)
                if model.is_end(chosen):
                    finish = "end"
                    break
                data = model.data(chosen)
                waiting.append(_token(model, row, chosen, data, sampling.log_probabilities))
                certain = text.feed(data)
                if certain:
                    yield Piece(certain, tuple(waiting))
                    waiting.clear()
                left -= 1
                if text.stopped:
                    finish = "stop"
                    break
                if not left:
                    break
                if grammar is not None:
                    grammar.accept(chosen)
                model.go_on([chosen])
        except AbortedError:
            finish = "cancelled"
    held = text.finish()
    if held or waiting:
        yield Piece(held, tuple(waiting))
    yield Outcome(finish, len(prompt))


def _next(row: Row, sampling: Sampling, chooser: np.random.Generator, grammar: Grammar | None) -> int:
    if grammar is None:
        return choose(row, sampling, chooser)
    return choose_allowed(row, sampling, chooser, grammar)


def _token(model: LanguageModel, row: Row, chosen: int, data: bytes, alternatives: int | None) -> Token:
    if alternatives is None:
        return Token(chosen, data)
    total = log_total(row)
    listed = (int(at) for at in most_probable(row, alternatives)) if alternatives else ()
    return Token(
        chosen,
        data,
        float(row[chosen]) - total,
        tuple(Alternative(at, model.data(at), float(row[at]) - total) for at in listed),
    )
