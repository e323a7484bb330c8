"""A quiz as canonical JSON: the same bytes for the same meaning, and their digest."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from edgekit.core.errors import InputError
from edgekit.quiz.model import Criterion, Misconception, Question, Quiz


def canonical(quiz: Quiz) -> bytes:
    """JSON in UTF-8, keys sorted, no space, every value written out; order of questions, criteria and wordings counts.

    The digest is not in it. `from_canonical` gives the same quiz back.
    """
    fields = dataclasses.asdict(quiz)
    del fields["digest"]
    for question in fields["questions"]:
        # Quizzes from before questions had languages of their own, and points of a part, keep their digests.
        for name in ("languages", "partly"):
            if not question[name]:
                del question[name]
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def digest_of(quiz: Quiz) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(quiz)).hexdigest()


def from_canonical(data: bytes) -> Quiz:
    """The quiz that `canonical` wrote, with its digest. Raises InputError for anything else."""
    try:
        fields = json.loads(data)
        questions = tuple(_question(one) for one in fields.pop("questions"))
        quiz = Quiz(questions=questions, languages=tuple(fields.pop("languages")), digest="", **fields)
        if canonical(quiz) != data:
            raise ValueError("other bytes come back")
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as problem:
        raise InputError("what is stored of the quiz is not as edgekit writes it", reasons=[str(problem)]) from None
    return dataclasses.replace(quiz, digest=hashlib.sha256(data).hexdigest())


def _question(fields: dict[str, Any]) -> Question:
    return Question(
        **{
            **fields,
            "criteria": tuple(_criterion(one) for one in fields["criteria"]),
            "references": _texts(fields["references"]),
            "misconceptions": tuple(
                Misconception(one["id"], _texts(one["wordings"])) for one in fields["misconceptions"]
            ),
            "correct": tuple(fields["correct"]),
            "languages": tuple(fields.get("languages", ())),
        }
    )


def _criterion(fields: dict[str, Any]) -> Criterion:
    return Criterion(**{**fields, "accepted": _texts(fields["accepted"]), "refuted": _texts(fields["refuted"])})


def _texts(fields: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(texts) for language, texts in fields.items()}
