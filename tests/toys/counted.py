"""A corpus of two languages and of none, and how tests count it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toys.tokenizer import toy_tokenizer

from exporters.corpus.base import Corpus
from exporters.corpus.counting import count_corpora

TOKENIZER = toy_tokenizer()


LANGUAGES = ("en", "am")


WORDS = ["the", "and", "thing", "ሰላም", "ነ", "wind", "bin", "é", "The", "AND", "42", "a", "in."]


def some_lines(seed: int, count: int) -> list[str]:
    chooser = random.Random(seed)
    return [" ".join(chooser.choices(WORDS, k=chooser.randrange(1, 12))) for _ in range(count)]


def count(*arguments: Path | str, **settings: Any) -> list[Corpus]:
    settings = {"languages": LANGUAGES, "jobs": 1, **settings}
    return count_corpora([str(one) for one in arguments], settings.pop("tokenizer", TOKENIZER), **settings)


def plain(corpora: Sequence[Corpus]) -> list[Any]:
    """Everything in corpora, comparable."""
    return [
        [one.language, one.digest, list(one.sample)]
        + [
            [tally.tokens.tolist(), tally.lines, tally.words, tally.size_bytes, tally.fallback_lines]
            for tally in (one.train, one.held_out)
        ]
        for one in corpora
    ]


def write_corpus(folder: Path) -> Path:
    """Two languages and text of none, in several blocks each."""
    for seed, name in enumerate(("a.en.txt", "b.am.txt", "c.en.txt", "d.txt")):
        (folder / name).write_text("\n".join(some_lines(seed, 3000)), encoding="utf-8")
    return folder
