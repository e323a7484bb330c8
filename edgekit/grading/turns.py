"""Where in a sentence its words turn to whoever grades, and where they turn back: no sign of punctuation is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.intake import look_alikes_folded
from edgekit.grading.linear import pack_weights, packed_weights

Floats = NDArray[np.float32]
Span = tuple[int, int]
SCHEMA = "edgekit.turns/2"
_PACKAGED = "turns.json"
# Three convolutions over five tokens each, two and four apart in the second and third: a token is seen with fourteen on
# either side. Of 1,930 orders of patterns kept out of training 62 % are told to the token, 49 % by half as many numbers
# that saw five on either side.
INNER, WIDTH, APART = 64, 5, (1, 2, 4)
SCALE = 5.0
SHAPES: tuple[tuple[int, ...], ...] = (
    (INNER,),
    *((WIDTH, INNER, INNER), (INNER,)) * len(APART),
    (INNER,),
)
# The log odds of one word, and what it costs to turn: a word or two that look like it are none.
_MOST, _TURNING = 6.0, 2.0
# Scripts that put no spaces between words: any character may begin one.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


# Three words: `H2O` and `DNA` are words of answers.
_LEAST_DISGUISED = 3
_LEET = re.compile(r"[^\W\d_]*(?:[^\W\d_][013457@$!|€]|[013457@$!|€][^\W\d_])[^\s,.;:?]*")
_FROM_LEET = str.maketrans("013457@$!|€", "oieastasile")
_CAPITALS = re.compile(r"\b[^\W\d_a-z]{2,}\b")
# What joins an order to an answer belongs to it; not `y`, `e` and `na`: switches, bulbs and metals are called so.
_JOIN = r"(?:[\s,;:–—-]|\b(?:and|so|but|also|then|pero|mas|und|aber|et|mais|lakini|और)(?=[\s,]))"
_JOINS_BEFORE, _JOINS_BEHIND = re.compile(rf"{_JOIN}{{1,24}}$", re.IGNORECASE), re.compile(_JOIN + "+", re.IGNORECASE)
_LONGEST_JOIN = 24
# Of fewer words it is not told that they are an answer.
_LEAST_LEFT, _LEAST_LETTERS_LEFT = 2, 6


@dataclass(frozen=True, slots=True)
class Run:
    """Words that speak to the grader. odds: what they say for it, added up; words: how many."""

    begin: int
    end: int
    odds: float
    words: int


@dataclass(frozen=True, slots=True)
class Turns:
    """The log odds of each token that it speaks to the grader.

    project (d + 1, INNER): of a token's state and of how near it is to the question; layers: of `SHAPES`: its bias,
    then convolutions each with a bias, each added to what it is of, and what weighs their sum.
    """

    project: Floats
    layers: tuple[Floats, ...]
    bias: float

    @classmethod
    def load(cls) -> Turns:
        """The packaged one."""
        return _packaged()

    def logits(self, states: Floats, related: Floats) -> Floats:
        """(n,) of (n, d) centred states of a text's tokens; related (m, d): of all that is known of the question."""
        shift, *convolutions, weights = self.layers
        alike = (states @ related.T).max(axis=1) if len(related) else np.zeros(len(states), np.float32)
        seen = _silu(SCALE * (np.column_stack([states, alike]) @ self.project) + shift)
        for apart, kernel, bias in zip(APART, convolutions[::2], convolutions[1::2], strict=True):
            seen = seen + _silu(_convolved(seen, kernel, apart) + bias)
        return np.asarray(seen @ weights + self.bias, np.float32)

    def runs(self, text: str, spans: Sequence[Span], states: Floats, related: Floats) -> tuple[Run, ...]:
        """The likeliest runs of words; spans: of its tokens, as `piece_spans`.  states, related: as `logits`."""
        if not len(states):
            return ()
        odds = np.clip(self.logits(states, related), -_MOST, _MOST)
        if odds.max() <= 0:
            return ()
        words = list(_words(text, spans, odds))
        if not words:
            return ()
        told = path(np.array([one[2] for one in words]))
        found: list[Run] = []
        for (begin, end, value), is_told, was_told in zip(words, told, [False, *told[:-1]], strict=True):
            if is_told and was_told:
                last = found[-1]
                found[-1] = Run(last.begin, end, last.odds + value, last.words + 1)
            elif is_told:
                found.append(Run(begin, end, value, 1))
        return tuple(found)

    def encode(self) -> bytes:
        """As a file."""
        flat = np.concatenate([one.ravel() for one in (self.project, *self.layers)])
        return pack_weights(flat, self.bias, SCHEMA)


