"""What in an answer speaks to whoever grades: the one room that asks all that tells it, in the order told here.

1. `injection.py`, without an encoder, for answers of every kind: phrases of a list, tags, rubrics and marks of the
   student's own, in any disguise (`without_listed`). Each goes to the end of its sentence.
2. With the encoder, where one of these was found: how far it reaches among the words of its sentence, by `turns.py`,
   so that an answer in the same sentence stays (`Addressed.reach`).
3. Sentences (`addressed.py`) and words in them (`turns.py`) that speak to the grader in words that no list has: left
   out, and a person is told (`Addressed.speaking`).
4. Those that are beside the question and might speak to the grader: they count for nothing, and where they would change
   points a person decides (`Addressed.aside`, `Explainer`). Of a sentence it may be too few words or too many, whether
   or not these change points: a person decides (`Addressed.words_aside`).

Points are those of what is left. What counts as right is gone through in `quiz_orders.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from edgekit.grading.addressed import Asked, Span
from edgekit.grading.injection import Reach, find_instructions, without_instructions
from edgekit.grading.intake import Intake, places, take_in
from edgekit.grading.text_states import Floats
from edgekit.grading.turns import pairs_of
from edgekit.grading.variety import profile
from edgekit.quiz.suggestion import Reason

if TYPE_CHECKING:
    from edgekit.grading.reading import Read
    from edgekit.grading.texts import Texts

_LEAST_LETTERS = 8
# Of 5,440 right answers of SciEntsBank, Beetle and LAK 16 lose such words, of which one went to no person.
_WORDS_ASIDE = "words that may not be of the answer count for nothing"
_ENDED = re.compile(r"(?:[.!?;:\n。！？؟।][\"”»')\]]*|\n)\s*$")
_SENTENCE_END = re.compile(r"[.!?;\n。！？؟।]|\w\W*\w\W*\w")


def without_listed(intake: Intake, known: str) -> tuple[Intake, tuple[Reason, ...]]:
    """An answer without the orders that a list has, and these; known: of its question, see `find_instructions`."""
    orders = find_instructions(intake.text, known)
    if not orders:
        return intake, ()
    told = tuple(replace(one, span=intake.span(*one.span) if one.span is not None else None) for one in orders)
    kept = without_instructions(intake.text, known)
    if not _letters(intake, kept):
        # An answer may be in the same sentence; the encoder tells where.
        apart = without_instructions(intake.text, known, lambda _, span: span)
        kept = apart if _letters(intake, apart) >= _LEAST_LETTERS else kept
    return _kept(intake, kept), told


@dataclass(frozen=True, slots=True)
class Orders:
    """Tells orders in answers to one question by what the encoder makes of them.

    known: all that is asked and right, as text.  related: (n, d) centred embeddings of all that is known of the
    question.  tokens: (m, d) centred states of its tokens.  languages: that answers are expected in.
    """

    known: str
    related: Floats
    tokens: Floats
    texts: Texts
    languages: tuple[str, ...]

    def without(self, read: Read) -> Read:
        """An answer without what speaks to the grader, which a person is told of."""
        addressed = self.texts.addressed
        if addressed is None:
            return read
        read = _read_again(read, self.known, self.languages, self._reach)
        rests = partial(is_rest, read)
        spans = addressed.speaking(read.intake.text, self._asked(), self.texts, rests)
        return left_out(read, spans, self.languages)

    def without_beside(self, read: Read) -> Read:
        """An answer, after `without`, without what is beside the question and might speak to the grader."""
        addressed = self.texts.addressed
        if addressed is None:
            return read
        beside = addressed.aside(read.intake.text, self._asked(), self.texts)
        words = addressed.words_aside(read.intake.text, beside, self._asked(), self.texts)
        if words:
            doubts = (Reason("uncertain", _WORDS_ASIDE, read.intake.span(*one)) for one in words)
            read = replace(read, reasons=(*read.reasons, *doubts))
        return _set_aside(read, sorted([*beside, *words]), self.languages)

    def _asked(self) -> Asked:
        return Asked(self.related, self.tokens, pairs_of(self.known))

    def _reach(self, text: str, span: Span) -> Span | None:
        addressed = self.texts.addressed
        return addressed.reach(text, span, self._asked(), self.texts) if addressed is not None else None


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
    return _set_aside(replace(read, reasons=(*read.reasons, *told)), spans, languages)


def _read_again(read: Read, known: str, languages: Sequence[str], reach: Reach) -> Read:
    """An answer with orders in it, each left out as far as reach says: what stands beside it in its sentence stays."""
    if not any(one.code == "injection_suspect" for one in read.reasons):
        return read
    intake = take_in(read.answer.text)
    told = [
        replace(one, span=intake.span(*one.span)) for one in find_instructions(intake.text, known, reach) if one.span
    ]
    others = [one for one in read.reasons if one.code != "injection_suspect"]
    kept = without_instructions(intake.text, known, reach)
    if not _letters(intake, kept):
        return read
    intake = _kept(intake, kept)
    return replace(read, intake=intake, reasons=(*others, *told), variety=profile(intake.text, tuple(languages)))


def _set_aside(read: Read, spans: Sequence[tuple[int, int]], languages: Sequence[str]) -> Read:
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


def _letters(intake: Intake, spans: Sequence[tuple[int, int]]) -> int:
    return sum(one.isalnum() for begin, end in spans for one in intake.text[begin:end])


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
