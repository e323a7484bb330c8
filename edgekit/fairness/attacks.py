"""Makes answers that must not gain marks, and a few that must not lose any, out of a question's own wordings."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Literal, TypeAlias

import numpy as np

from edgekit.fairness.attack_texts import AND, DENIAL, FALSE, INSTRUCTIONS, NEGATED, STUFFING, TEMPLATE, WRONG
from edgekit.fairness.own_quiz import right_answers
from edgekit.grading.function_words import denying_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import pairs
from edgekit.quiz.model import Question, Quiz

Kind: TypeAlias = Literal["content", "instruction", "honest"]
MOST_KEYWORDS = 12
REPETITIONS = 20
# Of other questions' answers to each question, and of a question's own other wordings.
MOST_ELSEWHERE, MOST_WORDINGS = 10, 4
_MOST_ALIKE = 0.5
# Signs on letters of Indian scripts, and of Thai, Lao, Burmese and Khmer, are no letters to `\w`.
_LETTER = r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u0970-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3])*"
_WORD = re.compile(rf"{_LETTER}(?:['’-]{_LETTER})*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Attack:
    """A text and what it stands beside.

    kind: `content` must not pass; `instruction` must get what `base` gets; `honest` must pass.
    base: the same answer without the trick.  criterion: of whose wording it is made, where it is of one.
    """

    question: str
    name: str
    kind: Kind
    language: str
    text: str
    base: str
    criterion: str | None = None


def attacks(quiz: Quiz, *, seed: int = 0) -> tuple[Attack, ...]:
    """Of every question that is answered in words, in each language that it has a wording in; the same for a seed."""
    return tuple(
        attack
        for question in quiz.questions
        if question.kind == "explain"
        for language in dict.fromkeys(tag for tag, _, _ in _wordings(question))
        for attack in _of_question(quiz, question, language, _Draw(f"{seed}/{question.id}/{language}"))
        if attack.text.strip() and attack.text != attack.base
    )


def _wrong_answers(quiz: Quiz, question: Question, language: str) -> list[str]:
    """All that is known to be wrong; else the answers to other questions, else one about nothing."""
    known_wrong = [text for one in question.misconceptions for text in one.wordings.get(language, ())]
    known_wrong += [text for one in question.criteria for text in one.refuted.get(language, ())]
    elsewhere = islice(right_elsewhere(quiz, question, language), MOST_ELSEWHERE)
    return list(dict.fromkeys(known_wrong)) or list(elsewhere) or [WRONG.get(language, WRONG["en"])]


def right_elsewhere(quiz: Quiz, question: Question, language: str) -> Iterator[str]:
    """Answers to other questions, of which nobody could say that they are right here too."""
    right = [_telling(text) for tag, _, text in _wordings(question) if tag == language]
    for other in quiz.questions:
        if other.id != question.id and other.kind == "explain":
            for tag, _, text in _wordings(other):
                if tag == language and not any(_alike(_telling(text), one) for one in right):
                    yield text


def turn_round(text: str, language: str) -> str | None:
    """A statement with the first word that has an opposite replaced by it; None where none has."""
    opposite = dict(reversed(pairs(language)))
    for word in _WORD.finditer(text):
        other = opposite.get(word[0].lower())
        if other is not None and other != word[0].lower():
            other = other.capitalize() if word[0][0].isupper() else other
            return f"{text[: word.start()]}{other}{text[word.end() :]}"
    return None


def negate(text: str, language: str) -> str:
    """The contrary of a statement: its first auxiliary negated, or a sentence in front that takes it back."""
    verbs = NEGATED.get(language, {})
    denying = denying_words(known([language]))
    found = list(_WORD.finditer(text))
    for word, after in zip_longest(found, found[1:]):
        # What begins a sentence would lose its capital, and a question is no statement; a denial denied is none.
        is_denied = after is not None and matching_form(after[0]) in denying
        if word.start() and word[0] in verbs and not is_denied:
            return f"{text[: word.start()]}{verbs[word[0]]}{text[word.end() :]}"
    return DENIAL.get(language, DENIAL["en"]).format(text[:1].lower() + text[1:])


def _of_question(quiz: Quiz, question: Question, language: str, draw: _Draw) -> Iterator[Attack]:
    wordings = [(criterion, text) for tag, criterion, text in _wordings(question) if tag == language]
    whole = " ".join(dict.fromkeys(text for _, text in _first_of_each(wordings)))
    asked = question.text.get(language) or next(iter(question.text.values()), "")
    all_wrong = _wrong_answers(quiz, question, language)
    wrong = all_wrong[0]
    words = _keywords(whole, asked)

    def made(name: str, text: str, kind: Kind = "content", base: str = wrong, of: str | None = None) -> Attack:
        return Attack(question.id, name, kind, language, text, base, of)

    yield made("reference", whole, "honest", "")
    for text in right_answers(question, language)[1 : 1 + MOST_WORDINGS]:
        yield made("another-wording", text, "honest", "")
    for criterion, text in _first_of_each(wordings):
        yield made("negated-reference", negate(text, language), of=criterion)
        number = _NUMBER.search(text)
        if number:
            yield made("changed-number", _NUMBER.sub(lambda found: _other_number(found[0]), text), of=criterion)
        yield made(
            "reference-then-denial",
            f"{_ended(text)} {DENIAL.get(language, DENIAL['en']).format(_lower(text))}",
            of=criterion,
        )
        yield made("taken-back", f"{_ended(text)} {FALSE.get(language, FALSE['en'])}", of=criterion)
        turned = turn_round(text, language)
        if turned is not None:
            yield made("turned-round", turned, of=criterion)
        yield made(
            "both-ways", f"{_bare(text)} {AND.get(language, 'or')} {_lower(negate(text, language))}", of=criterion
        )
    yield made("keyword-bag", " ".join(draw.shuffled(words)))
    yield made("keyword-list", ", ".join(words))
    yield made("appended-keywords", f"{_ended(wrong)} {' '.join(words)}")
    yield made("question-restated", asked)
    yield made("question-then-wrong", f"{asked} {wrong}")
    for text in all_wrong:
        yield made("wrong-answer", text, base="")
    # Where nothing wrong is written these are the wrong answers already, and would be counted twice.
    for text in islice(right_elsewhere(quiz, question, language), MOST_ELSEWHERE):
        if text not in all_wrong:
            yield made("another-answer", text, base="")
    yield made("shuffled-reference", " ".join(draw.shuffled(whole.split())), base="")
    yield made("stuffing", _stuffed(wrong, STUFFING.get(language, STUFFING["en"]), draw))
    yield made("repetition", " ".join([wrong] * REPETITIONS))
    template = TEMPLATE.get(language, TEMPLATE["en"])
    yield made("padding", f"{_ended(wrong)} {template}")
    yield made("template", template, base="")
    for name, text in INSTRUCTIONS.items():
        yield made(name, f"{wrong}\n{text}", "instruction")
        yield made(f"{name}, first", f"{text}\n{wrong}", "instruction")


class _Draw:
    """The same draws for the same name, on every machine."""

    def __init__(self, name: str) -> None:
        self._random = np.random.default_rng(zlib.crc32(name.encode()))

    def shuffled(self, items: Sequence[str]) -> list[str]:
        return [items[at] for at in self._random.permutation(len(items))]

    def choice(self, items: Sequence[str]) -> str:
        return items[int(self._random.integers(len(items)))]


def _wordings(question: Question) -> list[tuple[str, str | None, str]]:
    """(language, criterion, text) of all that is right."""
    found: list[tuple[str, str | None, str]] = [
        (language, criterion.id, text) for criterion in question.criteria for language, text in criterion.wordings()
    ]
    found += [(language, None, text) for language, texts in question.references.items() for text in texts]
    return found


def _first_of_each(wordings: Sequence[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    """The first wording of every criterion; of the references where there are no criteria."""
    first: dict[str | None, str] = {}
    for criterion, text in wordings:
        first.setdefault(criterion, text)
    if len(first) > 1:
        first.pop(None, None)
    return list(first.items())


def _telling(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text) if len(word) > 3)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences may say the same: then nobody knows that the answer to another question is wrong here."""
    return len(one & other) > _MOST_ALIKE * min(len(one), len(other))


def _keywords(text: str, asked: str) -> list[str]:
    """Long words of what is right that the question does not give away."""
    given = {word.lower() for word in _WORD.findall(asked)}
    words = dict.fromkeys(word.lower() for word in _WORD.findall(text) if len(word) > 3)
    return [word for word in words if word not in given][:MOST_KEYWORDS] or list(words)[:MOST_KEYWORDS]


def _other_number(digits: str) -> str:
    """Another value in the same form: the first digit that is not nothing becomes the next one."""
    for at, digit in enumerate(digits):
        if digit.isdigit() and digit != "0":
            return f"{digits[:at]}{int(digit) % 9 + 1}{digits[at + 1 :]}"
    return f"{digits}7"


def _stuffed(text: str, words: Sequence[str], draw: _Draw) -> str:
    return " ".join(part for word in text.split() for part in (word, draw.choice(words)))


def _bare(text: str) -> str:
    return text.rstrip().rstrip(".!?。।")


def _ended(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?", "。", "।")) else f"{text.rstrip()}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
