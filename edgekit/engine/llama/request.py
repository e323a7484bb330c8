"""What is asked of a language model that writes, and what it answers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from edgekit.core.errors import UsageError

Finish: TypeAlias = Literal["end", "stop", "length", "cancelled"]
_MOST_ALTERNATIVES = 1_000
_SEEDS = 1 << 63


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen and when to stop.

    max_tokens: None for as many as the context has room for.
    temperature: 0 takes the most probable token each time, and the next four are not looked at; above, tokens are drawn
    from the probabilities of logits / temperature, once the improbable ones are left out in llama.cpp's order: top_k
    (all but the k most probable; 0 for none), top_p (all beyond a sum of probabilities of p; 1 for none), min_p (those
    less probable than p times the best; 0 for none). These sums are of temperature 1.
    seed: of the draws, 0 to 2**63 - 1.
    stop: texts at which to stop; none of them is in the answer.
    grammar: what the text must match, in llama.cpp's GBNF, from its rule `root`.
    log_probabilities: how many alternatives each token comes with; None computes no probabilities.
    """

    max_tokens: int | None = 256
    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    seed: int = 0
    stop: tuple[str, ...] = ()
    grammar: str | None = None
    log_probabilities: int | None = None

    def __post_init__(self) -> None:
        """Raise UsageError with every reason."""
        reasons = list(self._wrong())
        if reasons:
            raise UsageError("that cannot be asked of a language model", reasons=reasons)

    def _wrong(self) -> list[str]:
        checks = [
            (self.max_tokens is None or _whole(self.max_tokens, 1, None), "max_tokens", "a whole number from 1"),
            (_real(self.temperature, 0, 100), "temperature", "from 0 to 100"),
            (_whole(self.top_k, 0, None), "top_k", "a whole number from 0"),
            (_real(self.top_p, 0, 1) and self.top_p > 0, "top_p", "above 0, at most 1"),
            (_real(self.min_p, 0, 1), "min_p", "from 0 to 1"),
            (_whole(self.seed, 0, _SEEDS - 1), "seed", "a whole number from 0 to 2**63 - 1"),
            (
                self.log_probabilities is None or _whole(self.log_probabilities, 0, _MOST_ALTERNATIVES),
                "log_probabilities",
                f"a whole number from 0 to {_MOST_ALTERNATIVES:,}",
            ),
            (isinstance(self.stop, tuple) and all(_text(one) for one in self.stop), "stop", "texts, none empty"),
            (self.grammar is None or _text(self.grammar), "grammar", "a text that is not empty, without a NUL"),
        ]
        wrong = ((name, what) for sound, name, what in checks if not sound)
        return [f"`{name}` is {getattr(self, name)!r:.100}, not {what}" for name, what in wrong]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Sampling:
        """The other way."""
        return cls(**{**values, "stop": tuple(values["stop"])})


def _whole(value: object, least: int, most: int | None) -> bool:
    return type(value) is int and least <= value and (most is None or value <= most)


def _real(value: object, least: float, most: float) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and least <= value <= most  # type: ignore[arg-type, operator]


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that could have come. data: its UTF-8 bytes, which may be a part of a character.

    log_probability: natural logarithm, by the model alone: temperature 1, nothing left out, no grammar.
    """

    id: int
    data: bytes
    log_probability: float


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the answer. log_probability, alternatives: as in `Alternative`, most probable first, where asked for.

    The token that ends the answer is none of the answer's.
    """

    id: int
    data: bytes
    log_probability: float | None = None
    alternatives: tuple[Alternative, ...] = ()

    def to_json(self) -> list[Any]:
        """As JSON values."""
        alternatives = [[one.id, one.data.decode("latin-1"), one.log_probability] for one in self.alternatives]
        return [self.id, self.data.decode("latin-1"), self.log_probability, alternatives]

    @classmethod
    def from_json(cls, values: list[Any]) -> Token:
        """The other way."""
        number, data, own, alternatives = values
        listed = tuple(Alternative(at, text.encode("latin-1"), value) for at, text, value in alternatives)
        return cls(number, data.encode("latin-1"), own, listed)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the answer that will not change: whole characters, nothing of a stop text.

    tokens: those computed since the piece before; some of their text may be in a later piece, or in none.
    """

    text: str
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: `end` (the model's own end mark, or the grammar's), `stop` (a stop text), `length`, `cancelled`.

    prompt_tokens: how many there were, marks included.
    """

    finish: Finish
    prompt_tokens: int
