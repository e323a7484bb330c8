"""Texts that `benchmarks/train_disorder.py` learns from: what students write, and words without a sentence."""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.graded import DATA, read_set
from edgekit.fairness.attack_texts import WRONG
from edgekit.fairness.attacks import _keywords

_LEAST_WORDS = 4
MOST_WORDS = 40
_LINES = 25
_MIXED = 0.6
_MOST_REFERENCES, _MOST_WRONG, _MOST_SPOILED, _MOST_OF_SAF = 2, 4, 5, 40
_FEW, _SEVERAL = 3, 6
_SPANISH = {
    "the": "el",
    "a": "una",
    "and": "y",
    "of": "de",
    "in": "en",
    "with": "con",
    "is": "es",
    "are": "son",
    "because": "porque",
    "but": "pero",
    "that": "que",
    "for": "para",
    "to": "a",
    "it": "eso",
    "when": "cuando",
    "from": "de",
    "water": "agua",
    "energy": "energía",
    "so": "entonces",
    "not": "no",
    "more": "más",
    "they": "ellos",
    "has": "tiene",
    "be": "ser",
    "can": "puede",
    "this": "este",
    "which": "que",
    "was": "era",
    "would": "sería",
    "you": "tú",
    "will": "va",
    "or": "o",
    "have": "tienen",
    "if": "si",
    "on": "en",
    "then": "luego",
    "by": "por",
}


@dataclass(frozen=True, slots=True)
class Text:
    """kind: `right` or `wrong`, of a student, or how it was made of a reference.  wordings: of its question."""

    of: str
    language: str
    question: str
    wordings: tuple[str, ...]
    kind: str
    text: str

    @property
    def is_honest(self) -> bool:
        """Whether a student wrote it as it stands."""
        return self.kind in ("right", "wrong")


def quiz_texts() -> Iterator[Text]:
    """Of the training splits: answers of SciEntsBank, Beetle and SAF beside their references, and bags of these."""
    for name in ("beetle", "scientsbank", "saf"):
        questions = defaultdict(list)
        for row in read_set(name):
            if "train" in row["split"]:
                questions[row["question_id"], row["language"]].append(row)
        for (question, language), rows in sorted(questions.items()):
            wordings = tuple(dict.fromkeys(rows[0]["reference"]))
            if name == "saf":
                of, made = f"{name}-{language}", _of_saf(question, language, rows)
            else:
                of, made = name, _of_question(question, language, rows)
            yield from (Text(of, language, question, wordings, kind, text) for kind, text in made)


def _of_question(question: str, language: str, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    right = [row["answer"] for row in rows if _is_right(row)]
    wrong = [row["answer"] for row in rows if not _is_right(row)]
    yield from (("right", text) for text in dict.fromkeys(right))
    yield from (("wrong", text) for text in list(dict.fromkeys(wrong))[:_MOST_WRONG])
    for at, wording in enumerate(list(dict.fromkeys(rows[0]["reference"]))[:_MOST_REFERENCES]):
        behind = _draw(f"{question}{at}").choice(wrong or [WRONG[language]])
        yield from _bags(question, wording, rows[0]["question"], behind)
    draw = _draw(question)
    for text in draw.sample(right, min(_MOST_SPOILED, len(right))):
        words = text.split()
        if len(words) >= _LEAST_WORDS:
            yield "spoiled", " ".join(draw.sample(words, len(words)))


def _of_saf(question: str, language: str, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Its answers are long: some are enough."""
    yield from (
        ("right", text) for text in dict.fromkeys(row["answer"] for row in rows[:_MOST_OF_SAF] if _is_right(row))
    )
    yield from _bags(question, rows[0]["reference"][0], rows[0]["question"], WRONG[language])


def _is_right(row: dict[str, Any]) -> bool:
    return bool(row["score"] == row["max_score"] if "score" in row else row["label"] == "correct")


def _bags(question: str, wording: str, asked: str, wrong: str) -> Iterator[tuple[str, str]]:
    """Kinds of words without a sentence, some of which `edgekit grade attack` makes too."""
    listed, words = _keywords(wording, asked), wording.split()
    low = [word.strip(".,;:!?").lower() for word in words]
    draw = _draw(question + wording)
    made = {
        "bag": " ".join(draw.sample(listed, len(listed))),
        "list": ", ".join(listed),
        "sorted": " ".join(sorted(listed)),
        "appended": f"{wrong.rstrip('. ')}. {' '.join(listed)}",
        "shuffled": " ".join(draw.sample(words, len(words))),
        "reversed": " ".join(reversed(words)),
        "shuffled small": " ".join(draw.sample(low, len(low))),
    }
    if len(listed) > _FEW:
        size = draw.randint(_FEW, min(_SEVERAL, len(listed)))
        made["some"] = " ".join(draw.sample(listed, size))
    yield from ((kind, text) for kind, text in made.items() if len(text.split()) > 1 and text != wording)


def answers(name: str, most: int, *, trained: bool | None = None, language: str | None = None) -> list[str]:
    """Of those with marks, the first words of each."""
    found = sorted(
        {
            row["answer"]
            for row in read_set(name)
            if (trained is None or ("train" in row["split"]) is trained)
            and language in (None, row["language"])
            and (row["score"] > 0 if "score" in row else row["label"] in ("correct", "acceptable"))
            and len(row["answer"].split()) >= _LEAST_WORDS
        }
    )
    random.Random(0).shuffle(found)
    return [" ".join(text.split()[:MOST_WORDS]) for text in found[:most]]


def mixed(text: str) -> str:
    """With Spanish small words in it, each as often as not: what a class that mixes writes is no bag of words."""
    draw = _draw(text)
    words = text.split()
    return " ".join(_SPANISH.get(word.lower(), word) if draw.random() < _MIXED else word for word in words)


def runs(first: int) -> list[str]:
    """Runs of 5 to 14 words of lines of FLORES dev in each language."""
    found = []
    for path in sorted((DATA.parent / "flores").glob("dev.*")):
        for line in path.read_text(encoding="utf-8").splitlines()[first : first + _LINES]:
            words = line.split()
            draw = _draw(line)
            size = draw.randint(5, 14)
            if len(words) > size:
                begin = draw.randint(0, len(words) - size)
                found.append(" ".join(words[begin : begin + size]))
    return found


def spoiled(text: str) -> list[str]:
    """The words in another order, or the long ones alone."""
    draw = _draw(text)
    words = text.split()
    long = [word.strip(".,;:!?").lower() for word in words if len(word) > 3]
    made = [" ".join(draw.sample(words, len(words)))]
    if len(long) >= _LEAST_WORDS:
        made.append(draw.choice((" ", ", ")).join(draw.sample(long, len(long))))
    return made


def _draw(name: str) -> random.Random:
    return random.Random(zlib.crc32(name.encode()))
