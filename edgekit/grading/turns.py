"""Where in a sentence its words turn to whoever grades, and where they turn back: no sign of punctuation is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.weights import own_document
from edgekit.grading.function_words import ARTICLES, LANGUAGES, function_words
from edgekit.grading.intake import look_alikes_folded, matching_form
from edgekit.grading.linear import pack_weights, packed_weights

Floats = NDArray[np.float32]
Costs = NDArray[np.float64]
Span = tuple[int, int]
# Words that stand side by side.
Pairs = frozenset[tuple[str, str]]
SCHEMA = "edgekit.turns/4"
_PACKAGED = "turns.json"
# Three convolutions over five tokens each, two and four apart in the second and third: a token is seen with fourteen on
# either side; before the third comes what is most of anything in the whole text, for half an order tells of the other
# half. What each word weighs, and what it costs to turn before it, are learned for the whole row of words together: of
# 2,078 orders of patterns kept out of training 72 % are told to the word, 64 % where each token was learned by itself
# and every turn cost the same.
INNER, WIDTH, APART, HEADS = 64, 5, (1, 2, 4), 3
SCALE = 5.0
SHAPES: tuple[tuple[int, ...], ...] = (
    (INNER,),
    *((WIDTH, INNER, INNER), (INNER,)) * len(APART),
    (INNER, INNER),
    (INNER,),
    (INNER, HEADS),
    (HEADS,),
)
# Beside which matrices of each layer the encoder's adapter stands; see `edgekit.engine.encoder.Adapter`.
PARTS: Mapping[str, tuple[int, int]] = {"attn_qkv": (1, 3), "attn_output": (1, 1), "ffn_down": (4, 1)}
"""Part -> of how many times the encoder's width its inputs are, and its outputs."""
_MOST_SIZE = 1 << 14
# The log odds of one word.
_MOST = 6.0
# Scripts that put no spaces between words: any character may begin one.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


# Three words of two signs or more: `H2O` and `DNA` are words of answers. What is between them goes with them: `17 b3`.
_LEAST_DISGUISED = 3
_LEET_SIGN, _IN_WORD = "[013457@$!|€]", r"[^\s,.;:?]"
_LEET_WORD = rf"{_IN_WORD}*(?:[^\W\d_]{_LEET_SIGN}|{_LEET_SIGN}[^\W\d_]){_IN_WORD}*"
_LEET_FIRST, _LEET_NEXT = (
    rf"(?:{_LEET_SIGN}{{2,4}}\s+){{0,3}}{_LEET_WORD}",
    rf"{_LEET_WORD}|{_LEET_SIGN}+(?!{_IN_WORD})",
)
_LEET = re.compile(rf"(?<!{_IN_WORD}){_LEET_FIRST}(?:[\s,.;:?]+(?:{_LEET_NEXT}))*")
_FROM_LEET = str.maketrans("013457@$!|€", "oieastasile")
_CAPITALS = re.compile(r"\b[^\W\d_a-z]+(?:[^\w\n]+[^\W\d_a-z]+)*\b")

# What joins an order to an answer belongs to it; not `y`, `e` and `na`: switches, bulbs and metals are called so.
_JOIN = r"(?:[\s,;:–—-]|\b(?:and|so|but|also|then|pero|mas|und|aber|et|mais|lakini|और)(?=[\s,]))"
_JOINS_BEFORE, _JOINS_BEHIND = re.compile(rf"{_JOIN}{{1,24}}$", re.IGNORECASE), re.compile(_JOIN + "+", re.IGNORECASE)
_LONGEST_JOIN = 24
# No answer ends with these, which a run that goes to the end of the sentence may leave of its first words.
_LEFT = re.compile(
    r"(?:[\s,;:–—-]+(?:for|of|to|with|by|in|and))?[\s,;:–—-]+(?:the|an|my|your|our|los|las|der|die|das|les)\s*$"
)
# A run keeps as many words of its own.
_LEAST_TAKEN = 2
# Of fewer words it is not told that they are an answer.
_LEAST_LEFT, _LEAST_LETTERS_LEFT = 2, 6


@dataclass(frozen=True, slots=True)
class Run:
    """Words that speak to the grader. odds: what they say for it, less what the turns cost; words: how many."""

    begin: int
    end: int
    odds: float
    words: int


