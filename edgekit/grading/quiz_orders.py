"""What speaks to whoever grades in a quiz itself, as a text from elsewhere may: told, and no part of what is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from edgekit.grading.addressed import Asked, Span, sentences
from edgekit.grading.injection import find_instructions, without_instructions
from edgekit.grading.intake import take_in
from edgekit.quiz.lint import LintFinding
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.places import beginning

if TYPE_CHECKING:
    from edgekit.grading.scoring import Wording
    from edgekit.grading.texts import Texts

# A dictation or a text to translate is written as it stands, whatever it says.
_COMPARED = frozenset({"explain", "exact"})


def orders_in(quiz: Quiz) -> tuple[LintFinding, ...]:
    """`order` for what counts as right and speaks to the grader, `order_in_text` for what is asked."""
    return tuple(dict.fromkeys(finding for question in quiz.questions for finding in _of_question(question)))


def without_orders(question: Question) -> Question:
    """A question whose right texts lack what speaks to the grader in them: who repeats it says nothing right.

    Where nothing else is in them nothing right is known, and a person looks at every answer.
    """
    if question.kind not in _COMPARED or not any(_orders(question, text) for _, text in _right(question)):
        return question
    criteria = [_criterion(question, one) for one in question.criteria]
    references = _kept(question, question.references)
    if not all(criteria) or (question.kind == "exact" and not references):
        return replace(question, kind="explain", criteria=(), references={})
    return replace(question, criteria=tuple(one for one in criteria if one is not None), references=references)


def without_speech(question: Question, wordings: Sequence[Wording], texts: Texts) -> tuple[Wording, ...]:
    """Wordings without what speaks to the grader in words that no list has, by what the encoder makes of them.

    Those of which nothing is left are left out. Of 378 references of SciEntsBank, Beetle and SAF 3 lose a part, two of
    these what they say of marks; of 182 orders that nothing was trained with, each behind one, 152 are left out.
    """
    import numpy as np

    addressed = texts.addressed
    if addressed is None or not question.text:
        return tuple(wordings)
    asked = list(question.text.values())
    known = Asked(
        np.stack([texts.centred(one) for one in asked]), np.concatenate([texts.tokens(one)[1] for one in asked])
    )
    found = []
    for one in wordings:
        spans = addressed.speaking(one.text, known, texts)
        left = _joined(one.text, _between(one.text, spans)) if spans else one.text
        found += [replace(one, text=left)] if left else []
    return tuple(found)


def _of_question(question: Question) -> Iterator[LintFinding]:
    for text in (*question.text.values(), *question.options.values()):
        for order in _spoken(text, ""):
            detail = f"`{order}` speaks to whoever grades: it is asked as it stands, and nobody follows it"
            yield LintFinding("order_in_text", question.id, None, detail)
    for criterion, text in _right(question):
        for order in _orders(question, text):
            detail = f"`{order}` speaks to whoever grades: it counts for nothing"
            yield LintFinding("order", question.id, criterion, detail)


def _right(question: Question) -> Iterator[tuple[str | None, str]]:
    """The id of the criterion, and a text that counts for it; each text once."""
    known = [(criterion.id, text) for criterion in question.criteria for _, text in criterion.wordings()]
    yield from known
    said = {text for _, text in known}
    yield from ((None, text) for texts in question.references.values() for text in texts if text not in said)


def _orders(question: Question, text: str) -> list[str]:
    return _spoken(text, _asked(question)) if question.kind in _COMPARED else []


def _spoken(text: str, asked: str) -> list[str]:
    text = take_in(text).text
    return [beginning(text[slice(*one.span)]) for one in find_instructions(text, asked) if one.span is not None]


def _criterion(question: Question, criterion: Criterion) -> Criterion | None:
    """Without what speaks to the grader; None where nothing is left."""
    said: dict[str, list[str]] = {}
    for tag, text in criterion.wordings():
        said.setdefault(tag, []).append(text)
    kept = _kept(question, said)
    statement = {tag: texts[0] for tag, texts in kept.items()}
    accepted = {tag: texts[1:] for tag, texts in kept.items() if texts[1:]}
    return replace(criterion, statement=statement, accepted=accepted) if kept else None


def _kept(question: Question, texts: Mapping[str, list[str] | tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """By language, what is left of each text, without those of which nothing is."""
    asked = _asked(question)
    found = {tag: tuple(filter(None, (_rest(text, asked) for text in some))) for tag, some in texts.items()}
    return {tag: some for tag, some in found.items() if some}


def _rest(text: str, asked: str) -> str:
    """A text as it stands where it has no order; empty where no letter is left.

    A sentence goes whole, for what led to an order is no part of what is right either, unless it is the only one.
    """
    if not _spoken(text, asked):
        return text
    text = take_in(text).text
    orders = [one.span for one in find_instructions(text, asked) if one.span is not None]
    free = [
        (begin, end) for begin, end in sentences(text) if not any(one < end and begin < other for one, other in orders)
    ]
    return _joined(text, free) or _joined(text, without_instructions(text, asked))


def _between(text: str, spans: Sequence[Span]) -> list[Span]:
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _joined(text: str, spans: Iterable[Span]) -> str:
    """Those with letters in them."""
    return " ".join(part for part in (text[slice(*one)].strip() for one in spans) if any(map(str.isalpha, part)))


def _asked(question: Question) -> str:
    return "\n".join(question.text.values())
