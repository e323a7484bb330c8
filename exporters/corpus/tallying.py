"""Tallies that grow: what counting a block of lines gives, and the sum of many."""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from exporters.corpus.base import Tally
from exporters.trim.base import Tokenizer

SAMPLE_LINES = 2000
# A line of the sample is there to be read or run through a model; 2,000 of 1 MB would be memory without end.
_SAMPLE_CHARACTERS = 4000


def is_held_out(line: bytes) -> bool:
    """Whether a line (UTF-8, without its end) is of the held-out tenth: its hash decides, on every machine alike."""
    return _rank(line)[0]


def _rank(line: bytes) -> tuple[bool, bytes]:
    """Whether the line is held out, and its place in the order in which a sample is drawn."""
    digest = hashlib.blake2b(line, digest_size=16).digest()
    return int.from_bytes(digest[:8], "big") % 10 == 0, digest[8:]


@dataclass(frozen=True, slots=True)
class Part:
    """A tally of few lines; ids: the tokens in them, ascending. counts: how often each is there."""

    ids: NDArray[np.int32]
    counts: NDArray[np.int64]
    lines: int
    words: int
    size_bytes: int
    fallback_lines: int


@dataclass(frozen=True, slots=True)
class BlockCount:
    """What counting a block gives; sample: held-out lines, those of the smallest hashes, each with its hash."""

    train: Part
    held_out: Part
    sample: list[tuple[bytes, str]]


class CountBlock:
    """Counts a block of lines."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._fallback = frozenset(np.flatnonzero(tokenizer.fallback).tolist())

    def __call__(self, block: bytes) -> BlockCount:
        lines: tuple[list[bytes], list[bytes]] = [], []
        sample: list[tuple[bytes, str]] = []
        for line in block.split(b"\n")[:-1]:
            held_out, rank = _rank(line)
            lines[held_out].append(line)
            if held_out:
                sample.append((rank, line.decode()[:_SAMPLE_CHARACTERS]))
        return BlockCount(self._part(lines[False]), self._part(lines[True]), heapq.nsmallest(SAMPLE_LINES, set(sample)))

    def _part(self, lines: list[bytes]) -> Part:
        texts = [line.decode() for line in lines]
        encoded = self._tokenizer.encode(texts)
        tokens = np.fromiter(chain.from_iterable(encoded), np.int32)
        ids, counts = np.unique(tokens, return_counts=True)
        return Part(
            ids,
            counts.astype(np.int64),
            lines=len(lines),
            words=sum(len(text.split()) for text in texts),
            size_bytes=sum(map(len, lines)),
            fallback_lines=sum(not self._fallback.isdisjoint(line) for line in encoded),
        )


class Running:
    """A tally that grows; tokens: (V,)."""

    def __init__(self, size: int) -> None:
        self.tokens = np.zeros(size, np.int64)
        self.lines = self.words = self.size_bytes = self.fallback_lines = 0

    def add(self, part: Part) -> None:
        """Add a part."""
        self.tokens[part.ids] += part.counts
        self.lines += part.lines
        self.words += part.words
        self.size_bytes += part.size_bytes
        self.fallback_lines += part.fallback_lines

    def part(self) -> Part:
        """The same without the tokens that are not there."""
        ids = np.flatnonzero(self.tokens).astype(np.int32)
        return Part(ids, self.tokens[ids], self.lines, self.words, self.size_bytes, self.fallback_lines)

    def tally(self) -> Tally:
        """As the contract has it; counts are whole numbers below 2^53, so exact."""
        return Tally(self.tokens.astype(np.float64), self.lines, self.words, self.size_bytes, self.fallback_lines)


@dataclass
class Growing:
    """The corpus of one language so far."""

    train: Running
    held_out: Running
    sample: list[tuple[bytes, str]] = field(default_factory=list)

    @classmethod
    def empty(cls, size: int) -> Growing:
        """Nothing yet; size: V."""
        return cls(Running(size), Running(size))

    def add(self, count: BlockCount) -> None:
        """Add a block."""
        self.train.add(count.train)
        self.held_out.add(count.held_out)
        # Those of the smallest hashes are spread evenly over all lines, whatever their order and however they were cut.
        self.sample = heapq.nsmallest(SAMPLE_LINES, {*self.sample, *count.sample})