@dataclass(frozen=True, slots=True)
class Turns:
    """What each token says for its being of speech to the grader, and against a turn to it, and back, before it.

    project (d + 1, INNER): of a token's state, as the encoder gives it with the adapter, and of how near it is to the
    question; layers: of `SHAPES`: its bias, then convolutions each with a bias, each added to what it is of, what
    weighs the most of all tokens, with a bias, and what weighs the sum, with a bias.  adapter: by `PARTS`, each
    (layers, inputs, rank) and (layers, rank, outputs); without one the states are those of the encoder alone.
    """

    project: Floats
    layers: tuple[Floats, ...]
    adapter: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Turns:
        """The packaged one."""
        return _packaged()

    def logits(self, states: Floats, near: Floats) -> Floats:
        """(n, 3) of (n, d) centred states of a text's tokens: log odds, costs of the turn to the grader and of the one
        back before the token.  near (n,): to what is nearest of all that is known of the question.
        """
        shift, *convolutions, around, around_bias, weights, bias = self.layers
        seen = _silu(SCALE * (np.column_stack([states, near]) @ self.project) + shift)
        for apart, kernel, kernel_bias in zip(APART, convolutions[::2], convolutions[1::2], strict=True):
            if apart == APART[-1]:
                seen = seen + _silu(seen.max(axis=0) @ around + around_bias)
            seen = seen + _silu(_convolved(seen, kernel, apart) + kernel_bias)
        return np.asarray(seen @ weights + bias, np.float32)

    def runs(self, text: str, spans: Sequence[Span], states: Floats, near: Floats) -> tuple[Run, ...]:
        """The likeliest runs of words; spans: of its tokens, as `piece_spans`.  states, near: as `logits`."""
        words = words_of(text, spans)
        if not words:
            return ()
        logits = self.logits(states, near)
        odds, begins, ends = np.array([logits[word].mean(axis=0) for word in words], np.float64).T
        odds = np.clip(odds, -_MOST, _MOST)
        told = path(odds, begins, ends)
        found: list[Run] = []
        for at, word in enumerate(words):
            begin, end = spans[word[0]][0], spans[word[-1]][1]
            was_told = at > 0 and told[at - 1]
            if told[at] and was_told:
                last = found[-1]
                found[-1] = Run(last.begin, end, last.odds + float(odds[at]), last.words + 1)
            elif told[at]:
                found.append(Run(begin, end, float(odds[at] - begins[at]), 1))
            elif was_told:
                found[-1] = replace(found[-1], odds=found[-1].odds - float(ends[at]))
        return tuple(found)

    def encode(self) -> bytes:
        """As a file."""
        narrow = [one for part in PARTS if part in self.adapter for one in self.adapter[part]]
        flat = np.concatenate([one.ravel() for one in (self.project, *self.layers, *narrow)])
        deep, _, rank = narrow[0].shape if narrow else (0, 0, 0)
        return pack_weights(flat, 0.0, SCHEMA, {"width": len(self.project) - 1, "layers": deep, "rank": rank})


def plain_form(text: str) -> str:
    """The text as long as it is, with what disguises words taken off: look-alikes, digits for letters, capitals."""
    folded = look_alikes_folded(text)
    for disguised, plain in (
        (_LEET, lambda found: found[0].translate(_FROM_LEET)),
        (_CAPITALS, lambda found: found[0].lower() if len(found[0]) > 1 else found[0]),
    ):
        words = [word for row in disguised.findall(folded) for word in row.split()]
        if sum(len(word) > 1 for word in words) >= _LEAST_DISGUISED:
            folded = disguised.sub(plain, folded)
    return folded if len(folded) == len(text) else text


@lru_cache(maxsize=32)
def pairs_of(text: str) -> Pairs:
    """The words that stand side by side in a text, but for two that only hold sentences together."""
    small = function_words(LANGUAGES) | ARTICLES
    words = matching_form(text).split()
    return frozenset(pair for pair in pairwise(map(_bare, words)) if all(pair) and not small.issuperset(pair))


def fitted(text: str, unit: Span, run: Span, pairs: Pairs = frozenset()) -> Span:
    """A run with what joins it to the rest of its sentence, and without what a neighbour of it goes on with.

    pairs: of what is asked and right. Who says `bulb` before a run and `a` as its first word means bulb A.
    """
    begin, end = _given_back(text, unit, run, pairs) if pairs else run
    if not any(map(str.isalnum, text[end : unit[1]])):
        left = _LEFT.search(text, max(unit[0], begin - _LONGEST_JOIN), begin)
        begin = left.start() if left is not None else begin
    before = _JOINS_BEFORE.search(text, max(unit[0], begin - _LONGEST_JOIN), begin)
    if before is not None:
        begin = before.start()
    behind = _JOINS_BEHIND.match(text, end, unit[1])
    if behind is not None and (begin <= unit[0] or not text[unit[0] : begin].strip()):
        end = behind.end()
    return begin, end