def plain_form(text: str) -> str:
    """The text as long as it is, with what disguises words taken off: look-alikes, digits for letters, capitals."""
    folded = look_alikes_folded(text)
    for disguised, plain in (
        (_LEET, lambda found: found[0].translate(_FROM_LEET)),
        (_CAPITALS, lambda found: found[0].lower()),
    ):
        if len(disguised.findall(folded)) >= _LEAST_DISGUISED:
            folded = disguised.sub(plain, folded)
    return folded if len(folded) == len(text) else text


def widened(text: str, unit: Span, run: Span) -> Span:
    """A run with what joins it to the rest of its sentence."""
    begin, end = run
    before = _JOINS_BEFORE.search(text, max(unit[0], begin - _LONGEST_JOIN), begin)
    if before is not None:
        begin = before.start()
    behind = _JOINS_BEHIND.match(text, end, unit[1])
    if behind is not None and (begin <= unit[0] or not text[unit[0] : begin].strip()):
        end = behind.end()
    return begin, end


def pieces_left(text: str, unit: Span, runs: Sequence[Span]) -> list[Span]:
    """What is left of a sentence without some runs, apart and in order; none where it is too little for an answer."""
    found, at = [], unit[0]
    for begin, end in (*runs, (unit[1], unit[1])):
        if text[at:begin].strip():
            found.append((at, begin))
        at = max(at, end)
    left = " ".join(text[slice(*one)] for one in found)
    letters = sum(map(str.isalnum, left))
    enough = letters >= _LEAST_LETTERS_LEFT and (len(left.split()) >= _LEAST_LEFT or not left.isascii())
    return found if enough else []


def decode_turns(data: bytes) -> Turns:
    """From a file's bytes. Raises ValueError for what is none."""
    weights, bias = packed_weights(data, SCHEMA)
    sizes = [int(np.prod(shape)) for shape in SHAPES]
    width, rest = divmod(len(weights) - sum(sizes), INNER)
    if rest or width < 1:
        raise ValueError("it has not as many weights as its layers")
    project, *layers = np.split(weights, np.cumsum([width * INNER, *sizes])[:-1])
    shaped = tuple(one.reshape(shape) for one, shape in zip(layers, SHAPES, strict=True))
    return Turns(project.reshape(width, INNER), shaped, bias)


@lru_cache(maxsize=1)
def _packaged() -> Turns:
    return decode_turns((files("edgekit.grading") / _PACKAGED).read_bytes())


def _convolved(rows: Floats, weights: Floats, apart: int) -> Floats:
    """(n, out) of (n, in) by (width, in, out), with zeros around; apart: tokens from one that is seen to the next."""
    around = len(weights) // 2 * apart
    # `np.pad` takes as long as the products do.
    padded = np.zeros((len(rows) + 2 * around, rows.shape[1]), rows.dtype)
    padded[around : around + len(rows)] = rows
    seen = (padded[at * apart : at * apart + len(rows)] @ one for at, one in enumerate(weights))
    return np.asarray(sum(seen), np.float32)


def _silu(rows: Any) -> Floats:
    # Beyond 60 the exponential is of no consequence.
    return np.asarray(rows / (1 + np.exp(-np.clip(rows, -60, 60))), np.float32)


def _words(text: str, spans: Sequence[Span], odds: Floats) -> Iterator[tuple[int, int, float]]:
    """(begin, end, odds) of each word: the mean of its tokens."""
    begin, end, values = 0, 0, list[float]()
    for (first, last), value in zip(spans, odds, strict=False):
        if first == last:
            continue
        if values and _begins(text, first):
            yield begin, end, float(np.mean(values))
            values = []
        if not values:
            begin = first
        end = last
        values.append(float(value))
    if values:
        yield begin, end, float(np.mean(values))


def _begins(text: str, at: int) -> bool:
    code = ord(text[at])
    return text[at - 1].isspace() or any(first <= code <= last for first, last in _UNSPACED)


def path(odds: NDArray[np.float64]) -> list[bool]:
    """The likeliest row of words that speak to the grader (Viterbi): turning costs."""
    plain, told = 0.0, float("-inf")
    back: list[tuple[bool, bool]] = []
    for at, value in enumerate(odds):
        cost = _TURNING if at else 0.0
        from_told, from_plain = told - cost > plain, plain - cost > told
        back.append((from_told, not from_plain))
        plain, told = max(plain, told - cost), max(told, plain - cost) + float(value)
    state = told > plain
    found = []
    for from_told, stays_told in reversed(back):
        found.append(state)
        state = stays_told if state else from_told
    return found[::-1]
