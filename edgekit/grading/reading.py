"""An answer as the scorer gets it: taken in, without what speaks to the grader, with what a person should know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgekit.grading.injection import Reach, find_instructions, without_instructions
from edgekit.grading.intake import Intake, places, take_in
from edgekit.grading.validity import check_validity
from edgekit.grading.variety import Variety, profile
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer, Reason, ReasonCode

# Nothing that could be marked: no points are a suggestion as any other. All other reasons are for a person to see.
EMPTY: frozenset[ReasonCode] = frozenset({"blank", "no_attempt"})
_LEAST_LETTERS = 8
_ENDED = re.compile(r"(?:[.!?;:\n。！？؟।][\"”»')\]]*|\n)\s*$")
_SENTENCE_END = re.compile(r"[.!?;\n。！？؟।]|\w\W*\w\W*\w")


@dataclass(frozen=True, slots=True)
class Read:
    """intake: of the answer, its text without what speaks to the grader.  reasons: spans are of the original."""

    answer: Answer
    intake: Intake
    reasons: tuple[Reason, ...]
    variety: Variety

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could have points."""
        return not self.intake.text.strip() or any(one.code in EMPTY for one in self.reasons)


def read_answer(question: Question, answer: Answer, others: Sequence[str], languages: Sequence[str]) -> Read:
    """Read an answer; others: texts of the other answers to the question.  languages: that answers are expected in."""
    intake = take_in(answer.text)
    reasons = check_validity(intake, question, others=others, languages=languages)
    known = _known(question)
    orders = find_instructions(intake.text, known)
    if orders:
        reasons += tuple(replace(one, span=intake.span(*one.span) if one.span is not None else None) for one in orders)
        kept = without_instructions(intake.text, known)
        if not _letters(intake, kept):
            # An answer may be in the same sentence; `read_again` tells where.
            apart = without_instructions(intake.text, known, lambda _, span: span)
            kept = apart if _letters(intake, apart) >= _LEAST_LETTERS else kept
        intake = _kept(intake, kept)
    return Read(answer, intake, reasons, profile(intake.text, tuple(languages)))


def read_again(question: Question, read: Read, languages: Sequence[str], reach: Reach) -> Read:
    """An answer with orders in it, each left out as far as reach says: what stands beside it in its sentence stays."""
    if not any(one.code == "injection_suspect" for one in read.reasons):
        return read
    intake = take_in(read.answer.text)
    known = _known(question)
    told = [
        replace(one, span=intake.span(*one.span)) for one in find_instructions(intake.text, known, reach) if one.span
    ]
    others = [one for one in read.reasons if one.code != "injection_suspect"]
    kept = without_instructions(intake.text, known, reach)
    if not _letters(intake, kept):
        return read
    intake = _kept(intake, kept)
    return replace(read, intake=intake, reasons=(*others, *told), variety=profile(intake.text, tuple(languages)))


def is_rest(read: Read, span: tuple[int, int]) -> bool:
    """Whether a span of what was kept is of a sentence that lost its order to the grader."""
    begin, end = read.intake.span(*span)
    text = read.answer.text
    for one in read.reasons:
        if one.code != "injection_suspect" or one.span is None:
            continue
        first, last = one.span
        between = text[end - 1 : first] if end <= first else text[last - 1 : begin] if last <= begin else "."
        if not _SENTENCE_END.search(between):
            return True
    return False


def left_out(read: Read, spans: Sequence[tuple[int, int]], languages: Sequence[str]) -> Read:
    """An answer without spans of its text that speak to the grader; with them where nothing else is there."""
    intake = read.intake
    told = tuple(Reason("injection_suspect", "speaks to the grader", intake.span(*one)) for one in spans)
    return set_aside(replace(read, reasons=(*read.reasons, *told)), spans, languages)


def set_aside(read: Read, spans: Sequence[tuple[int, int]], languages: Sequence[str]) -> Read:
    """An answer without spans of its text, of which nothing is told; with them where nothing else is there."""
    if not spans:
        return read
    intake = read.intake
    kept, at = [], 0
    for begin, end in (*spans, (len(intake.text), len(intake.text))):
        if intake.text[at:begin].strip():
            kept.append((at, begin))
        at = end
    if not _letters(intake, kept):
        return read
    intake = _kept(intake, kept)
    return replace(read, intake=intake, variety=profile(intake.text, tuple(languages)))


def told_of_repeats(read: Read, questions: Sequence[str]) -> Read:
    """With what a person should know of an answer that was given to other questions as well, word for word."""
    if not questions or read.is_empty:
        return read
    others = ", ".join(f"`{one}`" for one in questions)
    told = Reason("duplicate", f"is the same as an answer to another question, word for word: {others}")
    return replace(read, reasons=(*read.reasons, told))


def right_texts(question: Question) -> list[str]:
    """All that counts as right, in any language."""
    texts = [text for wordings in question.references.values() for text in wordings]
    return [*texts, *(text for criterion in question.criteria for _, text in criterion.wordings())]


def _letters(intake: Intake, spans: Sequence[tuple[int, int]]) -> int:
    return sum(one.isalnum() for begin, end in spans for one in intake.text[begin:end])


def _known(question: Question) -> str:
    return "\n".join([*question.text.values(), *right_texts(question)])


def _kept(intake: Intake, spans: Sequence[tuple[int, int]]) -> Intake:
    """Only these spans of the text, those of signs alone left out, and where each character of it came from.

    A line break is between them, or a space where a sentence goes on: it scores as it would without what was in it.
    """
    pieces: list[str] = []
    at: list[int] = []
    for begin, end in (one for one in spans if any(map(str.isalnum, intake.text[slice(*one)]))):
        if pieces:
            pieces.append("\n" if _ENDED.search(pieces[-1]) else " ")
            at.append(at[-1] + 1)
        pieces.append(intake.text[begin:end])
        at += intake.at[begin:end]
    at.append(at[-1] + 1 if at else 0)
    return replace(intake, text="".join(pieces), at=places(at))