def _given_back(text: str, unit: Span, run: Span, pairs: Pairs) -> Span:
    words = [found.span() for found in re.finditer(r"\S+", text[run[0] : run[1]])]
    plain = [_bare(matching_form(text[run[0] + begin : run[0] + end])) for begin, end in words]
    before, behind = matching_form(text[unit[0] : run[0]]).split(), matching_form(text[run[1] : unit[1]]).split()
    first, last = 0, len(words)
    side = _bare(before[-1]) if before else ""
    while first < last - _LEAST_TAKEN and (side, plain[first]) in pairs:
        side, first = plain[first], first + 1
    side = _bare(behind[0]) if behind else ""
    while first < last - _LEAST_TAKEN and (plain[last - 1], side) in pairs:
        side, last = plain[last - 1], last - 1
    return run[0] + words[first][0], run[0] + words[last - 1][1]


def _bare(word: str) -> str:
    return word.strip(".,;:!?()\"'")


def with_repeated(text: str, unit: Span, runs: Sequence[Span]) -> list[Span]:
    """Runs of a sentence, and where their words stand in it once more, apart and in order."""
    rows = list(runs)
    for begin, end in runs:
        words = text[begin:end].strip()
        if len(words.split()) >= _LEAST_TAKEN:
            rows += [one.span() for one in re.finditer(re.escape(words), text[: unit[1]], re.IGNORECASE)]
    found: list[Span] = []
    for begin, end in sorted(one for one in rows if unit[0] <= one[0]):
        if found and begin <= found[-1][1]:
            begin, end = found[-1][0], max(end, found.pop()[1])
        found.append((begin, end))
    return found


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
    weights, _ = packed_weights(data, SCHEMA)
    document = own_document(data, SCHEMA)
    width, deep, rank = (document.get(name) for name in ("width", "layers", "rank"))
    if not all(type(one) is int and 0 <= one <= _MOST_SIZE for one in (width, deep, rank)) or not width:
        raise ValueError("it does not say of what size it is")
    sizes = [(width + 1, INNER), *SHAPES]
    if rank:
        for inputs, outputs in PARTS.values():
            sizes += [(deep, inputs * width, rank), (deep, rank, outputs * width)]
    edges = np.cumsum([prod(shape) for shape in sizes])
    if edges[-1] != len(weights):
        raise ValueError("it has not as many weights as its layers")
    parts = [one.reshape(shape) for one, shape in zip(np.split(weights, edges[:-1]), sizes, strict=True)]
    project, *layers = parts[: len(SHAPES) + 1]
    narrow = parts[len(SHAPES) + 1 :]
    adapter = dict(zip(PARTS, zip(narrow[::2], narrow[1::2], strict=True), strict=True)) if rank else {}
    return Turns(project, tuple(layers), adapter)


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


def words_of(text: str, spans: Sequence[Span]) -> list[list[int]]:
    """The places of each word's tokens; spans: of the tokens, as `piece_spans`."""
    found: list[list[int]] = []
    for at, (first, last) in enumerate(spans):
        if first == last:
            continue
        if not found or _begins(text, first):
            found.append([])
        found[-1].append(at)
    return found


def _begins(text: str, at: int) -> bool:
    code = ord(text[at])
    return text[at - 1].isspace() or any(first <= code <= last for first, last in _UNSPACED)


def path(odds: Costs, begins: Costs, ends: Costs) -> list[bool]:
    """The likeliest row of words that speak to the grader (Viterbi).

    odds, begins, ends (n,): of each word, of the turn to the grader before it, of the one back before it.
    """
    plain, told = 0.0, float("-inf")
    back: list[tuple[bool, bool]] = []
    for value, begin, end in zip(odds.tolist(), begins.tolist(), ends.tolist(), strict=True):
        from_told, from_plain = told - end > plain, plain - begin > told
        back.append((from_told, not from_plain))
        plain, told = max(plain, told - end), max(told, plain - begin) + value
    state = told > plain
    found = []
    for from_told, stays_told in reversed(back):
        found.append(state)
        state = stays_told if state else from_told
    return found[::-1]
